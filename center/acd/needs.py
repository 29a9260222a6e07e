"""Who may serve whom, worked out before anyone waits: classes of need beside profiles of people.

A need is what a buyer requires and who may be asked: all buyers with the same skills asked for, the same pools under
contract, the same rate of ageing and the same choice share one, whichever seller they phoned. A profile is what people
can do and who employs them. The pairs that fit are kept on both sides, so that no decision looks at any other.

Only pools that have people count: forty thousand sellers without people of their own, served by one partner, are one
need and one line, not forty thousand. When somebody is first entered for a pool, its sellers' needs are other ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from center.acd.agent import Skill
from center.acd.occupancy import quiet_key
from center.acd.queue import Choice
from center.acd.state import Need, Profile

EVERYONE = ""
"""Stands for a skill in the indexes below: those who ask for none."""


def priority(rate: float, key: float, now: float) -> float:
    """Points at this time of one with this key, where priorities age at this rate."""
    return rate * (now - key) if rate else -key


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

    def pools(self, seller: str) -> Collection[str]:
        """Whose people may be with a seller's buyers."""
        return self._allowed(seller)

    def sellers(self, pool: str) -> Collection[str]:
        """Whom people of this pool may serve, of those who were ever named."""
        return self._sellers.get(pool, {})

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
            profile.quiet[channel].push(quiet_key(seat.person), order, seat)
