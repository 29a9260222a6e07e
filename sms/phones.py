"""How the number of a phone is written for a carrier: in which form, and with which type of number beside it.

What a number is, its form tells: with its plus it bears its country's code; without one it is as it is dialled in China
(center.numbering), or nobody knows what.
"""

from __future__ import annotations

from center.numbering import Numbering
from grammars.phones import is_as_dialled_in_china
from sms.carrier import Carrier
from sms.smpp.pdu import Address

UNKNOWN, INTERNATIONAL, NATIONAL = 0, 1, 2
"""Types of number. SMPP 3.4, section 5.2.5."""
_NUMBERING = Numbering()


def phone_address(kept: str, carrier: Carrier) -> Address:
    """A phone as this carrier wants it written."""
    if carrier.phones == "international":
        kept = _NUMBERING.international(kept)
    digits = kept.removeprefix("+")
    ton = carrier.destination_ton
    if ton is None:
        if digits is not kept:
            ton = INTERNATIONAL
        else:
            ton = NATIONAL if is_as_dialled_in_china(kept) else UNKNOWN
    return Address(digits, ton, carrier.destination_npi)
