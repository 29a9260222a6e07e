"""The exchange behind the web telephone: its messages are texts to a shop's code, by a carrier of our own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from center.contact import Arrival, ContactKey
from center.text_news import TextNews
from commands.serving.business import Business, later
from commands.serving.calls import Calls
from commands.serving.message_boxes import CARRIER, MessageBoxes
from flows.inputs import Text
from ivr.channel.browser import BrowserCall, BusyError
from ivr.webrtc.description import OfferError
from sms.channel import SmsChannel
from web.telephone.exchange import Call, CallRefusedError, ShopWindow, Telephone

SHOPS_SHOWN_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PutThrough:
    """See web.telephone.exchange.Call."""

    call: BrowserCall
    answer: str

    async def hang_up(self) -> None:
        """See Call."""
        self.call.drop()


class Telephones:
    """See web.telephone.exchange.Exchange."""

    def __init__(self, business: Business, texts: SmsChannel, calls: Calls | None = None) -> None:
        """Without `calls` it takes messages alone."""
        self._business = business
        self._calls = calls

        def note(news: TextNews) -> None:
            tell(news)

        self._boxes = MessageBoxes(note, later=later)
        """Only messages to calls and messages of web telephones come here, whoever else has the number."""
        tell = texts.add_taker(CARRIER, self._boxes.put)

    @property
    def messages_waiting(self) -> int:
        """See Exchange."""
        return self._boxes.waiting

    def shops(self) -> Sequence[ShopWindow]:
        """See Exchange."""
        return [
            ShopWindow(
                shop.seller,
                shop.name,
                shop.number if self._calls is not None else "",
                "".join(shop.codes[:1]),
                shop.names,
            )
            for shop in self._business.sellers[:SHOPS_SHOWN_MAX]
        ]

    async def call(self, seller: str, caller: str, offer: str, telephone: Telephone) -> Call:
        """See Exchange."""
        calls = self._calls
        shop = next((shop for shop in self.shops() if shop.seller == seller), None)
        if calls is None or calls.channel is None or calls.media is None:
            raise CallRefusedError("No calls are taken here.")
        machine = self._business.shops.current(seller)
        if shop is None or not shop.number or machine is None:
            raise CallRefusedError("This shop takes no calls.")
        self.opened(seller, caller, telephone)
        admission = calls.trunks.admission if calls.trunks is not None else None
        call = BrowserCall(calls.channel, calls.media, telephone, calls.spawn, CARRIER, admission)
        try:
            answer = await call.dial(
                calls.reception,
                machine.program,
                seller=seller,
                caller=self._number(caller),
                dialled=shop.number,
                offer=offer,
            )
        except OfferError as error:
            raise CallRefusedError(f"The browser cannot call: {error}") from None
        except BusyError:
            raise CallRefusedError("All lines are busy; please call again in a while.") from None
        return PutThrough(call, answer)

    def text(self, seller: str, sender: str, text: str, telephone: Telephone) -> None:
        """See Exchange."""
        code = next((s.code for s in self.shops() if s.seller == seller), "")
        if not code:
            raise CallRefusedError("This shop takes no messages.")
        self.opened(seller, sender, telephone)
        contact = ContactKey(seller, self._number(sender), "sms")
        # No key: a page says each message once.
        arrival = Arrival(contact, Text(text), code, CARRIER, b"", 0, int(time.time()))
        self._business.turns.add(arrival, None)

    def opened(self, seller: str, number: str, telephone: Telephone) -> None:
        """See Exchange."""
        self._boxes.open((seller, self._number(number)), telephone)

    def closed(self, seller: str, number: str, telephone: Telephone) -> None:
        """See Exchange."""
        self._boxes.close((seller, self._number(number)), telephone)

    def shown(self, seller: str, number: str, text_id: int) -> None:
        """See Exchange."""
        self._boxes.shown((seller, self._number(number)), text_id)

    def _number(self, written: str) -> str:
        return self._business.routes.numbering.of(written)
