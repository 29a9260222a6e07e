"""What of a process's memory is asked to lie in huge pages."""

import asyncio

import pytest

from commands.serving import huge_pages
from commands.serving.huge_pages import PAGE_BYTES, ask, in_small_pages, keep_asking

SIZE = 10 * PAGE_BYTES
BEGIN = 0x7F0000000000


def region(
    used: float, huge: int = 0, *, begin: int = BEGIN, rights: str = "rw-p", file: str = "0 "
) -> list[str]:
    """As Linux tells of one; `used` is the part of it that is resident."""
    return [
        f"{begin:x}-{begin + SIZE:x} {rights} 00000000 00:00 {file}",
        f"Size:              {SIZE >> 10} kB",
        f"Rss:               {int(SIZE * used) >> 10} kB",
        f"AnonHugePages:     {huge >> 10} kB",
        "VmFlags: rd wr mr mw me ac sd",
    ]


def test_memory_that_is_in_use_is_found() -> None:
    assert list(in_small_pages([*region(1.0), *region(0.8)])) == [(BEGIN, BEGIN + SIZE)] * 2


def test_only_whole_huge_pages_are_asked_for() -> None:
    [found] = in_small_pages(region(1.0, begin=BEGIN + 4096))
    assert found == (BEGIN + PAGE_BYTES, BEGIN + SIZE)


@pytest.mark.parametrize(
    "lines",
    [
        region(0.1),  # a thread's stack
        region(1.0, SIZE),
        region(1.0, rights="r--p"),
        region(1.0, rights="rw-s"),
        region(1.0, file="1703 /usr/lib/libc.so.6"),
        region(1.0, file="0 [stack]"),
        [
            f"{BEGIN:x}-{BEGIN + PAGE_BYTES - 4096:x} rw-p 00000000 00:00 0",
            "Rss: 2044 kB",
            "AnonHugePages: 0 kB",
        ],
    ],
)
def test_nothing_else_is_found(lines: list[str]) -> None:
    assert list(in_small_pages(lines)) == []


def test_what_is_kept_is_as_it_was() -> None:
    kept = b"what was kept" * PAGE_BYTES
    ask()
    assert kept == b"what was kept" * PAGE_BYTES


def test_it_is_asked_again_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    async def go() -> None:
        loop, thrice = asyncio.get_running_loop(), asyncio.Event()

        def ask_in_vain() -> int:
            asked.append(0)
            if len(asked) == 3:
                loop.call_soon_threadsafe(thrice.set)
            return 0

        monkeypatch.setattr(huge_pages, "ask", ask_in_vain)
        asking = asyncio.create_task(keep_asking())
        await thrice.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    monkeypatch.setattr(huge_pages, "PAUSE_MIN_S", 0.0)
    asyncio.run(go())
    assert len(asked) >= 3
