"""Runs SIPp against an endpoint of ours, to its end."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from ivr.sip.uri import host_port
from tests.interop.called_scenarios import CALLED
from tests.interop.scenarios import SCENARIOS
from tests.ports import is_listened_on, own_port

TOOLS = Path(__file__).parent.parent.parent / ".tools" / "bin"
RUN_S_MAX = 300
"""Of a machine that is busy with other tests."""


def sipp_path() -> str:
    found = shutil.which("sipp") or shutil.which("sipp", path=str(TOOLS))
    assert found is not None, "no sipp: run scripts/debian sipp=sip-tester"
    return found


async def run_sipp(
    port: int, scenario: str, folder: Path, *words: str, calls: int = 1, host: str = "127.0.0.1"
) -> str:
    """Have SIPp call, by a scenario of ours or SIPp's own; gives what it said. Fails where a call did."""
    named = ["-sn", scenario]
    if scenario in SCENARIOS:
        (folder / f"{scenario}.xml").write_text(SCENARIOS[scenario], "utf-8")
        named = ["-sf", f"{scenario}.xml"]
    process = await _start(
        folder, host_port(host, port), *named, "-s", "4001", "-i", host, *words, calls=calls
    )
    return await _ended(process, folder)


@asynccontextmanager
async def called_sipp(scenario: str, folder: Path, *words: str) -> AsyncIterator[int]:
    """SIPp is called, once; gives its port, and at the end waits for it. Fails where the call did."""
    (folder / f"{scenario}.xml").write_text(CALLED[scenario], "utf-8")
    port = own_port()
    process = await _start(
        folder, "-sf", f"{scenario}.xml", "-p", str(port), "-i", "127.0.0.1", *words
    )
    try:
        async with asyncio.timeout(RUN_S_MAX):
            while not is_listened_on(port) and process.returncode is None:  # noqa: ASYNC110
                # Another program sets no event.
                await asyncio.sleep(0.01)
        yield port
    finally:
        await _ended(process, folder)


async def _start(folder: Path, *words: str, calls: int = 1) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sipp_path(),
        *words,
        *("-m", str(calls), "-nostdin"),
        *("-timeout", "240", "-timeout_error", "-recv_timeout", "120000"),
        *("-trace_err", "-error_file", str(folder / "errors.txt")),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _ended(process: asyncio.subprocess.Process, folder: Path) -> str:
    said, _ = await asyncio.wait_for(process.communicate(), RUN_S_MAX)
    errors = folder / "errors.txt"
    why = errors.read_text("utf-8", "replace") if errors.exists() else said.decode()[-2000:]
    assert process.returncode == 0, why
    return said.decode("utf-8", "replace")
