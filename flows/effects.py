"""What the engine asks of the world: values that go out in order; some suspend the session until an outcome comes."""

from __future__ import annotations

import msgspec

from flows.inputs import Line


class Effect(msgspec.Struct, frozen=True, tag_field="kind", gc=False):
    """Anything that leaves the engine."""


class Say(Effect, frozen=True, tag="say"):
    """A text for the buyer on the session's channel. In a transcript: `< text`."""

    text: str
    to_its_end: bool = False
    """Whether a caller has to hear all of it, and with it what is said before it in the turn."""


class SendSms(Effect, frozen=True, tag="sms"):
    """An SMS for the buyer, whatever the channel. `! sms text`."""

    text: str


class TellShop(Effect, frozen=True, tag="tell"):
    """A message for the seller. `! tell shop text`."""

    text: str


class KeepBuyer(Effect, frozen=True, tag="buyer"):
    """Something to remember of the buyer: name, address, opted_out or language. `! buyer address ...`."""

    field: str
    value: str | bool


class PlaceOrder(Effect, frozen=True, tag="order"):
    """Place an order; outcomes ok (number, eta), sold out (missing), failed. `! place order 101x2 total 36.00`."""

    lines: tuple[Line, ...]
    total: int
    """Minor units."""
    address: str


class HandOver(Effect, frozen=True, tag="hand"):
    """Hand the buyer to a person; outcomes ok, busy, timeout, closed, hangup, failed. `! hand over sales`."""

    queue: str


class Request(Effect, frozen=True, tag="request"):
    """Ask a partner's service; outcomes ok (its results), failed, timeout. `! request crm.look_up 13800138000`."""

    service: str
    operation: str
    arguments: tuple[int | str | bool, ...]
    parameters: tuple[str, ...] = ()
    """What the flow calls each argument."""
    results: tuple[tuple[str, str], ...] = ()
    """What the flow declares that comes back, with types: it is kept with what is awaited, so no older program is needed."""


class Pay(Effect, frozen=True, tag="pay"):
    """Take a payment; outcomes ok, declined, failed, timeout. `! pay 36.00`."""

    amount: int
    """Minor units."""


class Goodbye(Effect, frozen=True, tag="goodbye"):
    """The session is over. `! goodbye`."""


class Trouble(Effect, frozen=True, tag="trouble"):
    """Something in the flow could not be done at run time; the session went to its safe end. `! trouble code message`."""

    code: str
    """`steps.limit`, `text.failed`, `value.failed`, `turns.limit`, `outcomes.limit`, `call.depth`."""
    message: str


Suspending = PlaceOrder | HandOver | Request | Pay
"""Effects after which the engine waits for an `Outcome`."""
