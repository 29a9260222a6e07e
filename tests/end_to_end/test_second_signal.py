"""A second SIGTERM ends a shop whose carrier never answers the unbind: a real process, with shards and without."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from benchmarks.texts_alone import texts_alone
from sms.smpp import pdu as p
from sms.smpp.frames import Frames
from tests.end_to_end.process import CLOSES_S_MAX, ROOT
from tests.flows.shops import ORDER, SHOP

OPENS_S_MAX = 120.0
TRIES_MAX = 3


class Deaf:
    """A carrier that accepts binds, and answers nothing else."""

    def __init__(self) -> None:
        self.bound, self.unbinds, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames(p.PDU_BYTES_MAX)
        try:
            while data := await reader.read(65_536):
                for frame in frames.feed(data):
                    asked = p.decode(frame)
                    if isinstance(asked, p.Bind):
                        answer = p.BindResp(
                            command=asked.command | p.RESPONSE,
                            sequence=asked.sequence,
                            system_id="smsc",
                        )
                        writer.write(p.encode(answer))
                        self.bound.set()
                    elif isinstance(asked, p.Unbind):
                        self.unbinds.set()
        except ConnectionError:
            # It is cut rather than closed.
            pass
        finally:
            writer.close()
            self.left.set()


@pytest.mark.parametrize("shards", [1, 2])
def test_a_second_signal_waits_for_no_carrier(shards: int, tmp_path: Path) -> None:
    async def run(place: Path) -> str:
        carrier = Deaf()
        server = await asyncio.start_server(carrier.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        folder = place / "sellers" / "shop"
        folder.mkdir(parents=True)
        (folder / "seller.flow").write_text(SHOP + ORDER, "utf-8")
        settings = place / "dialcart.toml"
        settings.write_text(texts_alone(place, port, shards=shards), "utf-8")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(str(ROOT / "cli.py"), "serve", "--config", str(settings)),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            async with asyncio.timeout(OPENS_S_MAX):
                await carrier.bound.wait()
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(CLOSES_S_MAX):
                await carrier.unbinds.wait()
                process.send_signal(signal.SIGTERM)
                told = (await process.stderr.read()).decode()
                assert await process.wait() == 0, told
                await carrier.left.wait()
            return told
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            server.close()

    # Without the second one it waits for the carrier, and says nothing of it.
    # One who comes when it has waited for as long as it does is too late: the machine had something else to do.
    told = (asyncio.run(run(tmp_path / str(number))) for number in range(TRIES_MAX))
    assert any("texts: not waited for until it is closed" in one for one in told)
