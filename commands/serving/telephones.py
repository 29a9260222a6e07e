"""The exchange behind the web telephone: its messages are texts to a shop's code, by a carrier of our own."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence

from center.changes import OutgoingText
from center.contact import Arrival, ContactKey
from commands.serving.business import Business
from flows.inputs import Text
from sms.channel import SmsChannel
from web.telephone.exchange import Call, CallRefusedError, ShopWindow, Telephone

CARRIER = "web telephone"
NUMBERS_MAX = 10_000
"""Numbers whose telephone is remembered; the one that wrote longest ago gives way."""
SHOPS_SHOWN_MAX = 1_000


class Telephones:
    """See web.telephone.exchange.Exchange."""

    def __init__(self, business: Business, texts: SmsChannel) -> None:
        self._business = business
        self._telephones: OrderedDict[str, Telephone] = OrderedDict()
        """By number: where its messages go."""
        texts.add_taker(CARRIER, self._take)

    def shops(self) -> Sequence[ShopWindow]:
        """See Exchange."""
        return [
            ShopWindow(shop.seller, shop.name, "", "".join(shop.codes[:1]))
            for shop in self._business.sellers[:SHOPS_SHOWN_MAX]
        ]

    async def call(self, seller: str, caller: str, offer: str, telephone: Telephone) -> Call:
        """See Exchange."""
        del seller, caller, offer, telephone
        raise CallRefusedError("Calls are not connected here.")

    def text(self, seller: str, sender: str, text: str, telephone: Telephone) -> None:
        """See Exchange."""
        code = next((s.code for s in self.shops() if s.seller == seller), "")
        if not code:
            raise CallRefusedError("This shop takes no messages.")
        self._telephones[sender] = telephone
        self._telephones.move_to_end(sender)
        if len(self._telephones) > NUMBERS_MAX:
            self._telephones.popitem(last=False)
        contact = ContactKey(seller, sender, "sms")
        # No key: a page says each message once.
        arrival = Arrival(contact, Text(text), code, CARRIER, b"", 0, int(time.time()))
        self._business.turns.add(arrival, None)

    def _take(self, text: OutgoingText) -> None:
        """A message for a telephone; one that is gone is as a telephone that is switched off."""
        telephone = self._telephones.get(text.destination)
        if telephone is not None:
            telephone.texted(text.text)
