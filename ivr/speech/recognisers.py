"""Recognisers in processes of their own, a pool for each language: who hears an utterance, and when to ask for keys instead.

Promised: `hear` answers within `hear_s_max`, or raises; a process that hangs or dies is replaced. When every process of a
language is busy and WAITING_MAX callers wait, the next ones are refused at once, so that nobody waits in silence.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ivr.speech.programs import HEAR_S_MAX, check_engines
from ivr.speech.recognition import UTTERANCE_S_MAX, Hypothesis, Listening, Request
from ivr.speech.worker import HEAD, MESSAGE_BYTES_MAX

STARTS_MAX = 3
"""Tries to replace a process before its language has one less."""
START_S_MAX = 30.0
"""For an engine to load its model."""
WAITING_PER_WORKER = 2
PROCESSES = 2
CODES_PER_S = 8_000

log = logging.getLogger("dialcart.speech")


class RecognitionError(Exception):
    """Nobody can listen now: ask for keys."""


class BusyError(RecognitionError):
    """Every recogniser is busy and enough callers wait."""


@dataclass(slots=True)
class HearingCounters:
    """For operators."""

    heard: int = 0
    empty: int = 0
    """Nothing in the grammar fitted."""
    refused: int = 0
    """Sent to keys since all were busy."""
    failed: int = 0
    """A process was too slow or died."""
    busy_s: float = 0.0


class _Process:
    """One worker."""

    def __init__(self, setting: str, start_s_max: float) -> None:
        self._setting = setting
        self._start_s_max = start_s_max
        self._process: asyncio.subprocess.Process | None = None
        self._read = msgspec.msgpack.Decoder(Hypothesis)

    async def start(self) -> None:
        """Run it and wait until its engine is loaded. Raises RecognitionError."""
        await self.stop()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ivr.speech.worker",
            self._setting,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Its matrices are small: threads to share one would spin for a third of its CPU while they wait for work.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        try:
            await asyncio.wait_for(self._answer(), self._start_s_max)
        except (TimeoutError, RecognitionError):
            await self.stop()
            raise RecognitionError(
                f"{self._setting} does not start; its own words are above"
            ) from None

    async def hear(self, request: Request) -> Hypothesis:
        """One utterance. Raises RecognitionError."""
        if self._process is None or self._process.stdin is None:
            raise RecognitionError(f"{self._setting} is not started")
        message = msgspec.msgpack.encode(request)
        try:
            self._process.stdin.write(HEAD.pack(len(message)) + message)
            await self._process.stdin.drain()
        except OSError:
            raise RecognitionError(f"{self._setting} is gone") from None
        return await self._answer()

    async def _answer(self) -> Hypothesis:
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            (length,) = HEAD.unpack(await self._process.stdout.readexactly(HEAD.size))
            if length > MESSAGE_BYTES_MAX:
                raise RecognitionError(f"{self._setting} answers nonsense")
            return self._read.decode(await self._process.stdout.readexactly(length))
        except (asyncio.IncompleteReadError, msgspec.DecodeError, OSError):
            raise RecognitionError(f"{self._setting} is gone") from None

    @property
    def pid(self) -> int:
        """Its process id; 0 while it is not up."""
        return self._process.pid if self._process is not None else 0

    async def stop(self) -> None:
        """End it."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        if process.stdin is not None:
            process.stdin.close()
        # To the end of what it wrote: until then its pipes are open, also of one that died by itself.
        await process.communicate()
        # Last: who was interrupted here is stopped again.
        self._process = None


class _Pool:
    """The processes of one language."""

    def __init__(self, setting: str, processes: int, start_s_max: float) -> None:
        self.size = processes
        self.free: asyncio.Queue[_Process] = asyncio.Queue()
        self.all = [_Process(setting, start_s_max) for _ in range(processes)]
        self.admitted = 0


class Recognisers:
    """All languages that can be heard."""

    def __init__(
        self,
        engines: Mapping[str, str],
        processes: int = PROCESSES,
        *,
        hear_s_max: float = HEAR_S_MAX,
        start_s_max: float = START_S_MAX,
    ) -> None:
        """Raises ValueError for a setting that names no engine."""
        check_engines(engines)
        self.counters = HearingCounters()
        self._starting: set[asyncio.Task[None]] = set()
        self._hear_s_max = hear_s_max
        self._pools = {
            language: _Pool(setting, processes, start_s_max)
            for language, setting in engines.items()
        }

    def languages(self) -> frozenset[str]:
        """Languages that can be heard; others are answered by keys."""
        return frozenset(self._pools)

    async def start(self) -> None:
        """Load every engine. Raises RecognitionError."""
        for pool in self._pools.values():
            await asyncio.gather(*(one.start() for one in pool.all))
            for one in pool.all:
                pool.free.put_nowait(one)

    def pids(self) -> list[int]:
        """The processes that are up."""
        return [one.pid for pool in self._pools.values() for one in pool.all if one.pid]

    async def close(self) -> None:
        """End all processes."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(one.stop() for pool in self._pools.values() for one in pool.all))

    async def hear(self, listening: Listening, codes: bytes, payload_type: int) -> Hypothesis:
        """What an utterance says. Raises BusyError, RecognitionError."""
        pool = self._pools.get(listening.language)
        if pool is None:
            raise RecognitionError(f"no recogniser hears {listening.language}")
        if pool.admitted >= (1 + WAITING_PER_WORKER) * pool.size:
            self.counters.refused += 1
            raise BusyError
        request = Request(listening, codes[: int(UTTERANCE_S_MAX * CODES_PER_S)], payload_type)
        pool.admitted += 1
        try:
            async with asyncio.timeout(self._hear_s_max):
                process = await pool.free.get()
                heard = await self._hear(pool, process, request)
        except TimeoutError:
            self.counters.refused += 1
            raise BusyError from None
        finally:
            pool.admitted -= 1
        self.counters.heard += bool(heard.text)
        self.counters.empty += not heard.text
        return heard

    async def _hear(self, pool: _Pool, process: _Process, request: Request) -> Hypothesis:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            heard = await process.hear(request)
        except RecognitionError:
            self._replace(pool, process)
            raise
        except asyncio.CancelledError:
            # Too slow, or the caller is gone: what it would answer now answers nobody's question.
            self._replace(pool, process)
            raise
        finally:
            self.counters.busy_s += loop.time() - began
        pool.free.put_nowait(process)
        return heard

    def _replace(self, pool: _Pool, process: _Process) -> None:
        """Start a process anew, beside the calls; until it is loaded the others hear for it."""
        self.counters.failed += 1

        async def start() -> None:
            for _ in range(STARTS_MAX):
                try:
                    await process.start()
                except RecognitionError as error:
                    log.error("%s", error)
                else:
                    pool.free.put_nowait(process)
                    return
            log.error("a recogniser is given up; its language has one less")

        task = asyncio.get_running_loop().create_task(start())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
