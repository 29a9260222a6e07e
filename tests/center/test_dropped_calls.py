"""A call that is cut off with a basket goes on by SMS, or when the buyer calls again; never in both places."""

import pytest

from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.turns import take_turns
from flows.inputs import HungUp, Keys, Opened, Text
from flows.session import ENDED, unpack
from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.flows.noodle_shop import noodle_basket
from tests.flows.shops import NOON, program_of

FLOW = noodle_basket()
BUYER = "13800138000"
CALL = ContactKey("shop", BUYER, "voice")
PHONE = ContactKey("shop", BUYER, "sms")


class Shop:
    """The shop on a store, one arrival at a time."""

    def __init__(self, store, flow=FLOW):
        self.store = store
        self.now = NOON
        store.publish("shop", program_of("", flow), NOON)
        self.shops = Shops(store.published(), store.program)

    def take(self, contact, said):
        self.now += 5
        arrival = Arrival(contact, said, "4008001234", "trunk", b"", 0, self.now)
        with self.store.batch([arrival]) as batch:
            changes = take_turns([arrival], batch.world, self.shops)
            batch.commit(changes)
        return changes

    def calls(self, *said):
        return [self.take(CALL, each) for each in said][-1]

    def texts(self, said):
        return [text.text for text in self.take(PHONE, Text(said)).texts]

    def session(self, contact):
        with self.store.batch([Arrival(contact, Opened(), "", "", b"", 0, self.now)]) as batch:
            found = batch.world.contacts.get(contact)
        return unpack(found.session) if found is not None else None


@pytest.fixture(params=["memory", "sqlite"])
def shop(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "shop.db")
    yield Shop(store)
    if request.param == "sqlite":
        store.close()


def cut_off(shop):
    shop.calls(Opened(), Keys("101"), Keys("2"))
    return shop.calls(HungUp())


def test_the_buyer_is_told_that_the_basket_is_kept_and_orders_by_one_sms(shop):
    (text,) = cut_off(shop).texts
    assert text.text == (
        "Noodles: the call was cut off. Your basket is kept: Beef noodles x2, 36.00.\n"
        "1 Go on\n2 Start again"
    )
    assert (text.source, text.destination) == ("1069", BUYER)
    assert shop.texts("1") == ["36.00.\n1 Confirm\n2 Cancel"]
    assert "Order A0001 is placed." in shop.texts("1")[0]
    assert [order.channel for order in shop.store.orders("shop")] == ["sms"]


def test_a_buyer_who_calls_again_goes_on_there_and_not_by_sms(shop):
    cut_off(shop)
    said = shop.calls(Opened()).replies[0].said()
    assert "Go on with it?" in next(iter(said))[0]
    assert shop.session(PHONE).at == ENDED
    shop.calls(Keys("1"))
    shop.calls(Keys("1"))
    assert [order.channel for order in shop.store.orders("shop")] == ["voice"]
    assert "Which dish?" in shop.texts("1")[0]


def test_after_going_on_by_sms_a_call_begins_anew(shop):
    cut_off(shop)
    shop.texts("1")
    assert next(iter(shop.calls(Opened()).replies[0].said()))[0] == "Which dish?"
    shop.texts("1")
    assert len(shop.store.orders("shop")) == 1


def test_two_starts_again(shop):
    cut_off(shop)
    assert "Which dish?" in shop.texts("2")[0]


def test_a_call_without_a_basket_is_worth_no_sms(shop):
    shop.calls(Opened(), Keys("101"))
    assert shop.calls(HungUp()).texts == []


def test_a_call_that_ordered_is_over(shop):
    shop.calls(Opened(), Keys("101"), Keys("2"), Keys("1"))
    assert shop.calls(HungUp()).texts == []


def test_who_is_in_the_middle_of_something_by_sms_is_left_to_it(shop):
    shop.texts("beef")
    assert cut_off(shop).texts == []
    assert shop.session(PHONE).at == "start.2"


def test_who_opted_out_hears_nothing(shop):
    shop.take(PHONE, Text("STOP"))
    assert cut_off(shop).texts == []


def test_who_withholds_the_number_has_none_to_text_to(shop):
    hidden = ContactKey("shop", "withheld-7", "voice")
    for each in (Opened(), Keys("101"), Keys("2")):
        shop.take(hidden, each)
    assert shop.take(hidden, HungUp()).texts == []
