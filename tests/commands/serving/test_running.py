"""Services open in order, drain together in bounded time, and close in reverse, whatever one of them does."""

import asyncio
import signal
from collections.abc import Iterable, Iterator

import pytest

from center.measure import Measure, Spread
from commands.serving.running import run, stop_signals


class Fake:
    """A service that notes what is done to it."""

    def __init__(
        self, name: str, log: list[str], *, refuses: bool = False, hangs: bool = False
    ) -> None:
        self.name = name
        self.log = log
        self.refuses = refuses
        self.hangs = hangs

    async def open(self) -> None:
        self.log.append(f"{self.name} opens")
        if self.refuses:
            raise OSError("the port is taken")

    async def drain(self) -> None:
        self.log.append(f"{self.name} drains")
        if self.hangs:
            await asyncio.Event().wait()

    async def close(self) -> None:
        self.log.append(f"{self.name} closes")

    def unready(self) -> str | None:
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        return ()


def run_all(*services: Fake, hurried: bool = False, drain_s_max: float = 60.0) -> None:
    async def go() -> None:
        stop, hurry = asyncio.Event(), asyncio.Event()
        if hurried:
            hurry.set()
        await run(services, stop, hurry, opened=stop.set, drain_s_max=drain_s_max)

    asyncio.run(go())


def test_services_open_in_order_and_close_in_reverse() -> None:
    log: list[str] = []
    run_all(Fake("a", log), Fake("b", log))
    assert log == ["a opens", "b opens", "a drains", "b drains", "b closes", "a closes"]


def test_a_stop_does_not_wait_for_a_service_that_is_long_in_opening() -> None:
    log: list[str] = []

    class Slow(Fake):
        async def open(self) -> None:
            self.log.append(f"{self.name} opens")
            stop.set()
            await asyncio.Event().wait()

    stop = asyncio.Event()

    async def go() -> None:
        services = [Fake("a", log), Slow("b", log), Fake("c", log)]
        await run(services, stop, asyncio.Event(), opened=lambda: log.append("opened"))

    asyncio.run(go())
    assert log == ["a opens", "b opens", "b closes", "a closes"]


def test_a_service_that_cannot_open_closes_those_before_it() -> None:
    log: list[str] = []
    with pytest.raises(OSError, match="taken"):
        run_all(Fake("a", log), Fake("b", log, refuses=True))
    assert log == ["a opens", "b opens", "b closes", "a closes"]


def test_a_service_that_never_finishes_is_closed_when_its_time_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[str] = []
    run_all(Fake("a", log, hangs=True), Fake("b", log), drain_s_max=0.0)
    assert log[-2:] == ["b closes", "a closes"]
    assert "not drained" in caplog.text


def test_a_second_signal_waits_no_longer() -> None:
    log: list[str] = []
    run_all(Fake("a", log, hangs=True), hurried=True)
    assert log == ["a opens", "a drains", "a closes"]


def test_a_second_signal_waits_for_nobody_who_is_long_in_closing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[str] = []
    closing = asyncio.Event()

    class Slow(Fake):
        async def close(self) -> None:
            self.log.append(f"{self.name} closes")
            closing.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.log.append(f"{self.name} lets go")

    async def go() -> None:
        stop, hurry = asyncio.Event(), asyncio.Event()
        services = [Fake("a", log), Slow("b", log)]
        running = asyncio.create_task(run(services, stop, hurry, opened=stop.set))
        # The drain is over, and the first waits for somebody.
        await closing.wait()
        assert not running.done()
        hurry.set()
        await running

    asyncio.run(go())
    assert log[-3:] == ["b closes", "b lets go", "a closes"]
    assert "b: not waited for until it is closed" in caplog.messages


def test_a_mistake_in_closing_is_told() -> None:
    class Wrong(Fake):
        async def close(self) -> None:
            raise ValueError("a mistake")

    with pytest.raises(ValueError, match="a mistake"):
        run_all(Wrong("a", []))


@pytest.fixture
def hung_up() -> Iterator[list[int]]:
    """SIGHUP as somebody else has it; whom it reached."""
    reached: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _frame: reached.append(number))
    yield reached
    signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_closes_asks_to_drain_and_its_signal_is_given_back(
    hung_up: list[int],
) -> None:
    async def go() -> tuple[bool, bool]:
        with stop_signals() as (stop, hurry):
            signal.raise_signal(signal.SIGHUP)
            return stop.is_set(), hurry.is_set()

    assert asyncio.run(go()) == (True, False)
    assert not hung_up
    signal.raise_signal(signal.SIGHUP)
    assert hung_up


def test_who_is_started_by_nohup_heeds_no_terminal_that_closes(hung_up: list[int]) -> None:
    async def go() -> bool:
        with stop_signals() as (stop, _):
            signal.raise_signal(signal.SIGHUP)
            return stop.is_set()

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert not asyncio.run(go())
    assert not hung_up
