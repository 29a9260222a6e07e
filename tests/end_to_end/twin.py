"""Calls of SIPp that wait for what the shop says, as callers do: SIPp's third-party call control (3PCC), with a thread in place of a second SIPp.

A scenario tells that a call waits by a command, and goes on when it is told. No call goes on by time, so none is too fast for
a machine that is busy.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Said = Callable[[str], str]
"""All that a shop and a buyer, by number, have said to one another so far; it only ever grows."""
LOOK_S = 0.1
"""Nobody says when a shop has asked: its log is read so often."""
ASKS = "\n< "
"""How a line begins that the shop says."""
AGAIN_MAX = 3
"""Who is not understood says it again so often."""
UNANSWERED_S = 45.0
"""Who has spoken, and is told nothing at all for so long, says it again: a word may be lost on its way to the shop."""
_END = b"\x1b"
"""Of each command."""


@dataclass(frozen=True, slots=True)
class Until:
    """What a call waits for."""

    words: str
    again: bool = False
    """Whether it does what it did before once more when the shop says something else."""
    spoken: bool = False
    """Whether that is something said: also when the shop says nothing."""

    def steps(self, number: int, caller: str) -> str:
        """Of a scenario, in which it is the wait with this number. What is to be done again begins at a label of that number."""
        asked = f"<sendCmd><![CDATA[\nCall-ID: [call_id]\nWait: {number}\nCaller: {caller}\n\n]]></sendCmd>"
        if not self.again:
            return f"{asked}\n<recvCmd></recvCmd>"
        told = f'<ereg regexp="again" search_in="msg" assign_to="again{number}"/>'
        return (
            f"{asked}\n<recvCmd><action>{told}</action></recvCmd>\n"
            f'<nop next="{number}" test="again{number}"/>'
        )


class Twin:
    """Tells calls when the shop has said what they wait for."""

    def __init__(self, waits: Sequence[Until], said: Said, *numbers: str) -> None:
        """`numbers`: of who may have called before; what was said then is not waited for."""
        self._waits = waits
        self._said = said
        self._heard = {number: len(said(number)) for number in numbers}
        """How much of it the waits of each caller are through with."""
        self._again: dict[tuple[str, int], int] = {}
        self._waiting: dict[str, tuple[str, int, float]] = {}
        """By call: who, which wait, and since when."""
        self._stop = False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self._server.getsockname())
        """For SIPp, which connects to it."""
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop = True
        self._thread.join()
        self._server.close()

    def _run(self) -> None:
        while not self._comes(self._server):
            if self._stop:
                return
        sipp, _ = self._server.accept()
        # A call that fails ends SIPp, whatever others wait for.
        with sipp, contextlib.suppress(ConnectionError):
            told = b""
            while not self._stop:
                if self._comes(sipp):
                    data = sipp.recv(65_536)
                    if not data:
                        return
                    *commands, told = (told + data).split(_END)
                    for command in commands:
                        self._waits_for(command.decode())
                for call in list(self._waiting):
                    answer = self._answer(*self._waiting[call])
                    if answer:
                        del self._waiting[call]
                        sipp.sendall(f"Call-ID: {call}\r\nTold: {answer}\r\n\r\n".encode() + _END)

    def _comes(self, source: socket.socket) -> bool:
        poll = select.poll()
        poll.register(source, select.POLLIN)
        return bool(poll.poll(LOOK_S * 1_000))

    def _waits_for(self, command: str) -> None:
        words = dict(line.split(": ", 1) for line in command.splitlines() if ": " in line)
        # Else a call is over before its time.
        if "Wait" in words:
            self._waiting[words["Call-ID"]] = (
                words["Caller"],
                int(words["Wait"]),
                time.monotonic(),
            )

    def _answer(self, number: str, wait: int, since: float) -> str:
        """What to tell somebody who waits; nothing yet if it is empty."""
        until, from_ = self._waits[wait], self._heard.get(number, 0)
        said = self._said(number)
        found = said.find(until.words, from_)
        if found >= 0:
            # All of the answer is there: an answer is kept at once.
            self._heard[number] = len(said)
            return "on"
        tries = self._again.get((number, wait), 0)
        unanswered = until.spoken and time.monotonic() - since > UNANSWERED_S
        if until.again and tries < AGAIN_MAX and (unanswered or ASKS in said[from_:]):
            self._again[number, wait] = tries + 1
            self._heard[number] = len(said)
            return "again"
        return ""
