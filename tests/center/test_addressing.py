"""An address that a caller left in their own voice is corrected by a text, and by nothing else."""

import pytest

from center.changes import Changes
from center.contact import Arrival, ContactKey
from center.orders.order import Status
from center.shops import Shops
from center.turns import take_turns
from center.visit.addressing import ADDRESS_CHARACTERS_MIN, CORRECTION_S_MAX
from flows.inputs import Input, Opened, Speech, Text
from store.memory import MemoryStore
from tests.flows.shops import NOON, ORDER, program_of

STEPS = ORDER.replace(
    "step place\n",
    "step place\n  ask where as address\n    say 送到哪里？\n      en: Where to?\n  set buyer.address = where\n",
)
BUYER = "13800138000"
ADDRESS = "文三路1号2单元"


class Shop:
    """A shop that has just taken an order by voice."""

    def __init__(self, address: str = "录音123456") -> None:
        self.store = MemoryStore()
        self.store.publish("shop", program_of(STEPS), NOON)
        self.shops = Shops(self.store.published(), self.store.program)
        for said in (Opened(), "苹果", "2", "下单", address, "是"):
            self.take(Speech(said, 1.0) if isinstance(said, str) else said, "voice")

    def take(self, said: Input, channel: str = "sms", later_s: int = 0) -> Changes:
        contact = ContactKey("shop", BUYER, channel)
        arrival = Arrival(contact, said, "1069", "carrier", b"", 1, NOON + later_s)
        with self.store.batch([arrival]) as batch:
            changes = take_turns([arrival], batch.world, self.shops)
            batch.commit(changes)
        return changes

    def text(self, text: str, later_s: int = 60) -> str:
        [reply] = self.take(Text(text), later_s=later_s).texts
        return reply.text

    @property
    def address(self) -> str:
        [order] = self.store.orders("shop")
        return order.address


def test_the_order_goes_where_the_text_says_and_the_seller_is_told() -> None:
    shop = Shop()
    assert shop.address == "录音123456"
    assert shop.text(f" {ADDRESS}\n") == f"订单A0001改送到：{ADDRESS}。如仍不对，请再回复地址。"
    assert shop.address == ADDRESS
    buyer = shop.store.buyer("shop", BUYER)
    assert buyer is not None
    assert buyer.addresses == (ADDRESS,)
    [(_, _, told, _)] = shop.store.messages("shop")
    assert told == f"[address] A0001: {ADDRESS} (录音123456)"
    # Wrong once more: the second counts.
    shop.text("文三路2号")
    assert shop.address == "文三路2号"
    assert buyer.last_order is not None


def test_what_the_flow_understands_is_for_the_flow() -> None:
    shop = Shop()
    for text in ("苹果 2", "人工", "西瓜"):
        assert "改送到" not in shop.text(text)
    assert shop.address == "录音123456"


def test_at_a_question_that_does_not_understand_it_the_session_stays_where_it_is() -> None:
    shop = Shop()
    shop.text("苹果 2")
    assert shop.text(ADDRESS).startswith("订单A0001改送到")
    assert shop.text("1", later_s=120).startswith("送到哪里")
    # A question for an address has its own answer.
    assert shop.text("解放路1号", later_s=180).startswith("订单A0002")
    assert sorted(order.address for order in shop.store.orders("shop")) == sorted(
        [ADDRESS, "解放路1号"]
    )


@pytest.mark.parametrize("text", ["12345678", "x" * (ADDRESS_CHARACTERS_MIN - 1), "?!.,"])
def test_what_is_no_address_is_not_taken_for_one(text: str) -> None:
    shop = Shop()
    assert "改送到" not in shop.text(text)
    assert shop.address == "录音123456"


def test_it_is_too_late_once_the_order_is_on_its_way_or_hours_have_passed() -> None:
    late = Shop()
    assert "改送到" not in late.text(ADDRESS, later_s=CORRECTION_S_MAX)
    assert Shop().text(ADDRESS, later_s=CORRECTION_S_MAX - 1).startswith("订单A0001改送到")
    shipped = Shop()
    for status in (Status.CONFIRMED, Status.SHIPPED):
        shipped.store.advance_order("shop", "A0001", status, NOON)
    assert "改送到" not in shipped.text(ADDRESS)


def test_an_address_that_was_understood_needs_no_correction() -> None:
    shop = Shop(ADDRESS)
    assert "改送到" not in shop.text("解放路1号")
    assert shop.address == ADDRESS
