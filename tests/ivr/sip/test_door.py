"""Who is let in, and what is told to who is not."""

import pytest

from ivr.sip.events import (
    Answered,
    Cause,
    Incoming,
)
from ivr.sip.flow import Flow
from ivr.sip.message import parse
from ivr.sip.numbers import AllowList
from ivr.sip.standing import Standing
from tests.ivr.sip.network import CARRIER, SECRET, SHOP, pair, ring, trunk_to, up

LINE = Flow("udp", CARRIER, 5060)


def test_a_trunk_may_ask_for_a_password():
    world, caller, called = pair(
        shop_trunk={"secret": SECRET}, carrier_trunk={"peer_secret": SECRET}
    )
    ring(world, caller)
    world.run(1)
    assert called.kinds() == ["Incoming", "Answered"]
    assert len(world.sent(SHOP, 401)) == 1


def test_a_wrong_password_is_forbidden():
    from ivr.sip.digest import Secret

    world, caller, called = pair(
        shop_trunk={"secret": SECRET}, carrier_trunk={"peer_secret": Secret("shop", "rice")}
    )
    ring(world, caller)
    world.run(1)
    assert called.kinds() == []
    assert caller.ended().status == 403


def test_a_shop_that_stops_takes_no_more_calls_but_keeps_its_own():
    world, caller, called, call, there = up()
    called.stack.drain(world.now)
    ring(world, caller)
    world.run(1)
    assert caller.ended().status == 503
    assert world.sent(SHOP, 503)[0].first("retry-after") == "10"
    assert there in called.stack.calls
    caller.stack.hang_up(call, world.now)
    world.run(1)
    assert called.ended().cause is Cause.HUNG_UP


def test_lines_of_a_trunk_are_busy_when_all_are_taken():
    world, caller, _called = pair(shop_trunk={"calls_max": 1})
    ring(world, caller)
    world.run(1)
    ring(world, caller)
    world.run(1)
    assert caller.ended().status == 486


def test_an_endpoint_that_is_full_says_when_to_come_back():
    world, caller, _called = pair(shop={"calls_max": 1, "retry_after_s": 7})
    ring(world, caller)
    world.run(1)
    ring(world, caller)
    world.run(1)
    assert caller.ended().status == 503
    assert world.sent(SHOP, 503)[0].first("retry-after") == "7"


def test_calls_that_come_too_fast_are_told_to_come_back():
    world, caller, called = pair(shop={"calls_per_s_max": 2})
    for _ in range(3):
        ring(world, caller)
    world.run(1)
    assert caller.ended().status == 503
    assert len(called.all(Incoming)) == 2


def test_a_number_of_another_trunk_is_forbidden_and_one_of_none_not_found():
    other = trunk_to("203.0.113.9", name="other", numbers=AllowList(("4002",)))
    world, caller, _ = pair(shop_trunk={"numbers": AllowList(("4001",))}, shop_others=(other,))
    for number, status in (("4002", 403), ("4003", 404)):
        ring(world, caller, number)
        world.run(1)
        assert caller.ended().status == status
    ring(world, caller, "4001")
    world.run(1)
    assert caller.last(Answered)


def test_strangers_hear_nothing():
    world, caller, called = pair()
    from ivr.sip.flow import Flow

    data = world_invite(world, caller)
    called.stack.receive(data, Flow("udp", "203.0.113.66", 5060), world.now)
    assert called.stack.take_out() == []
    assert called.stack.take_events() == []
    assert called.stack.counters.strangers == 1


def world_invite(world, caller):
    ring(world, caller)
    return next(data for _, _, data in world.wire if data.startswith(b"INVITE"))


def test_who_begins_nothing_for_a_while_still_ends_its_calls():
    world, caller, called, call, there = up()
    world.run(1)
    ring(world, caller)
    [(_, _, invite)] = [sent for sent in world.wire[-1:] if sent[2].startswith(b"INVITE")]
    called.stack.receive(invite, LINE, world.now, Standing.SUSPECT)
    assert list(called.stack.calls) == [there]
    assert called.stack.counters.suspect == 1
    caller.stack.hang_up(call, world.now)
    bye = next(data for _, data in caller.stack.take_out() if data.startswith(b"BYE"))
    called.stack.receive(bye, LINE, world.now, Standing.SUSPECT)
    assert not called.stack.calls


def test_a_trunk_over_its_rate_is_told_503_for_new_calls_and_ends_those_that_are_up():
    world, caller, called, call, there = up()
    world.run(1)
    ring(world, caller)
    [(_, _, invite)] = [sent for sent in world.wire[-1:] if sent[2].startswith(b"INVITE")]
    for _ in range(2):
        called.stack.receive(invite, LINE, world.now, Standing.OVER_RATE)
    first, again = (parse(data) for _, data in called.stack.take_out())
    assert (first.status, first.first("retry-after")) == (503, "10")
    assert first.receiver.tag == again.receiver.tag != ""
    called.stack.receive(invite.replace(b"INVITE", b"OPTIONS"), LINE, world.now, Standing.OVER_RATE)
    assert not called.stack.take_out(), "asked again it may be answered; 503 would take us for gone"
    assert list(called.stack.calls) == [there]
    caller.stack.hang_up(call, world.now)
    bye = next(data for _, data in caller.stack.take_out() if data.startswith(b"BYE"))
    called.stack.receive(bye, LINE, world.now, Standing.OVER_RATE)
    assert not called.stack.calls
    called.stack.receive(invite, LINE, world.now)
    assert len(called.stack.calls) == 1, "as soon as there is room"


@pytest.mark.parametrize(
    "data", [b"\r\n\r\n", b"\r\n", b"\0\0\0\0", b"", b"\0\1\0\0!\x12\xa4B" + bytes(12)]
)
def test_what_keeps_a_nat_open_is_no_message_and_no_fault(data):
    world, _, called = pair(shop_trunk={"secret": SECRET})
    called.stack.receive(data, LINE, world.now)
    assert called.stack.counters.received == called.stack.counters.malformed == 0
    assert not called.stack.reception.faults
    assert not called.stack.take_out()


@pytest.mark.parametrize(
    ("trunk", "transport", "faults"),
    [
        ({}, "udp", []),
        ({}, "tcp", []),
        ({"secret": SECRET}, "udp", []),
        ({"secret": SECRET}, "tcp", [CARRIER]),
    ],
)
def test_junk_is_held_against_an_address_only_on_a_connection_that_needs_a_password(
    trunk, transport, faults
):
    world, _, called = pair(shop_trunk=trunk)
    called.stack.receive(
        b"junk from a forged address", Flow(transport, CARRIER, 5060, 1), world.now
    )
    assert called.stack.counters.malformed == 1
    assert called.stack.reception.faults == faults
