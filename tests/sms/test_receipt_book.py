"""Receipts find their texts in whatever order they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import receipt_book
from sms.receipt_book import EARLY_S, FORGOTTEN_AT_ONCE, TEXTS_MAX, ReceiptBook, Told
from sms.receipts import IdForm, Receipt, State, write

ONE = Told(1, State.DELIVERED, "", ())


def word(message_id: str = "26", state: State = State.DELIVERED, error: str = "") -> Receipt:
    return Receipt(message_id, state, error)


def as_told(receipt: Receipt) -> str | bytes:
    """As sms.smpp.events.Receipted has it."""
    is_delivered = receipt.state is State.DELIVERED
    return receipt.message_id if is_delivered else write(receipt).encode()


def test_a_receipt_after_the_response() -> None:
    book = ReceiptBook()
    assert book.submit(1, ["26"]) == []
    assert book.receive(word(), 1) == ONE
    assert (len(book), book.unknown) == (0, 0)


def test_a_receipt_that_overtook_the_response() -> None:
    book = ReceiptBook()
    assert book.receive(word(), 0) is None
    assert book.submit(1, ["26"]) == [ONE]
    assert len(book) == 0


def test_a_repeated_receipt_tells_nothing_new() -> None:
    book = ReceiptBook()
    book.submit(1, ["26"])
    assert book.receive(word(), 1) == ONE
    assert book.receive(word(), 2) is None
    # Nothing came for it for as long as an early one waits.
    book.receive(word("27"), EARLY_S + 2)
    assert book.unknown == 1


def test_a_word_that_is_not_the_last_keeps_the_text() -> None:
    book = ReceiptBook()
    book.submit(1, ["26"])
    assert book.receive(word(state=State.ENROUTE), 1) is None
    assert book.receive(word(), 2) == ONE


def test_a_text_of_segments_is_delivered_when_all_of_them_are() -> None:
    book = ReceiptBook()
    book.submit(1, ["26", "27", "28"])
    assert book.receive(word("27"), 1) == Told(1, State.ACCEPTED, "", ("26", "28"))
    assert book.receive(word("27"), 1) is None
    assert book.receive(word("26"), 1) == Told(1, State.ACCEPTED, "", ("28",))
    assert book.receive(word("28"), 1) == ONE
    assert len(book) == 0


def test_a_text_of_segments_has_failed_when_one_has() -> None:
    book = ReceiptBook()
    book.submit(1, ["26", "27"])
    told = book.receive(word("27", State.UNDELIVERABLE, "001"), 1)
    assert told == Told(1, State.UNDELIVERABLE, "001", ())
    assert book.receive(word("26"), 2) is None
    assert len(book) == 0


def test_segments_may_overtake_their_responses_too() -> None:
    book = ReceiptBook()
    book.receive(word("27"), 0)
    book.receive(word("26"), 0)
    assert book.submit(1, ["26", "27"])[-1] == ONE


@pytest.mark.parametrize(
    ("form", "response", "receipt"),
    [("response_hex", "1A", "26"), ("response_decimal", "26", "1a"), ("same", "0A1", "a1")],
)
def test_ids_that_receipts_write_otherwise_are_known(
    form: receipt_book.IdForm, response: str, receipt: str
) -> None:
    book = ReceiptBook(form)
    book.submit(1, [response])
    assert book.receive(word(receipt), 1) == ONE


def test_a_receipt_without_a_text_is_forgotten_after_a_while() -> None:
    book = ReceiptBook()
    book.receive(word("26"), 0)
    book.receive(word("27"), EARLY_S)
    assert book.submit(1, ["26"]) == []
    assert book.submit(2, ["27"]) == [Told(2, State.DELIVERED, "", ())]


def test_early_receipts_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_book, "EARLY_MAX", 2)
    book = ReceiptBook()
    for number in range(3):
        book.receive(word(f"{number}"), 0)
    told = [book.submit(number, [f"{number}"]) for number in range(3)]
    assert [bool(one) for one in told] == [False, True, True]


def test_texts_have_a_limit_and_the_oldest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_book, "TEXTS_MAX", 2)
    monkeypatch.setattr(receipt_book, "FORGOTTEN_AT_ONCE", 1)
    book = ReceiptBook()
    book.submit(1, ["1", "2"])
    book.submit(2, ["3"])
    assert len(book) == 1
    assert book.receive(word("1"), 1) is None
    assert book.receive(word("3"), 1) == Told(2, State.DELIVERED, "", ())


def test_many_texts_give_way_at_once_so_that_the_oldest_need_not_be_found_for_each() -> None:
    book = ReceiptBook()
    for text in range(TEXTS_MAX):
        book.submit(text, [f"{text}"])
    assert len(book) == TEXTS_MAX
    book.submit(TEXTS_MAX, [f"{TEXTS_MAX}"])
    assert len(book) == TEXTS_MAX + 1 - FORGOTTEN_AT_ONCE
    told_of = (FORGOTTEN_AT_ONCE - 1, FORGOTTEN_AT_ONCE, TEXTS_MAX)
    written = [f"{text}" for text in told_of]
    have, told = book.receive_all(written, 1)
    assert (have, told) == ([FORGOTTEN_AT_ONCE, TEXTS_MAX], [])


def test_receipts_that_come_together_tell_what_each_alone_does_in_their_order() -> None:
    book, other = ReceiptBook(), ReceiptBook()
    for each in (book, other):
        # A carrier's names may be written with zeros before them, and large.
        assert each.submit_alone([1, 3], ["00A1", "26"]) == []
        each.submit(4, ["27", "28"])
    undelivered = State.UNDELIVERABLE
    words = [
        word(name, state, "" if state is State.DELIVERED else "000")
        for name, state in (
            ("27", State.DELIVERED),
            ("a1", State.DELIVERED),
            ("a1", undelivered),
            ("26", undelivered),
            ("26", State.DELIVERED),
            ("28", State.DELIVERED),
        )
    ]
    have, told = book.receive_all(list(map(as_told, words)), 1)
    alone = [one for each in words if (one := other.receive(each, 1)) is not None]
    assert have == [1]
    assert told == [one for one in alone if one.text != 1]
    assert [(one.text, one.state) for one in alone] == [
        (4, State.ACCEPTED),
        (1, State.DELIVERED),
        (3, State.UNDELIVERABLE),
        (4, State.DELIVERED),
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1", "02", "3", "A4", "a4", "0", "99"]),
            st.sampled_from([State.DELIVERED] * 3 + [State.UNDELIVERABLE, State.ENROUTE]),
        )
    ),
    st.sampled_from(["same", "response_hex", "response_decimal"]),
)
def test_whatever_comes_together_is_told_as_one_by_one(
    said: list[tuple[str, State]], id_form: IdForm
) -> None:
    books = [ReceiptBook(id_form) for _ in range(2)]
    for book in books:
        assert book.submit_alone([1, 2, 4, 5], ["1", "2", "a4", "0"]) == []
        book.submit(3, ["3", "02f"])
    together, one_by_one = books
    words = [word(name, state) for name, state in said]
    have, told = together.receive_all(list(map(as_told, words)), 1)
    alone = [one for each in words if (one := one_by_one.receive(each, 1)) is not None]
    assert sorted([*have, *(one.text for one in told)]) == sorted(one.text for one in alone)
    assert [(one.text, one.state) for one in alone if one.text not in have] == [
        (one.text, one.state) for one in told
    ]
    assert (len(together), together.unknown) == (len(one_by_one), one_by_one.unknown)


def test_a_name_that_comes_round_again_is_the_newer_texts() -> None:
    book = ReceiptBook()
    book.submit(1, ["26"])
    book.submit(2, ["26"])
    assert book.receive(word(), 2) == Told(2, State.DELIVERED, "", ())


@given(
    st.permutations([(kind, n) for n in range(4) for kind in ("response", "receipt", "receipt")])
)
def test_in_any_order_each_text_is_told_its_last_word_once(events: list[tuple[str, int]]) -> None:
    book = ReceiptBook()
    told: list[Told] = []
    for now, (kind, number) in enumerate(events):
        if kind == "response":
            told += book.submit(number, [f"{number}"])
        elif (one := book.receive(word(f"{number}"), now)) is not None:
            told.append(one)
    assert sorted(one.text for one in told) == list(range(4))
    assert len(book) == 0
