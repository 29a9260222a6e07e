"""What goes to phones: texts that the outbox keeps, cut into segments and given to their carriers.

A text leaves the outbox when its carrier has taken all its segments. While a carrier has more than WAITING_MAX to do, or a
window full while it is away, its texts stay in the outbox, and are read from it in their order when there is room, so few at
a time that who writes meanwhile is answered at once (center.backlog).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import msgspec

from center.backlog import READ_MAX, Backlog, Texts
from center.changes import OutgoingText
from center.noting import Noting
from center.outbox import Outbox
from center.superseded import superseded
from center.text_news import Stage, TextNews
from sms import segments
from sms.answer import Answer
from sms.carrier import Carrier
from sms.client import Esme
from sms.deliveries import Deliveries
from sms.held import HELD_MAX, HOLD_S, REFUSED_HOLD_S, Held
from sms.phones import phone_address
from sms.smpp import pdu as p
from sms.smpp.status import Status, name_of
from sms.submission import Settlement, Submission

if TYPE_CHECKING:
    from sms.link import Link

SEGMENTS_PER_REPLY_MAX = 10
"""A longer reply is cut: the checker warns of it (C501), and somebody pays for each segment."""
WAITING_MAX = 100_000
"""Segments waiting for a carrier past which its texts stay in the outbox."""
BEHIND_MAX = 2_000
BEHIND_S_MAX = 2.0
"""Segments of texts that waited in the outbox and are before a new one: so many, or twice what the windows take, and no more than its
carrier's rate allows in so long.
"""
NO_ANSWER = "no answer"
HELD_LOOK_S = 0.1
"""How often it is looked whether what is held may go."""
ADDRESSES_MAX = 16_384
"""Codes of ours with phones, as a body begins with them, that need not be written anew; what is full begins again."""
TEXTS_MAX = 512
"""Texts of one segment likewise. Most of what a shop says, it says to everybody; what only one of many sellers says is sooner made
anew than found in, and taken out of, a table that no cache of the processor holds.
"""
CHARACTERS_PER_REPLY_MAX = 600
"""A text that no cutting can number is cut to this first."""

Taker = Callable[[int, OutgoingText], None]
"""Takes a text with the outbox's name for it, where it stays until it is noted what became of it."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class SendingCounters:
    """For operators."""

    replies: int = 0
    undeliverable: int = 0
    superseded: int = 0
    """Questions that were not sent again, as their buyers had gone past them (center.superseded)."""


class _Reply(msgspec.Struct, eq=False):
    """A text whose segments are on their way. One that has a single segment is known by its id alone."""

    id: int
    left: int
    names: list[str]
    """What the carrier calls the segments that it has."""
    refused: str = ""
    """Why it has not one of them."""


class Sending:
    """From the outbox to carriers."""

    def __init__(self, outbox: Outbox, deliveries: Deliveries, *, first_reference: int = 0) -> None:
        self.outbox = outbox
        self.deliveries = deliveries
        self.esmes: dict[str, Esme] = {}
        self.takers: dict[str, Taker] = {}
        """Carriers without an SMSC, by name: each takes a text whole and at once, and tells later what became of it."""
        self.counters = SendingCounters()
        self._backlog = Backlog(
            outbox.waiting_texts,
            outbox.waiting_phones,
            self._submit,
            is_full=self._is_full,
            room=self._room,
            may_read=self._may_read,
            soon=lambda callback: asyncio.get_running_loop().call_soon(callback),
        )
        self._has_ended = False
        self._reference = first_reference & 0xFF
        self._addresses: dict[tuple[str, str, str], tuple[str, bytes]] = {}
        """By carrier, code and phone: the phone as the carrier wants it, and how a body begins."""
        self._noting = Noting(
            outbox,
            later=lambda delay_s, callback: asyncio.get_running_loop().call_later(
                delay_s, callback
            ),
        )
        self._held = Held()
        self._looking = False
        """Whether it is looked, from time to time, whether what is held may go."""
        self._waits_for_held = False
        """As many are held as may be: all others stay in the outbox until these have gone."""
        self.last_answer: Callable[[str], Answer | None] = lambda _: None
        """To a buyer's last message, if the carrier may lack it."""

    @property
    def is_new(self) -> bool:
        """Whether we have just started, and hold what messages that may come again were answered with."""
        return self._held.is_new

    def held(self, buyer: str) -> Iterable[OutgoingText]:
        """What is held for a buyer."""
        return self._held.texts_to(buyer)

    def is_unread(self, carrier: str, code: str, buyer: str) -> bool:
        """Whether a text from this code waits here for a buyer that their carrier has not yet: it may have what is under way."""
        if any(text.source == code for text in self._held.texts_to(buyer)):
            return True
        written, esme = self._addresses.get((carrier, code, buyer)), self.esmes.get(carrier)
        return written is not None and esme is not None and esme.outgoing.is_unread(*written)

    def note(self, news: Sequence[TextNews]) -> None:
        """Texts are off our hands."""
        self._backlog.settled(one.text for one in news)
        self._noting.note(news)

    def resend(self) -> int:
        """Send what an earlier run did not get to; how many texts at once, while others follow in parts."""
        before = self.counters.replies
        self._backlog.begin(0)
        self._backlog.read_on()
        return self.counters.replies - before

    def hold(self) -> None:
        """Send what an earlier run did not get to, but not before its messages are answered if they come again."""
        waiting = self.outbox.waiting_texts(0, HELD_MAX)
        self._waits_for_held = len(waiting) == HELD_MAX
        # Of the others, which are none where there are fewer, and of nothing that waited here before.
        self._backlog.begin(waiting[-1][0] if waiting else 0)
        self._backlog.read_on()
        self._held.begin()
        now = asyncio.get_running_loop().time()
        for text_id, text in waiting:
            self._held.add(text_id, text, now + HOLD_S)
        self._look_soon()

    def _must_wait(self, buyer: str, last: Answer | None, *, has_waited: bool) -> bool:
        """Whether a text to them could overtake our answer to what they said last, or a text before it."""
        if last is not None and last.asked is None:
            return True
        if has_waited:
            if last is not None:
                last.waited = True
            return False
        if buyer in self._held or (last is not None and last.refused):
            return True
        if last is None:
            return self._held.waits_for(buyer)
        return not (last.line.alive or last.waited)

    def _hold(self, text_id: int, text: OutgoingText, last: Answer | None) -> None:
        hold_s = REFUSED_HOLD_S if last is not None and last.refused else HOLD_S
        self._held.add(text_id, text, asyncio.get_running_loop().time() + hold_s)
        self._look_soon()

    def _hold_again(self, texts: Texts) -> None:
        """What was held and has no room: the outbox is read far behind it, and would give all from there once more."""
        for text_id, text in texts:
            self._hold(text_id, text, None)

    def refused(self) -> None:
        """Messages were refused for now."""
        if self._held:
            self._held.refused(asyncio.get_running_loop().time())

    def answered(self, buyers: Iterable[str]) -> None:
        """Messages of these buyers were answered."""
        if self._held.is_new:
            # What they said is told before the reply to it is here, which may supersede what is held.
            asyncio.get_running_loop().call_soon(self._release, tuple(buyers))
        elif self._held:
            self._release(buyers)

    def _release(self, buyers: Iterable[str]) -> None:
        for buyer in buyers:
            self._submit(self._held.release(buyer), leave=self._hold_again)
        self._note_superseded()

    def _note_superseded(self) -> None:
        held = self._held
        if held.superseded:
            self.counters.superseded += len(held.superseded)
            self.note(superseded(held.superseded))
            held.superseded.clear()

    def _look_soon(self) -> None:
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(HELD_LOOK_S, self._look_at_held)

    def _look_at_held(self) -> None:
        self._looking = False
        held = self._held
        now = asyncio.get_running_loop().time()
        is_bound = any(esme.bound for esme in self.esmes.values())
        due = held.release_due(now, is_bound=is_bound)
        self._submit(due, has_waited=True, leave=self._hold_again)
        self._note_superseded()
        if held:
            self._look_soon()
        elif self._waits_for_held:
            self._waits_for_held = False
            self._backlog.read_on()

    def send(self, texts: list[tuple[int, OutgoingText]]) -> None:
        """Send texts that were just kept, or leave them in the outbox until there is room."""
        self._backlog.tell(texts)

    def send_waited(self, texts: list[tuple[int, OutgoingText]]) -> None:
        """Send texts that have waited in another outbox: they wait here too, and what is new goes past them."""
        self._backlog.leave(texts)
        self._backlog.read_on()

    def _esme_of(self, carrier: str) -> Esme | None:
        """By which its texts go: one that is not in the settings any more has its place taken by the first."""
        return self.esmes.get(carrier) or next(iter(self.esmes.values()), None)

    def _is_full(self, carrier: str) -> bool:
        """Whether there is no room for a batch; its texts then wait in the outbox."""
        if self._waits_for_held:
            return True
        esme = self._esme_of(carrier) if carrier not in self.takers else None
        if esme is None:
            return False
        return esme.waiting >= (WAITING_MAX if esme.bound else _window(esme.carrier))

    def _room(self, carrier: str) -> int:
        """For how many texts of those that wait; for none until half of them have gone, since each look reads a part of the outbox."""
        if self._waits_for_held:
            return 0
        esme = self._esme_of(carrier) if carrier not in self.takers else None
        if esme is None:
            return READ_MAX
        most = _behind_max(esme.carrier) if esme.bound else _window(esme.carrier)
        free = most - esme.waiting
        return free if 2 * free >= most else 0

    def _may_read(self) -> bool:
        return not self._has_ended and not self._waits_for_held

    def end(self) -> None:
        """Leave the outbox alone: it is closed soon, keeps what waits and writes what was noted."""
        self._has_ended = True
        self._noting.stop()

    def _submit(
        self,
        texts: Texts,
        *,
        has_waited: bool = False,
        leave: Callable[[Texts], None] | None = None,
    ) -> None:
        """Hand texts to their carriers, each carrier's together; but hold those that could overtake an answer.

        `leave` has what a carrier has no room for, whole texts and all that come after them; without it they stay in the outbox.
        """
        of_carrier: dict[str, list[Submission]] = {}
        refused: list[TextNews] = []
        left: list[tuple[int, OutgoingText]] = []
        without_room: set[str] = set()
        name, taker, esme, room, registered = None, None, None, 0, 0
        may_hold, given = has_waited or bool(self._held), 0
        submissions: list[Submission] = []
        for place, (text_id, text) in enumerate(texts):
            # What is said together goes mostly by one carrier.
            if text.carrier != name:
                name = text.carrier
                taker, esme = self.takers.get(name), self._esme_of(name)
                room = esme.room if esme is not None else 0
                if esme is not None:
                    submissions = of_carrier.setdefault(esme.carrier.name, [])
                    registered = _registered(esme.carrier)
                if leave is None and esme is not None and not esme.bound:
                    # What a carrier that is away could not take at once stays where it is.
                    room = min(room, _window(esme.carrier) - esme.waiting)
            if taker is not None:
                given += 1
                taker(text_id, text)
                continue
            if esme is None:
                continue
            carrier = esme.carrier
            if without_room and carrier.name in without_room:
                left.append((text_id, text))
                continue
            last = self.last_answer(text.destination)
            # As `_must_wait` has it, without a call where nothing is held: this is asked of each text.
            is_open = last is not None and (
                last.asked is None or last.refused or not last.line.alive
            )
            if (may_hold or is_open) and self._must_wait(
                text.destination, last, has_waited=has_waited
            ):
                may_hold = True
                if len(self._held) >= HELD_MAX:
                    # With all that comes after it, which is no text that was held before: those made room.
                    self._waits_for_held = True
                    left += texts[place:]
                    break
                self._hold(text_id, text, last)
                continue
            behind: Link | None = last.line if last is not None else None  # type: ignore[assignment]
            key = carrier.name, text.source, text.destination
            try:
                phone, addresses = self._addresses.get(key) or self._address(carrier, key)
                said = text.text
                rest = (
                    _alone(said, registered) if len(said) <= segments.ALONE_CHARACTERS_MAX else None
                )
                bodies = (addresses + rest,) if rest else self._cut(said, carrier, addresses)
            except ValueError as error:
                log.error("%s: not sent: %s", carrier.name, error)
                self.counters.undeliverable += 1
                refused.append(self.deliveries.refused(text_id, _refusal(Status.SUBMITFAIL)))
                continue
            if len(submissions) + len(bodies) > room:
                without_room.add(carrier.name)
                left.append((text_id, text))
                continue
            if len(bodies) == 1:
                submissions.append(Submission(text_id, phone, bodies[0], behind, 0, 0, text))
            else:
                reply = _Reply(text_id, len(bodies), [])
                submissions += [Submission(reply, phone, body, behind) for body in bodies]
            given += 1
        self.counters.replies += given
        for name, submissions in of_carrier.items():
            if submissions:
                self.esmes[name].submit(submissions)
        if left:
            (leave or self._backlog.leave)(left)
        if refused:
            self.counters.replies += len(refused)
            self.note(refused)

    def _cut(self, text: str, carrier: Carrier, addresses: bytes) -> Sequence[bytes]:
        """The segments of a text that is no short_message, as bodies of submit_sm, which begin so."""
        self._reference = (self._reference + 1) & 0xFF
        registered = _registered(carrier)
        return [addresses + _rest(one, registered) for one in self._cut_long(text, carrier)]

    def _address(self, carrier: Carrier, key: tuple[str, str, str]) -> tuple[str, bytes]:
        """Where a text comes from and goes to, as a carrier wants it written."""
        _, code, number = key
        if len(self._addresses) >= ADDRESSES_MAX:
            self._addresses.clear()
        phone = phone_address(number, carrier)
        source = p.Address(code, carrier.source_ton, carrier.source_npi)
        written = self._addresses[key] = phone.digits, p.submit_addresses(source, phone)
        return written

    def _cut_long(self, text: str, carrier: Carrier) -> Sequence[segments.Segment]:
        """The segments of a text; of one that is too long, as much as may be sent."""
        try:
            cut = self._split(text, carrier)
        except segments.TextTooLongError:
            cut = self._split(text[:CHARACTERS_PER_REPLY_MAX], carrier)
        characters = len(text)
        while len(cut) > SEGMENTS_PER_REPLY_MAX:
            characters = characters * 9 // 10
            cut = self._split(text[:characters] + "...", carrier)
        return cut

    def _split(self, text: str, carrier: Carrier) -> Sequence[segments.Segment]:
        return segments.split(text, reference=self._reference, concatenation=carrier.concatenation)

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """What became of segments."""
        keys = [one.key for one in settlements]
        names = [one.message_id for one in settlements]
        is_had = None not in names and set(map(type, keys)) == {int}
        if is_had and not carrier.receipts:
            self._settle([TextNews(key, Stage.SENT) for key in keys])
        elif is_had and all(names):
            # Of texts of one segment whose receipts are to come, by far the commonest, each has its own name.
            called = cast("list[str]", names)
            early = self.deliveries.expect_alone(carrier, keys, called)
            if early:
                # Their last word, which must not be lost where the next is kept: carriers do not say it again.
                self.note(early)
            self._backlog.settled(keys)
            self._noting.note_sent(carrier.name, keys, called)
            self._backlog.read_on()
        else:
            self._settle(self._settled(carrier, settlements))

    def _settle(self, news: Sequence[TextNews]) -> None:
        if news:
            self.note(news)
            self._backlog.read_on()

    def _settled(self, carrier: Carrier, settlements: Iterable[Settlement]) -> list[TextNews]:
        """What is new of texts, when anything may have become of segments."""
        news: list[TextNews] = []
        for settlement in settlements:
            key, name = settlement.key, settlement.message_id
            if settlement.superseded:
                self.counters.superseded += 1
                news += superseded([key])
                continue
            reply = _Reply(key, 1, []) if key.__class__ is int else key
            assert isinstance(reply, _Reply)
            reply.left -= 1
            if name is None:
                status = settlement.status
                reply.refused = NO_ANSWER if status is None else _refusal(status)
                log.warning("%s: a segment was given up, %s", carrier.name, reply.refused)
            else:
                reply.names.append(name)
            if reply.left:
                continue
            if reply.refused:
                self.counters.undeliverable += 1
                news.append(self.deliveries.refused(reply.id, reply.refused))
            else:
                news += self.deliveries.sent(carrier, reply.id, reply.names)
        return news


def _window(carrier: Carrier) -> int:
    """Segments that may be with a carrier at once, but no fewer than twice what a text may have: where half is free there is room for any."""
    return max(carrier.binds * carrier.window, 2 * SEGMENTS_PER_REPLY_MAX)


def _behind_max(carrier: Carrier) -> int:
    """See BEHIND_MAX."""
    most = max(BEHIND_MAX, 2 * _window(carrier))
    return most if carrier.rate is None else min(most, max(2, int(carrier.rate * BEHIND_S_MAX)))


def _registered(carrier: Carrier) -> int:
    """registered_delivery: whether receipts are asked for."""
    return 1 if carrier.receipts else 0


@lru_cache(TEXTS_MAX)
def _alone(text: str, registered: int) -> bytes | None:
    """What follows the addresses, of a text that fits into one segment; None if it does not."""
    one = segments.alone(text)
    return None if one is None else _rest(one, registered)


def _rest(one: segments.Segment, registered: int) -> bytes:
    return p.submit_rest(
        one.short_message,
        data_coding=one.data_coding,
        esm_class=one.esm_class,
        registered_delivery=registered,
        tlvs=one.tlvs,
    )


def _refusal(status: int) -> str:
    """Why a carrier would not have a text, for people."""
    return f"refused: {name_of(status)}"
