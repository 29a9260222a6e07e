"""Our calling end against our called end: what one says, the other hears, and both end alike."""

import pytest

from ivr.sip.errors import CommandError
from ivr.sip.events import (
    Cause,
    Digits,
    Ended,
    Incoming,
)
from ivr.sip.offer import make_offer
from ivr.sip.stack import Stack
from tests.ivr.sip.network import CARRIER, SHOP, pair, quiet, ring, up


def test_a_call_is_answered_and_hung_up_by_its_caller():
    world, caller, called, call, there = up()
    incoming = called.last(Incoming)
    assert (incoming.dialled, incoming.trunk) == ("4001", "line")
    assert called.kinds() == ["Incoming", "Answered"]
    assert caller.agreed[call].port == called.media.port
    assert called.agreed[there].port == caller.media.port
    caller.stack.hang_up(call, world.now)
    world.run(1)
    assert called.ended().cause is Cause.HUNG_UP
    assert caller.ended().cause is Cause.CLOSED
    quiet(world, caller, called)


def test_a_call_is_hung_up_by_the_shop():
    world, caller, called, _, there = up()
    called.stack.hang_up(there, world.now, "done")
    world.run(1)
    assert caller.ended().cause is Cause.HUNG_UP
    assert "done" in caller.ended().reason
    quiet(world, caller, called)


@pytest.mark.parametrize("status", [403, 404, 480, 486, 488, 503, 603])
def test_a_refusal_reaches_the_caller_with_its_status(status):
    world, caller, called = pair()
    called.by_itself = False
    ring(world, caller)
    world.run(1)
    called.stack.refuse(called.last(Incoming).call, status, world.now, retry_after_s=5)
    world.run(1)
    assert caller.ended() == Ended(
        caller.ended().call, Cause.REFUSED, status, caller.ended().reason
    )
    assert world.sent(SHOP, status)[0].first("retry-after") == "5"
    quiet(world, caller, called)


def test_a_slow_answer_is_announced_by_trying():
    world, caller, called = pair()
    called.by_itself = False
    ring(world, caller)
    world.run(0.21)
    assert not world.sent(SHOP, 100)
    world.run(0.05)
    assert len(world.sent(SHOP, 100)) == 1
    assert len(world.sent(CARRIER, "INVITE")) == 1


def test_a_caller_gives_up_while_it_rings():
    world, caller, called = pair()
    called.by_itself = False
    call = ring(world, caller)
    world.run(0.1)
    called.stack.progress(called.last(Incoming).call, 180, world.now)
    world.run(0.1)
    caller.stack.hang_up(call, world.now)
    world.run(1)
    assert called.ended().cause is Cause.CANCELLED
    assert caller.ended().cause is Cause.CLOSED
    assert len(world.sent(SHOP, 487)) == 1
    quiet(world, caller, called)


def test_a_cancel_waits_for_the_first_response():
    world, caller, called = pair()
    called.by_itself = False
    call = ring(world, caller)
    caller.stack.hang_up(call, world.now)
    world.run(0.15)
    assert not world.sent(CARRIER, "CANCEL")
    world.run(1)
    assert len(world.sent(CARRIER, "CANCEL")) == 1
    assert called.ended().cause is Cause.CANCELLED
    quiet(world, caller, called)


def test_a_cancel_that_crosses_our_answer_ends_in_bye():
    world, caller, called = pair()
    called.by_itself = False
    call = ring(world, caller)
    world.run(0.1)
    there = called.last(Incoming).call
    called.stack.progress(there, 180, world.now)
    world.run(0.1)
    # In the same instant the shop answers and the caller gives up.
    called.stack.answer(there, make_offer(called.media), world.now)
    caller.stack.hang_up(call, world.now)
    world.run(1)
    assert called.kinds() == ["Incoming", "Answered", "Ended"]
    assert called.ended().cause is Cause.HUNG_UP
    assert caller.ended().cause is Cause.CLOSED
    assert not world.sent(SHOP, 487)
    quiet(world, caller, called)


def test_a_call_that_nobody_answers_stops_ringing():
    world, caller, called = pair()
    called.by_itself = False
    ring(world, caller, ring_s=30)
    world.run(32)
    assert caller.ended().cause is Cause.NO_ANSWER
    assert called.ended().cause is Cause.CANCELLED
    quiet(world, caller, called)


def test_an_owner_that_forgets_a_call_does_not_keep_it():
    world, caller, called = pair()
    called.by_itself = False
    ring(world, caller, ring_s=400)
    world.run(181)
    assert (called.ended().cause, called.ended().status) == (Cause.NO_ANSWER, 480)
    assert caller.ended().status == 480


def test_a_reason_cannot_begin_another_header():
    world, caller, called = pair()
    called.by_itself = False
    ring(world, caller)
    world.run(0.1)
    called.stack.refuse(called.last(Incoming).call, 480, world.now, reason="gone\r\nX: y")
    world.run(1)
    assert world.sent(SHOP, 480)[0].first("x") is None
    assert caller.ended().reason == "gone X: y"


def test_keys_by_info_are_told():
    world, caller, called, call, there = up()
    caller.stack.call(call).ask(
        "INFO",
        world.now,
        lambda *_: None,
        "Content-Type: application/dtmf-relay\r\n",
        b"Signal=5\r\nDuration=250\r\n",
    )
    world.run(1)
    assert called.last(Digits) == Digits(there, "5", 250)


def test_an_answer_that_is_never_acknowledged_ends_the_call():
    world, caller, called = pair()
    world.drop = lambda _, message: getattr(message, "method", "") == "ACK"
    ring(world, caller)
    world.run(40)
    assert called.ended().cause is Cause.LOST
    assert caller.ended().cause is Cause.HUNG_UP
    quiet(world, caller, called)


def test_a_command_for_a_call_that_has_ended_says_so():
    world, caller, _called, call, _ = up()
    caller.stack.hang_up(call, world.now)
    with pytest.raises(CommandError, match="ended"):
        caller.stack.hang_up(call, world.now)
    assert isinstance(caller.stack, Stack)
