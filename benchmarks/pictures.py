"""What supervisors cost: a picture of the floor a second for each, at the platform's size.

    python -m benchmarks.pictures [--scale 1]

The floor of benchmarks.routing: 80,000 agents in 20 pools, 40,000 queues, 200,000 waiting. A supervisor of the platform, one of a
partner whose 2,000 sellers are looked through, and one who looks for a name. Beside them a walk over everybody who is signed in,
which a picture took before; and what the census adds to an event.
"""

import argparse
import time
from collections.abc import Callable

import msgspec

from benchmarks.routing import Floor
from center.acd.agent import Agent
from center.desk.census import Census
from center.desk.person import HOUSE
from center.desk.scope import scope_of
from center.desk.view import view_of
from commands.serving.running import settle_memory

SUPERVISORS = {"of the platform": HOUSE, "of a partner": "pool 7"}
ROUNDS = 50


def spent_ms(do: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Of CPU, in the mean of so many."""
    began = time.process_time()
    for _ in range(rounds):
        do()
    return (time.process_time() - began) / rounds * 1e3


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=int, default=1, help="so many times smaller")
    floor = Floor(parser.parse_args().scale, unique=False)
    router = floor.router
    for name, pool in SUPERVISORS.items():
        router.set_agent(Agent(name, pool))
    census = Census(router)
    print(
        f"{floor.agents:,} agents, {floor.queues:,} queues, {len(router.tickets) - floor.agents:,} waiting;"
        f" counted once in {spent_ms(census.count, 1):.0f} ms"
    )
    settle_memory()

    def picture(name: str, wanted: str = "") -> None:
        view = view_of(router, census, scope_of(router, name), floor.now, wanted)
        msgspec.json.encode(view)

    for name in SUPERVISORS:
        picture(name)
        told = spent_ms(lambda name=name: picture(name))
        print(f"a picture for a supervisor {name}, as JSON: {told:.2f} ms")
    told = spent_ms(lambda: picture("of the platform", "a7999"))
    print(f"one who looks for a name: {told:.2f} ms")
    told = spent_ms(lambda: [p for p in router.people.values() if any(s.free() for s in p.seats)])
    print(f"a walk over all who are signed in alone: {told:.1f} ms")
    names = list(router.people)[:10_000]

    def stand() -> None:
        for agent in names:
            census.agent(agent)

    print(
        f"the census, an agent who stands as before: {spent_ms(stand, 5) * 1e3 / len(names):.2f} us"
    )


if __name__ == "__main__":
    main()
