"""The system with one of its safeties taken out: the simulation must find each, or it proves nothing.

`python -m tests.simulation.mutants` tells which seed finds each.
"""

import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from msgspec.structs import replace

from center import turns
from center.batch import TurnBatch
from center.taken import Fate
from commands.shards.front import FrontBatch
from sms.held import Held
from sms.link import Link
from sms.outgoing import Outgoing
from sms.redelivery import Redeliveries
from sms.sending import Sending
from sms.smpp.status import Status
from sms.submission import Submission
from store.memory import MemoryStore
from tests.simulation.disk import DiskBatch
from tests.simulation.many import quiet, story_of

SEEDS_MAX = 150
"""A mutant that lives so long is not found."""
BEGIN = {
    "let a start hold nothing back": 2_560,
    "send what may overtake an answer": 2_560,
    "reply by any bind": 2_560,
    "answer what is late as if it were not": 320,
}
"""Where to look for those that only a few seeds in a thousand find."""


@contextmanager
def patched(owner: Any, name: str, value: Any) -> Generator[None]:
    """While this lasts, another thing stands there."""
    sound = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, sound)


@contextmanager
def acknowledge_before_commit() -> Generator[None]:
    """The carrier is told that we have a message when it comes."""
    acknowledge, take, told = Link.acknowledge, Link._take, Link._take_receipts  # noqa: SLF001

    def at_once(self: Link, messages: list[Any]) -> None:
        self.unacknowledged += len(messages)
        acknowledge(self, [(message.sequence, Status.OK) for message in messages])
        take(self, messages)

    def told_at_once(self: Link, receipts: list[tuple[int, bytes]]) -> None:
        self.unacknowledged += len(receipts)
        acknowledge(self, [(sequence, Status.OK) for sequence, _ in receipts])
        told(self, receipts)

    def later(self: Link, answers: Sequence[tuple[int, int]]) -> None:
        self.unacknowledged -= len(answers)
        self.acknowledged += len(answers)

    with (
        patched(Link, "_take", at_once),
        patched(Link, "_take_receipts", told_at_once),
        patched(Link, "acknowledge", later),
    ):
        yield


@contextmanager
def lose_a_sale() -> Generator[None]:
    """The stock that an order takes is not written."""
    write = DiskBatch.write

    def forgetful(self: DiskBatch, changes: Any) -> None:
        changes.stock.clear()
        write(self, changes)

    with patched(DiskBatch, "write", forgetful):
        yield


@contextmanager
def tell_what_was_refused() -> Generator[None]:
    """A batch that the disk would not have is told as kept."""
    tell = TurnBatch._tell  # noqa: SLF001

    def hopeful(self: TurnBatch, entries: Any, fates: Any, kept: Any) -> None:
        tell(self, entries, [Fate.KEPT for _ in fates], kept)

    with patched(TurnBatch, "_tell", hopeful):
        yield


@contextmanager
def reply_by_any_bind() -> Generator[None]:
    """A reply does not wait behind the answer to its message."""
    submit = Outgoing.submit

    def loose(self: Outgoing, submissions: Sequence[Submission]) -> int:
        return submit(self, [replace(one, behind=None) for one in submissions])

    with patched(Outgoing, "submit", loose):
        yield


def _never(*_: Any, **__: Any) -> bool:
    return False


def _always(*_: Any, **__: Any) -> bool:
    return True


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _none(*_: Any) -> list[Any]:
    return []


def mutants() -> dict[str, Any]:
    """By name, each as what to enter."""
    return {
        "acknowledge before commit": acknowledge_before_commit(),
        "tell a refused batch as kept": tell_what_was_refused(),
        "take what comes again as new": patched(turns, "_is_redelivery", _never),
        "take what reads the same as a redelivery": patched(turns, "_is_redelivery", _always),
        "forget what was to be sent at a crash": patched(Sending, "hold", _nothing),
        "forget what is awaited at a crash": patched(MemoryStore, "awaited", _none),
        "forget what is in doubt at a crash": patched(Redeliveries, "to_keep", _nothing),
        "send what may overtake an answer": patched(Sending, "_must_wait", _never),
        "let a start hold nothing back": patched(Held, "begin", _nothing),
        "reply by any bind": reply_by_any_bind(),
        "answer what is late as if it were not": patched(Redeliveries, "refuse_late", _nothing),
        "leave the stock as it is": lose_a_sale(),
        "take what a shard fell with as refused": patched(
            FrontBatch,
            "_lose",
            FrontBatch._refuse,  # noqa: SLF001
        ),
    }


def found_by(name: str) -> int | None:
    """The seed that finds a mutant; None if it lives."""
    first = BEGIN.get(name, 1)
    with ExitStack() as stack:
        stack.enter_context(quiet())
        stack.enter_context(mutants()[name])
        for seed in range(first, first + SEEDS_MAX):
            story = story_of(seed)
            if not (story.right or story.excused):
                return seed
    return None


def main() -> int:
    """Try them all; fail if one lives."""
    lives = False
    for name in mutants():
        seed = found_by(name)
        lives = lives or seed is None
        told = "LIVES" if seed is None else f"found by seed {seed}"
        sys.stdout.write(f"{name}: {told}\n")
        sys.stdout.flush()
    return 1 if lives else 0


if __name__ == "__main__":
    sys.exit(main())
