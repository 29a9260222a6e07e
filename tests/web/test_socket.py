"""A page's allowance of messages, and the end of its connection."""

import asyncio

import pytest

import web.socket
from web.socket import BURST_MAX, RATE_PER_S, Allowance, PageSocket


def test_a_page_that_writes_too_fast_is_asked_to_slow_down():
    allowance = Allowance(0.0)

    assert all(allowance.take(0.0) for _ in range(BURST_MAX))
    assert not allowance.take(0.0)
    assert allowance.take(1 / RATE_PER_S)


def test_an_allowance_does_not_grow_past_its_burst():
    allowance = Allowance(0.0, burst=2)

    assert [allowance.take(1_000.0) for _ in range(3)] == [True, True, False]


class Browser:
    """See starlette.websockets.WebSocket. It says what it is given to say, and reads or does not."""

    def __init__(self, *, reads: bool):
        self.says: asyncio.Queue[str] = asyncio.Queue()
        self.read: list[str] = []
        self._reads = reads

    async def receive_text(self):
        return await self.says.get()

    async def send_text(self, text):
        if not self._reads:
            await asyncio.Event().wait()
        self.read.append(text)

    async def close(self):
        if not self._reads:
            await asyncio.Event().wait()


async def close_while_it_speaks(browser: Browser) -> list[str]:
    """What a page was heard to say that goes on speaking after we have hung up."""
    page, heard, came = PageSocket(browser), [], asyncio.Event()

    async def hear(data: str) -> None:
        heard.append(data)
        came.set()

    async with asyncio.timeout(120):
        serving = asyncio.create_task(page.run(hear))
        browser.says.put_nowait("before")
        await came.wait()
        page.tell("farewell")
        page.close()
        for _ in range(3):
            browser.says.put_nowait("after")
        await serving
    return heard


def test_a_page_that_does_not_read_is_not_heard_once_we_hang_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web.socket, "CLOSE_S", 0.01)
    assert asyncio.run(close_while_it_speaks(Browser(reads=False))) == ["before"]


def test_a_page_that_reads_is_told_all_before_we_hang_up():
    browser = Browser(reads=True)
    assert asyncio.run(close_while_it_speaks(browser)) == ["before"]
    assert browser.read == ['{"kind":"farewell"}']
