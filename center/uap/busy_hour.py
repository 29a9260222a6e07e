"""The traffic of a busy hour: who sells, who serves, who calls, and how long each part of a call lasts.

Times and shares that nobody measured are part of it and told as such.
"""

from __future__ import annotations

import msgspec

GROUPS_MAX = 1_000_000
POOLS = 20
CALLS_MAX = 100_000_000
LASTS_S_MAX = 86_400
ERLANGS_MAX = 2_000_000
"""Calls at a time: about what CHASSIS_MAX of the largest chassis carry."""


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
    pools: int = POOLS
    """Partners whose agents serve many sellers."""
    listening: float = 0.02
    """The share of agents at work who have a third on their call at a time: a supervisor who listens, a colleague asked in."""
    access: str = "sip"
    """How calls come: sip or e1."""
    blocked_max: float = 0.01
    """The share of calls that may be refused at the door."""

    def __post_init__(self) -> None:
        for names, least, most, what in _RANGES:
            for name in names:
                value = getattr(self, name)
                if not least <= value <= most:
                    raise ValueError(f"{name} = {value:,}: write {what} from {least:,} to {most:,}")
        if self.speech_share + self.fax_share > 1:
            raise ValueError(
                f"speech_share = {self.speech_share:g} and fax_share = {self.fax_share:g} are shares"
                " of the same calls: write two that come to at most 1"
            )
        if self.access not in ("sip", "e1"):
            raise ValueError(f"access = {self.access!r}: write sip or e1")
        if self.pools > self.agents:
            raise ValueError(
                f"pools = {self.pools:,} is more than agents = {self.agents:,}: write 1 to {self.agents:,}"
            )
        longest_s = self.menu_s + self.patience_s + self.talk_s + self.after_s + self.fax_s
        if self.calls_s * longest_s > ERLANGS_MAX:
            raise ValueError(
                f"calls_an_hour = {self.calls_an_hour:,.12g} of up to {longest_s:,.0f} s each are more than"
                f" {ERLANGS_MAX:,} at a time: write fewer or shorter calls, or plan for a part of them"
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


_RANGES: tuple[tuple[tuple[str, ...], float, float, str], ...] = (
    (("sellers", "agents", "pools"), 1, GROUPS_MAX, "a whole number"),
    (("calls_an_hour",), 1, CALLS_MAX, "a number"),
    (
        ("at_work", "speech_share", "person_share", "recorded_share", "fax_share", "listening"),
        0,
        1,
        "a share",
    ),
    (("menu_s", "talk_s", "after_s", "patience_s", "fax_s"), 0.1, LASTS_S_MAX, "seconds"),
    (("wrap_up_s", "within_s"), 0, LASTS_S_MAX, "seconds"),
    (("blocked_max", "abandoned_max"), 0.00001, 0.99999, "a share"),
    (("level",), 0, 0.99999, "a share"),
)
"""Fields, the least and the most of each, and what it is."""
