"""What a running shop says, as an operator's screen."""

import asyncio
import io
import os
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from center.measure import Histogram, Measure, counter, gauge
from commands.top.address import address_of
from commands.top.live import cut, fetch, top
from commands.top.scrape import Reading, read_page
from commands.top.view import WHY_LINES_MAX, WIDTH, view
from web.operations.app import operations_app
from web.operations.exposition import Exposition
from web.server import WebServer


def page(turns: int, commits: list[float], binds: float = 2) -> str:
    commit_s = Histogram((0.001, 0.01))
    for took_s in commits:
        commit_s.observe(took_s)
    measures = [
        counter("dialcart_turns", "", turns),
        gauge("dialcart_outbox_texts", "", 1_234),
        commit_s.spread("dialcart_commit_seconds", ""),
        Measure("dialcart_smpp_binds", "gauge", "", ("carrier",), [(("unicom",), binds)]),
        Measure("dialcart_smpp_binds_wanted", "gauge", "", ("carrier",), [(("unicom",), 2.0)]),
        Measure("dialcart_trunk_lines", "gauge", "", ("trunk",), [(("north",), 12.0)]),
        Measure(
            "dialcart_trunk_lines_max",
            "gauge",
            "",
            ("trunk",),
            [(("north",), 1_000.0), (("local",), 30.0)],
        ),
        Measure("dialcart_trunk_up", "gauge", "", ("trunk",), [(("north",), 1.0)]),
        Measure("dialcart_trunk_registered", "gauge", "", ("trunk",), [(("north",), 0.0)]),
        Measure(
            "dialcart_trunk_peer_up",
            "gauge",
            "",
            ("trunk", "peer"),
            [(("north", "a"), 1.0), (("north", "b"), 0.0)],
        ),
        *(
            Measure(f"dialcart_service_{name}", "gauge", "", ("service",), [(("crm",), value)])
            for name, value in (("asking", 8.0), ("waiting", 31.0), ("resting", 1.0))
        ),
        Measure("dialcart_service_tries", "counter", "", ("service",), [(("crm",), turns / 10)]),
        Measure(
            "dialcart_service_requests",
            "counter",
            "",
            ("service", "outcome"),
            [(("crm", "ok"), 70.0), (("crm", "timeout"), 4.0), (("crm", "full"), 1.0)],
        ),
        Measure("dialcart_ready", "gauge", "", ("service",), [(("texts",), float(binds > 0))]),
    ]
    return Exposition(lambda: measures).text().decode()


def readings() -> tuple[Reading, Reading]:
    before = read_page(page(100, [0.0005] * 50), 10.0)
    return before, read_page(page(300, [0.0005] * 50 + [0.005] * 10), 12.0)


def test_rates_are_of_the_time_between_two_readings() -> None:
    before, now = readings()
    assert now.rate("dialcart_turns_total", before) == 100.0
    assert now.rate("dialcart_turns_total", None) is None
    assert before.rate("dialcart_turns_total", now) is None
    # Only what came since: all of it took between 1 and 10 ms.
    assert now.quantile("dialcart_commit_seconds", 0.5, before) == 0.01
    assert now.quantile("dialcart_commit_seconds", 0.5) == 0.001
    assert before.quantile("dialcart_commit_seconds", 0.5, before) is None


def test_a_screen_has_what_matters_and_fits() -> None:
    before, now = readings()
    shown = "\n".join(view(now, before))
    assert "turns/s            100.0" in shown
    assert "1,234" in shown
    assert "<10 ms" in shown
    assert "unicom               2/2" in shown
    *trunks, _, partner = [line.split() for line in shown.splitlines()[-4:]]
    assert partner == ["crm", "10.0", "8", "31", "NO", "5"]
    assert trunks == [["north", "yes", "NO", "12/1,000", "1/2"], ["local", "-", "-", "0/30", "-"]]
    assert max(map(len, shown.splitlines())) <= WIDTH
    assert "not ready: texts" in "\n".join(view(read_page(page(1, [], 0), 13.0), now))


def test_what_is_wrong_stands_at_the_top_with_its_reason() -> None:
    why = {
        "texts": "no bind to unicom (certificate verify failed: certificate has expired; "
        + "x " * 300
    }
    lines = view(replace(read_page(page(1, [], 0), 13.0), why=why), None)
    assert lines[0].startswith("not ready: texts: no bind to unicom (certificate verify failed:")
    assert max(map(len, lines[:WHY_LINES_MAX])) <= WIDTH
    assert lines[WHY_LINES_MAX].startswith("turns/s")


@pytest.mark.parametrize(
    ("unready", "shown"),
    [({"texts": "no bind to unicom (why)"}, {"texts": "no bind to unicom (why)"}), ({}, {})],
)
def test_a_shop_that_is_not_ready_is_asked_why(
    unready: dict[str, str], shown: dict[str, str]
) -> None:
    measures = [Measure("dialcart_ready", "gauge", "", ("service",), [(("texts",), 0.0)])]
    app = operations_app(lambda: measures, lambda: unready)

    async def run() -> Reading:
        async with WebServer(app, "127.0.0.1", 0) as server:
            return await asyncio.to_thread(fetch, f"127.0.0.1:{server.port}")

    assert asyncio.run(run()).why == shown


def test_orders_past_a_limit_are_held_up_as_texts_are() -> None:
    refused = [
        Measure(
            f"dialcart_limits_{what}_refused", "counter", "", ("limit",), [(("a",), 2), (("b",), 1)]
        )
        for what in ("messages", "orders")
    ]
    now = read_page(Exposition(lambda: refused).text().decode(), 1.0)
    assert "held up                6" in "\n".join(view(now, None))


def test_a_script_gets_one_screen() -> None:
    screen, clock = io.StringIO(), count()
    pauses: list[float] = []
    status = top(
        "x",
        2.0,
        once=True,
        get=lambda _: read_page(page(100, []), float(next(clock))),
        pause=pauses.append,
        screen=screen,
    )
    assert (status, pauses) == (0, [2.0])
    assert "\x1b" not in screen.getvalue()
    assert "turns/s              0.0" in screen.getvalue()


def test_it_goes_on_until_it_is_interrupted() -> None:
    screen, clock = io.StringIO(), count()

    def pause(_: float) -> None:
        if next(clock) == 3:
            raise KeyboardInterrupt

    get = lambda _: read_page(page(1, []), float(next(clock)))  # noqa: E731
    assert top("x", 2.0, once=False, get=get, pause=pause, screen=screen) == 0
    assert "Ctrl-C ends" in screen.getvalue()


def test_a_shop_that_is_started_again_is_waited_for() -> None:
    screen, clock = io.StringIO(), count()
    said = iter([page(1, []), page(2, []), None, page(1, [])])

    def get(_: str) -> Reading:
        one = next(said, "")
        if one == "":
            raise KeyboardInterrupt
        if one is None:
            raise ConnectionRefusedError(111, "Connection refused")
        return read_page(one, float(next(clock)))

    assert top("x", 2.0, once=False, get=get, pause=lambda _: None, screen=screen) == 0
    first, second, third = screen.getvalue().split("Ctrl-C ends")[1:]
    assert "nobody answers" not in first + third
    assert "nobody answers: connection refused" in second
    assert "unicom" in second


def test_each_shard_is_shown() -> None:
    def reading(busy_s: float, at: float) -> Reading:
        names = [(("0",), busy_s), (("1",), 2 * busy_s)]
        measures = [
            gauge("dialcart_shards_up", "", 2),
            Measure("dialcart_shard_cpu_seconds", "counter", "", ("shard",), names),
            Measure("dialcart_shard_memory_bytes", "gauge", "", ("shard",), [(("1",), 2e8)]),
        ]
        return read_page(Exposition(lambda: measures).text().decode(), at)

    begun = read_page(Exposition(lambda: [counter("dialcart_turns", "", 0)]).text().decode(), 0.5)
    assert [line.split()[1] for line in view(reading(1.0, 1.0), begun)[-2:]] == ["-", "-"]
    shown = view(reading(1.5, 2.0), reading(1.0, 1.0))
    assert [line.split() for line in shown[-2:]] == [
        ["0", "50%", "0", "MB"],
        ["1", "100%", "200", "MB"],
    ]
    assert "shards up" in shown[-4]


@pytest.mark.parametrize("address", ["x:y", "a b", "http://[::1"])
def test_an_address_that_is_none_is_told(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert top(address, 2.0, once=True) == 1
    assert f"nobody answers at {address}" in capsys.readouterr().err


def test_nobody_there_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    def nobody(_: str) -> Reading:
        raise ConnectionRefusedError(111, "Connection refused")

    assert top("127.0.0.1:1", 2.0, once=True, get=nobody) == 1
    assert "--operations-port" in capsys.readouterr().err


def test_a_page_that_is_none_is_no_figures() -> None:
    assert read_page("<html>\nx{ 1\n# x 1\ny nan?\n", 0.0).figures == {}


def test_a_small_terminal_gets_what_fits_and_what_is_wrong_first() -> None:
    screen, clock = io.StringIO(), count()

    def pause(_: float) -> None:
        if next(clock) > 1:
            raise KeyboardInterrupt

    def get(_: str) -> Reading:
        return read_page(page(1, [], 0), float(next(clock)))

    small = os.terminal_size((40, 12))
    top("x", 2.0, once=False, get=get, pause=pause, screen=screen, size=lambda: small)
    drawn = screen.getvalue().split("\x1b[H")[-1].removesuffix("\x1b[J")
    lines = drawn.replace("\x1b[K", "").split("\n")
    assert len(lines) == small.lines
    assert max(map(len, lines)) < small.columns
    assert "not ready: texts" in lines[2]


@pytest.mark.parametrize("columns", [30, 39, 51, 60, 79, 199])
def test_no_figure_is_cut_in_two_at_any_width(columns: int) -> None:
    before, now = readings()
    whole = {word for line in view(now, before, 199) for word in line.split()}
    lines = view(now, before, columns)
    assert {word for line in lines for word in line.split()} <= whole
    assert max(map(len, lines)) <= columns
    assert "1,234" in "\n".join(lines)


def test_a_wide_terminal_shows_long_names_whole() -> None:
    names = ["unicom-north-primary", "unicom-north-primary-2"]
    binds = Measure("dialcart_smpp_binds", "gauge", "", ("carrier",), [((n,), 1.0) for n in names])
    now = read_page(Exposition(lambda: [binds]).text().decode(), 1.0)
    assert [line.split()[0] for line in view(now, None, 120)[-2:]] == names


def test_how_much_a_low_terminal_leaves_out_is_told() -> None:
    assert cut(["a"] * 30, os.terminal_size((60, 24)))[-1].startswith(
        "... and 8 more lines, in a taller terminal"
    )
    assert len(cut(["a"] * 23, os.terminal_size((60, 24)))) == 23


@pytest.mark.parametrize(
    ("operations", "address"),
    [
        ("[operations]", "127.0.0.1:9464"),
        ("[operations]\nport = 9499", "127.0.0.1:9499"),
        ('[operations]\nhost = "0.0.0.0"', "127.0.0.1:9464"),
        ('[operations]\nhost = "::"', "[::1]:9464"),
        ('[operations]\nhost = "10.0.0.7"\nport = 80', "10.0.0.7:80"),
        ("[operations]\nport = 0", None),
        ("", None),
        ("[operation]", None),
    ],
)
def test_a_settings_file_says_where_without_its_passwords(
    tmp_path: Path, operations: str, address: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.toml"
    carrier = '[[carrier]]\nname = "unicom"\nhost = "smsc.example.net"\nsystem_id = "us"\n'
    file.write_text(carrier + operations, "utf-8")
    assert address_of(None, file) == address
    assert bool(capsys.readouterr().err) == (address is None)
    assert address_of("shop:1", file) == "shop:1", "what is typed goes before"


def test_without_words_it_is_the_usual_port() -> None:
    assert address_of(None, None) == "127.0.0.1:9464"
