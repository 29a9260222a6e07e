"""`python -m tests.crash --kills 200 --seed 1`: the form of scripts/nightly; with `--shards 2` a front and its shards."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from sms.smsc.faults import Faults, parse_faults
from tests.crash.depot import parse_mood
from tests.crash.harness import Plan, crash


def main() -> int:
    """Run, tell, and fail if anything is off."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--buyers", type=int, default=60)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--binds", type=int, default=1)
    parser.add_argument("--faults", default="none", help="as `dialcart smsc --faults` reads them")
    parser.add_argument("--orders", type=int, default=0, help="after the kills; then it is weighed")
    parser.add_argument(
        "--partner",
        default="",
        help='an order system: "slow=0.3 dead=10%% broken=5%% busy=5%% away=4"',
    )
    parser.add_argument(
        "--people", action="store_true", help="buyers as with faults: see tests.crash.people"
    )
    parser.add_argument("--pauses", action="store_true", help="see tests.crash.pauses")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialcart-crash-") as folder:
        faults = parse_faults(options.faults)
        plan = Plan(
            options.kills,
            options.seed,
            options.buyers,
            faults,
            binds=options.binds,
            shards=options.shards,
            orders=options.orders,
            partner=parse_mood(options.partner) if options.partner else None,
            people=options.people or faults != Faults(),
            pauses=options.pauses,
        )
        books = asyncio.run(crash(Path(folder), plan, tell=not options.quiet))
    sys.stdout.write(f"{books}\n")
    return 0 if books.right else 1


if __name__ == "__main__":
    sys.exit(main())
