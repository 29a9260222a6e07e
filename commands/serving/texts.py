"""The text channels as a service: carriers' binds for SMS and USSD, tied to the business."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from center.measure import Measure, Spread, counter, gauge
from commands.serving.business import Business, later
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.client import Esme
from sms.link import Link
from sms.smpp import pdu as p
from sms.sorting import Sorting
from sms.ussd.channel import UssdChannel
from sms.ussd.counters import UssdCounters

DRAIN_LOOK_S = 0.02
"""How often a drain looks whether the carriers have taken everything."""
IDLE_LOOKS = 2
"""One behind the other: a shard gives the texts of a batch right after it has told what became of its messages."""

log = logging.getLogger(__name__)


class Texts:
    """See commands.serving.service.Service."""

    name = "texts"

    def __init__(self, business: Business, carriers: Callable[[], Sequence[Carrier]]) -> None:
        """`carriers` is asked when the service opens: the port of a simulator is known only then."""
        self.channel = SmsChannel(business.turns, business.store, business.routes)
        doubts = self.channel.receiving.redeliveries
        self.ussd = UssdChannel(business.turns, business.routes, doubts, later=later)
        self.esmes: list[Esme] = []
        self._carriers = carriers

    async def open(self) -> None:
        """Bind to every carrier, and go on with what an earlier run left."""
        sorting = Sorting(self.channel, self.ussd)
        for carrier in self._carriers():
            esme = Esme(carrier, sorting, chance=random.Random())  # noqa: S311  # jitter, not secrets
            self.esmes.append(esme)
            self.channel.add(esme)
        self.channel.start()
        for esme in self.esmes:
            esme.start()

    async def drain(self) -> None:
        """Leave new texts with the carriers, finish what came before, and wait until carriers that are there have its texts."""
        self.channel.refuse_new()
        self.channel.turns.flush()
        looks = 0
        # Answers come to any of many links, none of which knows of a drain.
        while looks < IDLE_LOOKS:
            await asyncio.sleep(DRAIN_LOOK_S)
            looks = looks + 1 if self._is_idle() else 0

    def _is_idle(self) -> bool:
        # What waits for a carrier that is away does so at the next start as well.
        is_sent = not any(esme.waiting and esme.bound for esme in self.esmes)
        return is_sent and self.channel.turns.is_idle

    async def close(self) -> None:
        """Unbind everywhere."""
        self.channel.turns.flush()
        not_sent = sum(esme.waiting for esme in self.esmes)
        try:
            await asyncio.gather(*(esme.close() for esme in self.esmes))
        finally:
            left = self.channel.receiving.counters.left
            log.info(
                "texts are closed",
                extra={"left_with_carriers": left, "segments_not_sent": not_sent},
            )
            self.channel.end()
            self.channel.turns.flush()

    def unready(self) -> str | None:
        """Without a bind nobody reaches us."""
        if not self.esmes:
            return "binds to no carrier yet"
        down = [
            f"{esme.carrier.name} ({esme.trouble})" if esme.trouble else esme.carrier.name
            for esme in self.esmes
            if not esme.bound
        ]
        return f"no bind to {', '.join(down)}" if down else None

    def measures(self) -> Iterable[Measure | Spread]:
        """What the counters of the channel and its binds say."""
        receiving = self.channel.receiving.counters
        sending = self.channel.sending.counters
        yield counter("dialcart_sms_received", "deliver_sm that were texts.", receiving.received)
        yield counter("dialcart_sms_unrouted", "Texts for no seller.", receiving.unrouted)
        yield counter(
            "dialcart_sms_not_phones", "Texts of names and short codes.", receiving.not_phones
        )
        yield counter(
            "dialcart_sms_left", "Texts left with carriers while draining.", receiving.left
        )
        yield counter(
            "dialcart_sms_unreadable",
            "Texts that we stumbled over and refused for good.",
            receiving.unreadable,
        )
        unfinished = self.channel.receiving.reassembly
        yield gauge(
            "dialcart_sms_unfinished", "Texts whose segments have not all come.", len(unfinished)
        )
        yield gauge("dialcart_sms_unfinished_bytes", "Of segments that came.", unfinished.octets)
        deliveries = self.channel.deliveries
        became = deliveries.counters
        yield counter("dialcart_sms_receipts", "Delivery receipts.", became.receipts)
        yield counter(
            "dialcart_sms_receipts_unknown",
            "Receipts that found no text.",
            deliveries.unknown,
        )
        yield counter("dialcart_sms_delivered", "Texts that phones have.", became.delivered)
        yield counter("dialcart_sms_failed", "Texts that no phone has.", became.failed)
        yield gauge(
            "dialcart_sms_receipts_waiting",
            "Segments whose receipts are to come.",
            deliveries.waiting,
        )
        yield counter("dialcart_sms_replies", "Texts handed to carriers.", sending.replies)
        yield counter(
            "dialcart_sms_undeliverable", "Texts that no carrier would take.", sending.undeliverable
        )
        yield counter(
            "dialcart_sms_superseded",
            "Questions that were not sent again: their buyers had gone past them.",
            sending.superseded,
        )
        yield gauge("dialcart_ussd_dialogs", "USSD dialogs that are open.", self.ussd.open_dialogs)
        for name, told, count in _USSD:
            yield counter(f"dialcart_ussd_{name}", told, count(self.ussd.counters))
        for name, kind, told, read in _CARRIERS:
            yield Measure(
                f"dialcart_smpp_{name}",
                kind,
                told,
                ("carrier",),
                [((esme.carrier.name,), float(read(esme))) for esme in self.esmes],
            )
        links = [
            ((esme.carrier.name, str(link.index), BIND_NAMES[link.mode]), link)
            for esme in self.esmes
            for link in esme.links
        ]
        for name, kind, told, look in _BINDS:
            yield Measure(
                f"dialcart_bind_{name}",
                kind,
                told,
                ("carrier", "bind", "mode"),
                [(labels, float(look(link))) for labels, link in links],
            )


BIND_NAMES = {
    p.BIND_TRANSCEIVER: "transceiver",
    p.BIND_TRANSMITTER: "transmitter",
    p.BIND_RECEIVER: "receiver",
}

Kind = Literal["counter", "gauge"]

_CARRIERS: tuple[tuple[str, Kind, str, Callable[[Esme], float]], ...] = (
    (
        "segments_submitted",
        "counter",
        "Segments queued for a carrier.",
        lambda e: e.outgoing.counters.submitted,
    ),
    ("segments_taken", "counter", "Segments that it took.", lambda e: e.outgoing.counters.taken),
    (
        "segments_throttled",
        "counter",
        "Segments that it refused as too many.",
        lambda e: e.outgoing.counters.throttled,
    ),
    ("segments_failed", "counter", "Segments given up.", lambda e: e.outgoing.counters.failed),
    ("segments_waiting", "gauge", "Segments that it has not taken yet.", lambda e: e.waiting),
    ("reconnects", "counter", "Connections lost or not had.", lambda e: e.reconnects),
    ("binds", "gauge", "Binds that are up.", lambda e: e.bound),
    ("binds_wanted", "gauge", "Binds that should be up.", lambda e: e.wanted),
)
"""What is told of each carrier."""

_USSD: tuple[tuple[str, str, Callable[[UssdCounters], int]], ...] = (
    ("dialled", "USSD codes dialled.", lambda c: c.dialled),
    ("answers", "Answers to screens.", lambda c: c.answers),
    ("screens", "Screens sent.", lambda c: c.screens),
    ("ended", "Dialogs that a shop ended.", lambda c: c.ended),
    ("hung_up", "Dialogs that a phone or its network ended.", lambda c: c.hung_up),
    ("dropped", "Dialogs given up: idle, or a screen refused.", lambda c: c.dropped),
    ("repeated", "Answers that came twice.", lambda c: c.repeated),
    ("late", "Moves of dialogs that were given up before.", lambda c: c.late),
    ("unrouted", "Codes dialled that no shop has.", lambda c: c.unrouted),
    ("not_phones", "Moves of names and short codes.", lambda c: c.not_phones),
    ("notices", "Moves that ask and answer nothing.", lambda c: c.notices),
    ("unknown", "Operations that a profile has not, refused.", lambda c: c.unknown),
    ("unreadable", "Messages that we stumbled over.", lambda c: c.unreadable),
)
"""What is told of USSD."""

_BINDS: tuple[tuple[str, Kind, str, Callable[[Link], float]], ...] = (
    ("up", "gauge", "1 where the bind is up, 0 where it connects.", lambda link: link.bound),
    ("unacknowledged", "gauge", "deliver_sm not answered yet.", lambda link: link.unacknowledged),
    (
        "unread_bytes",
        "gauge",
        "Octets written that the carrier has not taken.",
        lambda link: link.unread_bytes,
    ),
    (
        "window_used",
        "gauge",
        "Requests that wait for their answers.",
        lambda link: link.machine.window - link.machine.room(),
    ),
    (
        "pdus_received",
        "counter",
        "PDUs since the connection was made.",
        lambda link: link.machine.counters.received,
    ),
    (
        "pdus_sent",
        "counter",
        "PDUs since the connection was made.",
        lambda link: link.machine.counters.sent,
    ),
    (
        "pdus_nacked",
        "counter",
        "PDUs that were no SMPP.",
        lambda link: link.machine.counters.nacked,
    ),
    (
        "unanswered",
        "counter",
        "Requests that got no answer in time.",
        lambda link: link.machine.counters.unanswered,
    ),
    (
        "stray_responses",
        "counter",
        "Answers to nothing.",
        lambda link: link.machine.counters.stray_responses,
    ),
)
"""What is told of each bind."""
