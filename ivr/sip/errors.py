"""What can go wrong in signalling.

SipError
├── ProtocolError   what a peer did wrong, with the status to answer
├── FramingError    a connection on which nothing after this point can be found
├── NotAllowedError a number that the seller's allow-list does not hold
└── CommandError    a command that this call cannot take now
"""


class SipError(Exception):
    """Signalling went wrong."""


class ProtocolError(SipError):
    """The peer sent what RFC 3261 does not allow."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        """The status code to answer a request with; a response that is wrong is dropped."""
        self.reason = reason


class FramingError(SipError):
    """The end of a message cannot be found, so the connection has to go."""


class NotAllowedError(SipError):
    """The number is not on the allow-list."""


class CommandError(SipError):
    """The call is not in a state that allows this."""
