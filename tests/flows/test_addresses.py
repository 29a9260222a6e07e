"""Addresses that are known of a buyer, at a question for one."""

import pytest

from flows.inputs import Buyer, Keys
from tests.flows.shops import SHOP, Visitor, machine_of

ADDRESSED = """
step start
  ask where as address of buyer
    say 送到哪里？
      en: Where to?
    confirm
  set buyer.address = where
  say 送到{{ where }}
    en: To {{ where }}
  goodbye
"""

ADDRESSES = ("文三路1号", "人民路2号", "解放路3号")


def at_address(channel: str = "sms", addresses: tuple[str, ...] = ADDRESSES) -> Visitor:
    first, *earlier = addresses or ("",)
    buyer = Buyer("13800138000", address=first, earlier=tuple(earlier))
    machine = machine_of(
        ADDRESSED, SHOP.split("anywhere")[0].replace("  tries 3 then -> agent\n", "")
    )
    return Visitor(machine, channel, buyer)


@pytest.mark.parametrize(
    ("channel", "addresses", "shown"),
    [
        ("sms", ADDRESSES, "送到哪里？\n1 文三路1号\n2 人民路2号\n3 解放路3号"),
        ("ussd", ADDRESSES, "送到哪里？\n1.文三路1号"),
        ("voice", ADDRESSES[:2], "送到哪里？文三路1号请按1，人民路2号请按2。"),
        ("sms", (), "送到哪里？"),
        ("sms", ("文" * 120,), "送到哪里？\n1 " + "文" * 30),
    ],
)
def test_known_addresses_are_offered(channel: str, addresses: tuple[str, ...], shown: str) -> None:
    assert at_address(channel, addresses).opens() == [shown]


def test_a_known_address_is_chosen_by_its_key_and_is_the_latest_from_then_on() -> None:
    visitor = at_address()
    visitor.opens()
    assert visitor.says("２") == ["送到人民路2号"]
    assert visitor.buyer.addresses == ("人民路2号", "文三路1号", "解放路3号")


def test_a_new_address_takes_the_place_of_the_oldest() -> None:
    visitor = at_address()
    visitor.opens()
    assert visitor.says("中山路4号") == ["送到中山路4号"]
    assert visitor.buyer.addresses == ("中山路4号", "文三路1号", "人民路2号")


def test_a_key_without_an_address_is_no_address() -> None:
    visitor = at_address("sms", ADDRESSES[:1])
    visitor.opens()
    visitor.says("2")
    assert visitor.at == "start.1"


def test_a_caller_who_presses_the_key_of_a_known_address_is_not_asked_to_confirm_it() -> None:
    visitor = at_address("voice")
    visitor.opens()
    visitor.give(Keys("1"))
    assert visitor.heard() == ["送到文三路1号"]
