"""Partners' services as a service of the shop: opened before anybody can come, so that nobody's request finds none."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from center.awaited import Awaited
from center.measure import Measure, Spread, counter, merged
from commands.serving.business import Business, later
from flows.inputs import Outcome
from gateway.client import Client
from gateway.line import TOLD, Line
from gateway.message import key_of
from gateway.partner import Partner
from gateway.partners import Partners

JITTER = (0.5, 1.5)
"""Pauses between tries are as long as they should be times something between, so that many do not come together."""

log = logging.getLogger("dialcart")


class PartnerServices:
    """See commands.serving.service.Service."""

    name = "partners"

    def __init__(
        self, business: Business, partners: Sequence[Partner], place: int = 0, count: int = 1
    ) -> None:
        """`place`: of this process among `count`, which share what a partner is asked at once."""
        partners = [replace(one, at_once=one.share(count, place)) for one in partners]
        self._business = business
        self._partners = partners
        self._clients: list[Client] = []
        self.performer = Partners({}, self._settle)

    async def open(self) -> None:
        """Take up what was awaited, and let flows ask. Raises OSError if a certificate cannot be read."""
        clock = asyncio.get_running_loop().time
        shown = partial(key_of, secret=self._business.store.secret())
        lines: dict[str, Line] = {}
        for partner in self._partners:
            client = Client(partner)
            self._clients.append(client)
            lines[partner.name] = Line(
                partner,
                client,
                self._settle,
                later=later,
                clock=clock,
                jitter=lambda: random.uniform(*JITTER),  # noqa: S311 - against crowds, not against guessing
                shown=shown,
            )
        self.performer.lines = lines
        performers = self._business.performers
        performers.partners = self.performer
        again = self.performer.resume(self._business.store.asked())
        if again:
            log.info("requests are asked again that a stop cut short", extra={"requests": again})

    async def drain(self) -> None:
        """Wait for the answers to what is asked now; what waits is asked after the next start."""
        for line in self.performer.lines.values():
            line.hold()
        for client in self._clients:
            await client.finish()

    async def close(self) -> None:
        """Ask no more. What has no answer is on disk."""
        for line in self.performer.lines.values():
            line.stop()
        for client in self._clients:
            await client.close()

    def unready(self) -> str | None:
        """A partner that does not answer is its own buyers' trouble: flows go on by their ways for it."""
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        """By service: what became of requests, and how it is."""
        return partner_measures(self.performer)

    def _settle(self, awaited: Awaited, outcome: Outcome) -> None:
        self._business.turns.settle(awaited, outcome, int(time.time()))


_BY_SERVICE: tuple[tuple[str, Literal["counter", "gauge"], str, Callable[[Line], float]], ...] = (
    ("tries", "counter", "Times a partner was asked.", lambda line: line.counters.tries),
    (
        "wait_seconds",
        "counter",
        "Time that buyers waited for it.",
        lambda line: line.counters.seconds_sum,
    ),
    ("opened", "counter", "Times it was left alone.", lambda line: line.counters.opened),
    ("waiting", "gauge", "Requests that wait for their turn.", lambda line: line.waiting),
    ("asking", "gauge", "Requests that it is asked now.", lambda line: line.asking),
    (
        "resting",
        "gauge",
        "1 while it is left alone, for it does not answer; with shards, in how many.",
        lambda line: line.is_resting,
    ),
)
"""What is told of each service."""


def partner_measures(partners: Partners) -> Iterable[Measure | Spread]:
    """By service, where there are any."""
    yield counter(
        "dialcart_service_unknown", "Requests of what no [[service]] sets.", partners.unknown
    )
    lines = partners.lines
    if not lines:
        return
    yield Measure(
        "dialcart_service_requests",
        "counter",
        "Requests of partners' services, by what became of them.",
        ("service", "outcome"),
        [
            ((name, told), float(line.counters.told[told]))
            for name, line in lines.items()
            for told in TOLD
        ],
    )
    for name, kind, told, figure in _BY_SERVICE:
        samples = [((service,), float(figure(line))) for service, line in lines.items()]
        yield Measure(f"dialcart_service_{name}", kind, told, ("service",), samples)
    spread = "dialcart_service_seconds"
    yield from merged(
        [line.counters.seconds.spread(spread, "How long buyers waited for partners.")]
        for line in lines.values()
    )
