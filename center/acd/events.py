"""What happens to the router. The journal is these values in their order and nothing else.

`at` is Unix seconds with fractions. Whoever writes the journal names contacts: a name is used once; a contact handed on
to another queue arrives there under a new name, with `since` for its place.
"""

import msgspec

from center.acd.agent import Agent, Channel
from center.acd.queue import Queue


class Event(msgspec.Struct, frozen=True, tag=True, array_like=True, gc=False):
    """Something that happened, and when."""

    at: float


class QueueSet(Event, frozen=True, tag=True, array_like=True):
    """A queue is opened or changed; who waits in it stays in place."""

    queue: Queue


class AgentSet(Event, frozen=True, tag=True, array_like=True):
    """An agent is entered or changed: skills, employer, slots."""

    agent: Agent


class ContractSet(Event, frozen=True, tag=True, array_like=True):
    """A pool's people may serve a seller from now on."""

    pool: str
    seller: str


class ContractEnded(Event, frozen=True, tag=True, array_like=True):
    """A pool's people may not be offered the seller's buyers any more. Talks under way go on."""

    pool: str
    seller: str


class ContactArrived(Event, frozen=True, tag=True, array_like=True):
    """A flow hands a buyer over to a queue."""

    contact: str
    queue: str
    channel: Channel
    since: float | None = None
    """Joined already then, in another queue; keeps that place."""
    points: float = 0.0
    """On top of the queue's base."""
    prefers: str = ""
    """The agent whom this buyer knows."""
    buyer: str = ""
    """Names the buyer over all visits, where it is to be remembered who serves them."""


class ContactLeft(Event, frozen=True, tag=True, array_like=True):
    """The buyer hung up, or said by text that it is done."""

    contact: str


class CallBackTaken(Event, frozen=True, tag=True, array_like=True):
    """The buyer hangs up and keeps the place; an agent calls or texts when it is their turn."""

    contact: str
    channel: Channel
    to: str = ""
    """The contact's name from now on, where its session has moved to another channel."""


class AgentSignedIn(Event, frozen=True, tag=True, array_like=True):
    """At the desk, not ready yet."""

    agent: str


class AgentReady(Event, frozen=True, tag=True, array_like=True):
    """Takes contacts."""

    agent: str


class AgentPaused(Event, frozen=True, tag=True, array_like=True):
    """Takes no new contact, for a reason; what is under way goes on."""

    agent: str
    reason: str


class AgentSignedOut(Event, frozen=True, tag=True, array_like=True):
    """Gone from the desk; what is under way goes on."""

    agent: str


class OfferAccepted(Event, frozen=True, tag=True, array_like=True):
    """The agent answers."""

    contact: str
    agent: str


class OfferDeclined(Event, frozen=True, tag=True, array_like=True):
    """The agent, or the desk for want of a line, refuses."""

    contact: str
    agent: str


class ContactFinished(Event, frozen=True, tag=True, array_like=True):
    """The agent ends the talk; wrap-up begins."""

    contact: str
    agent: str


class CallJoined(Event, frozen=True, tag=True, array_like=True):
    """An agent is on a buyer's call that no queue gave them: phones one who writes, or is asked in by who has the buyer.

    That takes their slot for calls, if it is free.
    """

    contact: str
    agent: str


class CallParted(Event, frozen=True, tag=True, array_like=True):
    """An agent is off such a call; who has the buyer has them still."""

    contact: str
    agent: str


class WrapUpEnded(Event, frozen=True, tag=True, array_like=True):
    """The agent has written down what there was to write, before the time for it is over."""

    contact: str
    agent: str


class DayBegan(Event, frozen=True, tag=True, array_like=True):
    """Figures are counted from here on. What is under way goes on."""


class Passed(Event, frozen=True, tag=True, array_like=True):
    """Time has passed: what is due happens."""


Happening = (
    ContactArrived
    | OfferAccepted
    | ContactFinished
    | WrapUpEnded
    | ContactLeft
    | Passed
    | AgentReady
    | AgentPaused
    | CallBackTaken
    | OfferDeclined
    | CallJoined
    | CallParted
    | AgentSignedIn
    | AgentSignedOut
    | DayBegan
    | QueueSet
    | AgentSet
    | ContractSet
    | ContractEnded
)
