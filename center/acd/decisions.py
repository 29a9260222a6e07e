"""What the router wants done. Each is carried out after the event that led to it is in the journal."""

import msgspec

from center.acd.agent import Channel
from center.acd.queue import Exit


class Offer(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Ring this agent for this contact. The agent's slot is held until it is answered or withdrawn."""

    contact: str
    agent: str
    queue: str
    answer_by: float
    """Unix seconds."""
    call_back: Channel | None = None
    """The buyer is not on the line: call or text once the agent has accepted."""


class Withdraw(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Stop ringing: the buyer left, or the agent did not answer and is not ready now for this reason."""

    contact: str
    agent: str
    reason: str
    """Of the agent's pause; empty if it was the buyer who left."""


class Leave(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The buyer goes back to the flow, which has a way on for each exit."""

    contact: str
    exit: Exit


class Say(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Play or text something to one who waits."""

    contact: str
    message: str
    """The name that the recipe gives it."""
    wait_s: float
    """How much longer the wait is thought to be."""


class ProposeCallBack(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Ask one who waits whether to be called or texted back."""

    contact: str
    wait_s: float


class Clear(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Take a contact off this agent's desk: the time to write it up is over."""

    contact: str
    agent: str


Decision = Offer | Withdraw | Leave | Say | ProposeCallBack | Clear
