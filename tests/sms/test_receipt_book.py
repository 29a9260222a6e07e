"""Receipts find their messages in whatever order they come."""

from hypothesis import given
from hypothesis import strategies as st

from sms import receipt_book
from sms.receipt_book import EARLY_S, VALIDITY_S, Early, Forgotten, Matched, ReceiptBook, Repeated
from sms.receipts import Receipt, State

DELIVERED = Receipt("26", State.DELIVERED)


def test_a_receipt_after_the_response():
    book = ReceiptBook()
    assert book.submit("26", "order 1", 0) == []
    assert book.receive(DELIVERED, 1) == Matched("order 1", DELIVERED)
    assert book.submitted == ()


def test_a_receipt_that_overtook_the_response():
    book = ReceiptBook()
    assert isinstance(book.receive(DELIVERED, 0), Early)
    assert book.submit("26", "order 1", 1) == [Matched("order 1", DELIVERED)]
    assert (book.early, book.submitted) == ((), ())


def test_a_repeated_receipt_is_known():
    book = ReceiptBook()
    book.submit("26", "order 1", 0)
    book.receive(DELIVERED, 1)
    assert book.receive(DELIVERED, 2) == Repeated("order 1", DELIVERED)


def test_a_word_that_is_not_the_last_keeps_the_message():
    book = ReceiptBook()
    book.submit("26", "order 1", 0)
    enroute = Receipt("26", State.ENROUTE)
    assert book.receive(enroute, 1) == Matched("order 1", enroute)
    assert book.receive(DELIVERED, 2) == Matched("order 1", DELIVERED)


def test_hexadecimal_responses_match_decimal_receipts():
    book = ReceiptBook("response_hex")
    book.submit("1A", "order 1", 0)
    assert book.receive(DELIVERED, 1) == Matched("order 1", DELIVERED)


def test_what_waits_too_long_is_given_up():
    book = ReceiptBook()
    book.submit("1", "order 1", 0)
    book.receive(DELIVERED, 0)
    assert book.expire(EARLY_S - 1) == []
    assert [type(f.what) for f in book.expire(EARLY_S)] == [Early]
    assert book.expire(VALIDITY_S - 1) == []
    (forgotten,) = book.expire(VALIDITY_S)
    assert forgotten.what.reference == "order 1"
    assert (book.submitted, book.early) == ((), ())


def test_early_receipts_have_a_limit(monkeypatch):
    monkeypatch.setattr(receipt_book, "EARLY_MAX", 2)
    book = ReceiptBook()
    for number in range(3):
        book.receive(Receipt(f"{number}", State.DELIVERED), 0)
    assert [early.message_id for early in book.early] == ["1", "2"]


def test_messages_have_a_limit(monkeypatch):
    monkeypatch.setattr(receipt_book, "SUBMITTED_MAX", 1)
    book = ReceiptBook()
    assert book.submit("1", "order 1", 0) == []
    (forgotten,) = book.submit("2", "order 2", 0)
    assert isinstance(forgotten, Forgotten)
    assert forgotten.what.reference == "order 1"


def test_the_book_survives_a_restart():
    before = ReceiptBook()
    before.submit("1", "order 1", 0)
    before.receive(DELIVERED, 0)
    after = ReceiptBook()
    after.restore(before.submitted, before.early)
    assert after.submit("26", "order 2", 1) == [Matched("order 2", DELIVERED)]
    assert after.receive(Receipt("1", State.EXPIRED), 1).reference == "order 1"


@given(
    st.permutations([(kind, n) for n in range(4) for kind in ("response", "receipt", "receipt")])
)
def test_in_any_order_each_message_is_told_its_last_word_once(events):
    book = ReceiptBook()
    told, responded = [], set()
    for now, (kind, number) in enumerate(events):
        if kind == "response":
            told += book.submit(f"{number}", f"order {number}", now)
            responded.add(number)
        else:
            outcome = book.receive(Receipt(f"{number}", State.DELIVERED), now)
            told += [outcome] if isinstance(outcome, Matched) else []
    assert {m.reference for m in told} == {f"order {n}" for n in range(4)}
    assert book.submitted == book.early == ()
