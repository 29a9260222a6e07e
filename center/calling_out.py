"""Calls that we make: whom to call and why, and what became of it. Nothing in the house has a number dialled in any other way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from center.contact import ContactKey


class Reached(StrEnum):
    """What became of a call of ours."""

    PERSON = "person"
    """Somebody answered; the call is up, and its contact is known to the voice channel."""
    MACHINE = "machine"
    """An answering machine did, and was hung up on."""
    BUSY = "busy"
    NO_ANSWER = "no answer"
    REFUSED = "refused"
    """It was declined, or there is no such number: not to be tried again."""
    NOT_ALLOWED = "not allowed"
    """No allow-list holds it, or there is no trunk to call by."""
    NO_TRUNK = "no trunk"
    """None takes calls now. Nothing was dialled, and the key may be used again."""
    NO_ROOM = "no room"
    """Our lines, the platform or the disk are full. Nothing was dialled, and the key may be used again."""
    FAILED = "failed"
    """It was dialled, and nobody knows why it ended: the trunk broke."""
    REPEATED = "repeated"
    """It was dialled before, under the same key."""


class CallOut(msgspec.Struct, frozen=True):
    """A call to be made."""

    key: str
    """Names it. A key is dialled once, whatever crashes, and however often it is asked for."""
    contact: ContactKey
    """Whom to call for which shop."""
    code: str
    """The shop's number, which is shown to who is called."""
    carrier: str = ""
    """The trunk to call over, where it takes calls; else another that does."""
    opens: bool = True
    """Whether the flow begins at the answer. If not, its session stands at a hand-over: the buyer hears music until an agent is
    connected, as one who waited on the line."""


class CallsOut(Protocol):
    """Who makes them: the voice channel."""

    def call(self, errand: CallOut, then: Callable[[Reached], object]) -> None:
        """Call somebody; `then` is told once what became of it, from the loop.

        Promised: only numbers that the seller's list (`call back`), the operator's (`[voice] call_back`) and the trunk's hold are
        dialled. Not promised: that it is told after a crash; then it is not dialled again either.
        """
        ...

    def may_call(self, number: str, allowed: Sequence[str]) -> bool:
        """Whether a number that a seller's list should hold would be dialled now."""
        ...

    def give_up(self, key: str) -> None:
        """Stop ringing; `then` is told NO_ANSWER. A call that was answered goes on."""
        ...
