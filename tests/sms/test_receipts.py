"""Receipts as carriers write them."""
# ruff: noqa: DTZ001 - a receipt does not say its zone.

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.receipts import (
    ID_BASES,
    TEXT_MAX,
    Receipt,
    State,
    canonical,
    parse,
    parse_date,
    verdict,
    write,
    write_tlvs,
)

STANDARD = (
    "id:0123456789 sub:001 dlvrd:001 submit date:2611241205 done date:2611241206 "
    "stat:DELIVRD err:000 text:Order A0001 is plac"
)


def test_the_standard_form():
    assert parse(STANDARD) == Receipt(
        "0123456789",
        State.DELIVERED,
        "000",
        datetime(2026, 11, 24, 12, 5),
        datetime(2026, 11, 24, 12, 6),
        1,
        1,
        "Order A0001 is plac",
    )


@pytest.mark.parametrize(
    ("text", "message_id", "state"),
    [
        (
            (
                "ID:abc-1 SUB:1 DLVRD:0 SUBMIT DATE:261124120501 DONE DATE:261124120601"
                " STAT:undeliv ERR:045 TEXT:"
            ),
            "abc-1",
            State.UNDELIVERABLE,
        ),
        ("stat:EXPIRED id:77 err:1", "77", State.EXPIRED),
        ("id:77,stat:REJECTD,err:11", "77", State.REJECTED),
        ("id: 77 status: Delivered error: 0", "77", State.DELIVERED),
        ("id:77 submit_date:2611241205 done_date:2611241206 stat:ACCEPTD", "77", State.ACCEPTED),
        ("id:77 stat:2", "77", State.DELIVERED),
        ("id:77 stat:WHATEVER", "77", State.UNKNOWN),
        ("id=77 stat=BUFFRED", "77", State.ENROUTE),
        ("text:hello id:77 stat:DELIVRD", "77", State.DELIVERED),
    ],
)
def test_the_forms_of_vendors(text, message_id, state):
    receipt = parse(text)
    assert receipt is not None
    assert (receipt.message_id, receipt.state) == (message_id, state)


def test_what_a_buyer_wrote_is_not_read_as_fields():
    receipt = parse("id:77 stat:DELIVRD err:000 text:stat:REJECTD err:9 id:1")
    assert receipt == Receipt("77", State.DELIVERED, "000", text="stat:REJECTD err:9 id:1")


@pytest.mark.parametrize("text", ["", "hello", "id:77", "stat:DELIVRD", "id: stat:DELIVRD", "2"])
def test_what_is_no_receipt_is_none(text):
    assert parse(text) is None


def test_tlvs_alone_are_a_receipt():
    tlvs = {0x001E: b"4D\0", 0x0427: b"\x05", 0x0423: b"\x03\x00\x2d"}
    assert parse("", tlvs) == Receipt("4D", State.UNDELIVERABLE, "45")


def test_tlvs_win_over_the_text():
    receipt = parse(STANDARD, {0x001E: b"X\0", 0x0427: b"\x03"})
    assert (receipt.message_id, receipt.state) == ("X", State.EXPIRED)


def test_a_state_of_no_sense_in_a_tlv_is_unknown():
    assert parse("", {0x001E: b"X\0", 0x0427: b"\x63"}).state is State.UNKNOWN
    assert parse("id:1 stat:DELIVRD", {0x0427: b""}).state is State.DELIVERED


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2611241205", datetime(2026, 11, 24, 12, 5)),
        ("261124120530", datetime(2026, 11, 24, 12, 5, 30)),
        ("202611241205", datetime(2026, 11, 24, 12, 5)),
        ("20261124120530", datetime(2026, 11, 24, 12, 5, 30)),
        ("2026-11-24 12:05:30", datetime(2026, 11, 24, 12, 5, 30)),
        ("261124120530032+", datetime(2026, 11, 24, 12, 5, 30)),
        ("0000000000", None),
        ("2613011205", None),
        ("", None),
        ("soon", None),
        ("9" * 99, None),
    ],
)
def test_dates(written, read):
    assert parse_date(written) == read


@given(
    st.builds(
        Receipt,
        st.from_regex(r"[1-9a-f][0-9a-f]{0,20}", fullmatch=True),
        st.sampled_from(State),
        st.from_regex(r"[0-9]{3}", fullmatch=True),
        st.datetimes(datetime(2001, 1, 1), datetime(2068, 1, 1)).map(
            lambda when: when.replace(second=0, microsecond=0)
        ),
        st.datetimes(datetime(2001, 1, 1), datetime(2068, 1, 1)).map(
            lambda when: when.replace(second=0, microsecond=0)
        ),
        st.integers(0, 999),
        st.integers(0, 999),
        st.sampled_from(["", "Order A1", "id:9 stat:DELETED"]),
    )
)
def test_what_is_written_is_read(receipt):
    assert parse(write(receipt)) == receipt
    told = parse("", dict(write_tlvs(receipt)))
    assert (told.message_id, told.state) == (receipt.message_id, receipt.state)


@given(
    st.text(st.sampled_from("idstaerx :=0129\n"), max_size=60) | st.text(max_size=200),
    st.dictionaries(st.sampled_from([0x1E, 0x423, 0x427]), st.binary(max_size=70)),
)
def test_any_text_and_tlvs_are_read_or_none(text, tlvs):
    receipt = parse(text, tlvs)
    assert receipt is None or receipt.message_id


def test_text_past_the_limit_is_not_read():
    padding = "x" * (TEXT_MAX - len("id:7 stat:DELIVRD") - 1)
    assert parse(f"{padding} id:7 stat:DELIVRD") is not None
    assert parse(f"{padding}x id:7 stat:DELIVRD") == Receipt("7", State.UNKNOWN)


@pytest.mark.parametrize(
    ("response", "receipt", "form", "equal"),
    [
        ("1A2B", "1a2b", "same", True),
        ("0042", "42", "same", True),
        ("1A", "26", "same", False),
        ("1A", "26", "response_hex", True),
        ("1A", "0000000026", "response_hex", True),
        ("26", "1A", "response_decimal", True),
        ("10", "10", "response_hex", False),
        ("id-x", "ID-X", "response_hex", True),
        ("0", "000", "same", True),
    ],
)
def test_ids_in_hexadecimal_and_decimal(response, receipt, form, equal):
    response_base, receipt_base = ID_BASES[form]
    ours, theirs = canonical(response, response_base), canonical(receipt, receipt_base)
    assert (ours == theirs) is equal


@given(st.text(max_size=40), st.sampled_from(["DELIVRD", "undeliv", "ODD"]))
def test_the_standard_form_reads_the_same_at_once_and_by_its_keys(text: str, state: str) -> None:
    written = STANDARD.partition(" stat:")[0] + f" stat:{state} err:01 text:{text}"
    # Keys may be written large, which the standard does not do: it is then read by its keys.
    assert parse(written) == parse(written.replace("id:", "ID:", 1))


@given(
    st.sampled_from(("DELIVRD", "UNDELIV", "delivrd", "REJECTD", "NOSUCH")), st.binary(max_size=40)
)
def test_a_verdict_is_what_parsing_tells_of_the_message(state: str, quoted: bytes) -> None:
    standard = (
        f"id:00a7 sub:001 dlvrd:001 submit date:2611241200 done date:2611241201 stat:{state} err:042 text:"
    ).encode()
    for message in (standard + quoted, standard.replace(b"sub:", b"SUB:") + quoted, quoted):
        parsed, told = parse(message.decode("latin-1")), verdict(message)
        assert (parsed is None) == (told is None)
        if parsed is not None and told is not None:
            assert (parsed.message_id, parsed.state, parsed.error) == (
                told.message_id,
                told.state,
                told.error,
            )
