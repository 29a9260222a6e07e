"""Who may bind and who gets what, without a socket."""

import pytest

from sms.segments import Segment, split
from sms.smsc import exchange as module
from sms.smsc.exchange import ATTEMPTS_MAX, WINDOW_MAX, Account, Delivery, Exchange, Sent

NOODLES = Account("noodles", "secret", ("10690*",), binds_max=2)
TEA = Account("tea", "leaf", ("10691",))


def delivery(text="1", code="10690", source="138"):
    return Delivery(source, code, Segment(text.encode(), 0))


@pytest.fixture
def exchange():
    return Exchange([NOODLES, TEA])


def carry(exchange):
    """Send all that can go and answer it; tell where each text went."""
    told = []
    for number, sent in enumerate(exchange.next(), 1):
        exchange.sent(sent.link, number, sent.delivery)
        exchange.answered(sent.link, number, again=False, ok=True)
        told.append((sent.link, sent.delivery.segment.short_message.decode()))
    return told


@pytest.mark.parametrize(
    ("system_id", "password", "why"),
    [
        ("noodles", "secret", None),
        ("noodles", "wrong", "password"),
        ("nobody", "secret", "account"),
        ("noodles", "", "password"),
        ("", "", "account"),
    ],
)
def test_only_an_account_with_its_password_binds(exchange, system_id, password, why):
    assert exchange.admit(1, system_id, password, "receiver") == why


def test_an_account_has_so_many_binds(exchange):
    assert exchange.admit(1, "noodles", "secret", "receiver") is None
    assert exchange.admit(2, "noodles", "secret", "receiver") is None
    assert exchange.admit(3, "noodles", "secret", "receiver") == "full"
    exchange.leave(1)
    assert exchange.admit(3, "noodles", "secret", "receiver") is None


def test_all_accounts_together_have_so_many_binds(exchange, monkeypatch):
    monkeypatch.setattr(module, "BINDS_MAX", 1)
    assert exchange.admit(1, "noodles", "secret", "receiver") is None
    assert exchange.admit(2, "tea", "leaf", "receiver") == "full"


def test_a_link_binds_once(exchange):
    exchange.admit(1, "noodles", "secret", "transceiver")
    assert exchange.admit(1, "noodles", "secret", "transceiver") == "bound"


def test_a_message_goes_to_the_seller_of_its_code(exchange):
    exchange.admit(1, "noodles", "secret", "transceiver")
    exchange.admit(2, "tea", "leaf", "receiver")
    exchange.post([delivery("a", "106901"), delivery("b", "10691")])
    assert carry(exchange) == [(1, "a"), (2, "b")]


def test_binds_of_a_seller_take_turns(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    exchange.admit(2, "noodles", "secret", "transceiver")
    exchange.post([delivery("a"), delivery("b"), delivery("c"), delivery("d")])
    links = [link for link, _ in carry(exchange)]
    assert sorted(links) == [1, 1, 2, 2]
    assert links[0] != links[1]


def test_the_segments_of_a_text_keep_together(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    exchange.admit(2, "noodles", "secret", "receiver")
    exchange.post(Delivery("138", "10690", s) for s in split("a" * 400, reference=1))
    assert len({sent.link for sent in exchange.next()}) == 1


def test_a_transmitter_gets_nothing(exchange):
    exchange.admit(1, "noodles", "secret", "transmitter")
    exchange.post([delivery()])
    assert (exchange.next(), exchange.waiting) == ([], 1)


def test_messages_wait_for_an_absent_seller_in_their_order(exchange):
    exchange.post([delivery("a"), delivery("b"), delivery("c", "10691")])
    exchange.admit(2, "tea", "leaf", "receiver")
    assert carry(exchange) == [(2, "c")]
    exchange.admit(1, "noodles", "secret", "receiver")
    assert carry(exchange) == [(1, "a"), (1, "b")]


def test_so_many_wait_and_no_more(exchange, monkeypatch):
    monkeypatch.setattr(module, "WAITING_MAX", 2)
    assert exchange.post([delivery("a"), delivery("b")])
    assert not exchange.post([delivery("c")])
    assert (exchange.waiting, exchange.refused) == (2, 1)


def test_a_window_holds_so_many_unanswered(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    exchange.post(delivery(f"{n}") for n in range(WINDOW_MAX + 1))
    going = exchange.next()
    assert len(going) == WINDOW_MAX
    for number, sent in enumerate(going):
        exchange.sent(1, number, sent.delivery)
    assert exchange.next() == []
    exchange.answered(1, 0, again=False, ok=True)
    assert [sent.delivery.segment.short_message for sent in exchange.next()] == [b"100"]


def test_what_a_broken_link_did_not_answer_goes_to_the_next_in_order(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    exchange.post([delivery("a"), delivery("b"), delivery("c")])
    for number, sent in enumerate(exchange.next()):
        exchange.sent(1, number, sent.delivery)
    exchange.answered(1, 0, again=False, ok=True)
    exchange.post([delivery("d")])
    exchange.leave(1)
    exchange.admit(2, "noodles", "secret", "receiver")
    assert carry(exchange) == [(2, "b"), (2, "c"), (2, "d")]


def test_a_message_refused_for_now_is_tried_so_often(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    exchange.post([delivery("a")])
    for attempt in range(ATTEMPTS_MAX):
        (sent,) = exchange.next()
        assert sent == Sent(1, sent.delivery)
        exchange.sent(1, attempt, sent.delivery)
        exchange.answered(1, attempt, again=True, ok=False)
    assert (exchange.next(), exchange.refused) == ([], 1)


def test_messages_refused_for_now_go_again_in_the_order_they_were_written(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    exchange.post([delivery("a"), delivery("b"), delivery("c")])
    for number, sent in enumerate(exchange.next()):
        exchange.sent(1, number, sent.delivery)
    exchange.answered(1, 2, again=False, ok=True)
    for number in (0, 1):
        exchange.answered(1, number, again=True, ok=False)
    assert carry(exchange) == [(1, "a"), (1, "b")]


def test_a_message_refused_for_good_is_given_up(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    exchange.post([delivery("a")])
    (sent,) = exchange.next()
    exchange.sent(1, 1, sent.delivery)
    exchange.answered(1, 1, again=False, ok=False)
    assert (exchange.next(), exchange.refused) == ([], 1)


def test_an_answer_that_nobody_asked_for_is_nothing(exchange):
    exchange.admit(1, "noodles", "secret", "receiver")
    assert exchange.answered(1, 99, again=True, ok=False) is None
    assert exchange.answered(7, 1, again=True, ok=False) is None
