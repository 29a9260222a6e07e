"""Calls over a network that loses, doubles and reorders."""

import pytest

from ivr.sip.events import (
    Answered,
    Cause,
    Ended,
    Incoming,
    Reinvited,
)
from ivr.sip.offer import LocalMedia, make_offer
from tests.ivr.sip.network import pair, quiet, ring


def test_five_hundred_of_five_hundred_calls_survive_a_loss_of_fifteen_per_cent():
    world, caller, called = pair(loss=0.15, jitter_s=0.05, seed=4475)
    calls = []
    for _ in range(500):
        calls.append(ring(world, caller))
        world.run(0.05)
    world.run(40)
    assert len(caller.all(Answered)) == len(called.all(Answered)) == 500
    for call in calls:
        caller.stack.hang_up(call, world.now)
        world.run(0.01)
    world.run(40)
    assert [event.cause for event in called.all(Ended)] == [Cause.HUNG_UP] * 500
    assert world.lost > 500
    quiet(world, caller, called)


@pytest.mark.parametrize("seed", range(40))
def test_both_ends_agree_over_a_network_that_loses_doubles_and_reorders(seed):
    world, caller, called = pair(loss=0.2, jitter_s=0.3, doubling=0.1, seed=seed)
    call = ring(world, caller)
    world.run(15)
    assert caller.last(Answered)
    assert called.last(Answered)
    there = called.last(Incoming).call
    caller.stack.reoffer(
        call, make_offer(LocalMedia(caller.host, 42_000, direction="sendonly")), world.now
    )
    world.run(40)
    assert called.last(Reinvited)
    assert called.agreed[there].port == 42_000
    who, name = (caller, call) if seed % 2 else (called, there)
    who.stack.hang_up(name, world.now)
    world.run(40)
    assert caller.all(Ended)
    assert called.all(Ended)
    assert len(called.all(Incoming)) == 1
    for node in (caller, called):
        assert len(node.all(Ended)) == 1
        assert node.kinds()[-1] == "Ended"
    quiet(world, caller, called)
