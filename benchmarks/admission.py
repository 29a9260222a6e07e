"""Admissions a second at the platform's size, beside a platform that counts anew each time.

    python -m benchmarks.admission [--seconds 5] [--calls 60000]

A round admits a call, sends it through its phases and lets it go, on a platform that carries so many others; a third of
all calls go to a person and hold a recorder. Beside it: refusals when the platform is full, and the peer, which decides
the same by adding up what all calls hold.
"""

import argparse
import gc
import time
from math import ceil

from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.door import Admitted, Refused
from center.uap.kinds import Kind, usual_kinds
from center.uap.models import Model, model
from center.uap.resources import INDEX, RESOURCES

SPARE = 1.2
NAIVE_S = 2.0


def platform(of: Model, calls: int) -> Capacity:
    """As many boards as so many calls that hold a recorder need, and a fifth more."""
    capacity, media = Capacity(), of.boards["MSU"]
    boards = ["MSU"] * ceil(SPARE * calls / media.units[INDEX["record"]]) + ["GPU"] * 40
    for n, kind in enumerate(boards):
        chassis = str(n // of.open_slots)
        if chassis not in capacity.chassis:
            capacity.add_chassis(chassis, of)
        capacity.insert(Place(chassis, n % of.open_slots + 1), kind, 0.0)
    capacity.advance(1_000.0)
    return capacity


def rounds(capacity: Capacity, kinds: list[Kind], seconds: float) -> list[int]:
    """Nanoseconds of each admission; the calls go through their phases and leave."""
    spent: list[int] = []
    clock, now, n = time.perf_counter_ns, 1e6, 0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        now += 0.01
        n += 1
        kind = kinds[n % len(kinds)]
        call = f"round {n}"
        began = clock()
        answer = capacity.admit(call, kind, now)
        spent.append(clock() - began)
        if isinstance(answer, Admitted):
            for phase in kind.phases[1:]:
                capacity.enter(call, phase.name)
            capacity.release(call)
    return spent


def naive(capacity: Capacity, kinds: list[Kind]) -> float:
    """Decisions a second of one who adds up what every call holds."""
    held = [kinds[n % len(kinds)].needs[0] for n in range(len(capacity.calls()))]
    units = capacity.usage().units
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < NAIVE_S:
        need = kinds[count % len(kinds)].needs[0]
        taken = [sum(one[r] for one in held) for r in range(len(RESOURCES)) if need[r]]
        wanted = [units[r] - need[r] for r in range(len(RESOURCES)) if need[r]]
        all(took <= most for took, most in zip(taken, wanted, strict=True))
        count += 1
    return count / (time.perf_counter() - began)


def tell(what: str, spent: list[int]) -> None:
    """A line of figures."""
    spent = sorted(spent)
    print(
        f"{what:<34} {len(spent) * 1e9 / sum(spent):>9,.0f} a second,"
        f" p50 {spent[len(spent) // 2] / 1e3:.1f} us, p99 {spent[len(spent) * 99 // 100] / 1e3:.1f} us"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--calls", type=int, default=60_000)
    given = parser.parse_args()
    capacity = platform(model("UAP8100"), given.calls)
    named = usual_kinds()
    kinds = [named["keys"], named["keys"], named["keys to a person, recorded"]]
    for n in range(given.calls):
        answer = capacity.admit(f"up {n}", kinds[n % 3], 2_000.0 + n)
        assert isinstance(answer, Admitted)
    boards = sum(len(chassis.boards) for chassis in capacity.chassis.values())
    print(f"{given.calls:,} calls on {boards} boards in {len(capacity.chassis)} chassis")
    gc.collect()
    gc.freeze()
    tell("admitted", rounds(capacity, kinds, given.seconds))
    print(f"{'the same by counting anew':<34} {naive(capacity, kinds):>9,.0f} a second")
    n, now = 0, 1e9
    while not isinstance(capacity.admit(f"fill {n}", named["keys"], now), Refused):
        n, now = n + 1, now + 1
    tell("refused, the platform full", rounds(capacity, [named["keys"]], given.seconds / 2))


if __name__ == "__main__":
    main()
