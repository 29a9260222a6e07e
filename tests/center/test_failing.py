"""What makes a program fail is before its seller once, however often it comes."""

from collections.abc import Sequence
from pathlib import Path

from center.batch import TurnBatch
from center.contact import Arrival, ContactKey
from center.failing import TRIES_MAX
from center.shops import Shops
from center.taken import Fate, Taken
from flows.inputs import Text
from store.inbox import INBOX_KEPT_S
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of
from tests.simulation.poison import POISON, SET_ASIDE, poisonous
from tests.store.test_stores import sweep


class Told:
    """A channel that notes what became of its tickets."""

    def __init__(self) -> None:
        self.fates: list[Fate] = []

    def taken(self, taken: Sequence[Taken]) -> None:
        self.fates += [one.fate for one in taken]


class Never:
    """A timer that does not run out: we flush."""

    def cancel(self) -> None:
        """See center.ports.Timer."""


def test_what_was_set_aside_is_known_when_it_comes_again_after_a_fall(tmp_path: Path) -> None:
    """Its answer was lost with us; meanwhile what is old was swept, as it is once a second."""
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), NOON)
    sweep(store, NOON - 2 * INBOX_KEPT_S, 2 * INBOX_KEPT_S)
    assert bring(store, 1) == [*[Fate.REFUSED] * (TRIES_MAX - 1), Fate.SET_ASIDE]
    store.forget_old(NOON)
    store.close()
    next_run = SqliteStore(tmp_path / "shop.db")
    assert bring(next_run, 10) == [Fate.FOUND]
    assert [said for _, _, said, _ in next_run.messages("shop")] == [SET_ASIDE]
    next_run.close()


def bring(store: SqliteStore, stamp: int) -> list[Fate]:
    """The message comes to a run until it need not come again; what it was told."""
    turns = TurnBatch(store, Shops(store.published(), store.program), later=lambda *_: Never())
    channel = Told()
    turns.open("sms", channel)
    contact, said = ContactKey("shop", "13800138000", "sms"), Text(POISON)
    with poisonous():
        while not channel.fates or channel.fates[-1] is Fate.REFUSED:
            doubt = ((1, stamp),)
            turns.add(
                Arrival(contact, said, "1069", "carrier", b"key", stamp, NOON, doubt=doubt), None
            )
            turns.flush()
            stamp += 1
    return channel.fates
