"""What operators are told of trunks: whether they answer, take our registration, and how many lines are taken."""

from __future__ import annotations

from collections.abc import Iterable

from center.measure import Measure
from ivr.sip.stack import Stack
from ivr.sip.uri import host_port


def why_unready(stack: Stack) -> str | None:
    """The first trunk that does not do what it is set up for; None where all do, or nobody knows yet."""
    for name, peers in stack.book.all_peers.items():
        if peers.up is False:
            return f"trunk {name} does not answer"
    for name, registering in stack.registrations.items():
        if not registering.registered:
            return f"not registered with trunk {name}"
    return None


def trunk_measures(stack: Stack) -> Iterable[Measure]:
    """A value a trunk, or a peer of one."""
    trunks = stack.book.all_peers
    yield _gauge(
        "dialcart_trunk_up",
        "Whether any peer of a trunk answers OPTIONS.",
        [((name,), float(peers.up)) for name, peers in trunks.items() if peers.up is not None],
    )
    asked = [
        ((name, host_port(flow.host, flow.port)), health)
        for name, peers in trunks.items()
        for flow, health in peers.health.items()
    ]
    yield _gauge(
        "dialcart_trunk_peer_up",
        "Whether that peer of a trunk answers OPTIONS.",
        [(labels, float(health.up)) for labels, health in asked if health.up is not None],
        "peer",
    )
    yield _gauge(
        "dialcart_trunk_peer_seconds",
        "From the last OPTIONS that a peer answered to its answer.",
        [(labels, health.round_trip_s) for labels, health in asked if health.round_trip_s is not None],
        "peer",
    )  # fmt: skip
    yield _gauge(
        "dialcart_trunk_registered",
        "Whether a trunk knows where we are.",
        [((name,), float(one.registered)) for name, one in stack.registrations.items()],
    )
    yield _gauge(
        "dialcart_trunk_lines",
        "Calls that are up or ring, by trunk.",
        [((name,), float(stack.book.lines(name))) for name in trunks],
    )
    yield _gauge(
        "dialcart_trunk_lines_max",
        "Lines of a trunk.",
        [((trunk.name,), float(trunk.calls_max)) for trunk in stack.trunks.all],
    )


def _gauge(
    name: str, told: str, values: list[tuple[tuple[str, ...], float]], *labels: str
) -> Measure:
    return Measure(name, "gauge", told, ("trunk", *labels), values)
