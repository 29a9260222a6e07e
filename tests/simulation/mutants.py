"""The system with one of its safeties taken out: the simulation must find each, or it proves nothing.

`python -m tests.simulation.mutants` tells which seed finds each.
"""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from center import superseded, turns
from center.batch import TurnBatch
from center.taken import Fate
from center.visit.visit import Visit
from commands.serving.forgetting import Forgetting
from commands.shards.front import FrontBatch
from sms import redelivery
from sms.held import Held
from sms.link import Link
from sms.redelivery import Redeliveries
from sms.sending import Sending
from sms.smpp.status import Status
from store.memory import MemoryStore
from tests.simulation.aimed import (
    answered_once_more,
    brought_again_while_replies_are_held,
    brought_twice_by_several_binds,
    brought_twice_where_much_is_refused,
    said_again_while_replies_wait,
    slow_and_breaking,
    swept_over_falls,
)
from tests.simulation.disk import DiskBatch
from tests.simulation.many import quiet, story_of
from tests.simulation.patches import patched
from tests.simulation.trouble import Trouble

SEEDS_MAX = 150
"""A mutant that lives so long is not found."""
BEGIN = {
    "take what a shard fell with as refused": 351,
    "answer what is late as if it were not": 320,
    "send what its buyer has gone past": 100,
    "send a question whose answer's reply is held back": 20,
    "tell what comes by two binds at once apart": 877_041,
}
"""Where to look for those that only a few seeds in a thousand find."""


TROUBLES = {
    "sweep by the clock of day": swept_over_falls,
    "send what its buyer has gone past": answered_once_more,
    "send a question whose answer's reply is held back": slow_and_breaking,
    "let a start hold nothing back": brought_again_while_replies_are_held,
    "send what may overtake an answer": brought_again_while_replies_are_held,
    "take what is said again while its reply waits": said_again_while_replies_wait,
    "take a copy of what was refused": brought_twice_where_much_is_refused,
    "tell what comes by two binds at once apart": brought_twice_by_several_binds,
}
"""What goes wrong while they are looked for, where that is not drawn as always."""


@contextmanager
def acknowledge_before_commit() -> Generator[None]:
    """The carrier is told that we have a message when it comes."""
    acknowledge, take, told = Link.acknowledge, Link._take, Link._take_receipts  # noqa: SLF001

    def at_once(self: Link, messages: list[Any]) -> None:
        self.unacknowledged += len(messages)
        acknowledge(self, [(message.sequence, Status.OK) for message in messages])
        take(self, messages)

    def told_at_once(self: Link, receipts: list[tuple[int, str | bytes]]) -> None:
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


def _sweep_by_the_clock(self: Any) -> None:
    """What was taken grows old by the clock of day, which is set."""
    now = self._clock()
    self._store.forget_old(int(now), now)


@contextmanager
def dial_again_after_a_start() -> Generator[None]:
    """A phone whose answer had been taken before a start is not asked again in its dialog, but taken to dial anew."""
    ask_again = turns.ask_again

    def ask_by_text_alone(visit: Visit) -> Any:
        return None if visit.key.channel == "ussd" else ask_again(visit)

    with patched(turns, "ask_again", ask_by_text_alone):
        yield


def _never(*_: Any, **__: Any) -> bool:
    return False


def _always(*_: Any, **__: Any) -> bool:
    return True


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _none(*_: Any) -> list[Any]:
    return []


def _as_they_are(_: Any, messages: Any) -> Any:
    return messages


def mutants() -> dict[str, Any]:
    """By name, each as what to enter."""
    return {
        "acknowledge before commit": acknowledge_before_commit(),
        "tell a refused batch as kept": tell_what_was_refused(),
        "send what its buyer has gone past": patched(superseded, "is_superseded", _never),
        "send a question whose answer's reply is held back": patched(Held, "texts_to", _none),
        "take what comes again as new": patched(turns, "_is_redelivery", _never),
        "take what reads the same as a redelivery": patched(turns, "_is_redelivery", _always),
        "forget what was to be sent at a crash": patched(Sending, "hold", _nothing),
        "forget what is awaited at a crash": patched(MemoryStore, "awaited", _none),
        "forget what is in doubt at a crash": patched(Redeliveries, "to_keep", _nothing),
        "send what may overtake an answer": patched(Sending, "_must_wait", _never),
        "take what is said again while its reply waits": patched(Sending, "is_unread", _never),
        "let a start hold nothing back": patched(Held, "begin", _nothing),
        "answer what is late as if it were not": patched(Redeliveries, "refuse_late", _nothing),
        "take a copy of what was refused": patched(Link, "_refuse_copies", _as_they_are),
        "tell what comes by two binds at once apart": patched(redelivery, "AT_ONCE_S", -1.0),
        "leave the stock as it is": lose_a_sale(),
        "take a phone for one that dials again": dial_again_after_a_start(),
        "sweep by the clock of day": patched(Forgetting, "_forget", _sweep_by_the_clock),
        "take what a shard fell with as refused": patched(
            FrontBatch,
            "_lose",
            FrontBatch._refuse,  # noqa: SLF001
        ),
    }


def found_by(name: str) -> int | None:
    """The seed that finds a mutant, and nothing wrong without it; None if it lives."""
    first, trouble = BEGIN.get(name, 1), TROUBLES.get(name, Trouble.of)
    with quiet():
        for seed in range(first, first + SEEDS_MAX):
            with mutants()[name]:
                story = story_of(seed, trouble(seed))
            if not (story.right or story.excused) and story_of(seed, trouble(seed)).right:
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
