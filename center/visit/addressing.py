"""An address that a caller left in their own voice, put right in writing: the order goes where the text says.

The caller is asked by SMS to reply where the recording is wrong (ivr.channel.written). Taken for that reply is what the
flow would not understand, for as long as the order is not on its way and CORRECTION_S_MAX; a further reply corrects it again.
"""

from __future__ import annotations

from msgspec.structs import replace

from center.changes import Readdressed
from center.orders.order import READDRESSED
from center.recordings import names_one
from center.visit.visit import Visit
from flows import prompts
from flows.engine import understands
from flows.inputs import Given, Text

CORRECTION_S_MAX = 7_200
"""As long as a conversation by SMS rests where its seller does not say otherwise."""
ADDRESS_CHARACTERS_MIN = 4
"""A shorter text is no address."""


def correct(visit: Visit, said: Text) -> bool:
    """Whether this is where the last order shall go; then it does."""
    now, buyer = visit.arrival.at, visit.buyer
    order = buyer.last_order
    assert order is not None
    address = " ".join(said.text.split())
    if (
        order.status not in READDRESSED
        or len(address) < ADDRESS_CHARACTERS_MIN
        or not any(character.isalpha() for character in address)
        or understands(
            visit.machine, visit.session, visit.key.channel, Given(said, buyer, visit.stock), now
        )
    ):
        return False
    seller, number = visit.key.seller, order.number
    visit.changes.readdressed.append(Readdressed(seller, number, address, now))
    known = [one for one in buyer.addresses if one != address and not names_one(one)]
    visit.buyer = replace(buyer, address=address, earlier=tuple(known))
    # For the seller to see, and to look up what was recorded.
    recorded = next((one for one in buyer.addresses if names_one(one)), "")
    visit.tell_shop(f"[address] {number}: {address}" + (f" ({recorded})" if recorded else ""))
    visit.send(
        prompts.word("address_written", visit.language()).format(order=number, address=address)
    )
    visit.keep_buyer()
    return True
