"""What the router remembers: a ticket for each contact, a person for each agent, a seat for each channel of theirs.

These change; nothing outside center/acd sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import TYPE_CHECKING

from center.acd.agent import CHANNELS, REASON_SIGNED_IN, Agent, Channel, Presence, Slot
from center.acd.lines import Line

if TYPE_CHECKING:
    from center.acd.backlog import Backlog
    from center.acd.needs import Need, Profile

OCCUPANCY_MEMORY_S = 3600.0
"""Work this long ago counts 1/e as much as work now when the least occupied is looked for."""
OCCUPANCY_MIN = 1e-12
CONVERSATION_POINTS = 1e12
"""More than any key: who has fewer conversations at hand comes first."""


class Ticket:
    """A contact's place: in a queue while its slot is "free", and then with an agent."""

    __slots__ = (
        "answered_at",
        "backlog",
        "beside",
        "call_back",
        "channel",
        "joined_at",
        "name",
        "needs",
        "order",
        "points",
        "prefers",
        "seat",
        "since",
        "slot",
        "stamp",
        "step",
        "sticky_until",
        "waiting",
    )

    def __init__(self, name: str, backlog: Backlog, channel: int, order: int) -> None:
        self.name = name
        self.backlog = backlog
        self.channel = channel
        self.order = order
        """Counts arrivals: who joined first among equals."""
        self.since = 0.0
        self.joined_at = 0.0
        self.points = 0.0
        self.prefers = ""
        self.sticky_until = 0.0
        """Waits for the preferred agent alone until then."""
        self.call_back: Channel | None = None
        self.step = 0
        """How many steps of the recipe are done."""
        self.needs: Sequence[Need] = ()
        self.waiting = False
        self.slot: Slot = "free"
        self.seat: Seat | None = None
        self.beside: tuple[Seat, ...] = ()
        """Slots for calls that the buyer takes besides: of the agent who phones one who writes, of colleagues asked in."""
        self.answered_at = 0.0
        self.stamp = 0


class Seat:
    """What an agent can take on one channel."""

    __slots__ = ("awaited", "channel", "idle_since", "person", "place", "slots", "stamp", "taken")

    def __init__(self, person: Person, channel: int, slots: int) -> None:
        self.person = person
        self.channel = channel
        self.slots = slots
        self.taken = 0
        self.idle_since = 0.0
        self.stamp = 0
        self.place: tuple[int, float] | None = None
        """Among the free, of one who is about to be put back there; see snapshot.py."""
        self.awaited: Line[Ticket] | None = None
        """Who waits for this very agent; most agents have nobody."""

    def free(self) -> bool:
        """Whether one more contact may be offered."""
        return self.taken < self.slots and self.person.presence == "ready"


class Person:
    """An agent at work."""

    __slots__ = (
        "agent",
        "busy_s",
        "measured_at",
        "not_ready_s",
        "occupancy",
        "presence",
        "profile",
        "ready_s",
        "reason",
        "seats",
        "tickets",
        "working",
    )

    def __init__(self, agent: Agent, profile: Profile) -> None:
        self.agent = agent
        self.profile = profile
        self.presence: Presence = "signed out"
        self.reason = REASON_SIGNED_IN
        slots = (agent.voice_slots, agent.sms_slots)
        self.seats = tuple(Seat(self, channel, slots[channel]) for channel in range(len(CHANNELS)))
        self.tickets: dict[str, Ticket] = {}
        self.working = 0
        """Contacts talked with or written up."""
        self.occupancy = 0.0
        self.measured_at = 0.0
        self.busy_s = 0.0
        self.ready_s = 0.0
        self.not_ready_s = 0.0

    @property
    def quiet_key(self) -> float:
        """Orders free agents by occupancy; see `account`."""
        return log(max(self.occupancy, OCCUPANCY_MIN)) + self.measured_at / OCCUPANCY_MEMORY_S

    def account(self, now: float) -> None:
        """Add the time since the last change to what it was spent on.

        Occupancy is a mean over the past in which a moment t seconds ago weighs exp(-t / OCCUPANCY_MEMORY_S). While
        people are free all of theirs shrink by the same factor, so log(occupancy) + now / OCCUPANCY_MEMORY_S stays as
        it is and orders them for as long as they are free.
        """
        spent_s = now - self.measured_at
        self.measured_at = now
        fade = exp(-spent_s / OCCUPANCY_MEMORY_S)
        self.occupancy *= fade
        if self.working:
            self.busy_s += spent_s
            self.occupancy += 1 - fade
        elif self.presence == "ready":
            self.ready_s += spent_s
        elif self.presence == "not ready":
            self.not_ready_s += spent_s
