"""The real router held against queueing theory over many simulated days: how often theory lies in the 95 % interval.

    python -m benchmarks.theory [--days 20] [--contacts 50000]

Of a hundred intervals some five should miss; a formula or a router that is wrong misses most.
"""

import argparse
from collections.abc import Callable
from math import inf

from center.acd import forecast
from center.acd.queue import Queue
from commands.simulation import Arrivals, Interval, RouterDay, Tally

SERVERS = 10

Measure = Callable[[Tally], Interval]


def day(offered: float, patience_s: float, waiting_max: int, contacts: int, seed: int) -> Tally:
    """One queue before ten agents."""
    queue = Queue("q", "s", wrap_up_s=0, answer_s=300, wait_s_max=60_000, waiting_max=waiting_max)
    arrivals = [Arrivals("q", offered, 1.0, patience_s)]
    return RouterDay([queue], [()] * SERVERS, arrivals, seed=seed).run(contacts)[0]


def ageing_day(contacts: int, seed: int) -> list[Tally]:
    """Two classes whose priorities age at one and at three points a second."""
    queues = [
        Queue(
            name, "s", rate=rate, wrap_up_s=0, answer_s=300, wait_s_max=60_000, waiting_max=10_000
        )
        for name, rate in (("slow", 1.0), ("fast", 3.0))
    ]
    arrivals = [Arrivals("slow", 3.0, 1.0), Arrivals("fast", 5.0, 1.0)]
    return RouterDay(queues, [()] * SERVERS, arrivals, seed=seed).run(contacts)


def tell(what: str, theory: float, found: list[Interval]) -> None:
    """A line: theory, the mean of all days, and how many days' intervals hold it."""
    mean = sum(one.mean for one in found) / len(found)
    held = sum(one.holds(theory) for one in found)
    print(f"{what:<44} {theory:>9.5f} {mean:>9.5f}   {held} of {len(found)}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--contacts", type=int, default=50_000)
    given = parser.parse_args()
    print(f"{'':<44} {'theory':>9} {'simulated':>9}   in the interval")
    room = forecast.limited_room(9.0, SERVERS, SERVERS + 5, service_s=1.0)
    palm = forecast.erlang_a(9.0, SERVERS, service_s=1.0, patience_s=2.0)
    cases: list[tuple[float, float, int, list[tuple[str, float, Measure]]]] = [
        (
            8.0,
            inf,
            0,
            [("Erlang B, blocked", forecast.erlang_b(8.0, SERVERS), lambda t: t.share(t.blocked))],
        ),
        (
            8.0,
            inf,
            10_000,
            [
                (
                    "Erlang C, delayed",
                    forecast.erlang_c(8.0, SERVERS),
                    lambda t: t.share(t.delayed),
                ),
                (
                    "Erlang C, mean wait",
                    forecast.mean_wait_s(8.0, SERVERS, service_s=1.0),
                    lambda t: t.wait_s,
                ),
            ],
        ),
        (
            9.0,
            2.0,
            10_000,
            [
                ("Erlang A, delayed", palm.wait_probability, lambda t: t.share(t.delayed)),
                ("Erlang A, abandoned", palm.abandon_probability, lambda t: t.share(t.abandoned)),
                ("Erlang A, mean wait", palm.mean_wait_s, lambda t: t.wait_s),
            ],
        ),
        (
            9.0,
            inf,
            5,
            [
                ("M/M/10/15, blocked", room.blocked_probability, lambda t: t.share(t.blocked)),
                ("M/M/10/15, mean wait", room.mean_wait_s, lambda t: t.wait_s),
            ],
        ),
    ]
    for offered, patience_s, waiting_max, measures in cases:
        tallies = [
            day(offered, patience_s, waiting_max, given.contacts, seed)
            for seed in range(given.days)
        ]
        for what, theory, measure in measures:
            tell(what, theory, [measure(tally) for tally in tallies])
    days = [ageing_day(given.contacts, seed) for seed in range(given.days)]
    waits = forecast.ageing_waits_s((3.0, 5.0), (1.0, 3.0), SERVERS, service_s=1.0)
    for n, (name, wait_s) in enumerate(zip(("slow", "fast"), waits, strict=True)):
        tell(
            f"Kleinrock's ageing, mean wait of the {name}", wait_s, [one[n].wait_s for one in days]
        )


if __name__ == "__main__":
    main()
