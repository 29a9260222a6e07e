"""`python -m tests.simulation --seeds 5000` tries seeds from `--from`; `--seed N` tells the story of one, `--trace` a buyer's in it.

With `--dialled` all have buyers who dial, and more goes wrong that dialogs mind; with `--as swept_over_falls` and the like goes wrong
what does in that world (tests.simulation.aimed).
"""

import argparse
import logging
import sys
import time
from contextlib import nullcontext

from tests.simulation.aimed import AIMED
from tests.simulation.many import story_of, try_all
from tests.simulation.story import Story
from tests.simulation.trace import tracing
from tests.simulation.trouble import Trouble, dialled

PROGRAM = "python -m tests.simulation"
TOLD_MAX = 10
"""Seeds, wrong or misunderstood, of which it is told who is off in them."""


def main() -> int:
    """Run, tell, and fail if anything is off."""
    parser = argparse.ArgumentParser(prog=PROGRAM)
    parser.add_argument("--seeds", type=int, default=2_000)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--trace", metavar="BUYER", help="a number, of who is off in --seed")
    parser.add_argument("--dialled", action="store_true", help="see trouble.dialled")
    parser.add_argument("--as", dest="aimed", choices=sorted(AIMED), help="see aimed.AIMED")
    options = parser.parse_args()
    trouble_of = AIMED.get(options.aimed, dialled if options.dialled else Trouble.of)
    if options.seed is not None:
        logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
        with tracing(options.trace) if options.trace else nullcontext():
            story = story_of(options.seed, trouble_of(options.seed))
        sys.stdout.write(f"{story.trouble}\n{story.books}\n")
        sys.stdout.write(f"{verdict_of(story)}\n")
        return 0 if story.right or story.excused else 1
    began = time.monotonic()
    total = try_all(range(options.first, options.first + options.seeds), trouble_of)
    sys.stdout.write(f"{total} ({time.monotonic() - began:.0f} s)\n")
    also = " --dialled" if options.dialled else f" --as {options.aimed}" if options.aimed else ""
    for wrong in total.wrong[:TOLD_MAX]:
        sys.stdout.write(f"{verdict_of(wrong)}\n  {trace_of(wrong)}{also}\n")
    for excused in total.excused[:TOLD_MAX]:
        sys.stdout.write(f"{verdict_of(excused)}\n  {trace_of(excused)}{also}\n")
    return 1 if total.wrong else 0


def verdict_of(story: Story) -> str:
    """The same of a seed alone as of one of many: its books say WRONG of what nobody could tell, too."""
    if story.right:
        return "right"
    if story.excused:
        return f"misunderstood: {', '.join([*sorted(story.off), *story.excused])}"
    return f"wrong: {', '.join([*sorted(story.off), *story.failures])}"


def trace_of(story: Story) -> str:
    """The command that shows it from its beginning to its end, with all that touched who is off, the first if they are several."""
    buyer = f" --trace {min(story.off)}" if story.off else ""
    return f"{PROGRAM} --seed {story.seed}{buyer}"


if __name__ == "__main__":
    sys.exit(main())
