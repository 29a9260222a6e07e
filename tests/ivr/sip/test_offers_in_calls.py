"""Offers within a call and their answers: delayed ones, hold, those that cross. RFC 3264, RFC 6337."""

import pytest

from ivr.sip.errors import CommandError
from ivr.sip.events import (
    Answered,
    Cause,
    Incoming,
    MediaChanged,
    OfferRejected,
    Reinvited,
)
from ivr.sip.offer import LocalMedia, make_offer
from tests.ivr.sip.network import CARRIER, SHOP, pair, quiet, ring, up


def test_a_delayed_offer_is_made_by_the_answer():
    world, caller, called = pair()
    call = ring(world, caller, sdp=False)
    world.run(1)
    there = called.last(Incoming)
    assert there.offer is None
    assert called.last(Answered).remote is not None
    assert called.agreed[there.call].port == caller.media.port
    assert caller.agreed[call].port == called.media.port


def test_a_delayed_offer_without_an_answer_ends_the_call():
    world, caller, called = pair()
    caller.by_itself = False
    ring(world, caller, sdp=False)
    world.run(1)
    name = caller.last(Answered).call
    caller.stack.call(name).offers.acknowledge(1)
    world.run(1)
    assert called.ended().cause is Cause.NO_MEDIA
    assert caller.ended().cause is Cause.HUNG_UP
    quiet(world, caller, called)


def test_hold_and_back_are_told_and_answered():
    world, caller, called, call, there = up()
    held = LocalMedia(caller.host, 40_000, direction="sendonly")
    caller.stack.reoffer(call, make_offer(held), world.now)
    world.run(1)
    assert called.last(Reinvited).offer.media[0].direction == "sendonly"
    assert called.agreed[there].held
    assert caller.last(MediaChanged).remote.media[0].direction == "recvonly"
    caller.stack.reoffer(call, make_offer(caller.media), world.now)
    world.run(1)
    assert not called.agreed[there].held
    versions = {message.body.split(b"\r\n")[1] for message in world.sent(CARRIER, "INVITE")}
    assert len(versions) == 3


def test_the_other_end_may_be_asked_to_offer():
    world, caller, called, call, _there = up()
    caller.stack.reoffer(call, None, world.now)
    world.run(1)
    assert called.last(Reinvited).offer is None
    assert caller.last(Reinvited).offer is not None
    assert called.last(MediaChanged).remote.media[0].port == caller.media.port
    assert len(world.sent(CARRIER, "ACK")) == 2


def test_an_offer_that_is_refused_changes_nothing():
    world, caller, called, call, there = up()
    called.by_itself = False
    caller.stack.reoffer(call, make_offer(LocalMedia(caller.host, 40_002)), world.now)
    world.run(0.1)
    called.stack.reject(there, 488, world.now)
    world.run(1)
    assert caller.last(OfferRejected).status == 488
    assert call in caller.stack.calls
    assert there in called.stack.calls


def test_an_offer_that_the_owner_forgets_is_announced_and_then_refused():
    world, caller, called, call, there = up()
    called.by_itself = False
    caller.stack.reoffer(call, make_offer(LocalMedia(caller.host, 40_002)), world.now)
    world.run(1)
    assert len(world.sent(SHOP, 100)) == 1
    assert len(world.sent(CARRIER, "INVITE")) == 2
    world.run(30)
    assert caller.last(OfferRejected).status == 500
    assert there in called.stack.calls
    called.by_itself = True
    caller.stack.reoffer(call, make_offer(LocalMedia(caller.host, 40_004)), world.now)
    world.run(1)
    assert caller.last(MediaChanged)


@pytest.mark.parametrize("refuses", [True, False])
def test_an_offer_by_update_is_heard_after_a_request_for_one_that_was_refused(refuses):
    world, caller, called, call, there = up()
    called.by_itself = False
    caller.stack.reoffer(call, None, world.now)
    world.run(0.1)
    if refuses:
        called.stack.reject(there, 488, world.now)
    world.run(30)
    assert caller.last(OfferRejected).status == (488 if refuses else 500)
    called.by_itself = True
    heard = []
    asking = caller.stack.call(call)
    asking.ask(
        "UPDATE",
        world.now,
        lambda _do, response, _now: heard.append(response.status),
        "Content-Type: application/sdp\r\n",
        asking.describe(make_offer(caller.media)),
    )
    world.run(1)
    assert heard == [200]


def test_offers_that_cross_are_both_made_in_the_end():
    world, caller, called, call, there = up()
    for node, name in ((caller, call), (called, there)):
        media = LocalMedia(node.host, 41_000)
        node.stack.reoffer(name, make_offer(media), world.now)
    world.run(10)
    assert world.sent(SHOP, 491) or world.sent(CARRIER, 491)
    assert caller.last(Reinvited)
    assert called.last(Reinvited)
    assert caller.last(MediaChanged)
    assert called.last(MediaChanged)


def test_a_second_offer_waits_for_the_first():
    world, caller, _, call, _ = up()
    caller.stack.reoffer(call, make_offer(caller.media), world.now)
    with pytest.raises(CommandError):
        caller.stack.reoffer(call, make_offer(caller.media), world.now)
