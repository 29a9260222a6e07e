"""No log line holds a buyer's number or an error's words, and each is one line."""

import asyncio
import gc
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.logs import (
    LINE_CHARACTERS_MAX,
    NUMBER_DIGITS_MIN,
    log_to,
    log_to_stderr,
    masked,
)

log = logging.getLogger("dialcart.test")


@pytest.fixture
def root() -> Iterator[None]:
    """The root logger as it was, afterwards."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_an_event_is_one_json_object_on_one_line(root: None) -> None:
    stream = io.StringIO()
    log_to(stream, "info", "json")
    log.info("%s: link %d is %s\nx", "unicom", 0, "bound", extra={"carrier": "unicom", "link": 0})
    [line] = stream.getvalue().splitlines()
    event = json.loads(line)
    assert event["event"] == "unicom: link 0 is bound x"
    assert (event["level"], event["from"]) == ("info", "dialcart.test")
    assert (event["carrier"], event["link"]) == ("unicom", 0)
    assert event["at"].endswith("+00:00")


def test_an_event_of_a_shard_says_whose_it_is(
    root: None, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to_stderr("info", "json", 1)
    log.info("open")
    assert json.loads(capsys.readouterr().err)["shard"] == 1


@pytest.mark.parametrize("form", ["json", "text"])
def test_numbers_and_the_words_of_errors_are_not_told(form: str, root: None) -> None:
    stream = io.StringIO()
    log_to(stream, "debug", "json" if form == "json" else "text")
    log.warning("from %s", "+86 138-0013-8000", extra={"buyer": 13800138000})
    try:
        raise ValueError("牛肉面 2 for 13800138000")
    except ValueError:
        log.exception("a message fails")
    told = stream.getvalue()
    # A time of day may have any figures.
    assert "138" not in re.sub(r"\d\d:\d\d:\d\d(\.\d+)?", "", told)
    assert "牛肉面" not in told
    assert "ValueError" in told
    assert "test_logs.py" in told


def test_what_asyncio_says_of_an_error_names_no_arguments(root: None) -> None:
    stream = io.StringIO()
    log_to(stream, "debug", "json")

    def fails(said: str) -> None:
        raise ValueError(said)

    async def fails_too(said: str) -> None:
        raise ValueError(said)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(fails, "文三路1号")
        task: asyncio.Task[None] | None = asyncio.create_task(fails_too("文三路1号"))
        await asyncio.wait([task])
        task = None
        gc.collect()

    asyncio.run(run())
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [one["error"] for one in told] == ["ValueError", "ValueError"]
    assert "文三路" not in stream.getvalue()
    assert "Exception in callback" in told[0]["event"]


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_event_that_cannot_be_written_shows_no_arguments(
    form: Literal["json", "text"], root: None, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    log_to(stream, "debug", form)
    log.info("%d texts", "文三路1号")
    assert "an event of test_logs.py" in stream.getvalue()
    assert "文三路" not in stream.getvalue() + capsys.readouterr().err


def test_a_log_that_nobody_reads_any_more_disturbs_nobody(root: None) -> None:
    stream = io.StringIO()
    log_to(stream, "debug", "json")
    stream.close()
    log.info("open")


def test_an_error_that_nobody_caught_is_an_event_without_its_words() -> None:
    program = (
        "import threading\n"
        "from commands.logs import log_to_stderr, log_uncaught\n"
        "log_to_stderr('info', 'json')\n"
        "log_uncaught()\n"
        "def fails(): raise ValueError('文三路1号')\n"
        "class Falls:\n"
        "    def __del__(self): fails()\n"
        "Falls()\n"
        "thread = threading.Thread(target=fails)\n"
        "thread.start()\n"
        "thread.join()\n"
        "fails()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    told = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [one["error"] for one in told] == ["ValueError"] * 3
    assert "文三路" not in ended.stderr


def test_what_is_short_stays() -> None:
    assert masked("order A0001 at port 2775, 0x58") == "order A0001 at port 2775, 0x58"


def test_addresses_of_machines_stay_and_numbers_in_groups_do_not() -> None:
    told = "no connection to 203.0.113.5:2775, from 127.0.0.1"
    assert masked(told) == told
    for number in ("12.34.56.78", "138.0013.8000.1", "020.123.45.678.9", "1.999.999.9999"):
        assert "***" in masked(f"from {number} to 10.0.0.1")
        assert masked(f"from {number} to 10.0.0.1").endswith("to 10.0.0.1")


def test_what_uvicorn_says_for_terminals_is_not_said_again(root: None) -> None:
    stream = io.StringIO()
    log_to(stream, "info", "json")
    log.info("Uvicorn running", extra={"color_message": "Uvicorn running on \x1b[1m%s"})
    assert json.loads(stream.getvalue()).keys() == {"at", "level", "from", "event"}


def test_the_shortest_number_that_is_masked() -> None:
    assert masked("1" * (NUMBER_DIGITS_MIN - 1)) == "1" * (NUMBER_DIGITS_MIN - 1)
    assert masked("1" * NUMBER_DIGITS_MIN) == "***"


def test_a_line_is_bounded() -> None:
    assert len(masked("x" * (LINE_CHARACTERS_MAX + 1))) == LINE_CHARACTERS_MAX


@given(st.text())
def test_nothing_breaks_a_line(text: str) -> None:
    assert len(masked(text).splitlines()) <= 1


def test_who_has_no_standard_error_serves_all_the_same(
    root: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As Python has it where its second file is closed.
    monkeypatch.setattr(sys, "stderr", None)
    log_to_stderr("info", "json")
    log.error("the disk is full", exc_info=ValueError("full"))
