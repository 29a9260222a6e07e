"""Transfers of one call, both ways: whom we send the other end to, and whom it asks us to call. RFC 3515, RFC 4488.

What is called is a number, over our own trunk: never the host that a URI names, and nobody whom a list does not hold.
"""

from __future__ import annotations

from ivr.sip import sipfrag
from ivr.sip.address import Address
from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import TransferAsked, TransferProgress
from ivr.sip.layer import Served
from ivr.sip.leg import Leg
from ivr.sip.message import Response
from ivr.sip.numbers import number_of
from ivr.sip.transaction import Do

SUBSCRIPTION_S = 180
"""How long a transfer may take until nothing more is told of it."""


class Transfer:
    """What a call knows of transfers; it has one each way at a time."""

    __slots__ = ("_call", "_clock", "_incoming", "_outgoing")

    def __init__(self, call: Leg) -> None:
        self._call = call
        self._incoming: str | None = None
        """The `id` of the subscription that their REFER made."""
        self._outgoing = False
        self._clock = 0

    def ask(self, target: str, now: float) -> None:
        """Ask the other end to call that URI instead of us. Raises CommandError."""
        call = self._call
        if self._outgoing:
            raise CommandError("a transfer of this call is under way")
        self._outgoing = True
        self._clock += 1
        call.wake(now + SUBSCRIPTION_S, f"transfer {self._clock}")
        headers = (
            f"Refer-To: <{target}>\r\nReferred-By: {call.dialog.local.partition(';tag=')[0]}\r\n"
        )
        call.ask("REFER", now, self._answered, headers)

    def report(self, status: int, now: float) -> None:
        """Tell the other end how the call it asked for goes (100 to 699). Raises CommandError."""
        if self._incoming is None:
            raise CommandError("no transfer was asked for")
        call = self._call
        final = status >= 200
        state = "terminated;reason=noresource" if final else f"active;expires={SUBSCRIPTION_S}"
        headers = (
            f"Event: refer{self._incoming}\r\nSubscription-State: {state}\r\n"
            f"{call.contact_line}Content-Type: message/sipfrag;version=2.0\r\n"
        )
        if final:
            self._incoming = None
        call.ask("NOTIFY", now, call.is_gone, headers, sipfrag.compose(status))

    def serve_refer(self, served: Served, now: float) -> None:
        """Take a REFER. Raises ProtocolError."""
        call, request = self._call, served.request
        target = Address.parse(request.only("refer-to"), "Refer-To").uri
        number = call.trunk.allowed.number(call.allowed.number(number_of(target)))
        if target.headers or not number:
            raise ProtocolError(403, "Forbidden")
        if self._incoming is not None:
            raise ProtocolError(491, "Request Pending")
        silent = (request.first("refer-sub") or "").strip().lower() == "false"
        extra = "Refer-Sub: false\r\n" if silent else ""
        served.respond(202, now, headers=call.contact_line + extra)
        if not silent:
            # RFC 3515, section 2.4.6: the id tells the NOTIFYs of several REFERs apart.
            self._incoming = f";id={served.cseq.number}"
            self.report(100, now)
        call.emit(TransferAsked(call.name, number))

    def serve_notify(self, served: Served, now: float) -> None:
        """Take a NOTIFY. Raises ProtocolError."""
        event = (served.request.first("event") or "").partition(";")[0].strip().lower()
        if event != "refer":
            raise ProtocolError(489, "Bad Event")
        if not self._outgoing:
            raise ProtocolError(481, "Subscription Does Not Exist")
        served.respond(200, now)
        status = sipfrag.status_of(served.request)
        over = sipfrag.is_over(served.request)
        if status is not None or over:
            self._tell(status or 503, final=over or (status or 0) >= 200)

    def expired(self, count: str) -> None:
        """Nothing more was told of a transfer, the one of that number."""
        if count == str(self._clock):
            self._tell(408, final=True)

    def _answered(self, do: Do, response: Response | None, now: float) -> None:
        gone = self._call.is_gone(do, response, now)
        if not gone and response is not None and response.status >= 300:
            self._tell(response.status, final=True)
        elif not gone and response is None:
            self._tell(408, final=True)

    def _tell(self, status: int, *, final: bool) -> None:
        if self._outgoing:
            self._outgoing = not final
            self._call.emit(TransferProgress(self._call.name, status, final))
