"""Nothing of a process that is dead looks at the disk, or writes to it."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from store.sqlite import SqliteStore
from tests.simulation.disk import DiedError, Disk, Moods

LOOKS: dict[str, Callable[[Disk], object]] = {
    "a batch": lambda disk: disk.batch([]).__enter__(),
    "texts that wait": lambda disk: disk.waiting_texts(0, 1),
    "phones that wait": lambda disk: disk.waiting_phones(0, 1, None),
    "news of texts": lambda disk: disk.note_texts([]),
    "what carriers have": lambda disk: disk.note_sent("c", [], []),
    "what phones have": lambda disk: disk.note_delivered([]),
    "texts without receipts": lambda disk: disk.texts_without_receipts(1),
    "whether it is behind": lambda disk: disk.is_behind,
    "what was noted": lambda disk: disk.write_noted(),
    "what is old": lambda disk: disk.forget_old(0, 0.0),
    "notes": lambda disk: disk.notes(""),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_who_is_dead_touches_nothing(tmp_path: Path, look: Callable[[Disk], object]) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    disk = Disk(store, Moods(random.Random(1), dies=0.0, refuses=0.0), lambda: None)
    with pytest.raises(DiedError):
        disk.die()
    with pytest.raises(DiedError):
        look(disk)
    store.close()
