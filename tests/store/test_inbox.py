"""Messages that were taken are found where their stamps are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from center.changes import Changes
from center.contact import Arrival, Repeats
from center.ports import StoreFullError
from store import inbox
from store.inbox import INBOX_KEPT_S
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of
from tests.store.test_stores import arrival, run, sweep


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    kept = SqliteStore(tmp_path / "shop.db")
    kept.publish("shop", program_of(), NOON)
    yield kept
    kept.close()


def write_and_fail(store: SqliteStore, given: Arrival, changes: Changes) -> None:
    with store.batch([given]) as batch:
        batch.write(changes)
        raise StoreFullError


def test_a_message_is_looked_for_in_its_range_alone(store: SqliteStore) -> None:
    for stamp in range(10, 20):
        run(store, arrival("你好", buyer=str(stamp), key=b"%d" % stamp, stamp=stamp))
    ranges = ((15, 16, True), (10, 30, True), (16, 18, False), (0, 15, False))
    for stamp, (since, until, is_known) in enumerate(ranges, 30):
        again = arrival("你好", buyer="15", key=b"15", stamp=stamp, doubt=((since, until),))
        sent = run(store, replace(again, repeats=Repeats.CERTAIN))
        assert (sent == []) is is_known


def test_what_came_again_once_is_new_when_it_comes_a_third_time(store: SqliteStore) -> None:
    run(store, arrival("你好", key=b"a", stamp=10))
    doubt = ((10, 20),)
    assert run(store, arrival("你好", key=b"a", stamp=20, doubt=doubt)) == []
    assert run(store, arrival("你好", key=b"a", stamp=21, doubt=doubt)) != []
    # The same after a fall.
    store.close()
    again = SqliteStore(store.path)
    assert run(again, arrival("你好", key=b"a", stamp=22, doubt=doubt)) != []
    again.close()


def test_what_came_again_and_was_refused_is_still_known(store: SqliteStore) -> None:
    run(store, arrival("你好", key=b"a", stamp=10))
    again = arrival("你好", key=b"a", stamp=20, doubt=((10, 20),))
    with pytest.raises(StoreFullError):
        write_and_fail(store, again, Changes(seen={b"a": 20}))
    assert run(store, replace(again, stamp=21)) == []


def test_only_the_newest_rows_are_looked_into(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "ROWS_IN_DOUBT_MAX", 3)
    for stamp in range(10, 20):
        run(store, arrival("你好", buyer=str(stamp), key=b"%d" % stamp, stamp=stamp))
    for stamp, is_known in ((17, True), (16, False)):
        given = arrival("你好", buyer=str(stamp), key=b"%d" % stamp, stamp=100 - stamp)
        assert (run(store, replace(given, doubt=((10, 20),))) == []) is is_known


def test_what_a_buyer_says_again_is_looked_for_where_their_last_word_is(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long ago, and whatever others have said since; where its own stamp is not kept it is among the next few."""
    monkeypatch.setattr(inbox, "ROWS_IN_DOUBT_MAX", 3)
    monkeypatch.setattr(inbox, "ROWS_OF_LAST_MAX", 2)
    for stamp in range(10, 20):
        run(store, arrival("你好", buyer=str(stamp), key=b"%d" % stamp, stamp=stamp))
    for words, stamp, since in (("一", 20, 20), ("二", 30, 30)):
        said = arrival(words, buyer="1", key=words.encode(), stamp=stamp)
        assert run(store, replace(said, since=since)) != []
        for later in range(stamp + 1, stamp + 6):
            run(store, arrival("你好", buyer="2", key=b"%d" % later, stamp=later))
    again = arrival("二", buyer="1", key="二".encode(), stamp=40)
    assert run(store, replace(again, repeats=Repeats.UNREAD)) == []
    # And once more, as it is still their last; not what they said before.
    assert run(store, replace(again, repeats=Repeats.UNREAD, stamp=41)) == []
    before = arrival("一", buyer="1", key="一".encode(), stamp=42)
    assert run(store, replace(before, repeats=Repeats.UNREAD)) != []


@pytest.mark.parametrize(("behind", "is_found"), [(1, True), (5, False)])
def test_where_their_contact_bears_an_older_stamp_it_is_among_the_next_few_rows(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch, behind: int, is_found: bool
) -> None:
    monkeypatch.setattr(inbox, "ROWS_OF_LAST_MAX", 3)
    for stamp in range(10, 10 + behind):
        run(store, arrival("你好", buyer="2", key=b"%d" % stamp, stamp=stamp))
    said = arrival("一", buyer="1", key=b"a", stamp=30)
    run(store, replace(said, since=10))
    again = replace(said, stamp=40, repeats=Repeats.UNREAD)
    assert (run(store, again) == []) is is_found


def test_no_time_passes_for_messages_while_the_system_is_down(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), NOON)
    run(store, arrival("你好", key=b"a", stamp=10))
    store.close()
    down = 9 * INBOX_KEPT_S
    again = SqliteStore(tmp_path / "shop.db")
    sweep(again, NOON + down, INBOX_KEPT_S)
    assert run(again, arrival("你好", key=b"a", stamp=20, doubt=((10, 11),))) == []
    again.forget_old(NOON + down + INBOX_KEPT_S + 1)
    assert run(again, arrival("你好", key=b"a", stamp=21, doubt=((10, 11),))) != []
    again.close()


def test_nor_while_it_is_down_twice_within_an_hour(tmp_path: Path) -> None:
    path, at = tmp_path / "shop.db", NOON
    store = SqliteStore(path)
    store.publish("shop", program_of(), at)
    run(store, arrival("你好", key=b"a", stamp=10))
    for life in range(1, 3):
        store.close()
        at += 9 * INBOX_KEPT_S
        store = SqliteStore(path)
        store.forget_old(at)
        run(store, replace(arrival("你好", key=b"b%d" % life, stamp=10 + life), at=at + 1))
        store.forget_old(at + 2)
    again = arrival("你好", key=b"a", stamp=20, doubt=((10, 11),))
    assert run(store, replace(again, repeats=Repeats.CERTAIN)) == []
    store.close()


@pytest.mark.parametrize("off_s", [9 * INBOX_KEPT_S, -9 * INBOX_KEPT_S])
def test_no_message_is_forgotten_because_the_clock_is_set(store: SqliteStore, off_s: int) -> None:
    """It is set away, and right again, between a message and its redelivery; then an hour goes by."""
    store.forget_old(NOON - 1)
    run(store, arrival("你好", key=b"a", stamp=10))
    for at in (NOON, NOON + off_s, NOON + off_s + 1, NOON + 2, NOON + off_s, NOON + 3):
        store.forget_old(at)
    again = arrival("你好", key=b"a", stamp=20, doubt=((10, 11),))
    assert run(store, replace(again, repeats=Repeats.CERTAIN)) == []
    sweep(store, NOON + 4, 2 * INBOX_KEPT_S)
    assert run(store, replace(again, stamp=21, repeats=Repeats.CERTAIN)) != []


@pytest.mark.parametrize("is_undone", [False, True])
def test_nor_because_it_is_set_and_we_fall_before_the_next_sweep(
    tmp_path: Path, is_undone: bool
) -> None:
    """It was wrong for a while, and is right for one message before we fall: that is the last that the next run finds."""
    wrong = NOON - 9 * INBOX_KEPT_S
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), wrong)
    store.forget_old(wrong)
    run(store, replace(arrival("你好", key=b"a", stamp=10), at=wrong))
    last = arrival("你好", buyer="2", key=b"b", stamp=11)
    if is_undone:
        with pytest.raises(StoreFullError):
            write_and_fail(store, last, Changes(seen={b"b": 11}))
    run(store, replace(last, stamp=12))
    store.close()
    next_run = SqliteStore(tmp_path / "shop.db")
    next_run.forget_old(NOON + 1)
    again = arrival("你好", key=b"a", stamp=20, doubt=((10, 11),))
    assert run(next_run, replace(again, at=NOON + 1)) == []
    next_run.close()


@pytest.mark.parametrize("off_s", [9 * INBOX_KEPT_S, -9 * INBOX_KEPT_S])
def test_nor_is_one_that_its_carrier_names(store: SqliteStore, off_s: int) -> None:
    """It was taken just before its table's turn to rest, and the clock is set when the turn to be emptied comes near."""
    named = replace(arrival("你好", key=b"a", stamp=10), repeats=Repeats.NAMED)
    store.forget_old(NOON - INBOX_KEPT_S + 1)
    run(store, named)
    sweep(store, NOON - INBOX_KEPT_S + 2, INBOX_KEPT_S)
    for at in (NOON + off_s, NOON + off_s + 1, NOON + 2, NOON + off_s):
        store.forget_old(at)
    assert run(store, replace(named, stamp=20)) == []


@pytest.mark.parametrize("off_s", [9 * INBOX_KEPT_S, -9 * INBOX_KEPT_S])
def test_nor_where_the_batch_that_saw_it_was_not_kept(store: SqliteStore, off_s: int) -> None:
    """The next step notes it in its place, and when the tables turn too."""
    named = replace(arrival("你好", key=b"a", stamp=10), repeats=Repeats.NAMED)
    store.forget_old(NOON - INBOX_KEPT_S + 1)
    run(store, named)
    sweep(store, NOON - INBOX_KEPT_S + 2, INBOX_KEPT_S)
    for at in (NOON + off_s, NOON + 2 * off_s):
        with pytest.raises(StoreFullError):
            write_and_fail(
                store, replace(named, key=b"b", stamp=11, at=at), Changes(named={b"b": 11})
            )
        for since in range(1, 4):
            store.forget_old(at + since)
    assert run(store, replace(named, stamp=20)) == []
