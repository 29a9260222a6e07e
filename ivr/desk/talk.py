"""Who hears whom on one call with agents: a pure table of parties, and what each of them is to hear.

    buyer       agents, and supervisors who barge in
    agent       the buyer, the other agents, and supervisors who whisper or barge in
    supervisor  the buyer and the agents

While the buyer is on hold they hear music, and nobody hears them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from center.desk.ports import ListenMode


@dataclass(slots=True)
class Parties:
    """Legs of the media plane that are on one call."""

    buyer: int
    agents: list[int] = field(default_factory=list[int])
    supervisors: dict[int, ListenMode] = field(default_factory=dict[int, ListenMode])
    is_held: bool = False

    def heard(self) -> dict[int, tuple[int, ...]]:
        """For each leg, the legs that it hears."""
        buyer = () if self.is_held else (self.buyer,)
        whispering = tuple(
            leg for leg, mode in self.supervisors.items() if mode in ("whisper", "barge-in")
        )
        barging = tuple(leg for leg, mode in self.supervisors.items() if mode == "barge-in")
        table = {self.buyer: () if self.is_held else (*self.agents, *barging)}
        for leg in self.agents:
            others = tuple(other for other in self.agents if other != leg)
            table[leg] = (*buyer, *others, *whispering)
        for leg in self.supervisors:
            table[leg] = (*buyer, *self.agents)
        return table
