"""The thread that waits for the disk."""

import asyncio
import threading

from commands.serving.aside import DiskThread


def test_work_is_done_on_a_thread_and_told_on_the_loop() -> None:
    async def run() -> None:
        disk, told = DiskThread(), asyncio.Event()
        seen: list[object] = []

        def done(error: BaseException | None) -> None:
            seen.append((error, threading.current_thread() is threading.main_thread()))
            told.set()

        disk.run(lambda: seen.append(threading.current_thread().name), done)
        assert not told.is_set()
        await told.wait()
        assert seen == ["disk_0", (None, True)]
        disk.close()

    asyncio.run(run())


def test_what_work_raises_is_told() -> None:
    async def run() -> None:
        disk = DiskThread()
        told: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()

        def work() -> None:
            raise OSError("no room")

        disk.run(work, told.set_result)
        assert str(await told) == "no room"
        disk.close()

    asyncio.run(run())


def test_who_waits_has_it_told_once_before_going_on() -> None:
    async def run() -> None:
        disk, may_end = DiskThread(), threading.Event()
        told: list[str] = []

        def work() -> None:
            may_end.wait()

        disk.run(work, lambda _: told.append("first"))
        may_end.set()
        disk.wait()
        assert told == ["first"]
        disk.run(lambda: None, lambda _: told.append("second"))
        disk.wait()
        # What the thread had the loop look at is through by now.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert told == ["first", "second"]
        disk.wait()
        disk.close()

    asyncio.run(run())
