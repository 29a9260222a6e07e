"""Messages that we stumble over. They are refused for good: they would come again, and end the next connection too."""

from __future__ import annotations

import logging

from center.failing import kind_of
from sms.link import Link
from sms.smpp import pdu as p
from sms.smpp.status import Status

log = logging.getLogger(__name__)


def refuse(link: Link, message: p.DeliverSm, error: Exception) -> None:
    """Tell the carrier so, and the log what kind of error it was."""
    log.error("a message that nobody can read is refused: %s", kind_of(error))
    link.acknowledge([(message.sequence, Status.X_R_APPN)])
