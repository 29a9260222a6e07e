"""The shop of the crash harness of calls: `dialcart serve`, its media planes and itself to be killed, and started again."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.crash.callers import FLOW
from tests.crash.harness import ROOT, START_S_MAX
from tests.ports import own_port

NUMBER = "4008001234"
SETTINGS = """\
sellers = ["{folder}/shop"]
[store]
database = "{folder}/calls.db"
[simulator]
port = 0
control_port = {control_port}
[voice]
host = "127.0.0.1"
port = {port}
media_port = 0
calls = 20
speech = "{speech}"
recordings = "{folder}/recordings"
recognisers = {{}}
{voice}
[[voice.trunk]]
name = "here"
networks = ["127.0.0.0/8"]
{trunk}
[limits]
confirm_over = {{}}
[log]
format = "text"
level = "warning"
"""
"""No two calls order as many pieces, and from the 112th on an order would wait for a code by text, which nobody here sends back."""

ORDERS_ALONE = (
    FLOW.replace("  0 person -> bye\n", "")
    .replace("    2 Cancel -> bye\n", "    2 Cancel -> start\n")
    .replace("\ncatalog\n", "\ndefaults\n  tries 100 then -> bye\n\ncatalog\n")
)
"""Who orders nothing is asked a hundred times: keys that a killed plane never heard lead to no goodbye."""


class Shop:
    """The process under test."""

    def __init__(
        self,
        folder: Path,
        port: int,
        speech: Path,
        *,
        program: Sequence[str] = ("cli.py",),
        flow: str = FLOW,
        shop: str = "",
        voice: str = "",
        trunk: str = "",
    ) -> None:
        """`program` is what runs as `dialcart`; `flow` what it sells by; `shop`, `voice` and `trunk` are lines more of these sections."""
        self.folder = folder
        self.port = port
        self.control_port = own_port()
        self._program = program
        (folder / "shop").mkdir()
        sold = flow.replace("  channels voice, sms\n", f"  channels voice, sms\n{shop}", 1)
        (folder / "shop" / "seller.flow").write_text(sold)
        settings = SETTINGS.format(
            folder=folder,
            port=port,
            control_port=self.control_port,
            speech=speech,
            voice=voice,
            trunk=trunk,
        )
        (folder / "dialcart.toml").write_text(settings)
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until calls are taken."""
        words = [*self._program, "serve", "--config", str(self.folder / "dialcart.toml")]
        with (self.folder / "log.txt").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(2 * START_S_MAX):
            while b"SIP over UDP" not in (line := await self.process.stdout.readline()):
                assert line, (self.folder / "log.txt").read_text()

    def plane(self) -> int | None:
        """The media plane that works: the older of the two."""
        assert self.process is not None
        pid = self.process.pid
        found: list[tuple[int, int]] = []
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes()
                began = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[19]
            except OSError:
                continue
            if b"ivr.media.process" in words:
                found.append((int(began), int(child)))
        return min(found)[1] if len(found) > 1 else None

    async def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """In order."""
        assert self.process is not None
        self.process.terminate()
        await asyncio.wait_for(self.process.wait(), START_S_MAX)
