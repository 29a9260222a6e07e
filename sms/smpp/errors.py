"""What can go wrong on a bind.

ProtocolError                the peer sent what SMPP does not allow
└── FramingError             where the next PDU begins is no longer known; only closing helps
"""

from __future__ import annotations

from sms.smpp.status import Status


class ProtocolError(Exception):
    """The peer sent what SMPP does not allow."""

    def __init__(
        self, message: str, status: int = Status.SYSERR, sequence: int = 0, command: int = 0
    ) -> None:
        super().__init__(message)
        self.status = status
        """command_status to answer with."""
        self.sequence = sequence
        """sequence_number to answer to; 0 if it could not be read."""
        self.command = command
        """command_id that was to be read; 0 if it could not be."""


class FramingError(ProtocolError):
    """The peer sent a length that cannot be; where the next PDU begins is not known."""
