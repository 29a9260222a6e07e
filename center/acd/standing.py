"""How things stand: what a journal may begin with, in place of all events before.

As many records as there are contracts, people, queues and contacts; a router that is given them acts as the one did from
which they were taken (snapshot.py).
"""

from center.acd.agent import Agent, Channel, Presence, Slot
from center.acd.events import Event
from center.acd.measures import Counts
from center.acd.queue import Queue


class AgentStood(Event, frozen=True, tag=True, array_like=True):
    """An agent, with what the day has been so far."""

    agent: Agent
    presence: Presence
    reason: str
    occupancy: float
    measured_at: float
    spent_s: tuple[float, float, float]
    """Busy, ready, not ready."""
    idle_since: tuple[float, float]
    """By channel."""
    places: tuple[tuple[int, float] | None, tuple[int, float] | None]
    """By channel, among the free: the order among equals, and how quiet the agent was on coming there. None: not there."""
    answered: int = 0
    not_answered: int = 0


class QueueStood(Event, frozen=True, tag=True, array_like=True):
    """A queue, with its counts."""

    queue: Queue
    counts: Counts
    answered_at: float
    last_wait_s: float


class ContactStood(Event, frozen=True, tag=True, array_like=True):
    """A contact, in line or with an agent."""

    contact: str
    queue: str
    channel: Channel
    order: int
    since: float
    joined_at: float
    points: float
    prefers: str
    sticky_until: float
    awaits: bool
    """Stands in line for the preferred agent alone."""
    call_back: Channel | None
    step: int
    slot: Slot
    agent: str
    """Who has it; nobody's while it waits."""
    answered_at: float
    due: tuple[float, int] | None
    """When something happens by itself, and its place among what happens then."""
    beside: tuple[str, ...] = ()
    """Agents whose slot for calls it takes besides."""
    buyer: str = ""
    alone_until: float = 0.0


class ServedStood(Event, frozen=True, tag=True, array_like=True):
    """Some of the buyers of whom it is remembered who served them last, from the longest ago on."""

    served: tuple[tuple[str, str], ...]
    """Buyer and agent."""


class Stood(Event, frozen=True, tag=True, array_like=True):
    """The end of them: the router's time, and how far it has counted."""

    order: int
    day_began_at: float = 0.0


Standing = AgentStood | QueueStood | ContactStood | ServedStood | Stood
