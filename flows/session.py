"""Where a buyer is in a flow: small enough to keep a million of, complete enough to go on after a restart."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from flows.inputs import Line, Order

ENDED = ""
"""`Session.at` of a session that is over."""

SESSION_BYTES_MAX = 16_384
"""A session that packs into more is refused: a flow cannot be made to hoard."""


class Session(msgspec.Struct, frozen=True, array_like=True, omit_defaults=False, gc=False):
    """A buyer's place in a flow.

    The encoding is an array, so fields may only be added at the end, with a default.
    """

    program: bytes
    """Fingerprint of the program that the session is pinned to."""
    channel: int
    """Index into `program.CHANNELS`."""
    language: str
    at: str = ENDED
    """The question or outcome waited for, such as `take_order.2`; `~` before it while the buyer is asked
    whether to go on with it, `?` while the buyer confirms an answer; empty when over."""
    touched: int = 0
    """Unix seconds of the last turn."""
    tries: int = 0
    """Failed answers to this question so far."""
    turns: int = 0
    """Turns so far, for `max turns` and for the idempotency key of an order."""
    values: dict[str, int | str | bool] = {}
    """The seller's variables; a product is its code, a date ISO text."""
    cart: tuple[Line, ...] = ()
    order: Order | None = None
    """The order placed in this session."""
    missing: str = ""
    """Code of the product that was sold out at the last `place order`."""
    calls: tuple[str, ...] = ()
    """Names of the calls to return to, innermost last."""
    pending: int | str | bool | None = None
    """An answer that waits to be confirmed."""
    placed: bool = False
    """Whether the cart is the one that was ordered last, kept for the texts that follow."""
    other: str = ""
    """What else the caller may have said than what waits to be confirmed: offered after a no."""
    paid: int = 0
    """What was surely paid in this session and no order has used yet, in minor units. Flows do not see it: see center.visit.payments."""
    told: int = 0
    """Of `paid`, what the seller was told of as money without an order."""


pack: Callable[[Session], bytes] = msgspec.msgpack.Encoder().encode
"""A session as bytes."""
unpack: Callable[[bytes], Session] = msgspec.msgpack.Decoder(Session).decode
"""The session that these bytes are. Raises msgspec.DecodeError or msgspec.ValidationError for bytes that are none."""
