"""What comes past a limit of messages: who texts is told once, a dialog ends with what tells it, and STOP is heeded all the same."""

import pytest

from center.contact import Arrival, ContactKey
from center.limits.guard import Guard
from center.limits.policy import Policies, Policy
from center.limits.tally import MESSAGES_WINDOW_S
from center.reply import Reply
from center.shops import Shops
from center.turns import take_turns
from flows import prompts
from flows.inputs import HungUp, Input, Opened, Text
from flows.packed import fingerprint
from store.memory import MemoryStore
from tests.flows.shops import NOON, ORDER, SHOP, program_of

NUMBER = "13800138000"
TOO_MUCH = "现在请求太多，请过一会儿再拨。"


class Shop:
    """Buyers who text and dial, in the core alone."""

    def __init__(self, flow: str = ORDER, shop: str = SHOP, **limits: int) -> None:
        self.store = MemoryStore()
        program = program_of(
            flow, shop.replace("  sms code 1069\n", "  sms code 1069\n  ussd code *106#\n")
        )
        self.store.publish("shop", program, NOON)
        self.shops = Shops({"shop": fingerprint(program)}, self.store.program)
        self.guard = Guard(Policies(Policy(**limits)), b"secret")
        self.now = NOON
        self.stamp = 0

    def give(self, given: Input, channel: str = "ussd", number: str = NUMBER) -> Reply | None:
        self.stamp += 1
        contact = ContactKey("shop", number, channel)
        arrival = Arrival(contact, given, "1069", "", b"", self.stamp, self.now)
        with self.store.batch([arrival]) as batch:
            changes = take_turns([arrival], batch.world, self.shops, guard=self.guard)
            batch.commit(changes)
        self.guard.keep()
        [reply] = changes.replies
        return reply

    def screen(self, given: Input, number: str = NUMBER) -> tuple[str, bool]:
        """What a dialog shows, and whether that ends it."""
        reply = self.give(given, number=number)
        assert reply is not None
        return "\n".join(text for text, _ in reply.said()), reply.ended

    def has_left(self) -> bool:
        buyer = self.store.buyer("shop", NUMBER)
        return buyer is not None and buyer.opted_out

    def texts(self) -> list[str]:
        return [text.text for _, text in self.store.waiting_texts(0, 100)]


def test_what_is_dialled_and_answered_counts_and_a_dialog_ends_with_what_tells_it() -> None:
    shop = Shop(ussd_per_sender=3, messages_per_sender=1)
    assert shop.screen(Opened()) == ("要什么？", False)
    assert shop.screen(Text("1")) == ("要几个？", False)
    assert shop.screen(Text("3"))[1] is False
    for given in (Text("1"), Opened(), Opened()):
        assert shop.screen(given) == (TOO_MUCH, True)
    assert shop.store.orders() == []
    assert shop.guard.counters.messages_refused == {"ussd_per_sender": 3}
    # What is texted from that number counts by itself, and other numbers go on.
    shop.give(Text("苹果 2"), "sms")
    assert len(shop.texts()) == 1
    assert shop.screen(Opened(), "13800138001") == ("要什么？", False)
    # Later the buyer goes on where they were.
    shop.now += 2 * MESSAGES_WINDOW_S
    assert "继续吗" in shop.screen(Opened())[0]
    shop.screen(Text("1"))
    assert "A0001" in shop.screen(Text("1"))[0]


@pytest.mark.parametrize("limit", ["messages_per_prefix", "messages_per_seller"])
def test_a_dialog_ends_so_past_what_others_did_too(limit: str) -> None:
    shop = Shop(**{limit: 2})
    shop.screen(Opened(), "13800138001")
    shop.screen(Opened(), "13800138002")
    assert shop.screen(Opened()) == (TOO_MUCH, True)
    assert shop.guard.counters.messages_refused == {limit: 1}


def test_a_phone_that_hangs_up_is_no_message() -> None:
    shop = Shop(ussd_per_sender=2)
    shop.screen(Opened())
    shop.give(HungUp())
    shop.give(HungUp())
    assert shop.screen(Opened())[1] is False


def test_who_names_a_shop_and_says_nothing_counts_too() -> None:
    """On a code that sellers share, the shop's keyword alone."""
    shop = Shop(messages_per_sender=2)
    for _ in range(5):
        shop.give(Opened(), "sms")
    assert shop.texts()[2:] == ["您发的短信太多了，请过一会儿再试。"]


def test_who_calls_is_not_counted_by_what_they_press() -> None:
    shop = Shop(messages_per_sender=1)
    for _ in range(3):
        reply = shop.give(Opened(), "voice")
        assert reply is not None
        assert not reply.ended


@pytest.mark.parametrize("channel", ["sms", "ussd"])
def test_stop_is_heeded_past_a_limit_and_answered_once(channel: str) -> None:
    shop = Shop(messages_per_seller=1)
    shop.give(Text("苹果 2"), "sms", "13800138001")
    before = len(shop.texts())
    replies = [shop.give(Text("STOP"), channel) for _ in range(3)]
    assert shop.has_left()
    if channel == "sms":
        [told] = shop.texts()[before:]
        assert told.startswith("已退订")
    else:
        said = ["".join(text for text, _ in reply.said()) for reply in replies if reply]
        assert said[0].startswith("已退订")
        assert said[1:] == [TOO_MUCH, TOO_MUCH]
    # START is the buyer's to say again later.
    shop.give(Text("START"), "sms")
    assert shop.has_left()


def test_past_a_limit_stop_is_ours_even_where_the_flow_takes_it() -> None:
    flow = "anywhere\n  on sms STOP -> gone\n\n" + ORDER + "\nstep gone\n  say 流程\n  goodbye\n"
    shop = Shop(flow, messages_per_seller=1)
    shop.give(Text("苹果 2"), "sms", "13800138001")
    before = len(shop.texts())
    shop.give(Text("STOP"), "sms")
    shop.give(Text("STOP"), "sms")
    assert shop.has_left()
    assert [text[:3] for text in shop.texts()[before:]] == ["已退订"]


def test_a_shop_in_a_language_that_we_do_not_speak_says_what_its_operator_words() -> None:
    flow = ORDER.replace("en:", "sw:")
    shop = SHOP.replace("languages zh, en", "languages sw").replace("en:", "sw:")
    prompts.say_as({"sw": {"slow_down": "Ujumbe ni mwingi mno."}})
    try:
        store = Shop(flow, shop, messages_per_sender=1)
        for _ in range(2):
            store.give(Text("苹果 2"), "sms")
        assert store.texts()[-1] == "Ujumbe ni mwingi mno."
    finally:
        prompts.say_as({})
