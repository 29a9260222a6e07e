"""The text channel: phones' messages into turn batches, replies out, nothing answered before it is kept.

1. Messages that arrive are put together from their segments and brought to the turn batch (sms.receiving).
2. The batch steps them all; one transaction keeps all of it, the replies too (center.batch).
3. Only then are the messages acknowledged to the carrier and the replies submitted (sms.sending).
4. A reply leaves the outbox when the carrier has taken all its segments; receipts tell what became of it (sms.deliveries).

What the batch refuses is answered with a temporary error, and the carrier brings it again; what it sets aside is answered
with a permanent one. So is refused what was kept so late that the carrier may have given up before: then it surely comes again,
and is answered at once, where an answer that may have been heeded or not would leave doubt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from itertools import repeat
from typing import cast

import msgspec

from center.batch import TurnBatch
from center.contact import Repeats
from center.outbox import Outbox
from center.routing import Routes
from center.taken import NOT_NOW, Fate, Taken
from center.text_news import TextNews
from sms import unreadable
from sms.answer import STATUSES, Answer, Line
from sms.carrier import Carrier
from sms.client import Esme
from sms.deliveries import Deliveries
from sms.link import Link
from sms.receiving import Receiving, Swept
from sms.sending import Sending, Taker
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.submission import Settlement

_ESM_RECEIPT = 0x04
_ESM_TYPE_MASK = 0x3C
_PERHAPS, _OK = Repeats.PERHAPS, int(Status.OK)
"""Names of their own: a member looked up in its enumeration takes longer than all else that is asked here."""


class _Receipts(msgspec.Struct, eq=False):
    """Delivery receipts that wait for their answers."""

    link: Link
    answers: list[tuple[int, int]]
    """Sequence numbers, and what is said if they are kept."""


class SmsChannel:
    """Ties carriers' binds to the turn batch. See sms.link.Handler and center.ports.Channel."""

    def __init__(
        self,
        turns: TurnBatch,
        outbox: Outbox,
        routes: Routes,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` is Unix seconds; `ticks` only goes forward."""
        self.turns = turns
        self.ticks = ticks
        self.receiving = Receiving(turns, outbox, routes, clock=clock, ticks=ticks)
        self.receiving.answer_known = self._answer_known
        self.deliveries = Deliveries(outbox, ticks=ticks)
        self.sending = Sending(outbox, self.deliveries, first_reference=int(clock()))
        self._refusing = False
        self.sending.last_answer = self.receiving.redeliveries.last_of
        self.receiving.is_unread = self.sending.is_unread
        turns.open("sms", self)
        turns.send_texts_by(self.sending.send, self.sending.send_waited)

    @property
    def esmes(self) -> dict[str, Esme]:
        """Carriers by name."""
        return self.sending.esmes

    def add_taker(self, name: str, take: Taker) -> Callable[[TextNews], None]:
        """A carrier without an SMSC, such as the web telephone; tell what is given what became of each text."""
        self.sending.takers[name] = take
        return lambda news: self.sending.note([news])

    def add(self, esme: Esme) -> None:
        """A carrier to send by."""
        self.sending.esmes[esme.carrier.name] = esme
        esme.outgoing.held = self.sending.held
        esme.outgoing.answered_by = self._answered_by
        self.deliveries.add(esme.carrier)

    def _answered_by(self, buyer: str) -> Link | None:
        """See sms.outgoing.Outgoing."""
        last = self.receiving.redeliveries.last_of(buyer)
        return cast("Link", last.line) if last is not None and last.asked is not None else None

    def start(self) -> None:
        """Take up what an earlier run left: first segments of texts, texts that no carrier has taken or told the end of."""
        self.receiving.go_back()
        self.deliveries.take_up()
        if self.receiving.redeliveries.in_doubt:
            self.sending.hold()
        else:
            self.sending.resend()

    def refuse_new(self) -> None:
        """Before we close: texts stay with the carrier, which brings them to whoever binds next. Receipts still come."""
        self._refusing = True

    def end(self) -> None:
        """All carriers are unbound. The turn batch is to be flushed once more."""
        self.receiving.end()
        self.sending.end()

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        """See sms.link.Handler."""
        receipts: list[p.DeliverSm] = []
        at_us, came_at = int(self.receiving.clock() * 1e6), self.ticks()
        self.receiving.redeliveries.heard()
        for message in messages:
            if message.esm_class & _ESM_TYPE_MASK == _ESM_RECEIPT:
                receipts.append(message)
            elif self._refusing:
                self.receiving.counters.left += 1
                link.acknowledge([(message.sequence, Status.X_T_APPN)])
            else:
                try:
                    self.receiving.receive(link, message, at_us, came_at)
                except Exception as error:  # noqa: BLE001 - see sms.unreadable
                    self.receiving.counters.unreadable += 1
                    unreadable.refuse(link, message, error)
        if receipts:
            told = [(receipt.message, receipt.tlvs) for receipt in receipts]
            self.deliveries.receive(link.carrier, told)
            self._hold_receipts(link, [receipt.sequence for receipt in receipts])

    def receipted(self, link: Link, receipts: list[tuple[int, str | bytes]]) -> None:
        """See sms.link.Handler."""
        sequences, told = zip(*receipts, strict=True)
        self.deliveries.receive_all(link.carrier, told)
        self._hold_receipts(link, sequences)

    def _hold_receipts(self, link: Link, sequences: Sequence[int]) -> None:
        """Receipts that came together are one ticket: there are more of them than of anything else."""
        self.turns.hold("sms", _Receipts(link, list(zip(sequences, repeat(_OK)))))

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        now = self.ticks()
        answers: dict[Line, list[tuple[int, int]]] = {}
        # In their order.
        refused: dict[Answer, None] = {}
        late: dict[Answer, None] = {}
        known: list[Answer] = []
        """Refused, and on disk all the same: they repeat what is."""
        found: set[Answer] = set()
        """Of what is refused, what repeats something on disk."""
        unknown: dict[Answer, None] = {}
        answered: list[str] = []
        kept = 0
        is_unswept = False
        is_kept, is_found, ok = Fate.KEPT, Fate.FOUND, _OK
        for one in taken:
            answer, fate = one.ticket, one.fate
            status = ok if fate is is_kept else STATUSES[fate]
            if not isinstance(answer, Answer):
                if isinstance(answer, _Receipts):
                    told = answer.answers
                    if fate is not is_kept:
                        told = [(sequence, status) for sequence, _ in told]
                    answers.setdefault(answer.link, []).extend(told)
                else:
                    is_unswept |= isinstance(answer, Swept) and fate is not is_kept
                continue
            answer.write(now)
            if fate is is_kept or fate is is_found:
                if one.arrival is not None:
                    kept = answer.stamp
                    if fate is is_found or answer.repeats is not _PERHAPS:
                        self.receiving.redeliveries.settle(answer, is_found=fate is is_found)
                    if answer.late or (
                        answer.is_copy and _is_copy_of_refused(answer, refused, late)
                    ):
                        late[answer] = None
                        continue
                    # Of before a start it may be what they said before their last: what is held has its time.
                    if answer.line.alive and not (fate is is_found and self.sending.is_new):
                        answered.append(one.arrival.contact.buyer)
            elif fate in NOT_NOW:
                if answer.copied in late:
                    # What it is a copy of is kept, and refused all the same.
                    late[answer] = None
                    continue
                before = answer.repeated
                is_with_it = any(before in others for others in (refused, late, unknown))
                if answer.needs_no_disk and not is_with_it:
                    known.append(answer)
                    continue
                refused[answer] = None
                if fate is Fate.REFUSED_FOUND:
                    found.add(answer)
            elif fate is Fate.UNKNOWN:
                unknown[answer] = None
            line = answer.line
            listed = answers.get(line)
            if listed is None:
                listed = answers[line] = []
            listed.append((answer.sequence, status))
        self.receiving.redeliveries.kept(kept)
        if refused or unknown or is_unswept:
            self.receiving.go_back()
        if refused or unknown:
            # In this order: a copy of what is left open is refused, too.
            self.receiving.redeliveries.leave_open(unknown)
            self.receiving.redeliveries.refuse(refused, found)
            self.sending.refused()
        if known:
            self.receiving.go_back()
            self.receiving.redeliveries.know(known)
            for answer in known:
                if answer.line.alive:
                    answered.append(answer.buyer)
                answers.setdefault(answer.line, []).append((answer.sequence, ok))
        if late:
            self._tell_late(list(late), answers, answered)
        for line, listed in answers.items():
            cast("Link", line).acknowledge(listed)
        self.sending.answered(answered)

    def _tell_late(
        self,
        late: Sequence[Answer],
        answers: dict[Line, list[tuple[int, int]]],
        answered: list[str],
    ) -> None:
        """What is to be said to messages that are kept, but so late that the carrier may have given up."""
        self.receiving.redeliveries.refuse_late(late)
        for answer in late:
            if answer.line.alive and not answer.refused:
                answered.append(answer.buyer)
            status = STATUSES[Fate.REFUSED if answer.refused else Fate.KEPT]
            answers.setdefault(answer.line, []).append((answer.sequence, status))

    def _answer_known(self, answer: Answer) -> None:
        """It repeats what is on disk: its answer need not wait for the disk again, which is slow now."""
        answer.write(self.ticks())
        cast("Link", answer.line).acknowledge([(answer.sequence, Status.OK)])
        self.sending.answered([answer.buyer])

    def lost(self, link: Link) -> None:
        """See sms.link.Handler."""
        del link
        self.receiving.note_lost()

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """See sms.link.Handler."""
        self.sending.settled(carrier, settlements)


def _is_copy_of_refused(
    answer: Answer, refused: Container[Answer], late: Container[Answer]
) -> bool:
    """Whether the carrier heeds a refusal that went before under the same number: then it brings again what is kept."""
    before = answer.copied
    return before is not None and (before.refused or before in refused or before in late)
