"""STOP in the turn batch: whoever says it leaves, in the words of a person too."""

import pytest

from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.turns import take_turns
from flows.inputs import Input, Opened, Text
from store.memory import MemoryStore
from tests.flows.shops import NOON, SHOP, program_of

BUYER = ContactKey("shop", "13800138000", "sms")


def texts_after(store: MemoryStore, *said: str) -> list[str]:
    """What the buyer reads after the last of these."""
    shops = Shops(store.published(), store.program)
    texts: list[str] = []
    for serial, text in enumerate(said):
        given: Input = Text(text) if text else Opened()
        arrival = Arrival(BUYER, given, "1069", "unicom", b"", serial + 1, NOON + serial)
        with store.batch([arrival]) as batch:
            changes = take_turns([arrival], batch.world, shops)
            batch.commit(changes)
        texts = [text.text for text in changes.texts]
    return texts


def open_shop(keyword: str = "") -> MemoryStore:
    store = MemoryStore()
    shop = SHOP
    if keyword:
        shop = shop.replace("  sms code 1069\n", f"  sms code 1069\n  keyword {keyword}\n")
    store.publish("shop", program_of(shop=shop), NOON)
    return store


@pytest.mark.parametrize("said", ["STOP", "stop.", "Please STOP texting me", "请退订，谢谢"])
def test_whoever_asks_to_stop_has_left(said: str) -> None:
    store = open_shop()
    [told] = texts_after(store, "苹果 2", said)
    assert "退订" in told
    buyer = store.buyer("shop", BUYER.buyer)
    assert buyer is not None
    assert buyer.opted_out


def test_on_a_code_that_shops_share_the_keyword_may_follow() -> None:
    store = open_shop("FRUIT")
    assert "退订" in texts_after(store, "苹果 2", "STOP FRUIT")[0]


def test_an_address_with_the_word_in_it_is_an_address() -> None:
    store = open_shop()
    assert "退订" not in texts_after(store, "苹果 2", "Bus stop 12, Moi Avenue")[0]
    buyer = store.buyer("shop", BUYER.buyer)
    assert buyer is None or not buyer.opted_out
