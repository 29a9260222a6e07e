"""An endpoint that answers every call, for telephones to call: what a voice channel does, without voices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from unittest import mock

from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.errors import ProtocolError
from ivr.sip.events import Incoming, Reinvited, SipEvent
from ivr.sip.numbers import NOBODY, AllowList
from ivr.sip.offer import LocalMedia, answer, make_offer
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks

MEDIA = LocalMedia("127.0.0.1", 40_000)
LOOPBACK = Trunk("loopback", networks("127.0.0.0/8"))


@dataclass
class Operator:
    """Takes the calls, and remembers all that it was told."""

    told: list[SipEvent] = field(default_factory=list)
    endpoint: Endpoint | None = None
    allowed: AllowList = NOBODY
    react: Callable[[Endpoint, SipEvent], bool] = lambda _endpoint, _event: False
    """Called first; what it takes care of is left to it."""
    media: LocalMedia = MEDIA

    def received(self, events: Sequence[SipEvent]) -> None:
        for event in events:
            self.told.append(event)
            if not self.react(self.endpoint, event):
                self.act(event)

    def act(self, event: SipEvent) -> None:
        endpoint = self.endpoint
        match event:
            case Incoming(call=call, offer=offer):
                endpoint.progress(call, 180)
                try:
                    ours = make_offer(self.media) if offer is None else answer(offer, self.media)[0]
                except ProtocolError as error:
                    endpoint.refuse(call, error.status)
                else:
                    endpoint.answer(call, ours, self.allowed)
            case Reinvited(call=call, offer=offer):
                ours = make_offer(self.media) if offer is None else answer(offer, self.media)[0]
                endpoint.accept(call, ours)
            case _:
                pass

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.told]


@contextmanager
def unhurried() -> Iterator[None]:
    """Endpoints of this process take calls however late their timers come: a machine may be busy with other tests."""
    with mock.patch("ivr.signalling.endpoint.LATE_S", 3_600.0):
        yield


@asynccontextmanager
async def open_endpoint(operator: Operator, *trunks: Trunk, transports=("udp",), **settings):
    """An endpoint on free loopback ports, closed at the end."""
    endpoint = Endpoint(
        Settings(**settings),
        trunks or (LOOPBACK,),
        operator,
        listen=[Listen(transport, "127.0.0.1", 0) for transport in transports],
    )
    operator.endpoint = endpoint
    with unhurried():
        await endpoint.start()
        try:
            yield endpoint
        finally:
            await endpoint.close()
