"""Gateways' ways to speak, octet by octet, and both ends of each against one another."""

import pytest

from sms.ussd.profile import PROFILES, SESSION_OCTETS_MAX, STANDARD, Heard, Move

OP, ITS, REFERENCE, PORT = 0x0501, 0x1383, 0x0204, 0x020A


@pytest.mark.parametrize(
    ("tlvs", "heard"),
    [
        (((OP, b"\x01"), (ITS, b"\x07\x00")), Heard(Move.DIAL, b"\x07\x00")),
        (((OP, b"\x00"), (ITS, b"\x07\x00")), Heard(Move.DIAL, b"\x07\x00")),
        (((ITS, b"\x07\x04"), (OP, b"\x12")), Heard(Move.ANSWER, b"\x07\x04")),
        (((OP, b"\x02"), (ITS, b"\x07\x04")), Heard(Move.ANSWER, b"\x07\x04")),
        (((OP, b"\x12"), (ITS, b"\x07\x05")), Heard(Move.HANG_UP, b"\x07\x05")),
        (((OP, b"\x81"),), Heard(Move.HANG_UP, b"")),
        (((OP, b"\x12"), (ITS, b"x" * 17 * 2)), Heard(Move.ANSWER, b"x" * SESSION_OCTETS_MAX)),
    ],
)
def test_what_a_phone_does_is_read_as_smpp_has_it(tlvs, heard) -> None:
    assert STANDARD.hear("USSD", tlvs) == heard


def test_what_has_no_operation_is_a_text_unless_its_service_says_otherwise() -> None:
    assert STANDARD.hear("", ((0x0424, b"x"),)) is None
    assert STANDARD.hear("", ((OP, b""),)) is None
    assert STANDARD.hear("USSD", ()) == Heard(Move.ANSWER, b"")
    assert STANDARD.hear("USSD", ((OP, b""),)) == Heard(Move.ANSWER, b"")


@pytest.mark.parametrize("name", PROFILES)
def test_only_what_can_be_an_answer_is_one(name) -> None:
    """SMPP 3.4, section 5.3.2.44, over all that the octet can be."""
    profile = PROFILES[name]
    heard = {op: profile.hear("USSD", ((OP, bytes((op,))),)) for op in range(256)}
    by_move = {
        move: [op for op, one in heard.items() if one is not None and one.move is move]
        for move in Move
    }
    assert by_move == {
        Move.DIAL: [0, 1],
        Move.ANSWER: [2, 18],
        Move.HANG_UP: [0x81],
        Move.NOTICE: [3, 16, 17, 19],
        Move.UNKNOWN: [op for op in (*range(4, 16), *range(20, 256)) if op != 0x81],
    }


@pytest.mark.parametrize("op", [b"\x00\x12", b"\x12\x00", b"\x00\x00\x00\x12", b"\x12" * 60_000])
def test_an_operation_of_more_than_one_octet_is_none(op) -> None:
    for service_type in ("", "USSD"):
        assert STANDARD.hear(service_type, ((OP, op),)) == Heard(Move.UNKNOWN, b"", op[:4])


def test_the_last_bit_of_a_name_ends_a_dialog_whatever_the_operation() -> None:
    for op in (3, 7, 0x20, 0xFF):
        assert STANDARD.hear("USSD", ((OP, bytes((op,))), (ITS, b"\x07\x05"))) == Heard(
            Move.HANG_UP, b"\x07\x05"
        )


@pytest.mark.parametrize(
    ("name", "session", "asked", "ended"),
    [
        ("standard", b"\x07\x04", ((OP, b"\x02"), (ITS, b"\x07\x04")), ((OP, b"\x11"), (ITS, b"\x07\x05"))),
        ("echo", b"\x07\x05", ((OP, b"\x02"), (ITS, b"\x07\x05")), ((OP, b"\x11"), (ITS, b"\x07\x05"))),
        ("mica", b"\x01\x2f", ((OP, b"\x02"), (REFERENCE, b"\x01\x2f")), ((OP, b"\x11"), (REFERENCE, b"\x01\x2f"))),
        ("tata", b"\x07\x04", ((OP, b"\x02"), (ITS, b"\x07\x04")), ((OP, b"\x02"), (ITS, b"\x07\x05"))),
        ("port", b"\x20\x01", ((OP, b"\x02"), (PORT, b"\x20\x01")), ((OP, b"\x11"), (PORT, b"\x20\x01"))),
        ("bare", b"", ((OP, b"\x02"),), ((OP, b"\x11"),)),
    ],
)  # fmt: skip
def test_screens_are_written_as_each_gateway_wants_them(name, session, asked, ended) -> None:
    profile = PROFILES[name]
    assert profile.screen(session, over=False) == asked
    assert profile.screen(session, over=True) == ended


def test_a_dialog_that_was_not_named_is_not_named_back() -> None:
    assert STANDARD.screen(b"", over=False) == ((OP, b"\x02"),)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("move", Move)
def test_both_ends_understand_one_another(name, move) -> None:
    profile = PROFILES[name]
    heard = profile.hear("USSD", profile.phone(move, 200))
    assert heard is not None
    assert heard.move is move
    for over in (False, True):
        shown = profile.shown(dict(profile.screen(heard.session, over=over)))
        if move is not Move.HANG_UP:
            assert shown == (200 if profile.session_tag is not None else None, over)
