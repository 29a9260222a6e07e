"""Piper kept running: it takes a second to read its model, and then a tenth of one to say a text.

    with Pipers() as pipers: wav = pipers.say(voice, "Thank you")

It is a program beside us (GPL), given a text a line; it writes each into a file of its own and tells the file's name in a line. The
one that is written in Python says so on standard error among other things, the one in C++ on standard output: both are read together, and
a line counts by the name in it. It ends when its input is closed, so none outlives us.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from ivr.speech.voices import RATE_WPM, SYNTHESIS_S_MAX, Voice, VoiceError

IDLE_MAX = 2
"""Processes of one voice that are kept: one for calls, one for what is rendered ahead. Each holds its model, some 150 MB."""
WORDS_BYTES_MAX = 4_096
"""Of what it says of itself, kept to be told when it fails."""


class PiperDiedError(VoiceError):
    """A process has ended, or what it wrote is gone: another one may do better."""


class PiperProcess:
    """One process of one voice. Raises VoiceError where it cannot be started."""

    def __init__(self, voice: Voice) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dialcart-piper-")
        self._name = re.compile(re.escape(self._folder.name).encode() + rb"\S*\.wav")
        # Piper's rate is a length: 1 at the pace its model was trained with.
        length = f"{RATE_WPM / voice.rate_wpm:.2f}"
        words = ["--model", voice.name, "--length_scale", length, "--output_dir", self._folder.name]
        try:
            self._process = subprocess.Popen(  # noqa: S603  # the program is the operator's; texts go in as input
                [voice.program, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
            )
        except OSError as error:
            self._folder.cleanup()
            raise VoiceError(f"piper does not start: {error.strerror}") from None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def say(self, text: str, until: float) -> bytes:
        """A text as a WAV file, by this time of the monotonic clock. Raises VoiceError, after which the process is of no more use."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(" ".join(text.split()).encode() + b"\n")
            path = self._written(until)
            content = path.read_bytes()
            path.unlink()
        except OSError as error:
            raise PiperDiedError(f"piper gave no speech: {error}") from None
        return content

    def _written(self, until: float) -> Path:
        """The file that was written, when it is."""
        assert self._process.stdout is not None
        said = b""
        # As select.select, which no file number of 1,024 and more may be given to: a shop with many calls has such.
        written = select.poll()
        written.register(self._process.stdout, select.POLLIN)
        while (left_s := until - time.monotonic()) > 0:
            if not written.poll(left_s * 1_000):
                break
            more = os.read(self._process.stdout.fileno(), WORDS_BYTES_MAX)
            said = (said + more)[-WORDS_BYTES_MAX:]
            if not more:
                last = said.decode(errors="replace").strip().rpartition("\n")[2]
                raise PiperDiedError(f"piper failed: {last[-200:]}")
            whole, _, _ = said.rpartition(b"\n")
            for name in self._name.findall(whole):
                # One that was told before is read and gone.
                if (path := Path(os.fsdecode(name))).exists():
                    return path
        raise VoiceError(f"piper gave no speech within {SYNTHESIS_S_MAX:.0f} s")

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


class Pipers:
    """Processes of all voices, each for one text at a time; as many run as texts are said at once."""

    def __init__(self) -> None:
        self._idle: dict[Voice, list[PiperProcess]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Pipers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def say(self, voice: Voice, text: str) -> bytes:
        """A text as a WAV file. Raises VoiceError. Blocks, for SYNTHESIS_S_MAX at most."""
        until = time.monotonic() + SYNTHESIS_S_MAX
        with self._lock:
            idle = self._idle.get(voice)
            process = idle.pop() if idle else None
        if process is not None:
            # It may have died since it last spoke: then another one does it. One that hangs has had all the time there is.
            with contextlib.suppress(PiperDiedError):
                return self._say(voice, process, text, until)
        return self._say(voice, PiperProcess(voice), text, until)

    def pids(self) -> list[int]:
        """The processes that wait for a text."""
        with self._lock:
            return [process.pid for idle in self._idle.values() for process in idle]

    def close(self) -> None:
        """End all of them; those that speak end when they have spoken."""
        with self._lock:
            self._closed = True
            ended = [process for idle in self._idle.values() for process in idle]
            self._idle.clear()
        for process in ended:
            process.close()

    def _say(self, voice: Voice, process: PiperProcess, text: str, until: float) -> bytes:
        try:
            content = process.say(text, until)
        except VoiceError:
            process.close()
            raise
        with self._lock:
            idle = self._idle.setdefault(voice, [])
            kept = not self._closed and len(idle) < IDLE_MAX
            if kept:
                idle.append(process)
        if not kept:
            process.close()
        return content
