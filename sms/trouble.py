"""Why a carrier is not bound, in the words of who runs us: what is wrong, and where to look."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Final

BEFORE_THE_BIND: Final = "closed before the bind was answered; `tls` or `port` may be wrong, or our address unknown there"
"""What a port of TLS does with who speaks plainly, and a carrier with strangers."""
AFTER_THE_BIND: Final = "closed as soon as it was bound; `system_id` may be bound elsewhere, or `binds` be more than it allows"
"""What a carrier does that lets who is one too many in, and then out."""
CONNECTING: Final = "connecting"
UNANSWERED: Final = "nothing answers there; `host` or `port` may be wrong, or a firewall between us"
SHUT: Final = "no SMSC listens there; `host` or `port` may be wrong, or it is down"
"""Where every address of a name refuses us."""
UNNAMED: Final = "`host` is no name that is known here; it may be wrong, or no name server answers"
BROKEN: Final = "the connection broke"
_RENEW = "the carrier has to renew it, or the clock here is wrong"
_SIGNER = (
    "whoever signed it is unknown here; `ca_file` takes the certificates that sign the carrier's"
)
_NAME = "`host` has to be a name that it bears"
_HINTS: Final = {9: _RENEW, 10: _RENEW, 18: _SIGNER, 19: _SIGNER, 20: _SIGNER, 21: _SIGNER, 2: _SIGNER, 62: _NAME, 64: _NAME}  # fmt: skip
"""By what OpenSSL calls X509_V_ERR: of dates, of signers, of names."""
_NO_AGREEMENT: Final = (
    "it may want a certificate of ours, which we have not, or speak no TLS of 1.2 or later"
)
_NOT_TLS: Final = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST")


def told(error: Exception) -> str:
    """What came in the way of a connection."""
    if isinstance(error, TimeoutError):
        return UNANSWERED
    if isinstance(error, ssl.SSLCertVerificationError):
        wrong = f"certificate verify failed: {error.verify_message.rstrip('.')}"
        hint = _HINTS.get(error.verify_code)
        return f"{wrong}; {hint}" if hint else wrong
    if isinstance(error, ssl.SSLError):
        # OpenSSL names not all of them.
        reason = getattr(error, "reason", None) or ""
        if reason in _NOT_TLS:
            return "what listens there does not speak TLS; `tls` or `port` may be wrong"
        named = f" ({reason.lower().replace('_', ' ')})" if reason else ""
        return f"no agreement on TLS{named}; {_NO_AGREEMENT}"
    if isinstance(error, ConnectionResetError):
        return BEFORE_THE_BIND
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return UNNAMED
    if _is_refused(error):
        return SHUT
    return str(error) or type(error).__name__


def _is_refused(error: Exception) -> bool:
    """Whether it is that, of a host with several addresses at each: asyncio joins what they said into one text."""
    text = str(error)
    return 0 < text.count(f"[Errno {errno.ECONNREFUSED}]") == text.count("[Errno ")
