"""What nobody can tell (decision 0030), noted where it happens, so that only those are excused to whom it happened."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from center.contact import Repeats
from sms.answer import Answer
from sms.held import Held
from sms.link import Link
from sms.lost import Lost
from sms.outgoing import Outgoing
from sms.receiving import Receiving
from sms.redelivery import KEPT_S, Redeliveries, _was_lost_before
from sms.smpp.status import TEMPORARY
from sms.smpp.tlv import Tag, find
from sms.smsc.exchange import Delivery, Exchange, Sent
from sms.smsc.faults import PERFECT, DeliveryFate
from sms.smsc.handset import Heard
from sms.smsc.link import Link as SmscLink
from sms.smsc.server import Smsc
from tests.crash.buyers import Buyer, Town
from tests.simulation.patches import patched

ROUND_TRIP_S = 0.2
"""Within this after the carrier reads our answer it answers what we asked behind it, and we know."""


@dataclass
class Excuses:
    """Numbers of buyers, by what happened to a message of theirs that has no name."""

    ignored: set[str] = field(default_factory=set[str])
    """The carrier had our answer, and ignored it, on a connection that lived on: first row."""
    behind: set[str] = field(default_factory=set[str])
    """It came again after a crash, later than replies are held, and behind what they had said since: fifth row."""
    within: set[str] = field(default_factory=set[str])
    """It came again when it seemed answered: the carrier had brought it before, and lost it within itself. Sixth row."""
    overtaken: set[str] = field(default_factory=set[str])
    """They answered once more what they were asked once more, and that came before what they had said first. Last row."""

    mistaken: set[str] = field(default_factory=set[str])
    """What they said was taken for an earlier word of theirs whose answer was lost, and that came again itself when they had gone on: third row."""
    crossed: set[str] = field(default_factory=set[str])
    """They said it again when the reply was made or on its way, or a moment later, and nothing is off but their order then, or one too many.
    Row before the last."""

    doubted: int = 0
    """Words that were said again where no connection broke, and read like one of which the carrier lacked our answer: second and ninth row."""

    def of(self, off: frozenset[str]) -> tuple[str, ...]:
        """What excuses all who are off; nothing if one of them has no excuse."""
        kinds = {"ignored": self.ignored, "behind": self.behind, "within": self.within}
        kinds |= {"overtaken": self.overtaken, "crossed": self.crossed}
        kinds["mistaken"] = self.mistaken
        if not off <= set().union(*kinds.values()):
            return ()
        return tuple(kind for kind, buyers in kinds.items() if off & buyers)


@contextmanager
def watching_what_is_ignored(forgotten: set[str]) -> Iterator[None]:
    """Note who wrote a message without a name whose answer the carrier reads and ignores."""
    take = SmscLink._take_response  # noqa: SLF001

    def watched(self: SmscLink, pdu: Any) -> None:
        fate, delivery = _answered(self, pdu)
        ignores = not (fate.is_heeded or fate.drops_the_line)
        final = pdu.status not in TEMPORARY
        if delivery is not None and ignores and final and not _is_named(delivery):
            forgotten.add(delivery.source)
        take(self, pdu)

    with patched(SmscLink, "_take_response", watched):
        yield


Carried = dict[tuple[int, int], Delivery]
"""What the carrier wrote, by link and sequence number: also what we read when it had lost that link."""


@contextmanager
def watching_what_is_carried(carried: Carried) -> Iterator[None]:
    """Note it in `carried`."""
    sent_by = Exchange.sent

    def carry(self: Exchange, link: int, sequence: int, delivery: Delivery) -> None:
        carried[link, sequence] = delivery
        sent_by(self, link, sequence, delivery)

    with patched(Exchange, "sent", carry):
        yield


@contextmanager
def watching_what_comes_behind(
    behind: set[str], carried: Carried, life: Callable[[], int]
) -> Iterator[None]:
    """Note whose message without a name, which an earlier `life` of ours had read, came again too late, behind what they said since.

    Too late is when replies were held back no more, in this life or in one between, or theirs was let go by its time after we had read
    the message first, be it held at a start or lost with a connection: a buyer who has read theirs goes on. What was lost with its
    connection before, where that was kept, is not meant: it is known. Numbers of buyers go to `behind`.
    """
    judge, deliver, release = Redeliveries.judge, SmscLink.deliver, Held.release_due
    go_again = Lost.due
    lost: set[int] = set()
    """Serials of messages that never arrived when they were sent."""
    read: dict[int, tuple[int, float]] = {}
    """By the serial of a message: in which life and when it was read last."""
    read_first: dict[int, float] = {}
    let_go_at = 0.0
    """When a life held replies back no more, last."""
    let_go_to: dict[str, float] = {}
    """By buyer: when a reply of theirs was let go by its time, last."""
    last: dict[tuple[str, str], int] = {}
    """By buyer and service: the serial of the last that was read."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery, now = _delivery_of(answer, carried), life()
        if delivery is not None:
            who, serial = (delivery.source, delivery.service_type), delivery.serial
            read_in, read_at = read.get(serial, (now, 0.0))
            was_let_go = let_go_at > read_at or serial in lost
            first_at = read_first.setdefault(serial, answer.came_at)
            has_theirs = let_go_to.get(delivery.source, 0.0) > first_at
            is_late = now > read_in and (was_let_go or has_theirs)
            alike = self._by_key.get(answer.key, ())
            is_known = _is_named(delivery) or any(_was_lost_before(one) for one in alike)
            if is_late and serial < last.get(who, 0) and not is_known:
                behind.add(delivery.source)
            last[who] = max(serial, last.get(who, 0))
            read[serial] = now, answer.came_at
        return judge(self, answer, *given, **named)

    def released(self: Held, now: float, *, is_bound: bool) -> Any:
        nonlocal let_go_at
        was_new = self.is_new
        texts = release(self, now, is_bound=is_bound)
        if was_new and not self.is_new:
            let_go_at = now
        let_go_to.update((text.destination, now) for _, text in texts)
        return texts

    def went_again(self: Lost, now: float) -> Any:
        due = go_again(self, now)
        let_go_to.update((one.text.destination, now) for one in due if one.text is not None)
        return due

    def delivered(self: SmscLink, sent: Sent) -> bytes:
        octets = deliver(self, sent)
        if not octets:
            lost.add(sent.delivery.serial)
        return octets

    with (
        patched(Redeliveries, "judge", watched),
        patched(SmscLink, "deliver", delivered),
        patched(Held, "release_due", released),
        patched(Lost, "due", went_again),
    ):
        yield


@contextmanager
def watching_what_is_lost_within(within: set[str], carried: Carried) -> Iterator[None]:
    """Note whose message without a name the carrier lost within itself when it brought it again, though all behind it came again.

    Or what had come behind it seemed to come again, and was a buyer who answered twice what they were asked twice. It comes again later,
    when we had to take it for answered. Numbers of buyers go to `within`.
    """
    judge, deliver = Redeliveries.judge, SmscLink.deliver
    answers: dict[int, Answer] = {}
    """By the serial of a message: ours, when it was read last."""
    lost: set[int] = set()
    """Serials of messages that we had read, and that did not arrive when they were brought again."""
    serials: dict[Answer, int] = {}
    misled: dict[Any, int] = {}
    """By connection that is gone: the stamp of what came by it and seemed to come again."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery = _delivery_of(answer, carried)
        if delivery is not None and not _is_named(delivery):
            before = answers.get(delivery.serial)
            # What had come behind it on its connection is all that told us so.
            returned = before.line.returned if before is not None else 0
            is_misled = before is not None and returned == misled.get(before.line)
            if (
                before is not None
                and returned > before.stamp
                and (delivery.serial in lost or is_misled)
            ):
                within.add(delivery.source)
            answers[delivery.serial], serials[answer] = answer, delivery.serial
        judged = judge(self, answer, *given, **named)
        earlier = answer.repeated
        if earlier in serials and serials[earlier] != serials.get(answer):
            # See sms.link.Link.came_again; an earlier run's connection is none.
            seems_to_return = getattr(earlier.line, "_returned", 0) == earlier.stamp
            if seems_to_return:
                misled[earlier.line] = earlier.stamp
        return judged

    def delivered(self: SmscLink, sent: Sent) -> bytes:
        octets = deliver(self, sent)
        if not octets and sent.delivery.serial in answers:
            lost.add(sent.delivery.serial)
        return octets

    with (
        patched(Redeliveries, "judge", watched),
        patched(SmscLink, "deliver", delivered),
    ):
        yield


@contextmanager
def watching_what_is_overtaken(
    overtaken: set[str], carried: Carried, smsc: Callable[[], Smsc | None]
) -> Iterator[None]:
    """Note who said the same to a question that was asked twice, and whose first answer was never brought before the second was, or refused
    each time.

    Neither is a copy of the other, whatever they are called. Numbers of buyers go to `overtaken`.
    """
    judge, refuse = Redeliveries.judge, Redeliveries.refuse
    answer_again = Buyer._answer_again  # noqa: SLF001
    again: dict[str, tuple[int, str]] = {}
    """By buyer who answers once more: the serial of the last message before, and what they say."""
    second: dict[tuple[str, str], int] = {}
    """By buyer whose second answer was brought, and what that said: the serial of the last message before. They may be asked twice again
    before their first answer comes."""
    read: dict[int, Answer] = {}
    """By the serial of a message: our answer, when it was read last and unless that refused it."""

    def answers(self: Buyer) -> None:
        on = smsc()
        if on is not None:
            number = cast("Any", self.phone).number
            again[number] = on.network.exchange._serial, self.lines[0][0]  # noqa: SLF001
        answer_again(self)

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery = _delivery_of(answer, carried)
        if delivery is not None:
            who, serial, text = delivery.source, delivery.serial, delivery.segment.short_message
            before, said = again.get(who, (serial, ""))
            if serial > before and text == said.encode():
                second[who, said] = again.pop(who)[0]
            before = second.get((who, text.decode(errors="replace")), 0)
            if serial <= before and serial not in read:
                overtaken.add(who)
            read[serial] = answer
        return judge(self, answer, *given, **named)

    def refused(self: Redeliveries, answers: Iterable[Answer], *given: Any) -> None:
        told = list(answers)
        for serial in [serial for serial, answer in read.items() if answer in told]:
            del read[serial]
        refuse(self, told, *given)

    with (
        patched(Redeliveries, "judge", watched),
        patched(Redeliveries, "refuse", refused),
        patched(Buyer, "_answer_again", answers),
    ):
        yield


@contextmanager
def watching_what_crosses(
    carried: Carried, smsc: Callable[[], Smsc | None], town: Callable[[], Town | None]
) -> Iterator[None]:
    """Note with buyers who have said again what the reply to is made yet, or under way on a connection that lives: the carrier may have it,
    or refuse it yet.

    Who did so since they were asked once more is meant only if what they had said was not read by then: to ask who has answered is a fault.
    """
    is_unread, is_last, judge = Outgoing.is_unread, Receiving._is_last, Redeliveries.judge  # noqa: SLF001
    settle, refuse = Redeliveries.settle, Redeliveries.refuse
    say, hear, answer_again = Buyer._say, Buyer.hear, Buyer._answer_again  # noqa: SLF001
    heard: Counter[str] = Counter()
    """Texts, by buyer."""
    heard_before: dict[str, int] = {}
    """When what they said last was read."""
    unheard: set[str] = set()
    """Who said the same as their last in this life, and have heard nothing between."""
    began: dict[str, int] = {}
    """By buyer: the serial of the last message before what they wait for a reply to."""
    read: dict[str, int] = {}
    """By buyer: the highest serial that was read, and neither taken for an earlier word, to which nobody replies, nor refused."""
    of: dict[Answer, tuple[str, int, int]] = {}
    """By our answer: the buyer, the serial that was read and the highest before."""
    asked_amiss: set[str] = set()
    """Who were asked once more what they had answered, as we knew."""
    said_again: dict[int, tuple[Buyer, int]] = {}
    """By the serial of what somebody said again, by no fault of ours: who, and to how many words they had a reply by then. Their carrier may
    bring it when they have gone on by the reply to the first."""

    def says(self: Buyer) -> None:
        on, number = smsc(), cast("Any", self.phone).number
        if on is not None and not self.times_said:
            began[number] = on.network.exchange._serial  # noqa: SLF001
            asked_amiss.discard(number)
        say(self)
        if on is not None and self.times_said > 1 and number not in asked_amiss:
            said_again[on.network.exchange._serial] = self, len(self.waits)  # noqa: SLF001

    def wonders(self: Buyer) -> None:
        number = cast("Any", self.phone).number
        if read.get(number, 0) > began.get(number, 0):
            asked_amiss.add(number)
        answer_again(self)

    def judged(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery = _delivery_of(answer, carried)
        if delivery is not None:
            who = delivery.source
            before = read.get(who, 0)
            of[answer] = who, delivery.serial, before
            read[who] = max(delivery.serial, before)
            buyer, replies = said_again.pop(delivery.serial, (None, 0))
            if buyer is not None and len(buyer.waits) > replies:
                buyer.crossed |= {len(buyer.wanted) - 1, buyer.next_place}
        return judge(self, answer, *given, **named)

    def settled(self: Redeliveries, answer: Answer, *, is_found: bool) -> None:
        who, serial, before = of.get(answer, ("", 0, 0))
        if is_found and read.get(who) == serial:
            read[who] = before
        settle(self, answer, is_found=is_found)

    def refused(self: Redeliveries, answers: Iterable[Answer], *given: Any) -> None:
        told = list(answers)
        for who, serial, before in (of.get(answer, ("", 0, 0)) for answer in told):
            if read.get(who) == serial:
                read[who] = before
        refuse(self, told, *given)

    def hears(self: Buyer, text: Heard) -> None:
        heard[text.number] += 1
        is_said_again = self.times_said > 1 and text.number not in asked_amiss
        replies, place, on = len(self.waits), self.next_place, town()
        hear(self, text)
        if (
            is_said_again
            and len(self.waits) > replies
            and on is not None
            and text.number in on.carrier.unanswered
        ):
            self.crossed.add(place)

    def reads(self: Receiving, buyer: str, key: bytes) -> bool:
        is_same = self._said.get(buyer) == key and heard_before.get(buyer) == heard[buyer]
        (unheard.add if is_same else unheard.discard)(buyer)
        heard_before[buyer] = heard[buyer]
        return is_last(self, buyer, key)

    def watched(self: Outgoing, phone: str, addresses: bytes) -> bool:
        unread, on = is_unread(self, phone, addresses), town()
        buyer = on.buyers.get(phone) if on is not None else None
        is_made = phone in self._behind or phone in unheard
        is_meant = is_made and not unread and phone not in asked_amiss
        if is_meant and buyer is not None and buyer.times_said > 1:
            buyer.crossed.add(buyer.next_place)
        return unread

    with (
        patched(Outgoing, "is_unread", watched),
        patched(Receiving, "_is_last", reads),
        patched(Redeliveries, "judge", judged),
        patched(Redeliveries, "settle", settled),
        patched(Redeliveries, "refuse", refused),
        patched(Buyer, "_say", says),
        patched(Buyer, "hear", hears),
        patched(Buyer, "_answer_again", wonders),
    ):
        yield


@contextmanager
def watching_what_is_mistaken(mistaken: set[str], carried: Carried) -> Iterator[None]:
    """Note whose word was found where an earlier one of theirs is that may come again, and whose earlier one was new when it came.

    Neither has a name, and they had said more meanwhile. Numbers of buyers go to `mistaken`.
    """
    judge, settle = Redeliveries.judge, Redeliveries.settle
    of: dict[Answer, Delivery] = {}
    taken_for: dict[int, int] = {}
    """By the serial of a message: that of the one that was taken for it."""
    last: dict[str, int] = {}
    """By buyer: the serial of the last that was read."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        judged = judge(self, answer, *given, **named)
        delivery = _delivery_of(answer, carried)
        if delivery is not None:
            who, serial = delivery.source, delivery.serial
            said = last[who] = max(serial, last.get(who, 0))
            if not _is_named(delivery):
                of[answer] = delivery
                is_behind = taken_for.get(serial, said) < said
                if is_behind and judged.repeats is Repeats.PERHAPS:
                    mistaken.add(who)
        return judged

    def settled(self: Redeliveries, answer: Answer, *, is_found: bool) -> None:
        earlier = answer.repeated
        if is_found and answer in of and earlier in of and of[earlier].serial < of[answer].serial:
            taken_for[of[earlier].serial] = of[answer].serial
        settle(self, answer, is_found=is_found)

    with (
        patched(Redeliveries, "judge", watched),
        patched(Redeliveries, "settle", settled),
    ):
        yield


@contextmanager
def leaving_out_what_breaks_under_an_answer(carried: Carried) -> Iterator[None]:
    """Count no word as unheard, said again or not, whose connection broke under our answer, before the carrier had answered what we asked after it.

    Their next that reads the same may be that, brought again (third row). What a carrier did bring again counts by our answer to that.
    """
    judge, say_again = Redeliveries.judge, Buyer.say_again
    last: dict[str, Answer] = {}
    """By buyer: ours to what was read last."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery = _delivery_of(answer, carried)
        if delivery is not None:
            last[delivery.source] = answer
        return judge(self, answer, *given, **named)

    def says(self: Buyer) -> bool:
        answer = last.pop(cast("Any", self.phone).number, None)
        if answer is not None and self.unheard and not (answer.line.alive or answer.is_certain()):
            self.unheard -= 1
        return say_again(self)

    with (
        patched(Redeliveries, "judge", watched),
        patched(Buyer, "say_again", says),
    ):
        yield


@contextmanager
def counting_what_is_doubted(excuses: Excuses, carried: Carried) -> Iterator[None]:
    """Count what is said again since it seemed to repeat what had been read before it, while the carrier lacked our answer to that.

    It had been refused, as it was kept late, or come again and was not answered yet, or so lately that we do not know; that is looked up in
    the carrier. What has a name is not meant.
    """
    judge, take, say_again = Redeliveries.judge, SmscLink._take_response, Buyer.say_again  # noqa: SLF001
    lacking: dict[tuple[str, bytes], dict[int, float]] = {}
    """By buyer and what they said: the serials of what was read, and until when we cannot know that the carrier has an answer for good."""
    last: dict[str, tuple[int, bool]] = {}
    """By buyer: the serial of the last that was read, and whether it seemed to repeat such a one."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        judged = judge(self, answer, *given, **named)
        delivery = _delivery_of(answer, carried)
        if delivery is not None and not _is_named(delivery):
            who, serial = delivery.source, delivery.serial
            alike = lacking.setdefault((who, delivery.segment.short_message), {})
            if serial > last.get(who, (0, False))[0]:
                is_taken = judged.repeats in {Repeats.LIKELY, Repeats.CERTAIN}
                is_open = any(answer.came_at <= until for until in alike.values())
                last[who] = serial, is_taken and is_open
            alike.setdefault(serial, answer.came_at + KEPT_S)
        return judged

    def answered(self: SmscLink, pdu: Any) -> None:
        fate, delivery = _answered(self, pdu)
        if delivery is not None and fate.is_heeded and pdu.status not in TEMPORARY:
            alike = lacking.setdefault((delivery.source, delivery.segment.short_message), {})
            known_at = asyncio.get_running_loop().time() + ROUND_TRIP_S
            alike[delivery.serial] = min(known_at, alike.get(delivery.serial, known_at))
        take(self, pdu)

    def says(self: Buyer) -> bool:
        is_said, number = say_again(self), cast("Any", self.phone).number
        serial, is_doubted = last.get(number, (0, False))
        if is_said and is_doubted:
            excuses.doubted += 1
            # What they say now is to be read, and heard; if it is lost unread they have nothing that excuses it.
            last[number] = serial, False
        return is_said

    with (
        patched(Redeliveries, "judge", watched),
        patched(SmscLink, "_take_response", answered),
        patched(Buyer, "say_again", says),
    ):
        yield


def _answered(link: SmscLink, pdu: Any) -> tuple[DeliveryFate, Delivery | None]:
    """What a carrier is to do with our answer, and to what that is."""
    fate, _ = link._ill_fated.get(pdu.sequence, (PERFECT, 0.0))  # noqa: SLF001
    bound = link._network.exchange._links.get(link.number)  # noqa: SLF001
    return fate, bound.unanswered.get(pdu.sequence) if bound else None


def _delivery_of(answer: Answer, carried: Carried) -> Delivery | None:
    """What it answers; None of a copy by another bind."""
    transport = cast("Link", answer.line).transport
    if transport is None:
        return None
    # The carrier's end of the connection that it goes by.
    far: SmscLink = cast("Any", transport).peer._protocol  # noqa: SLF001
    return carried.get((far.number, answer.sequence))


def _is_named(delivery: Delivery) -> bool:
    """Whether it bears a name of its own. A USSD answer bears that of its dialog alone, which some put there too."""
    tlvs = delivery.tlvs
    of_ussd = find(tlvs, Tag.USSD_SERVICE_OP) is not None
    return find(tlvs, Tag.USER_MESSAGE_REFERENCE) is not None and not of_ussd
