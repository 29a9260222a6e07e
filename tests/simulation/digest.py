"""`python -m tests.simulation.digest 1 10 70` tells of each seed what all that was written over connections, and when, comes to.

Whatever the hashes of words are, the clock of day or the load of the machine: a seed has one digest.
"""

import asyncio
import hashlib
import sys
from typing import Any

from tests.simulation.many import quiet, story_of
from tests.simulation.network import End
from tests.simulation.patches import patched


def written_in(seed: int) -> list[tuple[float, bytes]]:
    """All of it in one simulation, with the second in which it was."""
    write, written = End.write, list[tuple[float, bytes]]()

    def noted(self: End, data: Any) -> None:
        written.append((asyncio.get_running_loop().time(), bytes(data)))
        write(self, data)

    with quiet(), patched(End, "write", noted):
        story_of(seed)
    return written


def digest_of(seed: int) -> str:
    """Of all that."""
    return hashlib.sha256(repr(written_in(seed)).encode()).hexdigest()


if __name__ == "__main__":
    sys.stdout.writelines(f"{seed} {digest_of(int(seed))}\n" for seed in sys.argv[1:])
