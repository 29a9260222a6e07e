"""A delivery as its deliver_sm (SMPP 3.4, section 4.6.1)."""

from typing import Final

from sms.smpp.pdu import SHORT_MESSAGE_BYTES_MAX, Address, DeliverSm
from sms.smpp.tlv import Tag
from sms.smsc.exchange import Delivery

INTERNATIONAL: Final = 1
ISDN: Final = 1


def deliver_sm(sequence: int, delivery: Delivery) -> DeliverSm:
    """Number a delivery. What is too long for short_message goes as message_payload."""
    segment = delivery.segment
    message, tlvs = segment.short_message, (*segment.tlvs, *delivery.tlvs)
    if len(message) > SHORT_MESSAGE_BYTES_MAX:
        message, tlvs = b"", (*tlvs, (int(Tag.MESSAGE_PAYLOAD), message))
    return DeliverSm(
        sequence=sequence,
        service_type=delivery.service_type,
        source=Address(delivery.source, INTERNATIONAL, ISDN),
        destination=Address(delivery.destination, 0, ISDN),
        esm_class=segment.esm_class,
        data_coding=segment.data_coding,
        message=message,
        tlvs=tlvs,
    )
