"""Toll fraud: whatever is said to us, nobody is called whom the seller's list does not hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sip.errors import NotAllowedError
from ivr.sip.events import Answered, Incoming, TransferAsked
from ivr.sip.numbers import AllowList
from tests.ivr.sip.network import CARRIER, SHOP, pair, ring

FRIENDS = AllowList(("8613800138000", "4001*"))
PIECES = st.sampled_from(
    [
        "8613800138000",
        "4001",
        "+",
        "1900",
        "@",
        ";",
        ":",
        "%34",
        "<",
        ">",
        '"',
        "?Replaces=x",
        "sip:",
        "tel:",
        "-",
        " ",
        ",",
        "*",
        "\x00",
        "٤",
    ]
)
ODD = st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=30)


@given(ODD)
def test_what_is_dialled_is_on_the_list(text):
    world, caller, _ = pair()
    try:
        caller.stack.dial("line", text, None, FRIENDS, world.now)
    except NotAllowedError:
        assert not caller.stack.take_out()
        return
    flow, data = caller.stack.take_out()[0]
    line = data.split(b"\r\n", 1)[0].decode()
    number = line.removeprefix("INVITE sip:").partition("@")[0]
    assert FRIENDS.holds(number)
    assert number.isdigit()
    assert line == f"INVITE sip:{number}@{SHOP}:5060 SIP/2.0"
    assert flow.host == SHOP


@pytest.mark.parametrize(
    "number", ["0019005551234", "+19005551234", "00 1 900 555 1234", "+86 138 0013 8000"]
)
def test_leave_to_dial_landlines_at_home_is_none_to_dial_abroad_or_mobiles(number):
    world, caller, _ = pair()
    with pytest.raises(NotAllowedError):
        caller.stack.dial("line", number, None, AllowList(("0*",)), world.now)
    assert not caller.stack.take_out()


@given(ODD)
def test_a_refer_to_anybody_else_reaches_nobody(text):
    world, caller, called = pair()
    call = ring(world, caller)
    world.run(1)
    assert caller.last(Answered)
    called.stack.allow(called.last(Incoming).call, FRIENDS)
    target = "".join(character for character in text if character not in "\r\n")
    caller.stack.call(call).ask("REFER", world.now, lambda *_: None, f"Refer-To: {target}\r\n")
    sent = len(world.sent(SHOP, "INVITE"))
    world.run(1)
    asked = called.all(TransferAsked)
    assert all(FRIENDS.holds(event.number) and event.number.isdigit() for event in asked)
    assert len(world.sent(SHOP, "INVITE")) == sent == 0
    assert bool(asked) == bool(world.sent(SHOP, 202))


def test_a_redirection_is_not_followed():
    world, caller, called = pair()
    called.by_itself = False
    ring(world, caller)
    world.run(0.1)
    called.stack.refuse(called.last(Incoming).call, 302, world.now)
    world.run(1)
    assert caller.ended().status == 302
    assert len(world.sent(CARRIER, "INVITE")) == 1
