"""A shop that is killed under its callers: the next start has them go on by SMS, as if they had hung up."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from center.batch import TurnBatch
from center.contact import Arrival, ContactKey
from center.limits.guard import Guard
from center.limits.policy import Policies, Policy
from center.ports import Timer
from center.shops import Shops
from commands.serving import cut_off
from commands.serving.cut_off import CUT_OFF_S_MAX, CutOff
from flows.inputs import HungUp, Input, Keys, Opened, Text
from flows.session import ENDED, unpack
from store.sqlite import SqliteStore
from tests.center.test_performers import Remembering
from tests.flows.shops import NOON, program_of
from tests.sms.channels import Full, later

CALLER = ContactKey("shop", "13800138000", "voice")
WRITER = ContactKey("shop", "13800138000", "sms")


class Shop:
    """A shop that is killed and started again: nothing of it is closed."""

    def __init__(self, database: Path, guard: Guard | None = None) -> None:
        self.database = database
        self.guard = guard
        self.now = NOON
        self.start()
        self.store.publish("shop", program_of(), NOON)

    def start(self) -> None:
        self.store = SqliteStore(self.database)
        shops = Shops({"shop": b"p"}, lambda _: program_of())
        self.turns = TurnBatch(
            self.store, shops, later=later, performer=Remembering(), guard=self.guard
        )

    def give(self, *given: Input, contact: ContactKey = CALLER) -> None:
        async def run() -> None:
            for one in given:
                self.turns.add(Arrival(contact, one, "1069", "", b"", 0, self.now), None)
                self.turns.flush()

        asyncio.run(run())

    def falls(self, down_s: int = 5) -> int:
        """Of how many calls the next start says that they are hung up."""
        self.start()
        self.now += down_s

        async def run() -> int:
            count = CutOff(self.turns, later, lambda _: None).hang_up(self.store, self.now)
            self.turns.flush()
            return count

        return asyncio.run(run())

    def texts(self) -> list[str]:
        return [text.text for _, text in self.store.waiting_texts(0, 100)]

    def at(self, contact: ContactKey) -> str | None:
        kept = self.store.contact(contact)
        return unpack(kept.session).at if kept is not None else None


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "shop.db")


def test_who_was_ordering_goes_on_by_sms(shop: Shop) -> None:
    shop.give(Opened(), Keys("1#"), Keys("2#"))
    assert shop.falls() == 1
    [text] = shop.texts()
    assert "苹果" in text
    assert shop.at(CALLER) == ENDED
    assert str(shop.at(WRITER)).startswith("~")
    # Told once, however often it falls.
    assert shop.falls() == 0
    shop.give(Text("1"), Text("1"), contact=WRITER)
    assert [order.total for order in shop.store.orders()] == [500]


def test_who_was_ordering_goes_on_by_sms_though_the_disk_was_full_at_the_start(shop: Shop) -> None:
    shop.give(Opened(), Keys("1#"), Keys("2#"))
    shop.start()
    due: list[Callable[[], object]] = []
    delays_s: list[float] = []

    def wait(delay_s: float, callback: Callable[[], object], /) -> Timer:
        delays_s.append(delay_s)
        due.append(callback)
        return later(delay_s, callback)

    on_line: set[ContactKey] = set()

    async def run() -> None:
        disk = shop.turns.store
        shop.turns.store = Full()
        found = CutOff(shop.turns, wait, lambda contact: contact if contact in on_line else None)
        assert found.hang_up(shop.store, shop.now) == 1
        shop.turns.flush()
        for _ in range(2):
            due.pop()()
            shop.turns.flush()
        shop.turns.store = disk
        # Who has called again goes on by that call.
        on_line.add(CALLER)
        again = due.pop()
        again()
        shop.turns.flush()
        assert shop.texts() == []
        on_line.clear()
        again()
        shop.turns.flush()

    asyncio.run(run())
    assert delays_s == [1.0, 2.0, 4.0]
    assert len(shop.texts()) == 1


def test_who_calls_again_goes_on_by_telephone(shop: Shop) -> None:
    shop.give(Opened(), Keys("1#"), Keys("2#"))
    shop.falls()
    shop.give(Opened(), Keys("1"), Keys("1"))
    assert [order.channel for order in shop.store.orders()] == ["voice"]


@pytest.mark.parametrize(
    "said",
    [
        (Opened(),),
        (Opened(), Keys("1#"), Keys("2#"), HungUp()),
        (Opened(), Keys("1#"), Keys("2#"), Keys("1")),
        (Opened(), Keys("1#"), Keys("2#"), Keys("0")),
    ],
    ids=["no basket", "hung up before", "has ordered", "waits for a person"],
)
def test_nobody_else_is_texted(shop: Shop, said: tuple[Input, ...]) -> None:
    shop.give(*said)
    before = shop.texts()
    assert shop.falls() == 0
    assert shop.texts() == before


def test_who_called_long_ago_is_not_texted(shop: Shop) -> None:
    shop.give(Opened(), Keys("1#"), Keys("2#"))
    assert shop.falls(CUT_OFF_S_MAX + 1) == 0
    assert shop.texts() == []


def test_an_order_that_waits_for_its_code_waits_on(tmp_path: Path) -> None:
    guard = Guard(Policies(Policy(confirm_over={"CNY": 0})), b"secret")
    shop = Shop(tmp_path / "shop.db", guard)
    shop.give(Opened(), Keys("1#"), Keys("2#"), Keys("1"))
    [awaited] = shop.store.awaited()
    before = shop.texts()
    shop.falls()
    assert shop.texts() == before
    shop.give(Opened(), Keys(guard.code(awaited.key)))
    assert len(shop.store.orders()) == 1


def test_so_many_are_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_off, "CUT_OFF_MAX", 1)
    for number in (1, 2):
        caller = ContactKey("shop", f"1380013800{number}", "voice")
        shop.give(Opened(), Keys("1#"), Keys("2#"), contact=caller)
    assert shop.falls() == 1
