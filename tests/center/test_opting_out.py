"""STOP and START in the turn batch: whoever says so leaves and comes back, in the words of a person too."""

import pytest

from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.turns import take_turns
from center.visit.opting import OPT_OUT_CHARACTERS_MAX
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


def has_left(store: MemoryStore) -> bool:
    buyer = store.buyer("shop", BUYER.buyer)
    return buyer is not None and buyer.opted_out


def open_shop(keyword: str = "", flow: str = "") -> MemoryStore:
    store = MemoryStore()
    shop = SHOP + flow
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


@pytest.mark.parametrize("said", ["STOP-ALL", "stopall", "拒收"])
def test_what_carriers_have_people_write_is_stop_too(said: str) -> None:
    store = open_shop()
    texts_after(store, "苹果 2", said)
    assert has_left(store)


@pytest.mark.parametrize("said", ["START", "Unstop", "恢复", "请恢复订阅。", "开始"])
def test_whoever_left_comes_back_by_start(said: str) -> None:
    store = open_shop()
    [told] = texts_after(store, "苹果 2", "STOP", said)
    assert told.startswith("已恢复")
    assert not has_left(store)


def test_the_session_is_where_it_was_after_stop_and_start() -> None:
    asked = texts_after(open_shop(), "苹果 2", "1")
    assert texts_after(open_shop(), "苹果 2", "STOP", "START", "1") == asked


def test_on_a_code_that_shops_share_the_keyword_may_follow_start() -> None:
    store = open_shop("FRUIT")
    texts_after(store, "苹果 2", "STOP", "START FRUIT")
    assert not has_left(store)


def test_start_is_the_flows_own_word_of_who_has_not_left() -> None:
    assert not any("已恢复" in text for text in texts_after(open_shop(), "苹果 2", "START"))


def test_a_flow_that_takes_start_answers_it_and_who_left_is_back() -> None:
    store = open_shop(
        flow="\nanywhere\n  on sms START -> back\nstep back\n  say 欢迎回来\n  goodbye\n"
    )
    [told] = texts_after(store, "苹果 2", "STOP", "START")
    assert "欢迎回来" in told
    assert not has_left(store)


def test_an_order_is_no_consent_to_more_messages() -> None:
    store = open_shop()
    texts_after(store, "STOP", "苹果 2", "1")
    assert has_left(store)


def test_a_text_that_is_too_long_is_no_stop() -> None:
    store = MemoryStore()
    store.publish("shop", program_of(), NOON)
    polite = "please " * 4 + "stop"
    assert len(polite) == OPT_OUT_CHARACTERS_MAX
    texts_after(store, "", polite)
    assert has_left(store)
    texts_after(store, "START", polite + ".")
    assert not has_left(store)
