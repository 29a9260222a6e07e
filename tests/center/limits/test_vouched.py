"""What vouches for an order is on disk: a shop that falls does not take what was paid or confirmed for the word of a number."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from center.limits.guard import (
    CODE_TRIES_MAX,
    CODES_PER_SENDER_MAX,
    Guard,
    Placing,
    Spent,
)
from center.limits.policy import Policies, Policy
from center.orders.order import Vouched
from center.unconfirmed import GIVEN_UP
from flows.program import Program
from store.awaiting import Awaiting
from store.sqlite import SqliteStore
from tests.center.limits.test_paid import SHOP
from tests.center.limits.writing import NUMBER, Writing
from tests.flows.shops import NOON, program_of

PAID_FIRST = program_of("", SHOP.format(paid="9.00"))
NOT_PAID = program_of("", SHOP.format(paid="9.00").replace("  pay 9.00\n    when declined -> agent\n    when failed -> agent\n", ""))  # fmt: skip


class Shop(Writing):
    """See Writing; the shop is killed and started again as often as is needed: nothing of it is closed."""

    def __init__(self, database: Path, program: Program, **limits: object) -> None:
        super().__init__(SqliteStore(database), program, Policy(**limits))  # type: ignore[arg-type]
        self.database = database

    def start(self) -> None:
        """As commands.serving.business does."""
        self.store = SqliteStore(self.database)
        self.guard = Guard(Policies(self.policy), b"secret")
        lately = NOON - 1, 100
        self.guard.restore(self.store.recent_orders(*lately), self.store.recent_codes(*lately))

    def would_place(self, total: int) -> bool:
        """Whether one more order is placed at once, on the word of its number."""
        more = Spent("shop", NUMBER, "CNY", total, NOON)
        return self.guard.judge(more) is Placing.PLACE

    def placed(self) -> list[tuple[int, int, Vouched | None]]:
        return [(one.total, one.paid, one.vouched) for one in self.store.orders()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    opened = Shop(tmp_path / "shop.db", PAID_FIRST, confirm_over={"CNY": 1_000})
    yield opened
    opened.store.close()


def test_what_was_paid_counts_as_little_after_a_fall_as_before(shop: Shop) -> None:
    shop.writes("你好", "苹果")
    shop.is_paid()
    shop.writes("1")
    assert shop.placed() == [(900, 900, Vouched.PAYMENT)]
    assert shop.would_place(1_000)
    shop.start()
    assert shop.would_place(1_000)
    assert not shop.would_place(1_001)


@pytest.mark.parametrize("falls", ["when it is paid", "before it is paid"])
def test_a_shop_that_falls_between_payment_and_order_knows_what_was_paid(
    shop: Shop, falls: str
) -> None:
    shop.policy = Policy(confirm_over={"CNY": 1})
    shop.start()
    shop.writes("你好", "苹果")
    if falls == "before it is paid":
        shop.start()
    shop.is_paid()
    shop.start()
    shop.writes("1")
    assert shop.placed() == [(900, 900, Vouched.PAYMENT)]
    shop.start()
    assert shop.would_place(1)
    assert not shop.would_place(2)


def test_what_a_code_confirmed_counts_as_little_after_a_fall_as_before(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop.db", NOT_PAID, confirm_over={"CNY": 1_000})
    shop.writes("你好", "苹果", "1")
    assert shop.placed() == [(900, 0, None)]
    shop.writes("2", "1")
    [awaited] = shop.store.awaited()
    # Falls between the code and its answer, too.
    shop.start()
    shop.writes(shop.guard.code(awaited.key))
    assert shop.placed() == [(900, 0, Vouched.CODE), (900, 0, None)]
    shop.start()
    assert shop.would_place(100)
    assert not shop.would_place(101)
    shop.store.close()


def test_a_code_confirms_where_more_wait_than_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.awaiting.KNOWN_MAX", 0)
    shop = Shop(tmp_path / "shop.db", NOT_PAID, confirm_over={"CNY": 0})
    shop.writes("你好", "苹果", "1")
    [awaited] = shop.store.awaited()
    shop.start()
    known: Awaiting = shop.store._tables.awaiting  # noqa: SLF001
    assert known.known is None
    shop.writes(shop.guard.code(awaited.key))
    assert shop.placed() == [(900, 0, Vouched.CODE)]
    shop.store.close()


def test_codes_that_did_not_come_back_are_as_many_after_a_fall_as_before(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop.db", NOT_PAID, confirm_over={"CNY": 0})
    # One that is given up, one that is typed wrong till it is over, one that comes back, and one that waits.
    shop.writes("你好", "苹果", "1")
    [given_up] = shop.store.awaited()
    shop.give(GIVEN_UP, (given_up.serial, given_up.turn))
    shop.writes("你好", "苹果", "1", *["000000"] * CODE_TRIES_MAX)
    shop.writes("你好", "苹果", "1")
    [answered] = shop.store.awaited()
    shop.writes(shop.guard.code(answered.key), "2", "1")
    assert len(shop.told()) == 2
    may_be_sent = CODES_PER_SENDER_MAX - 3
    more = Spent("shop", NUMBER, "CNY", 900, NOON)
    for falls in (False, True):
        if falls:
            shop.start()
        for _ in range(may_be_sent):
            assert shop.guard.judge(more) is Placing.ASK_CODE
            shop.guard.ask(more, "another")
        assert shop.guard.judge(more) is Placing.CALL_BACK
    shop.store.close()
