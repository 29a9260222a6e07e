"""Messages that were taken are found where their stamps are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from center.changes import Changes
from center.contact import Arrival, Repeats
from center.ports import StoreFullError
from store import inbox
from store.inbox import INBOX_KEPT_S, SERVED_EVERY_S
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


OFF_S = (3 * INBOX_KEPT_S, -3 * INBOX_KEPT_S)
"""A clock of day that is set by so much, and by as much again."""


@pytest.mark.parametrize("off_s", OFF_S)
def test_no_message_is_forgotten_because_the_clock_is_set(store: SqliteStore, off_s: int) -> None:
    """It is set time and again, by a little more than a key is kept too, for nearly an hour; then the hour goes by."""
    store.forget_old(NOON, 0.0)
    run(store, arrival("你好", key=b"a", stamp=10))
    for place, ticks in enumerate(range(1, INBOX_KEPT_S, 60)):
        store.forget_old(NOON + place % 3 * off_s, float(ticks))
    again = arrival("你好", key=b"a", stamp=20, doubt=((10, 11),))
    assert run(store, replace(again, repeats=Repeats.CERTAIN)) == []
    store.forget_old(NOON, 3.0 * INBOX_KEPT_S)
    assert run(store, replace(again, stamp=21, repeats=Repeats.CERTAIN)) != []


@pytest.mark.parametrize("off_s", OFF_S)
def test_nor_is_one_that_its_carrier_names(store: SqliteStore, off_s: int) -> None:
    """It was taken just before its table's turn to rest, and the clock is set when the turn to be emptied comes near."""
    named = replace(arrival("你好", key=b"a", stamp=10), repeats=Repeats.NAMED)
    store.forget_old(NOON, 0.0)
    store.forget_old(NOON, INBOX_KEPT_S - 1.0)
    run(store, named)
    store.forget_old(NOON, INBOX_KEPT_S + 1.0)
    for place, ticks in enumerate(range(INBOX_KEPT_S + 2, 2 * INBOX_KEPT_S, 60)):
        store.forget_old(NOON + place % 3 * off_s, float(ticks))
    assert run(store, replace(named, stamp=20)) == []


@pytest.mark.parametrize("lives_s", [1, INBOX_KEPT_S // 3])
def test_a_shop_that_falls_time_and_again_keeps_an_hour_of_running_and_no_more(
    tmp_path: Path, lives_s: int
) -> None:
    """Each life begins at another time of day, its ticks at nothing, and what it takes is the last of which the next knows."""
    path, key = tmp_path / "shop.db", 0
    for life in range(3 * INBOX_KEPT_S // lives_s if lives_s > 1 else 9):
        store = SqliteStore(path)
        if not life:
            store.publish("shop", program_of(), NOON)
        day = NOON + (-1) ** life * life * INBOX_KEPT_S
        store.forget_old(day, 0.0)
        store.forget_old(day, float(lives_s))
        key += 1
        run(store, arrival("你好", key=b"%d" % key, stamp=key))
        store.close()
    store = SqliteStore(path)
    store.forget_old(NOON, 0.0)
    lasting = min(key, INBOX_KEPT_S // lives_s)
    for taken in range(1, key + 1):
        known = arrival("你好", key=b"%d" % taken, stamp=key + taken, doubt=((taken, taken + 1),))
        is_known = run(store, replace(known, repeats=Repeats.CERTAIN)) == []
        assert is_known is (taken >= key - lasting)
    store.close()


def test_messages_with_names_are_forgotten_though_a_shop_falls_before_much_is_written(
    tmp_path: Path,
) -> None:
    """Nothing else tells how long it has run: each start begins where that was written last."""
    named = replace(arrival("你好", key=b"a", stamp=10), repeats=Repeats.NAMED)
    path = tmp_path / "shop.db"
    store = SqliteStore(path)
    store.publish("shop", program_of(), NOON)
    store.forget_old(NOON, 0.0)
    run(store, named)
    kept = "select (select count(*) from inbox_a) + (select count(*) from inbox_b)"
    for life in range(1, 2 * INBOX_KEPT_S // SERVED_EVERY_S + 1):
        store.close()
        store = SqliteStore(path)
        for ticks in range(0, SERVED_EVERY_S + 60, 60):
            store.forget_old(NOON, float(ticks))
        (count,) = store._db.execute(kept).fetchone()  # noqa: SLF001
        assert count or life > INBOX_KEPT_S // SERVED_EVERY_S
    assert not count
    store.close()


def test_what_a_version_kept_that_went_by_the_clock_of_day_is_kept_for_an_hour_more(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), NOON)
    store.forget_old(NOON, 0.0)
    for stamp, at in enumerate((NOON - 2 * INBOX_KEPT_S, NOON - 9), 10):
        run(store, arrival("你好", key=b"%d" % stamp, stamp=stamp))
        store._db.execute("update inbox set at = ? where first = ?", (at, stamp))  # noqa: SLF001
    store._db.execute("update meta set value = ? where name = 'inbox_since'", (str(NOON),))  # noqa: SLF001
    store.close()
    store = SqliteStore(tmp_path / "shop.db")
    for ticks in (0.0, INBOX_KEPT_S - 10.0):
        store.forget_old(NOON, ticks)
    for stamp in (10, 11):
        again = arrival("你好", key=b"%d" % stamp, stamp=20 + stamp, doubt=((stamp, stamp + 1),))
        assert (run(store, replace(again, repeats=Repeats.CERTAIN)) == []) is (stamp == 11)
    store.close()


def test_an_hour_is_counted_while_batches_are_on_their_way_too(store: SqliteStore) -> None:
    """Under load, or on a slow disk, a sweep that is due mostly finds one, and comes a second later."""
    store.forget_old(NOON, 0.0)
    late = arrival("你好", key=b"a", stamp=10)
    with store.batch([late]) as batch:
        store.forget_old(NOON, 1_800.0)
        batch.commit(Changes(seen={b"a": 10}))
    again = arrival("你好", key=b"a", stamp=20, doubt=((10, 11),))
    store.forget_old(NOON, 1_800.0 + INBOX_KEPT_S)
    assert run(store, replace(again, repeats=Repeats.CERTAIN)) == []
    store.forget_old(NOON, 1_801.0 + INBOX_KEPT_S)
    assert run(store, replace(again, stamp=21, repeats=Repeats.CERTAIN)) != []
