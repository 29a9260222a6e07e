"""A dialog: what two ends keep between requests, named by Call-ID and both tags. RFC 3261, section 12."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.sip.flow import Flow
from ivr.sip.layer import Layer, Outgoing, Served
from ivr.sip.uri import Uri


@dataclass(slots=True)
class Dialog:
    """One dialog."""

    call_id: str
    local_tag: str
    remote_tag: str
    local: str
    "Our address as a header value, with our tag."
    remote: str
    "The peer's, with its tag if it has one yet."
    target: str
    "Where requests go: the peer's Contact."
    flow: Flow
    "Where they are sent, and what came from there."
    local_number: int = 0
    remote_number: int = -1
    routes: tuple[str, ...] = ()

    @classmethod
    def served(cls, served: Served, tag: str) -> Dialog:
        """The dialog that an INVITE makes of which we are the called end, by our tag (section 12.1.1).

        Its target is learnt from the Contact.
        """
        request = served.request
        return cls(
            call_id=request.call_id,
            local_tag=tag,
            remote_tag=served.sender.tag,
            local=f"{request.only('to')};tag={tag}",
            remote=request.only("from"),
            target="",
            flow=served.flow,
            remote_number=served.cseq.number,
            routes=tuple(request.values("record-route")),
        )

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it."""
        return (self.call_id, self.local_tag, self.remote_tag)

    def request(self, method: str, layer: Layer) -> Outgoing:
        """The next request within the dialog. RFC 3261, section 12.2.1.1."""
        self.local_number += 1
        return self._outgoing(method, self.local_number, layer)

    def acknowledge(self, number: int, layer: Layer) -> Outgoing:
        """The ACK of a 2xx: a request of its own, with its INVITE's number (section 13.2.2.4)."""
        return self._outgoing("ACK", number, layer)

    def _outgoing(self, method: str, number: int, layer: Layer) -> Outgoing:
        uri, routes = self.target, self.routes
        if routes and not _is_loose(routes[0]):
            # A strict router takes the Request-URI's place (section 12.2.1.1).
            uri, routes = routes[0].strip().strip("<>"), (*routes[1:], f"<{uri}>")
        return Outgoing(
            method,
            uri,
            layer.local.via(self.flow),
            layer.branch(),
            self.local,
            self.remote,
            self.call_id,
            number,
            routes,
        )


def _is_loose(route: str) -> bool:
    return ";lr" in route.lower()


def next_hop(target: Uri, came_from: Flow, reachable: bool) -> Flow:
    """Where a request to that URI is sent.

    A peer that names an address outside of its trunk, or a name that would have to be looked up, is answered where it
    came from: so a Contact behind a NAT works, and no Contact can point us at a third party.
    """
    if not reachable:
        return came_from
    transport = (target.parameter("transport") or came_from.transport).lower()
    port = target.port or (5061 if transport == "tls" else 5060)
    if transport == came_from.transport and came_from.reliable:
        # The connection that is there is used again (RFC 5923 wants its sender to have said so; trunks do).
        return came_from
    # From the address of ours that it came to: a firewall between us knows no other.
    ours = came_from.connection if transport == came_from.transport else 0
    return Flow(transport, target.address, port, ours)
