"""Media before the answer, and their PRACKs. RFC 3262."""

from ivr.sip.events import (
    Answered,
    Cause,
    Incoming,
    Progress,
)
from ivr.sip.offer import make_offer
from tests.ivr.sip.network import CARRIER, SHOP, pair, quiet, ring


def test_early_media_come_reliably():
    world, caller, called = pair()

    def react(node, event, now):
        if isinstance(event, Incoming):
            node.stack.progress(event.call, 183, now, make_offer(node.media), reliable=True)
            return True
        return False

    called.react = react
    ring(world, caller)
    world.run(1)
    early = caller.last(Progress)
    assert early.status == 183
    assert early.answer.media[0].port == called.media.port
    assert len(world.sent(CARRIER, "PRACK")) == 1
    there = called.last(Incoming).call
    called.stack.answer(there, make_offer(called.media), world.now)
    world.run(1)
    assert caller.last(Answered)
    assert called.last(Answered)


def test_an_answer_waits_for_the_prack_of_early_media():
    world, caller, called = pair()
    world.drop = lambda source, message: (
        source == CARRIER and getattr(message, "method", "") == "PRACK" and world.now < 1002
    )

    def react(node, event, now):
        if isinstance(event, Incoming):
            node.stack.progress(event.call, 183, now, make_offer(node.media), reliable=True)
            node.stack.answer(event.call, make_offer(node.media), now)
            return True
        return False

    called.react = react
    ring(world, caller)
    world.run(1)
    assert not world.sent(SHOP, 200)
    world.run(4)
    assert caller.last(Answered)


def test_early_media_that_nobody_acknowledges_end_the_call():
    world, caller, called = pair()
    world.drop = lambda source, message: getattr(message, "method", "") == "PRACK"

    def react(node, event, now):
        if isinstance(event, Incoming):
            node.stack.progress(event.call, 183, now, make_offer(node.media), reliable=True)
            return True
        return False

    called.react = react
    ring(world, caller, ring_s=100)
    world.run(40)
    assert (called.ended().cause, called.ended().status) == (Cause.LOST, 504)
    assert caller.ended().status == 504
    quiet(world, caller, called)
