"""What queueing theory says of a group of servers: Erlang B, C and A, and a waiting room with a limit.

`offered_erlangs` is arrivals a second times mean seconds of service. Calls come at random (Poisson), service is
exponential, except for Erlang B, which holds for any distribution of service.

Nothing here takes a factorial or a power that could overflow: B is a recursion in which every step lies between 0 and
1, C and the limited room follow from B, and A divides by an integral that is kept as a logarithm.

Sources: L. Kleinrock, Queueing Systems, volume 1 (1975), sections 3.5 to 3.7. A. Mandelbaum and S. Zeltyn, Service
engineering in action: the Palm/Erlang-A queue (2005). L. Kleinrock, Queueing Systems, volume 2 (1976), section 3.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, log, sqrt

SERVERS_MAX = 10_000_000
"""A larger group than this is a slip; every recursion here is bounded by it."""
TERMS_MAX = 50_000_000
"""Terms of Erlang A's series. It needs about offered/abandoned + 10 roots of it, far fewer for any real group."""
_SMALL = 1e-17
NOBODY = 1e-40
"""A share of calls that is nobody's: what is refused of fewer is told as nought, and is not worked out."""
FAR = 10.0
"""Standard deviations of the traffic, which is Poisson."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group in its steady state. Probabilities lie between 0 and 1, times are seconds."""

    wait_probability: float
    """Of all who come, the share that finds no server free and waits."""
    blocked_probability: float
    """The share that is turned away at the door."""
    abandon_probability: float
    """The share that waits and leaves unserved."""
    mean_wait_s: float
    """Of all who were let in, also those who did not wait and those who left. Infinite if the queue has no bound."""
    mean_waiting: float
    """How many wait, on average over time."""
    occupancy: float
    """The share of its time that a server is busy."""


def erlang_b(offered_erlangs: float, servers: int) -> float:
    """Share of calls that are blocked when all servers are busy and nobody may wait (M/G/n/n)."""
    _check(offered_erlangs, servers)
    start, blocked = _far_below(offered_erlangs, servers)
    for n in range(start + 1, servers + 1):
        blocked = offered_erlangs * blocked / (n + offered_erlangs * blocked)
        if blocked < NOBODY:
            return 0.0
    return blocked


def _far_below(offered_erlangs: float, servers: float) -> tuple[int, float]:
    """Where the recursion may begin, and the blocking there, so that a large group does not take as many steps.

    A group of n that is FAR roots of the traffic smaller than it blocks 1 - n / traffic, nearly. Each step of the
    recursion shrinks an error to n / traffic of it, and over FAR roots up to the traffic these multiply to about
    exp(-FAR * FAR / 2), over as many lower down to less: no float can tell.
    """
    start = int(min(offered_erlangs, servers) - FAR * sqrt(offered_erlangs))
    return (start, 1 - start / offered_erlangs) if start > 0 else (0, 1.0)


def servers_for_blocking(offered_erlangs: float, blocked_max: float) -> int:
    """Fewest servers that block at most this share (Erlang B)."""
    _check(offered_erlangs, 0)
    assert 0 < blocked_max <= 1, "a share of calls, above 0"
    n, blocked = _far_below(offered_erlangs, offered_erlangs)
    if blocked <= 2 * blocked_max:
        n, blocked = 0, 1.0
    while blocked > blocked_max:
        n += 1
        assert n <= SERVERS_MAX, "more servers than any group has"
        blocked = offered_erlangs * blocked / (n + offered_erlangs * blocked)
    return n


def erlang_c(offered_erlangs: float, servers: int) -> float:
    """Share of calls that wait when everyone may wait for ever (M/M/n); 1 if the group cannot keep up."""
    return _c_of_b(erlang_b(offered_erlangs, servers), offered_erlangs, servers)


def service_level(
    offered_erlangs: float, servers: int, *, service_s: float, within_s: float
) -> float:
    """Share of calls answered within so many seconds when nobody leaves (Erlang C)."""
    delayed = erlang_c(offered_erlangs, servers)
    return _level_of_c(delayed, offered_erlangs, servers, service_s, within_s)


def mean_wait_s(offered_erlangs: float, servers: int, *, service_s: float) -> float:
    """Mean wait of all calls when nobody leaves (Erlang C, the average speed of answer)."""
    if offered_erlangs >= servers:
        return inf
    return erlang_c(offered_erlangs, servers) * service_s / (servers - offered_erlangs)


def servers_for_level(
    offered_erlangs: float, *, service_s: float, within_s: float, level: float
) -> int:
    """Fewest servers that answer this share within so many seconds when nobody leaves (Erlang C)."""
    _check(offered_erlangs, 0)
    assert 0 <= level < 1, "a share of calls; all of them no group can promise"
    # Fewer than the traffic answer nobody in time.
    n, blocked = _far_below(offered_erlangs, offered_erlangs) if level > 0 else (0, 1.0)
    while True:
        delayed = _c_of_b(blocked, offered_erlangs, n)
        if _level_of_c(delayed, offered_erlangs, n, service_s, within_s) >= level:
            return n
        n += 1
        assert n <= SERVERS_MAX, "more servers than any group has"
        blocked = offered_erlangs * blocked / (n + offered_erlangs * blocked)


def erlang_a(
    offered_erlangs: float, servers: int, *, service_s: float, patience_s: float
) -> Waiting:
    """A group whose callers leave after an exponential patience (M/M/n+M); it has a steady state at any load."""
    return _Palm(offered_erlangs, servers, service_s, patience_s).waiting()


def service_level_a(
    offered_erlangs: float, servers: int, *, service_s: float, patience_s: float, within_s: float
) -> float:
    """Share of all calls that are answered within so many seconds when callers leave (Erlang A)."""
    return _Palm(offered_erlangs, servers, service_s, patience_s).answered_within(within_s)


def servers_for_level_a(
    offered_erlangs: float, *, service_s: float, patience_s: float, within_s: float, level: float
) -> int:
    """Fewest servers that answer this share of all calls within so many seconds when callers leave (Erlang A)."""
    assert 0 <= level < 1, "a share of calls; all of them no group can promise"

    def enough(servers: int) -> bool:
        palm = _Palm(offered_erlangs, servers, service_s, patience_s)
        return palm.answered_within(within_s) >= level

    if offered_erlangs == 0:
        return 0
    few, many = 0, 1
    while not enough(many):
        few, many = many, many * 2
        assert many <= SERVERS_MAX, "more servers than any group has"
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many


def limited_room(offered_erlangs: float, servers: int, room: int, *, service_s: float) -> Waiting:
    """A group that turns away who finds `room` contacts in it, served and waiting together (M/M/c/K)."""
    _check(offered_erlangs, servers)
    assert servers <= room, "the room counts those who are served, too"
    assert servers > 0, "a group without servers blocks every call"
    blocked = erlang_b(offered_erlangs, servers)
    if blocked == 0:
        return Waiting(0.0, 0.0, 0.0, 0.0, 0.0, offered_erlangs / servers)
    load = offered_erlangs / servers
    places = room - servers
    # Weights of 0..places waiting, the largest of them 1, so that no power overflows.
    weights: list[float] = []
    weight = 1.0
    for _ in range(places + 1):
        weights.append(weight)
        weight *= load if load <= 1 else 1 / load
    if load > 1:
        weights.reverse()
    # In the chain the state "all busy, none waits" holds `blocked` of what it and those below it hold together.
    below = weights[0] * (1 / blocked - 1)
    total = below + sum(weights)
    turned_away = weights[-1] / total
    waiting = sum(i * w for i, w in enumerate(weights)) / total
    let_in = offered_erlangs * (1 - turned_away)
    return Waiting(
        wait_probability=sum(weights[:-1]) / total,
        blocked_probability=turned_away,
        abandon_probability=0.0,
        mean_wait_s=waiting * service_s / let_in if let_in else 0.0,
        mean_waiting=waiting,
        occupancy=let_in / servers,
    )


def ageing_waits_s(
    offered_erlangs: Sequence[float], rates: Sequence[float], servers: int, *, service_s: float
) -> list[float]:
    """Mean wait of each class when priority grows by the class's own rate from nought and the highest is served.

    Kleinrock's delay-dependent priorities (Queueing Systems, volume 2, section 3.7), classes in the order of rising
    rates, all with the same mean service. Several servers: the wait of the whole takes the place of Kleinrock's
    W0 / (1 - rho), for then the order of service alone tells the classes apart.
    """
    assert len(offered_erlangs) == len(rates), "a rate for each class"
    assert all(a < b for a, b in pairwise(rates)), "in the order of rates"
    common_s = mean_wait_s(sum(offered_erlangs), servers, service_s=service_s)
    loads = [offered / servers for offered in offered_erlangs]
    waits: list[float] = []
    for p, rate in enumerate(rates):
        slower = sum(loads[i] * waits[i] * (1 - rates[i] / rate) for i in range(p))
        faster = sum(loads[i] * (1 - rate / rates[i]) for i in range(p + 1, len(rates)))
        waits.append((common_s - slower) / (1 - faster))
    return waits


class _Palm:
    """The M/M/n+M queue by the integral J of Mandelbaum and Zeltyn, section 4, which every answer needs."""

    def __init__(
        self, offered_erlangs: float, servers: int, service_s: float, patience_s: float
    ) -> None:
        _check(offered_erlangs, servers)
        assert servers > 0, "without servers everyone leaves"
        assert service_s > 0, "a mean time"
        assert patience_s > 0, "a mean time"
        self.arrival_rate = offered_erlangs / service_s
        self.service_rate = servers / service_s
        self.patience_s = patience_s
        self.servers = servers
        self.offered = offered_erlangs
        one_less = erlang_b(offered_erlangs, servers - 1)
        self.free = 1 / one_less if one_less else inf
        """Weight of a free server beside the integral: sum over j < n of (a^j / j!) / (a^(n-1) / (n-1)!)."""
        self.log_integral = self._log_integral(0.0)
        self.rate = exp(-self.log_integral)
        self.total = self.free * self.rate + self.arrival_rate

    def _decay(self, after_s: float) -> float:
        """Logarithm of the weight of a wait this long, if everyone would stay."""
        left = self.patience_s * (1 - exp(-after_s / self.patience_s))
        return self.arrival_rate * left - self.service_rate * after_s

    def _log_integral(self, after_s: float) -> float:
        """Logarithm of the integral of that weight from here on, by the series of the incomplete gamma function."""
        s = self.service_rate * self.patience_s
        z = self.arrival_rate * self.patience_s * exp(-after_s / self.patience_s)
        term = total = 1.0
        scale, k = 0.0, 0
        while term > total * _SMALL or z > s + k:
            k += 1
            assert k <= TERMS_MAX, "a load or a patience beyond any group's"
            term *= z / (s + k)
            total += term
            if total > 1e250:
                term, total, scale = term * 1e-250, total * 1e-250, scale + 250 * log(10)
        return self._decay(after_s) + log(total) + scale + log(self.patience_s / s)

    def waiting(self) -> Waiting:
        if self.offered == 0 or self.total == inf:
            return Waiting(0.0, 0.0, 0.0, 0.0, 0.0, self.offered / self.servers)
        left = max(0.0, (self.rate + self.arrival_rate - self.service_rate) / self.total)
        return Waiting(
            wait_probability=self.arrival_rate / self.total,
            blocked_probability=0.0,
            abandon_probability=left,
            mean_wait_s=left * self.patience_s,
            mean_waiting=left * self.patience_s * self.arrival_rate,
            occupancy=self.offered * (1 - left) / self.servers,
        )

    def answered_within(self, within_s: float) -> float:
        if within_s < 0:
            return 0.0
        if self.offered == 0 or self.total == inf:
            return 1.0
        left = max(0.0, (self.rate + self.arrival_rate - self.service_rate) / self.total)
        longer = exp(self._log_integral(within_s) - self.log_integral)
        edge = exp(self._decay(within_s) - self.log_integral)
        late = max(0.0, (self.service_rate * longer - edge) / self.total)
        return max(0.0, 1 - left - late)


def _c_of_b(blocked: float, offered_erlangs: float, servers: int) -> float:
    if offered_erlangs >= servers:
        return 1.0 if offered_erlangs else 0.0
    return blocked / (1 - offered_erlangs / servers * (1 - blocked))


def _level_of_c(
    delayed: float, offered_erlangs: float, servers: int, service_s: float, within_s: float
) -> float:
    assert service_s > 0, "a mean time"
    if within_s < 0:
        return 0.0
    if offered_erlangs >= servers:
        return 0.0 if offered_erlangs else 1.0
    return 1 - delayed * exp(-(servers - offered_erlangs) * within_s / service_s)


def _check(offered_erlangs: float, servers: int) -> None:
    assert 0 <= offered_erlangs < inf, "traffic is a number from 0 up"
    assert 0 <= servers <= SERVERS_MAX, "a number of servers from 0 up"
