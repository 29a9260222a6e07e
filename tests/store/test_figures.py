"""What a store holds is counted beside the writer."""

from pathlib import Path

import pytest

from center.changes import Changes, OutgoingText
from center.contact import Arrival, Contact, ContactKey
from center.ports import StoreError
from flows.inputs import Text
from store.figures import Census, read_figures, take_census
from store.recent import RESTS_S
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of


def test_a_store_is_counted_while_it_is_open(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), NOON)
    texts = [OutgoingText("c", "1069", "1", "x", NOON + n) for n in range(3)]
    with store.batch([]) as batch:
        batch.commit(Changes(texts=texts))
    found = read_figures(tmp_path / "shop.db")
    assert (found.sellers, found.texts_waiting, found.oldest_text_at) == (1, 3, NOON)
    assert found.orders == 0
    assert found.bytes > 4096
    assert take_census(tmp_path / "shop.db") == Census(0, 0, 0)
    store.close()


def test_sessions_of_the_last_minute_count_and_count_once(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), NOON)

    def turn(buyer: str, at: int = NOON) -> None:
        contact = ContactKey("shop", buyer, "sms")
        with store.batch([Arrival(contact, Text("1"), "1069", "c", b"", 0, at)]) as batch:
            batch.commit(Changes(contacts={contact: Contact(1, b"session")}))

    for number in range(3):
        turn(f"1380000000{number}")
    assert take_census(tmp_path / "shop.db").sessions == 3
    store.forget_old(NOON + RESTS_S)
    turn("13800000000", NOON + RESTS_S)
    turn("13900000000", NOON + RESTS_S)
    assert take_census(tmp_path / "shop.db").sessions == 4
    store.close()


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"x" * 100)
    with pytest.raises(StoreError, match="cannot be counted"):
        read_figures(tmp_path / "x.db")
