"""Databases that older programs wrote are brought to today's schema, whole or not at all."""

import asyncio
import hashlib
import re
import sqlite3
from pathlib import Path

import pytest

from center.batch import TurnBatch
from center.contact import ContactKey
from center.limits.guard import Guard, Placing, Spent
from center.limits.policy import Policies, Policy
from center.orders.order import Vouched
from center.ports import StoreError
from center.shops import Shops
from center.turns import take_turns
from center.unconfirmed import GIVEN_UP_S
from commands.serving.unconfirmed import GivingUp
from store.figures import read_figures
from store.migrations import migration
from store.migrations.migration import migrate
from store.migrations.step import Step
from store.migrations.steps import OLDEST, SCHEMA_VERSION, STEPS
from store.sqlite import SqliteStore
from tests.flows.shops import NOON
from tests.sms.channels import later
from tests.store.test_stores import arrival, run

WRITTEN = {
    int(path.stem.removeprefix("schema_")): path
    for path in sorted(Path(__file__).parent.glob("schema_*.sql"))
}
"""Dumps of small databases, each by the program of its time: an order that was sent, a buyer who is in the middle of one."""
LAYOUT = (8, "db5d141689f2")
"""Today's schema, and what its tables come to."""


def written_by(schema: int, path: Path) -> Path:
    db = sqlite3.connect(path)
    db.executescript(WRITTEN[schema].read_text("utf-8"))
    db.execute("pragma journal_mode = wal")
    db.close()
    return path


def layout(path: Path) -> list[str]:
    """Tables and indexes, but for spaces, quotes and comments."""
    db = sqlite3.connect(path)
    rows = db.execute("select sql from sqlite_master where sql is not null order by name")
    found = [re.sub(r'--.*?$|[\s"]+', " ", row[0], flags=re.MULTILINE) for row in rows]
    db.close()
    return [re.sub(r" ?([(),]) ?", r"\1", " ".join(sql.split())) for sql in found]


def meta(path: Path) -> str:
    db = sqlite3.connect(path)
    [(schema,)] = db.execute("select value from meta where name = 'schema'")
    db.close()
    return schema


@pytest.mark.parametrize("schema", [step.schema - 1 for step in STEPS])
def test_what_an_older_program_wrote_goes_on(schema: int, tmp_path: Path) -> None:
    path = written_by(schema, tmp_path / "shop.db")
    said: list[str] = []
    migrate(path, said.append)
    assert f"brings to {SCHEMA_VERSION}" in said[0]
    SqliteStore(tmp_path / "new.db").close()
    assert layout(path) == layout(tmp_path / "new.db")
    store = SqliteStore(path)
    program = store.program(store.published()["shop"])
    assert program is not None
    assert (program.name, program.start) == ("shop", program.steps["start"])
    assert [order.number for order in store.orders("shop")] == ["A0001"]
    assert read_figures(path).orders == 1
    assert store.stock("shop") == {"1": 3, "2": 1}
    assert len(store.waiting_texts(0, 10)) == 2
    came = [arrival("1", buyer="13900139000", stamp=2)]
    with store.batch(came) as batch:
        changes = take_turns(came, batch.world, Shops(store.published(), store.program))
        batch.commit(changes)
    assert changes.texts[0].text == "订单A0002，12:30到"
    assert [(buyer, serial) for buyer, _, serial, _, _ in store.talks("shop")] == [
        ("13900139000", 1),
        ("13800138000", 1),
    ]
    assert store.talk(ContactKey("shop", "13900139000", "sms"), 1)[-1] == "! goodbye"
    assert [one.text.text[:4] for one in store.texts("shop")] == [
        "订单A0",
        "共2.5",
        "订单A0",
        "共5.0",
    ]
    store.close()


def test_with_whom_buyers_were_is_found_by_its_new_name(tmp_path: Path) -> None:
    path = written_by(3, tmp_path / "shop.db")
    migrate(path, lambda _: None)
    store = SqliteStore(path)
    assert store.notes("passing/") == {"passing/sms/last/1069/13800138000": b"shop"}
    assert set(store.notes("sms/")) == {"sms/doubts", "sms/segments/1"}
    store.close()


def test_a_message_of_before_is_known_when_it_comes_again(tmp_path: Path) -> None:
    path = written_by(4, tmp_path / "shop.db")
    migrate(path, lambda _: None)
    store = SqliteStore(path)
    again = arrival("苹果 1", buyer="13900139000", key=b"third---", stamp=9, doubt=((3, 4),))
    assert run(store, again) == []
    store.close()


def test_nothing_of_before_is_taken_for_unconfirmed_or_forgotten(tmp_path: Path) -> None:
    path = written_by(7, tmp_path / "shop.db")
    migrate(path, lambda _: None)
    store = SqliteStore(path)
    [order] = store.orders("shop")
    assert (order.paid, order.vouched) == (0, Vouched.UNKNOWN)
    assert [is_vouched for _, is_vouched in store.recent_orders(0, 9)] == [True]
    guard = Guard(Policies(Policy(confirm_over={"CNY": 500})))
    guard.restore(store.recent_orders(0, 9))
    assert guard.judge(Spent("shop", order.buyer, "CNY", 500, NOON)) is Placing.PLACE
    # A buyer who waits for a person still does.
    assert [one.contact.buyer for one in store.asked()] == ["13700137000"]
    store.close()


def test_whose_order_waited_for_months_is_not_texted_after_an_upgrade(tmp_path: Path) -> None:
    path = written_by(7, tmp_path / "shop.db")
    migrate(path, lambda _: None)
    store = SqliteStore(path)
    before = len(store.waiting_texts(0, 10))
    turns = TurnBatch(store, Shops(store.published(), store.program), later=later)
    now = NOON + GIVEN_UP_S

    async def go() -> None:
        GivingUp(store, turns, lambda: now).go()
        turns.flush()

    asyncio.run(go())
    assert [one.contact.buyer for one in store.awaited()] == ["13700137000"]
    told = [(text.destination, text.text) for _, text in store.waiting_texts(0, 10)][before:]
    assert [buyer for buyer, _ in told] == ["13600136000"]
    assert {buyer for _, buyer, _, _ in store.messages("shop")} == {"13500135000", "13600136000"}
    store.close()


def test_a_code_of_before_an_upgrade_still_confirms(tmp_path: Path) -> None:
    path = written_by(7, tmp_path / "shop.db")
    migrate(path, lambda _: None)
    store = SqliteStore(path)
    guard = Guard(Policies(Policy(confirm_over={"CNY": 0})), b"secret")
    [awaited] = [one for one in store.awaited() if one.contact.buyer == "13600136000"]
    came = [arrival(guard.code(awaited.key), buyer="13600136000", stamp=30)]
    with store.batch(came) as batch:
        shops = Shops(store.published(), store.program)
        batch.commit(take_turns(came, batch.world, shops, guard=guard))
    assert [(one.number, one.vouched) for one in store.orders("shop", buyer="13600136000")] == [
        ("A0002", Vouched.CODE)
    ]
    store.close()


def test_a_change_of_the_layout_takes_a_step(tmp_path: Path) -> None:
    """Red? A database that is open somewhere has the old one: see store/migrations/steps.py, then pin the new one here."""
    SqliteStore(tmp_path / "new.db").close()
    found = hashlib.sha256("\n".join(layout(tmp_path / "new.db")).encode()).hexdigest()[:12]
    assert (SCHEMA_VERSION, found) == LAYOUT


def test_steps_follow_one_another_and_each_is_tried() -> None:
    assert [step.schema for step in STEPS] == list(range(OLDEST + 1, SCHEMA_VERSION + 1))
    assert set(WRITTEN) == set(range(OLDEST, SCHEMA_VERSION))


def test_a_copy_of_what_was_is_kept_and_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "shop.schema-3.db").write_bytes(b"mine")
    migrate(written_by(3, tmp_path / "shop.db"), lambda _: None)
    assert (tmp_path / "shop.schema-3.db").read_bytes() == b"mine"
    assert meta(tmp_path / "shop.schema-3.2.db") == "3"
    assert meta(tmp_path / "shop.db") == str(SCHEMA_VERSION)


def test_with_no_name_left_for_a_copy_nothing_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "COPIES_MAX", 1)
    (tmp_path / "shop.schema-3.db").write_bytes(b"mine")
    with pytest.raises(StoreError, match=r"has 1 copies of shop\.db already"):
        migrate(written_by(3, tmp_path / "shop.db"), lambda _: None)
    assert meta(tmp_path / "shop.db") == "3"


def test_a_step_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(db: sqlite3.Connection) -> None:
        STEPS[0].take(db)
        db.execute("insert into nowhere values (1)")

    monkeypatch.setattr(migration, "STEPS", (Step(4, "half", take), *STEPS[1:]))
    path = written_by(3, tmp_path / "shop.db")
    before = layout(path)
    with pytest.raises(StoreError, match="cannot be brought forward: no such table"):
        migrate(path, lambda _: None)
    assert (layout(path), meta(path)) == (before, "3")


def test_while_another_program_has_it_open_nothing_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "LOCK_WAIT_S", 0.0)
    path = written_by(3, tmp_path / "shop.db")
    open_elsewhere = sqlite3.connect(path)
    open_elsewhere.execute("select * from meta").fetchall()
    with pytest.raises(StoreError, match="stop what has it open"):
        migrate(path, lambda _: None)
    open_elsewhere.close()
    assert meta(path) == "3"
    assert not (tmp_path / "shop.schema-3.db").exists()


def test_commands_that_only_look_say_how_to_bring_it_forward(tmp_path: Path) -> None:
    path = written_by(3, tmp_path / "shop.db")
    with pytest.raises(StoreError, match="`dialcart serve` brings it forward"):
        SqliteStore(path)
    assert meta(path) == "3"


@pytest.mark.parametrize(
    ("schema", "word"), [("99", "a newer program wrote it"), ("1", "brings forward 3 and later")]
)
def test_what_is_out_of_reach_is_refused_and_left_alone(
    schema: str, word: str, tmp_path: Path
) -> None:
    path = written_by(3, tmp_path / "shop.db")
    db = sqlite3.connect(path)
    db.execute("update meta set value = ? where name = 'schema'", (schema,))
    db.commit()
    db.close()
    for attempt in (lambda: migrate(path, lambda _: None), lambda: SqliteStore(path)):
        with pytest.raises(StoreError, match=word):
            attempt()
    assert meta(path) == schema


def test_there_is_nothing_to_do_where_nothing_is_old(tmp_path: Path) -> None:
    said: list[str] = []
    migrate(tmp_path / "none.db", said.append)
    assert not (tmp_path / "none.db").exists()
    SqliteStore(tmp_path / "shop.db").close()
    migrate(tmp_path / "shop.db", said.append)
    assert said == []


def test_what_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes " * 500)
    with pytest.raises(StoreError, match=r"notes\.txt is not a database of dialcart"):
        migrate(tmp_path / "notes.txt", lambda _: None)
