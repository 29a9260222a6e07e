"""What `dialcart serve` says before it opens."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.alone import alone_on
from commands.config import lacking_with_shards
from commands.flows_on_disk import LIBRARY
from commands.serve import Options, say_what_next, serve, settings_of
from commands.serving.business import Business, OpenSeller, open_business, read_sellers
from commands.shards.homes import shard_database
from store.sqlite import SqliteStore
from tests.end_to_end.process import ROOT


def test_whoever_asks_for_people_or_calls_with_shards_is_told_that_there_are_none():
    told = lacking_with_shards(Options(shards=2).config())
    assert (
        "only texts and USSD: not calls ([voice]), the desk and the web telephone ([web])" in told
    )
    assert "flows that hand over find everybody busy. Serve without shards for these." in told


def test_whoever_asks_for_texts_alone_is_told_nothing():
    config = Options(shards=2, sip_port=None).config()
    assert lacking_with_shards(config.model_copy(update={"web": None})) == ""


@pytest.mark.parametrize("module", ["config", "serve", "shards.shard"])
def test_audio_and_browsers_are_not_loaded_where_nobody_has_asked_for_them(module: str) -> None:
    code = (
        f"import sys, commands.{module}; "
        "sys.exit(' '.join({'numpy', 'av', 'aiortc', 'commands.serving.calls'} & {*sys.modules}) or 0)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_a_shop_without_a_disk_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert settings_of(None, Options(database=Path(":memory:")), []) is None
    assert capsys.readouterr().err.startswith("`:memory:` is gone with its process")


def test_what_is_wrong_with_an_option_is_told_as_of_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = Options(smsc="smsc.example.net:2775", password="toolongapassword")
    assert settings_of(None, options, []) is None
    assert capsys.readouterr().err == "`password` is too long; at most 8\n"
    assert settings_of(None, Options(smsc="two words:2775"), []) is None
    assert "`host` is no name of a host; write it like" in capsys.readouterr().err


@pytest.fixture
def stopping() -> Iterator[None]:
    """SIGTERM, where no shop takes it, fails a test rather than end the run."""

    def untaken(*_: object) -> None:
        raise AssertionError("SIGTERM would have ended it with 143")

    before = signal.signal(signal.SIGTERM, untaken)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("stopping")
def test_a_stop_while_the_database_is_opened_is_an_orderly_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped_meanwhile(*args: Any, **named: Any) -> Business:
        signal.raise_signal(signal.SIGTERM)
        return open_business(*args, **named)

    monkeypatch.setattr("commands.serve.open_business", stopped_meanwhile)
    options = Options((LIBRARY / "noodles",), tmp_path / "shop.db", smsc="127.0.0.1:9")
    assert asyncio.run(serve(options.config())) == 0
    assert "closed: what was taken is finished or kept" in capsys.readouterr().out


@pytest.mark.usefixtures("stopping")
@pytest.mark.parametrize("shards", [0, 2])
def test_a_stop_while_another_shop_is_waited_for_is_heeded_at_once(
    shards: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "shop.db"
    held = shard_database(database, 1, shards) if shards else database
    for index in range(shards):
        path = shard_database(database, index, shards)
        path.parent.mkdir(exist_ok=True)
        SqliteStore(path).close()
    looks: list[float] = []

    def stopped_meanwhile(wait_s: float) -> None:
        looks.append(wait_s)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("commands.serving.running.time.sleep", stopped_meanwhile)
    options = Options((LIBRARY / "noodles",), database, smsc="127.0.0.1:9", shards=shards or 1)
    with alone_on(held, wait_s=0):
        assert asyncio.run(serve(options.config())) == 0
    assert len(looks) == 1


def test_a_stop_while_the_program_is_loaded_is_an_orderly_end(tmp_path: Path) -> None:
    words = ["serve", "--database", str(tmp_path / "shop.db"), "--smsc", "127.0.0.1:9"]
    with subprocess.Popen(
        [sys.executable, "-X", "importtime", str(ROOT / "cli.py"), *words, "--sip-port", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any("commands.logs" in line for line in process.stderr), "that is imported first"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=300)
    assert process.returncode == 0


@pytest.mark.parametrize("shards", [1, 2])
def test_a_second_shop_on_a_database_is_refused(
    shards: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("commands.serve.DIES_S_MAX", 0)
    database = tmp_path / "shop.db"
    with alone_on(database, wait_s=0):
        assert asyncio.run(serve(Options(database=database, shards=shards).config())) == 1
    assert f"{database} is served by process {os.getpid()} on" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["shop.lock"], "it is left as it is"


@pytest.mark.parametrize(
    ("fruit", "code"), [(("22000", "22001"), "22001"), (("22000",), "22000"), ((), "22000")]
)
def test_who_is_to_be_a_buyer_is_given_a_code_that_one_shop_has_alone(
    fruit: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sellers = [OpenSeller("tea", "Tea", ("22000",), "tea"), OpenSeller("fruit", "Fruit", fruit, "")]
    say_what_next(sellers, Path("shop.db"), 2776, are_samples=False)
    assert f"phone --to {code}\n" in capsys.readouterr().out


def test_a_list_of_shops_ends_with_an_empty_line_though_there_is_no_simulator(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tea = OpenSeller("tea", "Tea", ("22000",), "tea")
    say_what_next([tea], Path("shop.db"), None, are_samples=False)
    assert capsys.readouterr().out.endswith("Tea\n\n")


def test_a_seller_has_its_name_in_each_language_where_they_differ(tmp_path: Path) -> None:
    samples = [LIBRARY / name for name in ("noodles", "shoes")]
    noodles, shoes = [seller for seller, *_ in read_sellers(tmp_path / "shop.db", samples)]
    assert noodles.names == (("zh", "老王面馆"), ("en", "Lao Wang Noodles"))
    assert shoes.names == ()
