"""Calls whose other end vanished. RFC 4028."""

from ivr.sip.errors import ProtocolError
from ivr.sip.events import Cause, MediaChanged, Reinvited
from ivr.sip.offer import LocalMedia, answer
from ivr.sip.offers import Offers
from tests.ivr.sip.network import CARRIER, SHOP, quiet, up


def test_a_call_whose_other_end_vanished_ends_by_its_session_timer():
    world, _caller, called, _call, _there = up()
    world.drop = lambda source, _: source == CARRIER
    world.run(2000)
    assert called.ended().cause is Cause.LOST


def test_a_call_with_both_ends_there_outlives_its_session_timer():
    world, _, _, call, there = up()
    world.run(7200)
    assert call in world.nodes[CARRIER].stack.calls
    assert there in world.nodes[SHOP].stack.calls
    refreshes = world.sent(CARRIER, "UPDATE") + world.sent(SHOP, "UPDATE")
    assert 7 <= len(refreshes) <= 8


def test_a_session_whose_update_is_refused_is_renewed_by_an_offer(monkeypatch):
    def refuse(_offers, _served, _now):
        raise ProtocolError(405, "Method Not Allowed")

    monkeypatch.setattr(Offers, "serve_update", refuse)
    world, _, _, call, there = up()
    world.run(3600)
    assert call in world.nodes[CARRIER].stack.calls
    assert there in world.nodes[SHOP].stack.calls
    assert len(world.sent(CARRIER, "INVITE")) >= 4


def test_a_call_does_not_last_for_ever():
    world, caller, called, _, _ = up()
    world.run(4 * 3600 + 1)
    assert caller.ended().reason == "too long" or called.ended().reason == "too long"
    quiet(world, caller, called)


def test_media_that_move_when_a_session_is_renewed_are_followed():
    moved = LocalMedia(SHOP, 50_000)

    def react(node, event, now):
        if isinstance(event, Reinvited):
            node.stack.accept(event.call, answer(event.offer, moved)[0], now)
            return True
        return False

    world, caller, called, call, _ = up()
    called.react = react
    # Who made the call renews it; without UPDATE by an offer.
    caller.stack.call(call).peer_allows = frozenset()
    world.run(901)
    assert caller.last(MediaChanged).remote.media[0].port == 50_000
