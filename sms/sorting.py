"""What carriers bring, sorted: USSD to its channel, all else to the text channel."""

from __future__ import annotations

from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.link import Link
from sms.smpp import pdu as p
from sms.submission import Settlement
from sms.ussd.channel import UssdChannel
from sms.ussd.dialogs import Dialog


class Sorting:
    """See sms.link.Handler."""

    def __init__(self, texts: SmsChannel, ussd: UssdChannel) -> None:
        self.texts = texts
        self.ussd = ussd

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        """See sms.link.Handler."""
        profile = link.carrier.ussd
        if profile is None:
            self.texts.received(link, messages)
            return
        texts: list[p.DeliverSm] = []
        for message in messages:
            heard = profile.hear(message.service_type, message.tlvs)
            if heard is None:
                texts.append(message)
            else:
                self.ussd.received(link, message, heard)
        if texts:
            self.texts.received(link, texts)

    def receipted(self, link: Link, receipts: list[tuple[int, str | bytes]]) -> None:
        """See sms.link.Handler. USSD has a service type or parameters, and so is none of these."""
        self.texts.receipted(link, receipts)

    def lost(self, link: Link) -> None:
        """See sms.link.Handler. What carriers may lack of either is kept as one."""
        self.texts.lost(link)

    def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
        """See sms.link.Handler."""
        if carrier.ussd is None:
            self.texts.settled(carrier, settlements)
            return
        screens = [one for one in settlements if isinstance(one.key, Dialog)]
        if screens:
            self.ussd.settled(screens)
        texts = [one for one in settlements if not isinstance(one.key, Dialog)]
        if texts:
            self.texts.settled(carrier, texts)
