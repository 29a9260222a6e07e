"""What a store holds is counted beside the writer."""

from itertools import count
from pathlib import Path

import pytest

from center.changes import Changes, OutgoingText
from center.contact import Arrival, Contact, ContactKey
from center.ports import StoreError
from center.text_news import Stage, TextNews
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


def test_the_oldest_text_is_not_one_that_may_take_its_time(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    store = SqliteStore(path)
    store.publish("shop", program_of(), NOON)
    carriers = (["page", "page"], ["page", "c", "page", "c"], ["page"])
    at = count(NOON)
    for some in carriers:
        with store.batch([]) as batch:
            batch.commit(
                Changes(texts=[OutgoingText(one, "1069", "1", "x", next(at)) for one in some])
            )
    assert read_figures(path).oldest_text_at == NOON
    assert read_figures(path, "page").oldest_text_at == NOON + 3
    first, second = [number for number, text in store.waiting_texts(0, 10) if text.carrier == "c"]
    store.note_texts([TextNews(first, Stage.SENT)])
    store.write_noted()
    assert read_figures(path, "page").oldest_text_at == NOON + 5
    store.note_texts([TextNews(second, Stage.FAILED, "UNDELIV")])
    store.write_noted()
    found = read_figures(path, "page")
    assert (found.texts_waiting, found.oldest_text_at) == (5, None)
    store.close()


def test_the_search_for_the_oldest_text_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.figures.ROWS_LOOKED_MAX", 2)
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), NOON)
    for past in range(3):
        with store.batch([]) as batch:
            batch.commit(Changes(texts=[OutgoingText("page", "1069", "1", "x", NOON + past)]))
    assert read_figures(tmp_path / "shop.db", "page").oldest_text_at == NOON + 2
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
