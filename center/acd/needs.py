"""Who may serve whom, worked out before anyone waits: classes of need beside profiles of people.

A need is what a buyer requires and who may be asked: all buyers with the same skills asked for, the same pools under
contract, the same rate of ageing and the same choice share one, whichever seller they phoned. A profile is what people
can do and who employs them. The pairs that fit are kept on both sides, so that no decision looks at any other.

Only pools that have people count: forty thousand sellers without people of their own, served by one partner, are one
need and one line, not forty thousand. When somebody is first entered for a pool, its sellers' needs are other ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from center.acd.agent import CHANNELS, Skill
from center.acd.lines import Line
from center.acd.queue import Choice
from center.acd.seats import Seat, Ticket

EVERYONE = ""
"""Stands for a skill in the indexes below: those who ask for none."""


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


def priority(rate: float, key: float, now: float) -> float:
    """Points at this time of one with this key, where priorities age at this rate."""
    return rate * (now - key) if rate else -key


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

    def staff(self, channel: int, change: int) -> None:
        """Count one more or one fewer who is signed in."""
        before = self.staffed[channel]
        self.staffed[channel] = before + change
        if before == 0 or self.staffed[channel] == 0:
            for need in self.needs[channel]:
                need.staffed += change


NeedKey = tuple[frozenset[str], tuple[Skill, ...], int, float, Choice]


class Directory:
    """Every need and profile there is, and the contracts that bind pools to sellers."""

    def __init__(self) -> None:
        self._pools: dict[str, frozenset[str]] = {}
        """By seller: its own, and those under contract, with people or without."""
        self._sellers: dict[str, dict[str, None]] = defaultdict(dict)
        """By pool: the sellers above, in the order in which they came."""
        self._peopled: set[str] = set()
        self._needs: dict[NeedKey, Need] = {}
        self._profiles: dict[tuple[str, tuple[Skill, ...]], Profile] = {}
        self._profiles_of: dict[tuple[str, str], list[Profile]] = defaultdict(list)
        """By pool and each skill."""
        self._needs_of: dict[tuple[str, str], list[Need]] = defaultdict(list)
        """By pool and the rarest skill asked for."""

    def contract(self, pool: str, seller: str) -> None:
        """Let a pool serve a seller."""
        self._pools[seller] = self._allowed(seller) | {pool}
        self._sellers[pool][seller] = None

    def end_contract(self, pool: str, seller: str) -> None:
        """Let a pool serve a seller no longer; a seller's own people always may."""
        if pool != seller:
            self._pools[seller] = self._allowed(seller) - {pool}
            self._sellers[pool].pop(seller, None)

    def may_serve(self, pool: str, seller: str) -> bool:
        """Whether people of this pool may be with buyers of this seller."""
        return pool in self._allowed(seller)

    def contracts(self) -> Iterator[tuple[str, str]]:
        """Pool and seller of each; a seller's own people need none."""
        for pool, sellers in self._sellers.items():
            for seller in sellers:
                if pool != seller:
                    yield pool, seller

    def _allowed(self, seller: str) -> frozenset[str]:
        found = self._pools.get(seller)
        if found is None:
            found = self._pools[seller] = frozenset([seller])
            self._sellers[seller][seller] = None
        return found

    def people(self, pool: str) -> list[str]:
        """Somebody works for this pool; the sellers whose needs are other ones by that."""
        if pool in self._peopled:
            return []
        self._peopled.add(pool)
        return list(self._sellers[pool])

    def need(
        self, seller: str, requires: tuple[Skill, ...], channel: int, rate: float, choice: Choice
    ) -> Need:
        """The class of such buyers, beside whom it fits."""
        pools = self._allowed(seller) & self._peopled
        key = (pools, requires, channel, rate, choice)
        found = self._needs.get(key)
        if found is None:
            found = self._needs[key] = Need(*key)
            self._place(found)
        return found

    def profile(self, pool: str, skills: tuple[Skill, ...]) -> Profile:
        """The class of such people, beside what fits them."""
        skills = tuple(sorted(skills))
        found = self._profiles.get((pool, skills))
        if found is None:
            found = self._profiles[pool, skills] = Profile(pool, skills)
            for name in (EVERYONE, *(skill.name for skill in skills)):
                self._profiles_of[pool, name].append(found)
                for need in self._needs_of.get((pool, name), ()):
                    if found.fits(need):
                        _join(need, found)
        return found

    def _place(self, need: Need) -> None:
        for pool in sorted(need.pools):
            names = [skill.name for skill in need.requires] or [EVERYONE]
            rarest = min(names, key=lambda name: len(self._profiles_of.get((pool, name), ())))
            self._needs_of[pool, rarest].append(need)
            for profile in self._profiles_of.get((pool, rarest), ()):
                if profile.fits(need):
                    _join(need, profile)


def _join(need: Need, profile: Profile) -> None:
    channel = need.channel
    profile.needs[channel].append(need)
    profile.lines[channel].setdefault(need.rate, []).append(need.line)
    need.profiles.append(profile)
    need.staffed += profile.staffed[channel] > 0
    if need.choice is Choice.LONGEST_IDLE:
        need.idle.append(profile.idle[channel])
        return
    need.idle.append(profile.quiet[channel])
    if not profile.quiet_wanted[channel]:
        profile.quiet_wanted[channel] = True
        for _, order, seat, _ in profile.idle[channel].standing():
            profile.quiet[channel].push(seat.person.quiet_key, order, seat)
