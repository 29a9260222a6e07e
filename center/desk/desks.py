"""What desks are told: brought up to what the router holds, never to what somebody asked for."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from center.acd.kept import KeptRouter
from center.desk.calls import Calls
from center.desk.card import Card
from center.desk.cards import Cards
from center.desk.desk import Desk, RefusedError
from center.desk.queues import short_name
from center.desk.sitting import Sitting
from center.desk.talk import Talk
from center.desk.talks import Talks


class Desks:
    """All desks, as the switchboard speaks to them."""

    def __init__(
        self,
        kept: KeptRouter,
        sitting: Sitting,
        talks: Talks,
        calls: Calls,
        cards: Cards,
        *,
        now: Callable[[], float],
    ) -> None:
        self._kept = kept
        self._sitting = sitting
        self._talks = talks
        self._calls = calls
        self._cards = cards
        self._now = now

    def of(self, talk: Talk) -> Desk | None:
        """The desk that has a buyer."""
        return self._sitting.desk(talk.agent)

    def is_away(self, talk: Talk) -> bool:
        """Whether the agent of a buyer is away for longer than a page takes to load."""
        sitter = self._sitting.sitter(talk.agent)
        return sitter is not None and sitter.is_away

    def refuse(self, talk: Talk, why: RefusedError) -> None:
        """What was begun for a buyer could not be done."""
        desk = self.of(talk)
        if desk is not None:
            desk.refused(talk.name, why)

    def tell(self, agent: str) -> None:
        """Bring a desk up to what the router has."""
        sitter = self._sitting.sitter(agent)
        if sitter is not None and agent in self._kept.router.people:
            sitter.tell(
                self._kept.router.agent_measure(agent),
                self._talks.named,
                self._talks.guest_of(agent),
                self.card,
            )

    def card(self, talk: Talk) -> Card | None:
        """What is known of a buyer; None if the session is gone."""
        voice = self._calls.voice_of(talk)
        card = self._cards.card(
            talk.name,
            talk.awaited,
            short_name(talk.queue),
            (talk.answered_at or self._now()) - talk.since,
            call_back=voice is not None and not voice.is_up(talk.name),
            voice=self._calls.voice,
        )
        if card is None:
            return None
        guests = tuple(name for name, stage in talk.guests.items() if stage == "guest")
        return replace(card, agent=talk.agent, guests=guests)
