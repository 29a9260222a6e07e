"""What nobody can tell (decision 0030), noted where it happens, so that only those are excused to whom it happened."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from sms.answer import Answer
from sms.held import Held
from sms.link import Link
from sms.redelivery import Redeliveries, _was_lost_before
from sms.smpp.status import TEMPORARY
from sms.smpp.tlv import Tag, find
from sms.smsc.exchange import Delivery, Exchange, Sent
from sms.smsc.faults import PERFECT
from sms.smsc.link import Link as SmscLink
from sms.smsc.server import Smsc
from tests.crash.buyers import Buyer
from tests.simulation.patches import patched


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
    """They answered once more what they were asked once more, and that came before what they had said first. Twelfth row."""

    def of(self, off: frozenset[str]) -> tuple[str, ...]:
        """What excuses all who are off; nothing if one of them has no excuse."""
        kinds = {"ignored": self.ignored, "behind": self.behind, "within": self.within}
        kinds["overtaken"] = self.overtaken
        if not off <= set().union(*kinds.values()):
            return ()
        return tuple(kind for kind, buyers in kinds.items() if off & buyers)


@contextmanager
def watching_what_is_ignored(forgotten: set[str]) -> Iterator[None]:
    """Note who wrote a message without a name whose answer the carrier reads and ignores."""
    take = SmscLink._take_response  # noqa: SLF001

    def watched(self: SmscLink, pdu: Any) -> None:
        fate, _ = self._ill_fated.get(pdu.sequence, (PERFECT, 0.0))
        bound = self._network.exchange._links.get(self.number)  # noqa: SLF001
        delivery = bound.unanswered.get(pdu.sequence) if bound else None
        ignores = not (fate.is_heeded or fate.drops_the_line)
        final = pdu.status not in TEMPORARY
        if delivery is not None and ignores and final and not _is_named(delivery):
            forgotten.add(delivery.source)
        take(self, pdu)

    with patched(SmscLink, "_take_response", watched):
        yield


@contextmanager
def watching_what_comes_behind(
    behind: set[str], smsc: Callable[[], Smsc | None], life: Callable[[], int]
) -> Iterator[None]:
    """Note whose message without a name, which an earlier `life` of ours had read, came again too late, behind what they said since.

    Too late is when replies were held back no more, in this life or in one between: a buyer who has read theirs goes on. What was lost
    with its connection before, where that was kept, is not meant: it is known. Numbers of buyers go to `behind`.
    """
    judge, deliver, release = Redeliveries.judge, SmscLink.deliver, Held.release_due
    lost: set[int] = set()
    """Serials of messages that never arrived when they were sent."""
    read: dict[int, tuple[int, float]] = {}
    """By the serial of a message: in which life and when it was read last."""
    let_go_at = 0.0
    """When a life held replies back no more, last."""
    last: dict[tuple[str, str], int] = {}
    """By buyer and service: the serial of the last that was read."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery, now = _delivery_of(answer, smsc()), life()
        if delivery is not None:
            who, serial = (delivery.source, delivery.service_type), delivery.serial
            read_in, read_at = read.get(serial, (now, 0.0))
            is_late = now > read_in and (let_go_at > read_at or serial in lost)
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
        return texts

    def delivered(self: SmscLink, sent: Sent) -> bytes:
        octets = deliver(self, sent)
        if not octets:
            lost.add(sent.delivery.serial)
        return octets

    with (
        patched(Redeliveries, "judge", watched),
        patched(SmscLink, "deliver", delivered),
        patched(Held, "release_due", released),
    ):
        yield


@contextmanager
def watching_what_is_lost_within(within: set[str]) -> Iterator[None]:
    """Note whose message without a name the carrier lost within itself when it brought it again, though all behind it came again.

    It comes again later, when we had to take it for answered. Numbers of buyers go to `within`.
    """
    judge, deliver, sent_by = Redeliveries.judge, SmscLink.deliver, Exchange.sent
    carried: dict[tuple[int, int], Delivery] = {}
    """By link and sequence number: also what we read when the carrier had lost that link."""
    answers: dict[int, Answer] = {}
    """By the serial of a message: ours, when it was read last."""
    lost: set[int] = set()
    """Serials of messages that we had read, and that did not arrive when they were brought again."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        far = _far_of(answer)
        delivery = carried.get((far.number, answer.sequence)) if far is not None else None
        if delivery is not None and not _is_named(delivery):
            before = answers.get(delivery.serial)
            # What had come behind it on its connection is all that told us so.
            if (
                delivery.serial in lost
                and before is not None
                and before.line.returned > before.stamp
            ):
                within.add(delivery.source)
            answers[delivery.serial] = answer
        return judge(self, answer, *given, **named)

    def delivered(self: SmscLink, sent: Sent) -> bytes:
        octets = deliver(self, sent)
        if not octets and sent.delivery.serial in answers:
            lost.add(sent.delivery.serial)
        return octets

    def carry(self: Exchange, link: int, sequence: int, delivery: Delivery) -> None:
        carried[link, sequence] = delivery
        sent_by(self, link, sequence, delivery)

    with (
        patched(Redeliveries, "judge", watched),
        patched(Exchange, "sent", carry),
        patched(SmscLink, "deliver", delivered),
    ):
        yield


@contextmanager
def watching_what_is_overtaken(
    overtaken: set[str], smsc: Callable[[], Smsc | None]
) -> Iterator[None]:
    """Note who said the same to a question that was asked twice, and whose first answer was never brought before the second was.

    Neither is a copy of the other, whatever they are called. Numbers of buyers go to `overtaken`.
    """
    judge, answer_again = Redeliveries.judge, Buyer._answer_again  # noqa: SLF001
    again: dict[str, tuple[int, str]] = {}
    """By buyer who answers once more: the serial of the last message before, and what they say."""
    second: dict[str, tuple[int, str]] = {}
    """By buyer whose second answer was brought: the same."""
    read: set[int] = set()
    """Serials of messages."""

    def answers(self: Buyer) -> None:
        on = smsc()
        if on is not None:
            number = cast("Any", self.phone).number
            again[number] = on.network.exchange._serial, self.lines[0][0]  # noqa: SLF001
        answer_again(self)

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery = _delivery_of(answer, smsc())
        if delivery is not None:
            who, serial, text = delivery.source, delivery.serial, delivery.segment.short_message
            before, said = again.get(who, (serial, ""))
            if serial > before and text == said.encode():
                second[who] = again.pop(who)
            before, said = second.get(who, (0, ""))
            if serial <= before and serial not in read and text == said.encode():
                overtaken.add(who)
            read.add(serial)
        return judge(self, answer, *given, **named)

    with patched(Redeliveries, "judge", watched), patched(Buyer, "_answer_again", answers):
        yield


def _far_of(answer: Answer) -> SmscLink | None:
    """The carrier's end of the connection that it goes by."""
    transport = cast("Link", answer.line).transport
    return cast("Any", transport).peer._protocol if transport is not None else None  # noqa: SLF001


def _delivery_of(answer: Answer, smsc: Smsc | None) -> Delivery | None:
    """What the carrier waits for that answer to; None of a copy by another bind."""
    far = _far_of(answer)
    if smsc is None or far is None:
        return None
    bound = smsc.network.exchange._links.get(far.number)  # noqa: SLF001
    return bound.unanswered.get(answer.sequence) if bound else None


def _is_named(delivery: Delivery) -> bool:
    """Whether it bears a name of its own. A USSD answer bears that of its dialog alone, which some put there too."""
    tlvs = delivery.tlvs
    of_ussd = find(tlvs, Tag.USSD_SERVICE_OP) is not None
    return find(tlvs, Tag.USER_MESSAGE_REFERENCE) is not None and not of_ussd
