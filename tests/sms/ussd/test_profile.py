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
