"""The real router held against queueing theory over many simulated days: whether theory lies in the 95 % interval.

    python -m benchmarks.theory [--days 20] [--contacts 50000] [--first-seed 0]

For each row theory, the mean of all days with its standard error, how many of these lie between, and how many days have
theory in their own interval. All rows together are judged: a run fails where one lies further out than chance explains, and
what a wrong formula would look like is told beside. Then the example of Wallace and Whitt: the same agents with one to six
skills each.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import comb, inf, sqrt
from statistics import NormalDist, fmean, stdev

from center.acd import forecast
from center.acd.agent import Skill
from center.acd.queue import Queue
from commands.simulation import Arrivals, Interval, RouterDay, Tally

SERVERS = 10
OFF = 0.05
"""What is told to be seen: a formula, or a router, that is wrong by so much."""
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


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of independent days: what theory says, and what each day found."""

    what: str
    theory: float
    days: list[Interval]

    @property
    def mean(self) -> float:
        """Of the days."""
        return fmean(day.mean for day in self.days)

    @property
    def error(self) -> float:
        """The standard error of that mean: days share nothing, so they are told by how far they lie apart."""
        return stdev([day.mean for day in self.days]) / sqrt(len(self.days))

    @property
    def held(self) -> int:
        """Days whose own 95 % interval theory lies in."""
        return sum(day.holds(self.theory) for day in self.days)

    def apart(self, theory: float) -> float:
        """Standard errors between a value and the mean."""
        return abs(theory - self.mean) / self.error


def student(share: float, freedom: int) -> float:
    """Student's t below which so much lies (Abramowitz and Stegun 26.7.5; to 0.001 from ten degrees of freedom on)."""
    z = NormalDist().inv_cdf(share)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def at_most(held: int, of: int, share: float) -> float:
    """The chance that of so many, each with this chance, no more than these hold (binomial)."""
    return sum(comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(held + 1))


def verdict(rows: Sequence[Row]) -> tuple[bool, list[str]]:
    """Whether theory and router agree as far as chance lets anybody say, and why.

    A row is refused that lies further out than any of so many rows does in one run of twenty: 95 % over all rows (Bonferroni),
    which asks no independence of rows that share days. What the test can see is told by the same rows against values that are off.
    """
    freedom = len(rows[0].days) - 1
    usual, limit = student(0.975, freedom), student(1 - 0.025 / len(rows), freedom)
    furthest = max(rows, key=lambda row: row.apart(row.theory))
    outside = sum(row.apart(row.theory) > usual for row in rows)
    seen = sum(row.apart(row.theory * (1 + OFF)) > limit for row in rows)
    held, days = sum(row.held for row in rows), sum(len(row.days) for row in rows)
    fits = furthest.apart(furthest.theory) <= limit
    first = (
        f"of {len(rows)} rows {outside} outside the 95 % interval of all days, {0.05 * len(rows):.1f} by chance;"
        f" the furthest, {furthest.what}, by {furthest.apart(furthest.theory):.1f} standard errors:"
        f" {'within' if fits else 'BEYOND'} the {limit:.1f} that chance passes in one run of twenty"
    )
    second = (
        f"the days' own intervals hold theory {held} times of {days}, {0.95 * days:.0f} by chance;"
        f" as few or fewer: {at_most(held, days, 0.95):.3f}, were they independent and exact"
    )
    third = f"values {OFF:.0%} off theory would be refused in {seen} of {len(rows)} rows"
    return fits, [first, second, third]


def judged(days: int, contacts: int, first_seed: int) -> list[Row]:
    """Every row, simulated."""
    seeds = range(first_seed, first_seed + days)
    rows: list[Row] = []
    for offered, patience_s, waiting_max, measures in cases():
        tallies = [day(offered, patience_s, waiting_max, contacts, seed) for seed in seeds]
        rows += [
            Row(what, theory, [measure(t) for t in tallies]) for what, theory, measure in measures
        ]
    waits = forecast.ageing_waits_s((3.0, 5.0), (1.0, 3.0), SERVERS, service_s=1.0)
    pairs = [("Kleinrock's ageing, mean wait of the", waits, partial(ageing_day, contacts))]
    pairs += [
        (f"by their program, b = {rate},", tuple(computed), partial(ageing_pair, rate, contacts))
        for rate, *computed in COMPUTED_AGEING
    ]
    for what, theory, simulate in pairs:
        found = [simulate(seed) for seed in seeds]
        rows += [
            Row(f"{what} {name}", wait_s, [one[n].wait_s for one in found])
            for n, (name, wait_s) in enumerate(zip(("slow", "fast"), theory, strict=True))
        ]
    return rows


def cases() -> list[tuple[float, float, int, list[tuple[str, float, Measure]]]]:
    """One queue before ten agents: erlangs, patience, how many may wait, and what is measured."""
    room = forecast.limited_room(9.0, SERVERS, SERVERS + 5, service_s=1.0)
    palm = forecast.erlang_a(9.0, SERVERS, service_s=1.0, patience_s=2.0)
    blocked, delayed = forecast.erlang_b(8.0, SERVERS), forecast.erlang_c(8.0, SERVERS)
    mean_wait_s = forecast.mean_wait_s(8.0, SERVERS, service_s=1.0)
    return [
        (8.0, inf, 0, [("Erlang B, blocked", blocked, lambda t: t.share(t.blocked))]),
        (
            8.0,
            inf,
            10_000,
            [
                ("Erlang C, delayed", delayed, lambda t: t.share(t.delayed)),
                ("Erlang C, mean wait", mean_wait_s, lambda t: t.wait_s),
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


def main() -> int:
    """Print the table; the exit status is 1 where theory and router do not agree."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--contacts", type=int, default=50_000)
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args()
    rows = judged(given.days, given.contacts, given.first_seed)
    print(f"{'':<44} {'theory':>9} {'simulated':>9}  in standard errors, days that hold it")
    for row in rows:
        print(
            f"{row.what:<44} {row.theory:>9.5f} {row.mean:>9.5f} ± {row.error:.5f}"
            f"  {row.apart(row.theory):.1f}, {row.held} of {len(row.days)}"
        )
    fits, told = verdict(rows)
    print("\n".join(told))
    print(
        f"\n{AGENTS} agents, {LINES} lines, {TYPES} types, {OFFERED:.0f} erlangs: blocked, wait in services"
    )
    for skills in range(1, TYPES + 1):
        tally = skilled_day(skills, 2 * given.contacts, 1)
        print(f"{skills} skills an agent  {tally.share(tally.blocked)}, {tally.wait_s}")
    pooled = forecast.limited_room(OFFERED, AGENTS, LINES, service_s=1.0)
    print(f"M/M/{AGENTS}/{LINES}     {pooled.blocked_probability:.4g}, {pooled.mean_wait_s:.4g}")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
