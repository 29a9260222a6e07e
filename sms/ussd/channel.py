"""The USSD channel: phones that dial a code into turn batches, screens back into their dialogs.

1. A phone has one dialog at a time, and in it either we or the phone have the move. A second answer while the move is
   ours is a redelivery: it is not taken, and acknowledged once the first is kept. What names another dialog than the
   one that is open is of one that was given up.
2. What is dialled opens the shop (`Opened`), and choices dialled after the code follow one by one, as long as each
   leads to another question. A buyer whose last dialog dropped is first asked whether to go on.
3. A screen asks or, with the end of the session, ends the dialog. A text that no screen holds comes in pages.
4. While an outcome is awaited no screen is sent; after OUTCOME_WAIT_S the dialog ends with what was said, and the
   session stays where it is.
5. A phone or network that hangs up is `HungUp` to the flow: the place is kept, and the next call is offered it.

6. A screen leaves after the answer to what it answers, by the same connection (sms.redelivery stands on that). So an answer
   that a gateway brings again, over a broken connection or a crash, is known as a text is: its key is kept with its turn.

Dialogs are in memory only. After a restart an answer still finds its session, by its number and code; one that had been
taken before shows where the session is.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from center.batch import TurnBatch
from center.contact import Arrival, ContactKey, Repeats
from center.ports import Later
from center.reply import Reply
from center.routing import Routes
from center.taken import NOT_NOW, Fate, Taken
from flows import prompts
from flows.inputs import HungUp, Input, Opened, Text
from sms import piece, unreadable
from sms.answer import STATUSES, Answer
from sms.link import Link
from sms.receiving import DOUBTS_NOTE, Notes
from sms.redelivery import KEY_BYTES, Redeliveries
from sms.senders import buyer_of, may_be_answered
from sms.smpp import pdu as p
from sms.smpp.status import Status
from sms.submission import Settlement
from sms.ussd.counters import UssdCounters
from sms.ussd.dialled import read_dialled
from sms.ussd.dialogs import Dialog, DialogKey, Dialogs
from sms.ussd.display import Display
from sms.ussd.profile import Heard, Move
from sms.ussd.screens import NEXT_KEY

OUTCOME_WAIT_S = 8.0
"""Networks wait 10 to 30 s for a screen."""
TEXT_CHARACTERS_MAX = 182
ON_DISK = (Fate.KEPT, Fate.FOUND)
NO_SHOP = "此号码未开通。 / No shop has this code."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an arrival belongs to."""

    dialog: Dialog | None
    answer: Answer | None
    """To the deliver_sm; None for a choice that was dialled before."""


class UssdChannel:
    """Ties carriers' USSD to the turn batch. See center.ports.Channel."""

    def __init__(
        self,
        turns: TurnBatch,
        routes: Routes,
        redeliveries: Redeliveries,
        *,
        later: Later,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`redeliveries` are those of the text channel: both come by the same connections. `ticks` only goes forward."""
        self.turns = turns
        self.routes = routes
        self.counters = UssdCounters()
        self._redeliveries = redeliveries
        self._clock = clock
        self._ticks = ticks
        self._dialogs = Dialogs(later, self.counters)
        self._display = Display(self._dialogs, self.counters)
        self._told_of_names: set[str] = set()
        """Carriers whose profile reads no names, and of which it has been told that there are some."""
        turns.open("ussd", self)

    @property
    def open_dialogs(self) -> int:
        """How many are open."""
        return len(self._dialogs)

    # --- in ---

    def received(self, link: Link, message: p.DeliverSm, heard: Heard) -> None:
        """Something from a phone, or from its network."""
        try:
            self._take(link, message, heard)
        except Exception as error:  # noqa: BLE001 - see sms.unreadable
            self.counters.unreadable += 1
            unreadable.refuse(link, message, error)

    def _take(self, link: Link, message: p.DeliverSm, heard: Heard) -> None:
        if not may_be_answered(message.source, self.routes.serves):
            self.counters.not_phones += 1
            link.acknowledge([(message.sequence, Status.OK)])
            return
        if heard.move is Move.NOTICE:
            self.counters.notices += 1
            link.acknowledge([(message.sequence, Status.OK)])
            return
        if heard.move is Move.UNKNOWN:
            self._refuse_unknown(link, message, heard)
            return
        now = self._clock()
        self._dialogs.forget_idle(self._ticks())
        key = (link.carrier.name, message.source.digits)
        dialog = self._dialogs.of(key)
        text = _text_of(message)
        if heard.move is Move.HANG_UP:
            self._hung_up(link, message, heard, key, int(now))
        elif heard.move is Move.DIAL:
            self._dialled(link, message, heard, text, now)
        elif self._is_late(link, key, heard) or (
            dialog is None and self._has_ended(link, key, heard, text)
        ):
            link.acknowledge([(message.sequence, Status.OK)])
        elif dialog is None:
            self._dialled(link, message, heard, text, now)
        elif dialog.is_our_move:
            self._repeated(link, message, dialog, text, now)
        else:
            self._answered(link, message, heard, dialog, text, now)

    def _refuse_unknown(self, link: Link, message: p.DeliverSm, heard: Heard) -> None:
        """What it says is not known, so it is taken for nothing; the gateway is told why, and the operator."""
        self.counters.unknown += 1
        link.acknowledge([(message.sequence, Status.INVOPTPARAMVAL)])
        log.warning(
            "%s: refused a deliver_sm with ussd_service_op 0x%s: its profile has no such operation",
            link.carrier.name,
            heard.op.hex(),
        )

    def _is_late(self, link: Link, key: DialogKey, heard: Heard) -> bool:
        """Whether it is of a dialog that was given up; counted."""
        assert link.carrier.ussd is not None
        is_late = self._dialogs.is_late(key, heard, link.carrier.ussd)
        self.counters.late += is_late
        return is_late

    def _has_ended(self, link: Link, key: DialogKey, heard: Heard, text: str) -> bool:
        """Whether it is of the last dialog, which we ended: what its phone answered there comes again; counted."""
        assert link.carrier.ussd is not None
        has_ended = self._dialogs.has_ended(key, heard, text, link.carrier.ussd)
        self.counters.repeated += has_ended
        return has_ended

    def _dialled(
        self, link: Link, message: p.DeliverSm, heard: Heard, text: str, now: float
    ) -> None:
        key = (link.carrier.name, message.source.digits)
        self._dialogs.begin_anew(key)
        is_new = heard.move is Move.DIAL
        self.counters.dialled += is_new
        if is_new:
            self._look_for_name(link, message)
        dialled = read_dialled(
            text if is_new else "", message.destination.digits, self.routes.serves
        )
        first = dialled.choices[0] if dialled and dialled.choices else ""
        routed = self.routes.find(dialled.code, first, None) if dialled else None
        buyer = buyer_of(message.source, self.routes.numbering)
        seller = routed.seller if routed else ""
        dialog = Dialog(
            link,
            message.source,
            message.destination,
            heard.session,
            ContactKey(seller, buyer, "ussd"),
            dialled.code if dialled else "",
            self._ticks(),
        )
        if dialled is None or routed is None:
            self.counters.unrouted += 1
            link.acknowledge([(message.sequence, Status.OK)])
            dialog.is_over = True
            dialog.said = [self.routes.help(dialled.code) if dialled else NO_SHOP]
            self._display.show(dialog, "en")
            return
        # A choice that named the seller is no choice of goods.
        choices = dialled.choices[1:] if routed.named else dialled.choices
        dialog.choices = list(choices)
        self._dialogs.open(dialog)
        if is_new:
            self._add(dialog, Opened(), self._answer_to(link, message), now)
        else:
            # An answer without a dialog: we were started anew, and the session is where it was.
            self._say(link, message, dialog, text, now)

    def _look_for_name(self, link: Link, message: p.DeliverSm) -> None:
        """Tell once, where a gateway names its dialogs, and its profile does not read that: what comes late is read in the next dialog."""
        carrier = link.carrier
        assert carrier.ussd is not None
        where = carrier.ussd.named_in(message.tlvs)
        if where and carrier.name not in self._told_of_names:
            self._told_of_names.add(carrier.name)
            log.warning(
                '%s: dialogs seem to be named in %s; with `ussd = "%s"` what comes late is read in the next dialog',
                carrier.name,
                where,
                carrier.ussd.name,
            )

    def _repeated(
        self, link: Link, message: p.DeliverSm, dialog: Dialog, text: str, now: float
    ) -> None:
        """An answer while the move is ours: the one before again, which perhaps is not on disk yet."""
        self.counters.repeated += 1
        if text != dialog.answered:
            link.acknowledge([(message.sequence, Status.OK)])
            return
        answer = self._answer_to(link, message)
        if dialog.turned is not None:
            # It is no answer to the flow, and has no key.
            self.turns.hold("ussd", Ticket(None, answer))
            return
        self._add_answer(None, dialog, Text(text), answer, now, Repeats.CERTAIN)

    def _answered(
        self,
        link: Link,
        message: p.DeliverSm,
        heard: Heard,
        dialog: Dialog,
        text: str,
        now: float,
    ) -> None:
        if dialog.has_shown and dialog.was_turned_by(link, message.sequence, text):
            # The page is on its way, or is sent again with its connection's.
            self.counters.repeated += 1
            link.acknowledge([(message.sequence, Status.OK)])
            return
        self.counters.answers += 1
        dialog.link = link
        dialog.answered = text
        dialog.session = heard.session or dialog.session
        dialog.is_our_move = True
        self._dialogs.touch(dialog, self._ticks())
        if dialog.pages and (dialog.is_over or text.strip() == NEXT_KEY):
            dialog.turned = link, message.sequence
            link.acknowledge([(message.sequence, Status.OK)])
            self._display.show_page(dialog)
            return
        dialog.pages.clear()
        self._say(link, message, dialog, text, now)

    def _say(self, link: Link, message: p.DeliverSm, dialog: Dialog, text: str, now: float) -> None:
        """What a phone answers, to the flow. Of whom we have shown no screen yet, as after a start, nothing is known of pages: who asks
        for the next is asked anew, rather than taken to say so many.
        """
        asks_anew = not dialog.has_shown and text.strip() == NEXT_KEY
        dialog.answered = text
        dialog.turned = (link, message.sequence) if asks_anew else None
        given = Opened(again=True) if asks_anew else Text(text)
        self._add(dialog, given, self._answer_to(link, message), now)

    def _hung_up(
        self, link: Link, message: p.DeliverSm, heard: Heard, key: DialogKey, now: int
    ) -> None:
        self.counters.hung_up += 1
        answer = self._answer_to(link, message)
        dialog = None if self._is_late(link, key, heard) else self._dialogs.of(key)
        if dialog is None or dialog.is_over:
            self._dialogs.close(dialog)
            self.turns.hold("ussd", Ticket(None, answer))
            return
        self._dialogs.close(dialog)
        self._tell_hung_up(dialog, answer, now)

    def _tell_hung_up(self, dialog: Dialog, answer: Answer | None, now: int) -> None:
        arrival = Arrival(
            dialog.contact, HungUp(), dialog.code, dialog.link.carrier.name, b"", 0, now
        )
        self.turns.add(arrival, Ticket(None, answer))

    def _answer_to(self, link: Link, message: p.DeliverSm) -> Answer:
        return Answer(link, message.sequence, came_at=self._ticks())

    def _add(self, dialog: Dialog, given: Input, answer: Answer | None, now: float) -> None:
        dialog.is_our_move = True
        if answer is not None and isinstance(given, Text):
            self._add_answer(dialog, dialog, given, answer, now)
            return
        # No key: to dial again, or choices dialled before, do no harm.
        carrier = dialog.link.carrier.name
        arrival = Arrival(dialog.contact, given, dialog.code, carrier, b"", 0, int(now))
        self.turns.add(arrival, Ticket(dialog, answer))

    def _add_answer(
        self,
        told: Dialog | None,
        dialog: Dialog,
        given: Text,
        answer: Answer,
        now: float,
        repeats: Repeats | None = None,
    ) -> None:
        """What a phone answers, under a key by which it is known if it comes again. `told`: who acts on the reply."""
        carrier, contact = dialog.link.carrier.name, dialog.contact
        said = "\0".join((carrier, dialog.phone.digits, dialog.code, given.text)).encode()
        answer.key = hashlib.blake2b(said + dialog.session, digest_size=KEY_BYTES).digest()
        # Not the buyer's number alone: what they text is another conversation.
        answer.buyer = f"ussd/{contact.buyer}"
        self._redeliveries.heard()
        judged = self._redeliveries.judge(answer, int(now * 1e6))
        notes: Notes = {}
        doubts = self._redeliveries.to_keep(answer.came_at)
        if doubts is not None:
            notes[DOUBTS_NOTE] = doubts
        arrival = Arrival(
            contact,
            given,
            dialog.code,
            carrier,
            answer.key,
            judged.stamp,
            int(now),
            doubt=judged.doubt,
            repeats=judged.repeats if repeats is None else repeats,
            since=judged.since,
        )
        self.turns.add(arrival, Ticket(told, answer), notes=notes)

    # --- what the batch tells ---

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        refused: list[Answer] = []
        found: set[Answer] = set()
        unknown: list[Answer] = []
        for one in taken:
            ticket = one.ticket
            if isinstance(ticket, Ticket):
                if ticket.answer is not None:
                    self._acknowledge(ticket.answer, one.fate)
                    if ticket.answer.key and one.fate in NOT_NOW:
                        refused.append(ticket.answer)
                        if one.fate is Fate.REFUSED_FOUND:
                            found.add(ticket.answer)
                    elif ticket.answer.key and one.fate is Fate.UNKNOWN:
                        unknown.append(ticket.answer)
                dialog = ticket.dialog
            else:
                # An outcome that somebody else brought.
                dialog = self._dialogs.waiting_for(one.arrival.contact) if one.arrival else None
            if dialog is not None and self._dialogs.is_open(dialog):
                self._told(dialog, one, is_choice=isinstance(ticket, Ticket) and not ticket.answer)
        if refused or unknown:
            self._redeliveries.keep_again()
            self._redeliveries.refuse(refused, found)
            self._redeliveries.leave_open(unknown)

    def _acknowledge(self, answer: Answer, fate: Fate) -> None:
        answer.write(self._ticks())
        cast("Link", answer.line).acknowledge([(answer.sequence, STATUSES[fate])])
        if answer.key and fate in ON_DISK:
            self._redeliveries.settle(answer, is_found=fate is Fate.FOUND)
            self._redeliveries.kept(answer.stamp)

    def _told(self, dialog: Dialog, one: Taken, *, is_choice: bool) -> None:
        if one.fate in ON_DISK:
            if one.reply is not None and not (one.fate is Fate.FOUND and dialog.has_shown):
                # Of an answer that was taken before we were started anew: the phone has no screen, and is asked again.
                self._perform(dialog, one.reply)
            elif not dialog.has_shown and isinstance(one.arrival and one.arrival.input, Text):
                # The same where nothing is asked.
                self._add(dialog, Opened(), None, self._clock())
            else:
                # The screen that follows it is on its way, or is sent again with its connection's.
                dialog.is_our_move = False
        elif one.fate in NOT_NOW and not is_choice:
            # The gateway brings it again, and the phone still has the move.
            dialog.is_our_move = False
        elif one.fate is Fate.UNKNOWN and not is_choice:
            # The same, but if it was kept the screen that followed it is lost, and where the session is is shown instead.
            # Not where it came again while a screen is on its way: that is the one.
            dialog.is_our_move = False
            dialog.has_shown = dialog.untaken > 0 and _came_again(one.ticket)
        else:
            dialog.is_over = True
            dialog.said = [prompts.word("sorry", prompts.DEFAULT_LANGUAGE)]
            self._display.show(dialog, prompts.DEFAULT_LANGUAGE)

    def _perform(self, dialog: Dialog, reply: Reply) -> None:
        self._dialogs.wait_no_more(dialog)
        language = reply.language
        for text, spoken in reply.said():
            language = spoken
            if text:
                dialog.said.append(text)
        expected = reply.expected
        if reply.ended:
            dialog.is_over = True
        elif expected is None:
            self._dialogs.wait(dialog, OUTCOME_WAIT_S, lambda: self._give_up(dialog, language))
            return
        elif (
            dialog.choices
            and not expected.resumes
            and expected.question not in ("", dialog.question)
        ):
            dialog.question = expected.question
            dialog.said.clear()
            self._add(dialog, Text(dialog.choices.pop(0)), None, self._clock())
            return
        else:
            dialog.choices.clear()
            dialog.question = expected.question
        self._display.show(dialog, language)

    def _give_up(self, dialog: Dialog, language: str) -> None:
        """An outcome takes longer than the network waits for a screen."""
        if self._dialogs.is_open(dialog):
            dialog.is_over = True
            dialog.said.append(prompts.word("one_moment", language))
            self._display.show(dialog, language)

    def settled(self, settlements: Sequence[Settlement]) -> None:
        """What became of screens."""
        for settlement in settlements:
            dialog = settlement.key
            if not isinstance(dialog, Dialog):
                continue
            dialog.untaken -= 1
            if settlement.message_id is None:
                log.warning("a screen was not taken: %s", settlement.status)
                if self._dialogs.is_open(dialog):
                    self._dialogs.drop(dialog)
                    self._tell_hung_up(dialog, None, int(self._clock()))


def _came_again(ticket: object) -> bool:
    """Whether it is of what had come before, as far as can be told."""
    answer = ticket.answer if isinstance(ticket, Ticket) else None
    return answer is not None and answer.repeats is not Repeats.PERHAPS


def _text_of(message: p.DeliverSm) -> str:
    read = piece.read(
        message.message,
        data_coding=message.data_coding,
        esm_class=message.esm_class,
        tlvs=dict(message.tlvs),
    )
    return piece.join((read,))[:TEXT_CHARACTERS_MAX].strip("\0\r\n ")
