"""What every store promises, held against each of them."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from center.awaited import Awaited
from center.changes import Changes, OutgoingText, Readdressed, ShopMessage
from center.contact import Arrival, ContactKey, Repeats
from center.orders.order import OrderError, Status
from center.ports import StoreError, StoreFullError
from center.shops import Shops
from center.text_news import Stage, TextNews
from center.turns import take_turns
from flows.effects import Effect, HandOver, PlaceOrder
from flows.inputs import Outcome, Text
from flows.machine import Machine
from flows.packed import fingerprint
from flows.transcript.replay import difference, replay
from flows.transcript.talk import read_talks
from store.inbox import INBOX_KEPT_S
from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of

AnyStore = SqliteStore | MemoryStore
PROGRAM = program_of()


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    kept = SqliteStore(tmp_path / "shop.db")
    yield kept
    kept.close()


def arrival(
    text: str,
    *,
    buyer: str = "13800138000",
    key: bytes = b"",
    stamp: int = 1,
    doubt: tuple[tuple[int, int], ...] = (),
) -> Arrival:
    contact = ContactKey("shop", buyer, "sms")
    return Arrival(contact, Text(text), "1069", "carrier", key, stamp, NOON, doubt=doubt)


def run(store: AnyStore, *arrivals: Arrival) -> list[str]:
    """One batch; the texts it sent."""
    shops = Shops(store.published(), store.program)
    with store.batch(arrivals) as batch:
        changes = take_turns(arrivals, batch.world, shops)
        batch.commit(changes)
        assert len(batch.text_ids) == len(changes.texts)
    return [text.text for text in changes.texts]


def order(store: AnyStore, what: str = "苹果 2", buyer: str = "13800138000") -> list[str]:
    run(store, arrival(what, buyer=buyer))
    return run(store, arrival("1", buyer=buyer))


def test_an_order_takes_its_stock_in_the_same_batch(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    assert order(store) == ["订单A0001，12:30到"]
    assert store.stock("shop") == {"1": 3, "2": 1}
    [placed] = store.orders("shop")
    assert (placed.number, placed.total, placed.status) == ("A0001", 500, Status.PLACED)
    assert placed.lines[0].name == "苹果"


def test_an_order_that_is_not_on_its_way_goes_elsewhere(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store, "苹果 1")

    def readdress(address: str) -> str:
        with store.batch([]) as batch:
            batch.commit(Changes(readdressed=[Readdressed("shop", "A0001", address, NOON)]))
        return store.orders("shop")[0].address

    assert [readdress("文三路1号"), readdress("文三路2号")] == ["文三路1号", "文三路2号"]
    for status in (Status.CONFIRMED, Status.SHIPPED):
        store.advance_order("shop", "A0001", status, NOON)
    assert readdress("文三路3号") == "文三路2号"


def test_orders_are_numbered_on_for_each_seller(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store, "苹果 1", "1380000001")
    order(store, "苹果 1", "1380000002")
    assert [placed.number for placed in store.orders("shop")] == ["A0002", "A0001"]


def test_what_two_buyers_want_in_one_batch_is_sold_once(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("西瓜 1", buyer="1"), arrival("西瓜 1", buyer="2"))
    sent = run(store, arrival("1", buyer="1"), arrival("1", buyer="2"))
    assert sent == ["订单A0001，12:30到", "大西瓜没有了\n要什么？"]
    assert store.stock("shop")["2"] == 0
    assert len(store.orders("shop")) == 1


def test_a_batch_that_is_not_committed_never_happened(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    # The only one that there is.
    run(store, arrival("西瓜 1"))
    arrivals = [arrival("1")]
    with store.batch(arrivals) as batch:
        changes = take_turns(arrivals, batch.world, Shops(store.published(), store.program))
    assert len(changes.orders) == 1
    assert store.orders("shop") == []
    assert store.stock("shop")["2"] == 1
    assert run(store, arrival("1")) == ["订单A0001，12:30到"]


def test_a_batch_that_fails_is_undone(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果 2"))

    def fail() -> None:
        arrivals = [arrival("1")]
        with store.batch(arrivals) as batch:
            take_turns(arrivals, batch.world, Shops(store.published(), store.program))
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        fail()
    assert store.stock("shop")["1"] == 5
    assert run(store, arrival("1")) == ["订单A0001，12:30到"]


def test_a_message_in_doubt_is_taken_once(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果 2", key=b"a"))
    assert run(store, arrival("1", key=b"b", stamp=2)) == ["订单A0001，12:30到"]
    assert run(store, arrival("1", key=b"b", stamp=3, doubt=((2, 3),))) == []
    assert len(store.orders("shop")) == 1


def test_a_message_that_its_carrier_names_is_taken_once_whenever_it_comes(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果 2", key=b"a"))
    named = replace(arrival("1", key=b"name", stamp=2), repeats=Repeats.NAMED)
    assert run(store, named) == ["订单A0001，12:30到"]
    run(store, arrival("你好", key=b"c", stamp=3))
    assert run(store, replace(named, stamp=4)) == []


def test_the_same_words_said_twice_are_two_messages(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果", key=b"a"))
    run(store, arrival("2", key=b"b", stamp=5))
    assert run(store, arrival("2", key=b"b", stamp=7, doubt=((0, 5),))) == ["要什么？"]


def test_texts_wait_in_the_outbox_until_the_carrier_has_them(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("你好", buyer="1"), arrival("你好", buyer="2"))
    waiting = store.waiting_texts(0, 10)
    assert [text.destination for _, text in waiting] == ["1", "2"]
    store.note_sent("unicom", [waiting[0][0]], ["17"])
    assert [text.destination for _, text in store.waiting_texts(0, 10)] == ["2"]
    assert store.waiting_texts(waiting[1][0], 10) == []
    assert store.write_noted()
    assert [one.names for one in store.texts_without_receipts(10)] == [("17",)]
    store.note_delivered([waiting[0][0]])
    assert store.write_noted()
    assert store.texts_without_receipts(10) == []
    assert [one.stage for one in store.texts("shop")] == [Stage.WAITING, Stage.DELIVERED]


def test_a_phone_has_a_text_once_whatever_is_told_of_it_before_or_after(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("你好", buyer="1"), arrival("你好", buyer="2"), arrival("你好", buyer="3"))
    early, failed, waits = [text for text, _ in store.waiting_texts(0, 10)]
    # Its carrier has not told yet that it has it; another has had its last word; the last is of nobody.
    store.note_texts([TextNews(failed, Stage.FAILED, "UNDELIV")])
    store.note_delivered([early, failed, early, 1 << 40])
    assert [text for text, _ in store.waiting_texts(0, 10)] == [waits]
    store.note_texts([TextNews(early, Stage.SENT), TextNews(waits, Stage.SENT)])
    assert store.write_noted()
    assert store.waiting_texts(0, 10) == []
    assert [one.stage for one in store.texts("shop")] == [
        Stage.SENT,
        Stage.FAILED,
        Stage.DELIVERED,
    ]


def test_phones_that_wait_are_read_without_their_texts(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    for buyers in ("12", "34", "56"):
        run(store, *(arrival("你好", buyer=buyer) for buyer in buyers))
    ids = [text_id for text_id, _ in store.waiting_texts(0, 10)]
    assert store.waiting_phones(0, 10, None) == (["1", "2", "3", "4", "5", "6"], ids[-1])
    assert store.waiting_phones(ids[0], 10, ids[3]) == (["2", "3"], ids[2])
    assert store.waiting_phones(ids[1], 10, ids[4]) == (["3", "4"], ids[3])
    # As many as are asked for, and the rest where that ended.
    phones, last = store.waiting_phones(0, 3, None)
    assert [*phones, *store.waiting_phones(last, 10, None)[0]] == ["1", "2", "3", "4", "5", "6"]
    store.note_texts([TextNews(ids[2], Stage.SENT), TextNews(ids[5], Stage.SENT)])
    assert store.waiting_phones(0, 10, None)[0] == ["1", "2", "4", "5"]
    assert store.write_noted()
    assert store.waiting_phones(ids[2], 10, None)[0] == ["4", "5"]
    assert store.waiting_phones(ids[4], 10, None)[0] == []


def test_texts_of_a_batch_that_is_open_do_not_wait_yet(tmp_path: Path) -> None:
    # The store in memory keeps a batch at once.
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("你好", buyer="1"))
    text = OutgoingText("c", "1069", "2", "hello", NOON, "shop")
    with store.batch([]) as batch:
        batch.write(Changes(texts=[text]))
        # Who goes on with an older text would send one that may never be on disk.
        assert [one.destination for _, one in store.waiting_texts(0, 10)] == ["1"]
        assert store.waiting_phones(0, 10, None)[0] == ["1"]
        batch.finish()
        batch.finished()
    assert [one.destination for _, one in store.waiting_texts(0, 10)] == ["1", "2"]
    store.close()


def test_a_buyer_is_known_the_next_time(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store)
    buyer = store.buyer("shop", "13800138000")
    assert buyer is not None
    assert buyer.last_order is not None
    assert buyer.last_order.number == "A0001"


def test_an_order_moves_through_its_states_and_the_buyer_sees_it(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store)
    store.advance_order("shop", "A0001", Status.CONFIRMED, NOON)
    moved = store.advance_order("shop", "A0001", Status.SHIPPED, NOON + 1)
    assert moved.status is Status.SHIPPED
    buyer = store.buyer("shop", "13800138000")
    assert buyer is not None
    assert buyer.last_order is not None
    assert buyer.last_order.status == "shipped"


def test_an_order_cannot_skip_a_state(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store)
    with pytest.raises(OrderError, match="can become confirmed, cancelled"):
        store.advance_order("shop", "A0001", Status.DELIVERED, NOON)
    with pytest.raises(LookupError):
        store.advance_order("shop", "A0002", Status.CONFIRMED, NOON)


def test_a_cancelled_order_puts_its_goods_back(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store)
    store.advance_order("shop", "A0001", Status.CANCELLED, NOON)
    assert store.stock("shop")["1"] == 5


def test_publishing_again_keeps_what_is_left_in_stock(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store)
    store.publish("shop", program_of(ORDER.replace("要什么", "想要什么")), NOON)
    assert store.stock("shop")["1"] == 3


def test_a_buyer_in_the_middle_goes_on_in_the_new_version(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果"))
    store.publish("shop", program_of(ORDER.replace("共{{", "一共{{")), NOON)
    assert run(store, arrival("2")) == ["一共5.00\n1 下单\n2 再加"]


def test_a_buyer_whose_question_changed_finishes_in_the_old_version(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果"))
    changed = ORDER.replace("number 1..9", "number 5..9")
    store.publish("shop", program_of(changed), NOON)
    assert run(store, arrival("2")) == ["共2.50\n1 下单\n2 再加".replace("2.50", "5.00")]
    assert store.published()["shop"] == fingerprint(program_of(changed))


def test_what_was_said_is_logged_masked_and_by_session(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store)
    run(store, arrival("你好"))
    talks = store.talks("shop")
    assert [row[2] for row in talks] == [2, 1] or [row[2] for row in talks] == [1, 2]
    first = next(row for row in talks if row[2] == 1)
    assert first[4].split("\n")[:3] == [
        "@ flow shop  channel sms  lang zh  from 13800138000  at 2026-11-24 12:00",
        "> 苹果 2",
        "< 共5.00 1 下单 2 再加",
    ]
    assert "! place order 1x2 total 5.00" in first[4]


def test_a_logged_conversation_replays_as_it_is(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    order(store)
    order(store, "苹果 1")
    machine = Machine(PROGRAM)
    for row in store.talks("shop"):
        [talk] = read_talks(row[4])
        replayed = replay(machine, talk)
        assert replayed.passed, difference(replayed, "log")


@pytest.mark.parametrize("word", ["STOP", "退订", "ｔｄ", " stop. "])
def test_stop_works_in_every_shop_and_loses_no_basket(store: AnyStore, word: str) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果 2"))
    [reply] = run(store, arrival(word))
    assert reply.startswith("已退订")
    buyer = store.buyer("shop", "13800138000")
    assert buyer is not None
    assert buyer.opted_out
    assert run(store, arrival("1")) == ["订单A0001，12:30到"]


def test_a_shop_that_has_its_own_words_for_stop_says_them(store: AnyStore) -> None:
    own = SHOP.replace("  0 人工 -> agent", "  STOP -> bye\n  0 人工 -> agent")
    store.publish("shop", program_of(ORDER, own), NOON)
    assert run(store, arrival("stop")) == ["再见"]


def test_a_message_for_the_shop_is_kept(store: AnyStore) -> None:
    steps = """
step start
  tell shop 有人来了
  goodbye

step take
  goodbye

step agent
  goodbye
"""
    store.publish("shop", program_of(steps, SHOP), NOON)
    run(store, arrival("你好"))
    assert store.messages("shop") == [("shop", "13800138000", "有人来了", NOON)]


# --- what only a file can show ---


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "shop.db")
    first.publish("shop", PROGRAM, NOON)
    run(first, arrival("苹果 2"))
    first.close()
    second = SqliteStore(tmp_path / "shop.db")
    assert run(second, arrival("1")) == ["订单A0001，12:30到"]
    assert len(second.waiting_texts(0, 10)) == 2
    second.close()


def test_the_newest_orders_are_read_again_oldest_first(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", PROGRAM, NOON)
    for number in range(3):
        order(store, "苹果 1", f"1380000000{number}")
    recent = list(store.recent_orders(NOON - 1, 2))
    assert [(one.seller, one.buyer, one.at) for one, _ in recent] == [
        ("shop", "13800000001", NOON),
        ("shop", "13800000002", NOON),
    ]
    assert not any(is_vouched for _, is_vouched in recent)
    assert not list(store.recent_orders(NOON, 2))
    store.close()


def test_codes_that_did_not_come_back_are_read_again_oldest_first(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")

    def waits(buyer: str, at: int) -> Awaited:
        contact = ContactKey("shop", buyer, "voice")
        return Awaited(contact, 1, 1, PlaceOrder((), 500, ""), "1069", "", at)

    def told(buyer: str, text: str, at: int) -> ShopMessage:
        return ShopMessage("shop", buyer, text, at)

    waiting = [waits("13800000001~2", NOON + 3), waits("13800000002", NOON - 9)]
    messages = [
        told("13800000003", "[not confirmed] 2x1, 5.00, ", NOON - 9),
        told("13800000004", "[not confirmed] 2x1, 5.00, ", NOON + 1),
        told("+447700900123", "[not confirmed] 2x1, 5.00, ", NOON + 2),
        # It was sent none: nobody can text it.
        told("anonymous", "[not confirmed] 2x1, 5.00, ", NOON + 2),
        told("13800000005", "[call back] 2x1, 5.00, ", NOON + 4),
    ]
    with store.batch([arrival("你好")]) as batch:
        batch.commit(Changes(messages=messages, awaited={one.contact: one for one in waiting}))
    assert list(store.recent_codes(NOON, 9)) == [
        ("13800000004", NOON + 1),
        ("+447700900123", NOON + 2),
        ("13800000001", NOON + 3),
    ]
    # Of messages the newest, whatever they tell.
    assert list(store.recent_codes(NOON, 1)) == [("13800000001", NOON + 3)]
    store.close()


def test_a_file_that_is_not_a_database_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, not a database at all " * 100)
    with pytest.raises(StoreError, match=r"notes\.txt is not a database of dialcart"):
        SqliteStore(path)
    assert path.read_text().startswith("these are notes")


def test_a_file_that_we_may_not_have_is_told_with_where_to_look(tmp_path: Path) -> None:
    (tmp_path / "shop.db").mkdir()
    with pytest.raises(StoreError, match=r"cannot be opened: unable .*; see who owns it and its"):
        SqliteStore(tmp_path / "shop.db")


def test_a_full_disk_refuses_the_batch_and_keeps_the_world(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果 2"))
    with sqlite3.connect(tmp_path / "shop.db") as probe:
        pages = probe.execute("pragma page_count").fetchone()[0]
    probe.close()
    store.limit_pages(pages)
    strangers = [arrival("你好", buyer=str(number)) for number in range(2_000)]
    with pytest.raises(StoreFullError):
        run(store, *strangers)
    store.limit_pages(1_000_000)
    assert run(store, arrival("1")) == ["订单A0001，12:30到"]
    store.close()


def test_who_only_looks_into_a_database_waits_for_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.database.BUSY_TIMEOUT_S", 0.01)
    SqliteStore(tmp_path / "shop.db").close()
    writer = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    writer.execute("begin immediate")
    store = SqliteStore(tmp_path / "shop.db")
    assert store.orders("noodles") == []
    store.close()
    writer.close()


def test_a_batch_that_another_writer_keeps_waiting_for_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.database.BUSY_TIMEOUT_S", 0.01)
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", program_of(), NOON)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StoreError, match="locked"):
        run(store, arrival("苹果 2"))
    other.execute("rollback")
    assert run(store, arrival("苹果 2")) != []
    other.close()
    store.close()


def test_what_another_program_writes_is_seen_by_the_next_batch(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", PROGRAM, NOON)
    order(store)
    other = SqliteStore(tmp_path / "shop.db")
    other.advance_order("shop", "A0001", Status.CANCELLED, NOON)
    other.set_stock("shop", "1", 1)
    other.close()
    run(store, arrival("苹果 2"))
    assert run(store, arrival("1"))[0].startswith("苹果没有了")
    buyer = store.buyer("shop", "13800138000")
    assert buyer is not None
    assert buyer.last_order is not None
    assert buyer.last_order.status == "cancelled"
    store.close()


def test_two_programs_that_write_texts_into_one_file_refuse_each_other_nothing(
    tmp_path: Path,
) -> None:
    """As where a shop is started while another that has its database only stood still."""
    stores = [SqliteStore(tmp_path / "shop.db") for _ in range(2)]
    stores[0].publish("shop", PROGRAM, NOON)
    for number, store in enumerate((*stores, *stores), 1):
        assert order(store, "苹果 1", str(number)) == [f"订单A000{number}，12:30到"]
    for store in stores:
        assert len(list(store.texts("shop"))) == 8
        store.close()


def test_an_older_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("create table meta (name text primary key, value text)")
        database.execute("insert into meta values ('schema', '1')")
        database.execute("create table contacts (seller text)")
    database.close()
    with pytest.raises(StoreError, match="has schema 1, this program reads"):
        SqliteStore(tmp_path / "shop.db")
    with sqlite3.connect(tmp_path / "shop.db") as database:
        names = {row[0] for row in database.execute("select name from sqlite_master")}
    database.close()
    assert "orders" not in names


@pytest.mark.parametrize(
    "other",
    [{"serial": 2}, {"session": 9, "turn": 9}],
    ids=["the same turn", "the same number"],
)
def test_the_same_turn_cannot_place_two_orders(store: AnyStore, other: dict[str, int]) -> None:
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果 2"))
    arrivals = [arrival("1")]

    def place_twice() -> None:
        with store.batch(arrivals) as batch:
            changes = take_turns(arrivals, batch.world, Shops(store.published(), store.program))
            [first] = changes.orders
            assert first.origin == ("shop", "13800138000", "sms", 1, 2)
            changes.orders.append(replace(first, **other))
            batch.commit(changes)

    with pytest.raises(StoreError):
        place_twice()
    assert store.orders("shop") == []
    assert run(store, arrival("1")) == ["订单A0001，12:30到"]


def sweep(store: SqliteStore, since: int, for_s: int) -> None:
    """As a shop that runs does, if less often, under a clock that nobody sets."""
    for at in range(since, since + for_s + 1, 60):
        store.forget_old(at)


def test_keys_of_old_messages_are_forgotten(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "shop.db")
    store.publish("shop", PROGRAM, NOON)
    run(store, arrival("苹果", key=b"a"))
    sweep(store, NOON, INBOX_KEPT_S)
    assert run(store, arrival("苹果", key=b"a", stamp=2, doubt=((0, 2),))) == []
    sweep(store, NOON + INBOX_KEPT_S, 2 * INBOX_KEPT_S)
    assert run(store, arrival("2", key=b"a", stamp=3, doubt=((0, 3),))) == [
        "共5.00\n1 下单\n2 再加"
    ]
    store.close()


class Later:
    """A performer whose outcomes all come later."""

    def at_once(self, contact: ContactKey, effect: Effect) -> Outcome | None:
        del contact, effect

    def perform(self, awaited: Sequence[Awaited]) -> None:
        raise AssertionError("only a turn batch asks")


def test_what_a_session_waits_for_is_kept_until_its_outcome_comes(store: AnyStore) -> None:
    store.publish("shop", PROGRAM, NOON)
    shops = Shops(store.published(), store.program)
    given = arrival("人工")
    with store.batch([given]) as batch:
        batch.commit(take_turns([given], batch.world, shops, Later()))
    [asked] = store.awaited()
    assert (asked.contact, asked.effect) == (given.contact, HandOver("sales"))
    outcome = replace(given, input=Outcome("busy"), asked=(asked.serial, asked.turn))
    assert run(store, replace(outcome, asked=(asked.serial, asked.turn + 1))) == []
    assert run(store, outcome) == ["再见"]
    assert store.awaited() == []
    assert run(store, outcome) == []
