"""What carriers do to messages beyond the simulator's own faults: bring them again late, bring them twice; and whom they forgot."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from msgspec.structs import replace

from sms.answer import Answer
from sms.carrier import Carrier
from sms.client import Esme
from sms.held import HOLD_S
from sms.link import Link
from sms.redelivery import Redeliveries, _was_lost_before
from sms.smpp import pdu as p
from sms.smpp.status import TEMPORARY
from sms.smpp.tlv import Tag, find
from sms.smsc.exchange import Delivery, Sent
from sms.smsc.faults import PERFECT
from sms.smsc.link import Link as SmscLink
from sms.smsc.network import Submission
from sms.smsc.server import Smsc
from sms.submission import Settlement
from sms.ussd.profile import Profile

STRANGE_SEQUENCE = 0x7000_0000
"""Of copies that come by another bind; the carrier's own numbers are far below."""


class Tardy:
    """Brings what a lost connection left unanswered in its own time, but in its order."""

    def __init__(self, smsc: Smsc, chance: random.Random, late_s: float) -> None:
        """`late_s`: so late at most; 0: at once."""
        self.late = 0
        """Connections whose messages are still to be brought again."""
        if late_s:
            self._be_late(smsc, chance, late_s)

    def _be_late(self, smsc: Smsc, chance: random.Random, late_s: float) -> None:
        exchange = smsc.network.exchange
        leave = exchange.leave

        def later(link: int) -> None:
            bound = exchange._links.get(link)  # noqa: SLF001
            late = list(bound.unanswered.values()) if bound else []
            if bound:
                bound.unanswered.clear()
            leave(link)
            if late:
                self.late += 1
                asyncio.get_running_loop().call_later(chance.uniform(0, late_s), back, late)

        def back(late: list[Delivery]) -> None:
            self.late -= 1
            for one in late:
                exchange._put_back(one)  # noqa: SLF001
            smsc.network.wake()

        exchange.leave = later  # type: ignore[method-assign]


def heed_screens(smsc: Smsc, profile: Profile) -> None:
    """A gateway that has shown a screen in a dialog brings no earlier move of it again: the moves alternate."""
    network, exchange = smsc.network, smsc.network.exchange
    show, put_back = network._show, exchange._put_back  # noqa: SLF001
    shown: dict[tuple[str, int], int] = {}
    """By phone and dialog: what had been posted when its last screen came."""

    def showing(submission: Submission) -> None:
        screen = profile.shown(submission.tlvs)
        if screen is not None and screen[0] is not None:
            shown[submission.destination, screen[0]] = exchange._serial  # noqa: SLF001
        show(submission)

    def back(delivery: Delivery) -> None:
        move = profile.hear(delivery.service_type, delivery.tlvs)
        if move is not None:
            dialog = delivery.source, profile._number(move.session)  # noqa: SLF001
            if delivery.serial <= shown.get(dialog, 0):
                return
        put_back(delivery)

    network._show = showing  # type: ignore[method-assign] # noqa: SLF001
    exchange._put_back = back  # type: ignore[method-assign] # noqa: SLF001


def brings(smsc: Smsc) -> bool:
    """Whether a message or a receipt waits for us, or for our answer."""
    exchange = smsc.network.exchange
    return bool(exchange.waiting) or any(
        bound.unanswered
        for bound in exchange._links.values()  # noqa: SLF001
    )


class Twice:
    """See sms.link.Handler: what comes, comes again at once, by the same bind or by another."""

    def __init__(self, channel: Any, chance: random.Random, share: float) -> None:
        """`share`: of what comes."""
        self.esme: Esme | None = None
        self._channel = channel
        self._chance = chance
        self._share = share
        self._sequence = STRANGE_SEQUENCE

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        """See sms.link.Handler."""
        for message in messages:
            self._channel.received(link, [message])
            again = self._again(link, message.sequence)
            if again is not None:
                by, sequence = again
                self._channel.received(by, [replace(message, sequence=sequence)])

    def receipted(self, link: Link, receipts: list[tuple[int, bytes]]) -> None:
        """See sms.link.Handler."""
        for receipt in receipts:
            self._channel.receipted(link, [receipt])
            again = self._again(link, receipt[0])
            if again is not None:
                by, sequence = again
                self._channel.receipted(by, [(sequence, receipt[1])])

    def _again(self, link: Link, sequence: int) -> tuple[Link, int] | None:
        """By which bind and under which number it comes again, if it does."""
        assert self.esme is not None
        chance = self._chance
        if chance.random() >= self._share:
            return None
        by = chance.choice([other for other in self.esme.links if other.bound] or [link])
        if by is not link:
            self._sequence += 1
            sequence = self._sequence
        by.unacknowledged += 1
        return by, sequence

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """See sms.link.Handler."""
        self._channel.settled(carrier, settlements)


def _is_named(delivery: Delivery) -> bool:
    """Whether it bears a name of its own. A USSD answer bears that of its dialog alone, which some put there too."""
    tlvs = delivery.tlvs
    of_ussd = find(tlvs, Tag.USSD_SERVICE_OP) is not None
    return find(tlvs, Tag.USER_MESSAGE_REFERENCE) is not None and not of_ussd


@contextmanager
def watching_refused_copies(refused: list[int]) -> Iterator[None]:
    """Note the numbers of copies by another bind that we refuse for now: nobody brings them again, as the message itself is taken."""
    acknowledge = Link.acknowledge

    def watched(self: Link, answers: list[tuple[int, int]]) -> None:
        refused.extend(
            sequence
            for sequence, status in answers
            if sequence > STRANGE_SEQUENCE and status in TEMPORARY
        )
        acknowledge(self, answers)

    Link.acknowledge = watched  # type: ignore[method-assign]
    try:
        yield
    finally:
        Link.acknowledge = acknowledge  # type: ignore[method-assign]


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

    SmscLink._take_response = watched  # type: ignore[method-assign] # noqa: SLF001
    try:
        yield
    finally:
        SmscLink._take_response = take  # type: ignore[method-assign] # noqa: SLF001


@contextmanager
def watching_what_comes_behind(
    behind: set[str], smsc: Callable[[], Smsc | None], life: Callable[[], int]
) -> Iterator[None]:
    """Note whose message without a name, which an earlier `life` of ours had read, came again too late, behind what they said since.

    Too late is later than replies are held back. What was lost with its connection before, where that was kept, is not meant: it
    is known. Numbers of buyers go to `behind`.
    """
    judge, deliver = Redeliveries.judge, SmscLink.deliver
    lost: set[int] = set()
    """Serials of messages that never arrived when they were sent."""
    first: dict[int, int] = {}
    """By the serial of a message: in which life it was read first."""
    bound_at: dict[int, float] = {}
    last: dict[tuple[str, str], int] = {}
    """By buyer and service: the serial of the last that was read."""

    def watched(self: Redeliveries, answer: Answer, *given: Any, **named: Any) -> Any:
        delivery, now = _delivery_of(answer, smsc()), life()
        if delivery is not None:
            who, serial = (delivery.source, delivery.service_type), delivery.serial
            since_s = answer.came_at - bound_at.setdefault(now, cast("Link", answer.line).bound_at)
            read_in = first.setdefault(serial, now)
            is_late = now > read_in and (since_s > HOLD_S or serial in lost)
            alike = self._by_key.get(answer.key, ())
            is_known = _is_named(delivery) or any(_was_lost_before(one) for one in alike)
            if is_late and serial < last.get(who, 0) and not is_known:
                behind.add(delivery.source)
            last[who] = max(serial, last.get(who, 0))
        return judge(self, answer, *given, **named)

    def delivered(self: SmscLink, sent: Sent) -> bytes:
        octets = deliver(self, sent)
        if not octets:
            lost.add(sent.delivery.serial)
        return octets

    Redeliveries.judge = watched  # type: ignore[method-assign]
    SmscLink.deliver = delivered  # type: ignore[method-assign]
    try:
        yield
    finally:
        Redeliveries.judge = judge  # type: ignore[method-assign]
        SmscLink.deliver = deliver  # type: ignore[method-assign]


def _delivery_of(answer: Answer, smsc: Smsc | None) -> Delivery | None:
    """What the carrier waits for that answer to; None of a copy by another bind."""
    transport = cast("Link", answer.line).transport
    if smsc is None or transport is None:
        return None
    far: SmscLink = cast("Any", transport).peer._protocol  # noqa: SLF001
    bound = smsc.network.exchange._links.get(far.number) if far is not None else None  # noqa: SLF001
    return bound.unanswered.get(answer.sequence) if bound else None
