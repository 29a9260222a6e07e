"""What the router remembers: contacts in a queue or at a desk, agents with their seats, and the classes that match them.

These values hold one another, so they stand in one file, and nothing here decides: seats change in offers.py, waiting.py and
attendance.py, classes are made in needs.py. Nothing outside center/acd sees them change.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from center.acd.agent import CHANNELS, REASON_SIGNED_IN, Agent, Channel, Presence, Skill, Slot
from center.acd.lines import Line
from center.acd.measures import Counts
from center.acd.queue import Choice, Queue

ESTIMATE_MEMORY_S = 900.0
"""A wait that ended longer ago tells nothing of a wait that begins now."""


class Ticket:
    """A contact's place: in a queue while its slot is "free", and then with an agent."""

    __slots__ = (
        "alone_until",
        "answered_at",
        "backlog",
        "beside",
        "buyer",
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
        self.buyer = ""
        self.sticky_until = 0.0
        """Waits for the preferred agent alone until then."""
        self.alone_until = 0.0
        """Nobody was left who could be asked: goes on then, unless somebody has come. 0: somebody was there."""
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
        "answered",
        "busy_s",
        "measured_at",
        "not_answered",
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
        self.answered = 0
        self.not_answered = 0
        """Offers that rang in vain, were declined, or were left behind."""


class Need:
    """One class of need on one channel, and who waits with it."""

    __slots__ = (
        "channel",
        "choice",
        "idle",
        "line",
        "pools",
        "profiles",
        "rate",
        "requires",
        "staffed",
    )

    def __init__(
        self,
        pools: frozenset[str],
        requires: tuple[Skill, ...],
        channel: int,
        rate: float,
        choice: Choice,
    ) -> None:
        self.pools = pools
        self.requires = requires
        self.channel = channel
        self.rate = rate
        self.choice = choice
        self.line: Line[Ticket] = Line()
        self.profiles: list[Profile] = []
        self.idle: list[Line[Seat]] = []
        """The free people of each profile, in the order of this need's choice."""
        self.staffed = 0
        """How many of the profiles have someone signed in who has this channel."""

    def key(self, since: float, base: float) -> float:
        """A place that never changes: who has the least key has the highest priority at any time.

        base + rate * (now - since) orders as since - base / rate does, whatever `now` is. Without a rate the priority
        is the base alone, and the order of joining decides among equals.
        """
        return since - base / self.rate if self.rate else -base


class Profile:
    """People of one pool with the same skills, and those of them who are free."""

    __slots__ = (
        "idle",
        "lines",
        "needs",
        "pool",
        "quiet",
        "quiet_wanted",
        "skills",
        "staffed",
    )

    def __init__(self, pool: str, skills: tuple[Skill, ...]) -> None:
        self.pool = pool
        self.skills = {skill.name: skill.level for skill in skills}
        self.needs: tuple[list[Need], ...] = tuple([] for _ in CHANNELS)
        self.lines: tuple[dict[float, list[Line[Ticket]]], ...] = tuple({} for _ in CHANNELS)
        """Who waits in those needs, by the rate of ageing: keys of one rate compare, those of two do not."""
        self.idle: tuple[Line[Seat], ...] = tuple(Line() for _ in CHANNELS)
        """By the time they became free."""
        self.quiet: tuple[Line[Seat], ...] = tuple(Line() for _ in CHANNELS)
        """By how busy they were of late; kept only if some need chooses so."""
        self.quiet_wanted = [False for _ in CHANNELS]
        self.staffed = [0 for _ in CHANNELS]

    def fits(self, need: Need) -> bool:
        """Whether these people may be asked and can do what is asked for."""
        return self.pool in need.pools and all(
            self.skills.get(name, 0) >= level for name, level in need.requires
        )

    def staff(self, channel: int, change: int) -> bool:
        """Count one more or one fewer who is signed in; whether they were the last for some need."""
        before, is_missed = self.staffed[channel], False
        self.staffed[channel] = before + change
        if before == 0 or self.staffed[channel] == 0:
            for need in self.needs[channel]:
                need.staffed += change
                is_missed = is_missed or not need.staffed
        return is_missed


class Backlog:
    """One queue at work: who waits, in the order of joining, and what became of those who came (backlog.py)."""

    __slots__ = ("answered_at", "counts", "first", "joined", "last_wait_s", "queue", "waiting")

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.first: list[tuple[Need] | None] = [None for _ in CHANNELS]
        """The need of one who just joined, once it is looked up; all who join share it."""
        self.waiting = 0
        self.joined: deque[Ticket] = deque()
        """Who waits; whoever waits no more is dropped when it comes to the head."""
        self.answered_at = -ESTIMATE_MEMORY_S
        self.last_wait_s = 0.0
        self.counts = Counts()
