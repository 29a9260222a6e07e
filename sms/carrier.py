"""A carrier: where its SMSC is and how we bind to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sms.receipts import IdForm
from sms.smpp.timers import Timers
from sms.ussd.profile import Profile


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier's SMSC."""

    name: str
    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    mode: Literal["transceiver", "pair"] = "transceiver"
    """`pair` binds a transmitter and a receiver, for SMSCs that know no transceiver."""
    binds: int = 1
    """Connections (or pairs) at once."""
    window: int = 64
    """submit_sm unanswered on one connection."""
    rate: float | None = None
    """Segments a second that the carrier allows; None: as fast as it takes them."""
    tls: bool = False
    ca_file: str | None = None
    """Certificates that sign the SMSC's, beside the system's own."""
    source_ton: int = 3
    source_npi: int = 0
    phones: Literal["national", "international"] = "national"
    """Whether phones of China are written as they are dialled there, or with the country's code as all others."""
    destination_ton: int | None = None
    """None: as each number is of."""
    destination_npi: int = 1
    concatenation: Literal["udh8", "udh16", "sar", "payload"] = "udh8"
    receipts: bool = True
    """Ask for delivery receipts."""
    receipt_ids: IdForm = "same"
    """How receipts write the message ids of its answers."""
    ussd: Profile | None = None
    """How its USSD gateway speaks; None: all it brings is SMS."""
    timers: Timers = field(default_factory=Timers)
