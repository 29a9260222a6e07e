"""The traffic of a busy hour: who sells, who serves, who calls, and how long each part of a call lasts.

Times and shares that nobody measured are part of it and told as such.
"""

from __future__ import annotations

import msgspec

GROUPS_MAX = 1_000_000


class Traffic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of the platform in its busy hour. Every default is an assumption."""

    sellers: int = 40_000
    agents: int = 80_000
    """Employed, by sellers and partners together."""
    at_work: float = 0.6
    """The share of agents who are signed in during the busy hour."""
    calls_an_hour: float = 1_500_000.0
    speech_share: float = 0.2
    """Of calls, those served by recognition; the rest press keys."""
    person_share: float = 0.5
    """Of calls, those handed over to a person."""
    recorded_share: float = 0.5
    """Of calls that are not faxes, those whose flow records an answer: an address or a message in the caller's own voice."""
    fax_share: float = 0.0
    menu_s: float = 60.0
    talk_s: float = 180.0
    wrap_up_s: float = 30.0
    after_s: float = 10.0
    """Back in the flow after the talk, to be told goodbye."""
    fax_s: float = 90.0
    patience_s: float = 120.0
    """How long a buyer waits for a person before hanging up, on average."""
    within_s: float = 20.0
    level: float = 0.8
    """The share of buyers to be answered within `within_s`."""
    abandoned_max: float = 0.03
    pools: int = 20
    """Partners whose agents serve many sellers."""
    listening: float = 0.02
    """The share of agents at work who have a third on their call at a time: a supervisor who listens, a colleague asked in."""
    access: str = "sip"
    """How calls come: sip or e1."""
    blocked_max: float = 0.01
    """The share of calls that may be refused at the door."""

    def __post_init__(self) -> None:
        for name in (
            "at_work",
            "speech_share",
            "person_share",
            "recorded_share",
            "fax_share",
            "listening",
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1")
        for name in ("menu_s", "talk_s", "after_s", "patience_s", "fax_s", "calls_an_hour"):
            if not 0 < getattr(self, name) <= 1e9:
                raise ValueError(f"{name} is a number above 0")
        if not 0 <= self.wrap_up_s <= 1e9 or not 0 <= self.within_s <= 1e9:
            raise ValueError("wrap_up_s and within_s are seconds from 0 up")
        if self.speech_share + self.fax_share > 1:
            raise ValueError("speech_share and fax_share are shares of the same calls")
        if not (0 < self.blocked_max < 1 and 0 < self.abandoned_max < 1 and 0 <= self.level < 1):
            raise ValueError("blocked_max, abandoned_max and level lie between 0 and 1")
        if self.access not in ("sip", "e1"):
            raise ValueError("access is sip or e1")
        if not 1 <= self.pools <= self.agents <= GROUPS_MAX or not 1 <= self.sellers <= GROUPS_MAX:
            raise ValueError(
                f"sellers, pools and agents: 1 to {GROUPS_MAX}, at least an agent a pool"
            )

    @property
    def calls_s(self) -> float:
        """Call attempts a second."""
        return self.calls_an_hour / 3600

    @property
    def present(self) -> int:
        """Agents signed in."""
        return max(1, round(self.agents * self.at_work))

    @property
    def handled_s(self) -> float:
        """How long an agent is taken by one call."""
        return self.talk_s + self.wrap_up_s

    @property
    def people_erlangs(self) -> float:
        """Agents who would be at work at once if nobody waited or left."""
        return self.calls_s * self.person_share * (1 - self.fax_share) * self.handled_s
