"""The transaction layer: finds the transaction of a message, starts new ones, keeps what is to be sent.

Everything above it composes text and hands it in; nothing above it resends anything but a 2xx to INVITE and a reliable
provisional response, which are end to end (RFC 3261, section 13.3.1.4; RFC 3262, section 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ivr.sip.address import Address
from ivr.sip.cseq import CSeq
from ivr.sip.flow import Flow
from ivr.sip.message import Request, Response
from ivr.sip.reasons import reason as phrase
from ivr.sip.timers import Timers, Times
from ivr.sip.transaction import Do, Event, State, Transaction
from ivr.sip.uri import host_port
from ivr.sip.via import COOKIE, Via

TRANSACTIONS_MAX = 400_000
"""Past it new requests are not begun: at 1,000 calls/s some 64,000 live (32 s each)."""

FAREWELLS = frozenset({"BYE", "CANCEL", "REGISTER"})
"""What we say last before we stop: a call is over, or we are no longer here."""

Key = tuple[str, ...]


class Chance(Protocol):
    """Where unguessable names come from; `random.SystemRandom()` outside tests (RFC 3261, section 19.3)."""

    def getrandbits(self, k: int, /) -> int:
        """That many random bits."""
        ...


@dataclass(frozen=True, slots=True)
class Local:
    """Who we say we are: the address that peers can reach, which need not be the one we listen on."""

    host: str = "127.0.0.1"
    ports: dict[str, int] = field(default_factory=dict[str, int])
    "By transport; left empty, the endpoint announces the ports it listens on."
    host6: str = ""
    "For peers that are reached by IPv6, where `host` is none of its addresses."

    def host_for(self, flow: Flow) -> str:
        """Our address for who is there: of the same family, if we have one."""
        return self.host6 if self.host6 and ":" in flow.host else self.host

    def via(self, flow: Flow) -> str:
        """A Via value up to its branch; rport is asked for always (RFC 3581)."""
        sent_by = host_port(self.host_for(flow), self.ports.get(flow.transport))
        return f"SIP/2.0/{flow.transport.upper()} {sent_by};rport;branch="

    def contact(self, flow: Flow, host: str = "", user: str = "") -> str:
        """Where requests of a dialog reach us; `host` is what a trunk knows us by, where that is another."""
        sent_by = host_port(host or self.host_for(flow), self.ports.get(flow.transport))
        transport = "" if flow.transport == "udp" else f";transport={flow.transport}"
        return f"<sip:{user and user + '@'}{sent_by}{transport}>"


class Served:
    """A request that came, in its server transaction."""

    __slots__ = ("cseq", "flow", "receiver", "request", "sender", "transaction", "via")

    def __init__(
        self,
        request: Request,
        flow: Flow,
        via: Via,
        sender: Address,
        receiver: Address,
        cseq: CSeq,
        transaction: Transaction,
    ) -> None:
        self.request = request
        self.flow = flow
        self.via = via
        self.sender = sender
        self.receiver = receiver
        self.cseq = cseq
        self.transaction = transaction

    def respond(
        self,
        status: int,
        now: float,
        *,
        reason: str = "",
        tag: str = "",
        headers: str = "",
        body: bytes = b"",
    ) -> bytes:
        """Answer by the transaction; `headers` are whole lines. Gives what was sent."""
        data = compose_response(
            self.request, self.via, self.flow, status, reason, tag=tag, headers=headers, body=body
        )
        self.transaction.take(
            Event.PROVISIONAL if status < 200 else Event.SUCCESS if status < 300 else Event.FAILURE,
            now,
            data=data,
        )
        return data


def compose_response(
    request: Request,
    via: Via | None,
    flow: Flow,
    status: int,
    reason: str = "",
    *,
    tag: str = "",
    headers: str = "",
    body: bytes = b"",
) -> bytes:
    """A response with what it must copy from its request. RFC 3261, section 8.2.6.2."""
    bore = request.headers
    told = " ".join(reason.split()) if reason else phrase(status)
    lines = [f"SIP/2.0 {status} {told}\r\n"]
    vias = bore.get("via", [])
    if via is None or (not via.asks_rport and via.host == flow.host):
        lines += [f"Via: {value}\r\n" for value in vias]
    else:
        first = str(via.received_from(flow.host, flow.port))
        if "," in vias[0]:
            first += vias[0][_first_comma(vias[0]) :]
        lines.append(f"Via: {first}\r\n")
        lines += [f"Via: {value}\r\n" for value in vias[1:]]
    if status < 300 and "record-route" in bore:
        # Section 12.1.1.
        lines += [f"Record-Route: {value}\r\n" for value in bore["record-route"]]
    lines += [f"From: {value}\r\n" for value in bore.get("from", [])[:1]]
    to = bore.get("to", [""])[0]
    lines.append(f"To: {to};tag={tag}\r\n" if tag else f"To: {to}\r\n")
    lines += [f"Call-ID: {value}\r\n" for value in bore.get("call-id", [])[:1]]
    lines += [f"CSeq: {value}\r\n" for value in bore.get("cseq", [])[:1]]
    lines.append(f"{headers}Content-Length: {len(body)}\r\n\r\n")
    return "".join(lines).encode("utf-8", "surrogateescape") + body


def _first_comma(text: str) -> int:
    quoted = False
    for index, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            return index
    return len(text)


def response_flow(via: Via, flow: Flow) -> Flow:
    """Where the responses of a request go. RFC 3261, section 18.2.2; RFC 3581, section 4."""
    if flow.reliable or via.asks_rport or (via.port or 5060) == flow.port:
        return flow
    return Flow(flow.transport, flow.host, via.port or 5060, flow.connection)


@dataclass(slots=True)
class Outgoing:
    """A request of ours, in the parts that its ACK and CANCEL repeat."""

    method: str
    uri: str
    via: str
    branch: str
    sender: str
    receiver: str
    call_id: str
    number: int
    routes: tuple[str, ...] = ()
    forwards: int = 70

    def encode(self, headers: str = "", body: bytes = b"") -> bytes:
        """All of it; `headers` are whole lines."""
        return self._encode(self.method, self.receiver, headers, body)

    def cancel(self) -> bytes:
        """The CANCEL of this request. RFC 3261, section 9.1."""
        return self._encode("CANCEL", self.receiver, "", b"")

    def acknowledge(self, response: Response) -> bytes:
        """The ACK for a final response that is not 2xx. RFC 3261, section 17.1.1.3."""
        return self._encode("ACK", response.only("to"), "", b"")

    def _encode(self, method: str, receiver: str, headers: str, body: bytes) -> bytes:
        routes = "".join(f"Route: {route}\r\n" for route in self.routes)
        return (
            f"{method} {self.uri} SIP/2.0\r\nVia: {self.via}{self.branch}\r\nMax-Forwards: {self.forwards}\r\n{routes}"
            f"From: {self.sender}\r\nTo: {receiver}\r\nCall-ID: {self.call_id}\r\n"
            f"CSeq: {self.number} {method}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        ).encode("utf-8", "surrogateescape") + body


Answer = Callable[[Do, Response | None, float], None]
"""What the asker does with a response; None where none came."""


class Layer:
    """All transactions of one endpoint."""

    def __init__(self, local: Local, chance: Chance, times: Times) -> None:
        self.local = local
        self.times = times
        self.timers = Timers()
        self.out: list[tuple[Flow, bytes]] = []
        """What is to be sent, in order; the edge empties it."""
        self._chance = chance
        self._servers: dict[Key, Transaction] = {}
        self._clients: dict[Key, Transaction] = {}

    def token(self) -> str:
        """A name nobody can guess, for tags, branches and Call-IDs: 64 bits."""
        return f"{self._chance.getrandbits(64):016x}"

    def branch(self) -> str:
        """A branch of ours."""
        return COOKIE + self.token()

    def send(self, flow: Flow, data: bytes) -> None:
        """Let bytes go out without a transaction: an ACK, or a repeated 2xx."""
        self.out.append((flow, data))

    @property
    def full(self) -> bool:
        """Whether no more transactions should be begun."""
        return len(self._servers) + len(self._clients) >= TRANSACTIONS_MAX

    @property
    def takes_leave(self) -> bool:
        """Whether a farewell of ours still waits for its answer, and is repeated until then."""
        return any(
            asked.state in (State.TRYING, State.PROCEEDING) and asked.key[1] in FAREWELLS
            for asked in self._clients.values()
        )

    def __len__(self) -> int:
        return len(self._servers) + len(self._clients)

    # --- requests that come ---

    def server_key(self, request: Request, via: Via, method: str) -> Key:
        """What names a server transaction. RFC 3261, section 17.2.3."""
        if via.unique:
            return (via.branch, via.sent_by, method)
        # An RFC 2543 client: no tag of ours in the key, since an ACK bears one that its INVITE did not.
        cseq = request.cseq.number
        sender = request.sender.tag
        return ("2543", request.uri_text, sender, request.call_id, str(cseq), via.sent_by, method)

    def server(self, key: Key) -> Transaction | None:
        """A server transaction by its key."""
        return self._servers.get(key)

    def serve(self, key: Key, kind: str, flow: Flow) -> Transaction:
        """Begin a server transaction; nobody waits to hear what becomes of its response."""
        transaction = Transaction(kind, key, flow, self)
        self._servers[key] = transaction
        return transaction

    def ended(self, transaction: Transaction) -> None:
        """A transaction is over."""
        where = self._clients if transaction.kind.endswith("client") else self._servers
        where.pop(transaction.key, None)

    # --- requests of ours ---

    def ask(
        self,
        request: Outgoing,
        flow: Flow,
        now: float,
        answer: Answer,
        *,
        headers: str = "",
        body: bytes = b"",
    ) -> Transaction:
        """Send a request; each response, or that none came, goes to `answer`."""
        transaction = self._client(request, request.method, flow, answer)
        transaction.take(Event.START, now, data=request.encode(headers, body))
        return transaction

    def cancel(self, request: Outgoing, flow: Flow, now: float) -> None:
        """Send the CANCEL of an INVITE."""
        self.expire(request, now)
        transaction = self._client(request, "CANCEL", flow, _ignored)
        transaction.take(Event.START, now, data=request.cancel())

    def expire(self, request: Outgoing, now: float) -> None:
        """Forget an INVITE that rings and is not answered within 64*T1, since nobody waits for it (section 9.1)."""
        self.timers.set(now + 64 * self.times.t1_s, self, request.branch)

    def fire(self, name: str, now: float) -> None:
        """Time is up for the final response to the INVITE of that branch."""
        del now
        invite = self._clients.get((name, "INVITE"))
        if invite is not None and invite.state is State.PROCEEDING:
            del self._clients[invite.key]

    def _client(self, request: Outgoing, method: str, flow: Flow, answer: Answer) -> Transaction:
        key = (request.branch, method)
        kind = "INVITE client" if method == "INVITE" else "client"
        transaction = Transaction(kind, key, flow, self, answer)
        if method == "INVITE":
            transaction.ack = request.acknowledge
        self._clients[key] = transaction
        return transaction

    def respond(self, response: Response, via: Via, cseq: CSeq, now: float) -> bool:
        """Give a response to the transaction it answers; whether there is one. RFC 3261, section 17.1.3."""
        transaction = self._clients.get((via.branch, cseq.method))
        if transaction is None:
            return False
        status = response.status
        transaction.take(
            Event.PROVISIONAL if status < 200 else Event.SUCCESS if status < 300 else Event.FAILURE,
            now,
            response,
        )
        return True

    def broken(self, flow: Flow, now: float) -> None:
        """The transport could not send there, or the connection is gone: its transactions fail."""
        hit = [
            transaction
            for transaction in (*self._clients.values(), *self._servers.values())
            if transaction.flow == flow
        ]
        for transaction in hit:
            transaction.take(Event.TRANSPORT_ERROR, now)


def _ignored(_do: Do, _response: Response | None, _now: float) -> None:
    """A CANCEL's response tells nothing that the INVITE's does not."""


__all__ = [
    "Answer",
    "Chance",
    "Layer",
    "Local",
    "Outgoing",
    "Served",
    "compose_response",
    "response_flow",
]
