"""The real router held against queueing theory over many simulated days: how often theory lies in the 95 % interval.

    python -m benchmarks.theory [--days 20] [--contacts 50000]

Of a hundred intervals some five should miss; a formula or a router that is wrong misses most. Then the example of Wallace and
Whitt: the same agents with one to six skills each.
"""

import argparse
from collections.abc import Callable
from math import inf

from center.acd import forecast
from center.acd.agent import Skill
from center.acd.queue import Queue
from commands.simulation import Arrivals, Interval, RouterDay, Tally

SERVERS = 10
COMPUTED_LOADS = (0.3, 0.5)
COMPUTED_AGEING = (
    (0.2, 6.66667, 2.40000),
    (0.4, 5.71429, 2.97143),
    (0.6, 5.00000, 3.40000),
    (0.8, 4.44444, 3.73333),
)
"""One server, two classes with these loads, the slow one's priority growing at this rate of the fast one's: the mean waits of
both, in services. B. Bilodeau and D. Stanford, High-priority expected waiting times in the delayed accumulating priority queue
(2020): the setting of their figures without a delay. The numbers are printed in no paper: their program for it computes them
(AvgWaitCalc_MM1.R of github.com/blairbilodeau/delayed-apq-avg-wait)."""
TYPES, AGENTS, LINES, OFFERED = 6, 90, 120, 84.0
"""The example of R. Wallace and W. Whitt, Resource pooling and staffing in call centers with skill-based routing (2004): six
types of calls, 90 agents, 30 lines more, which all types share, and 84 erlangs."""

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


def ageing_pair(rate: float, contacts: int, seed: int) -> list[Tally]:
    """The setting of COMPUTED_AGEING."""
    queues = [
        Queue(n, "s", rate=r, wrap_up_s=0, answer_s=300, wait_s_max=60_000, waiting_max=10_000)
        for n, r in (("slow", rate), ("fast", 1.0))
    ]
    arrivals = [
        Arrivals(queue.name, load, 1.0) for queue, load in zip(queues, COMPUTED_LOADS, strict=True)
    ]
    return RouterDay(queues, [()], arrivals, seed=seed).run(contacts)


def skilled_day(skills: int, contacts: int, seed: int) -> Tally:
    """The example of Wallace and Whitt with so many skills an agent, spread evenly; all types together."""
    names = [f"type {n}" for n in range(TYPES)]
    queues = [
        Queue(
            name,
            "s",
            (Skill(name),),
            wrap_up_s=0,
            answer_s=300,
            wait_s_max=60_000,
            waiting_max=LINES,
        )
        for name in names
    ]
    agents = [
        # The second skill goes round all others before the first pair comes again.
        tuple(
            Skill(names[(n + step * (1 + n // TYPES % (TYPES - 1) if skills == 2 else 1)) % TYPES])
            for step in range(skills)
        )
        for n in range(AGENTS)
    ]
    arrivals = [Arrivals(name, OFFERED / TYPES, 1.0) for name in names]
    day = RouterDay(queues, agents, arrivals, seed=seed, lines=LINES)
    whole = Tally()
    for tally in day.run(contacts):
        for name in Tally.__slots__:
            kept = getattr(whole, name)
            kept[:] = [a + b for a, b in zip(kept, getattr(tally, name), strict=True)]
    return whole


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
    print(
        "by Bilodeau and Stanford's program, mean wait, the slow class's rate of the fast one's b:"
    )
    for rate, *computed in COMPUTED_AGEING:
        days = [ageing_pair(rate, given.contacts, seed) for seed in range(given.days)]
        for n, (name, wait_s) in enumerate(zip(("slow", "fast"), computed, strict=True)):
            tell(f"by their program, b = {rate}, {name}", wait_s, [d[n].wait_s for d in days])
    print(
        f"\n{AGENTS} agents, {LINES} lines, {TYPES} types, {OFFERED:.0f} erlangs: blocked, wait in services"
    )
    for skills in range(1, TYPES + 1):
        tally = skilled_day(skills, 2 * given.contacts, 1)
        print(f"{skills} skills an agent  {tally.share(tally.blocked)}, {tally.wait_s}")
    pooled = forecast.limited_room(OFFERED, AGENTS, LINES, service_s=1.0)
    print(f"M/M/{AGENTS}/{LINES}     {pooled.blocked_probability:.4g}, {pooled.mean_wait_s:.4g}")


if __name__ == "__main__":
    main()
