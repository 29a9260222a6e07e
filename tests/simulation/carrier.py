"""What carriers do to messages beyond the simulator's own faults: bring them again late, bring them twice."""

import asyncio
import random
from collections import deque
from typing import Any

from msgspec.structs import replace

from sms.carrier import Carrier
from sms.client import Esme
from sms.link import Link
from sms.smpp import pdu as p
from sms.smsc.exchange import Delivery
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


def change_order(smsc: Smsc, chance: random.Random, share: float) -> None:
    """What is refused for now goes behind all that waits, so often; else it keeps its place."""
    exchange = smsc.network.exchange
    answered = exchange.answered

    def watched(link: int, sequence: int, *, again: bool, ok: bool) -> Delivery | None:
        delivery = answered(link, sequence, again=again, ok=ok)
        if delivery is not None and again and chance.random() < share:
            line = exchange._waiting.get(delivery.destination, deque())  # noqa: SLF001
            # A move of a dialog may have been dropped instead.
            for one in [one for one in line if one.serial == delivery.serial]:
                line.remove(one)
                line.append(one)
        return delivery

    exchange.answered = watched  # type: ignore[method-assign]


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

    def receipted(self, link: Link, receipts: list[tuple[int, str | bytes]]) -> None:
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

    def lost(self, link: Link) -> None:
        """See sms.link.Handler."""
        self._channel.lost(link)

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """See sms.link.Handler."""
        self._channel.settled(carrier, settlements)
