"""Trunks with several far ends: which is tried, and what is tried next."""

from collections import Counter

import pytest

from ivr.sip.digest import Secret
from ivr.sip.errors import CommandError
from ivr.sip.events import Answered, Cause, Ended, Incoming, Registration, TrunkHealth
from ivr.sip.flow import Flow
from ivr.sip.peers import AVOIDED_S, PEERS_MAX, SILENT_S, Peer
from tests.ivr.sip.network import ANYONE, CARRIER, SHOP, Network, ring, trunk_to
from tests.ivr.sip.test_trunks import Registrar

SPARE = "192.0.2.2"


def flow(host):
    return Flow("udp", host, 5060)


def two_peers(**changes):
    """A shop whose trunk has two far ends."""
    world = Network()
    ends = [world.node(host, trunk_to(SHOP)) for host in (CARRIER, SPARE)]
    shop = world.node(SHOP, trunk_to(CARRIER, spares=(flow(SPARE),), **changes))
    return world, *ends, shop


def refuse_with(status):
    def react(node, event, now):
        if isinstance(event, Incoming):
            node.stack.refuse(event.call, status, now)
            return True
        return False

    return react


def test_a_peer_that_is_full_is_left_for_the_next():
    world, first, second, shop = two_peers()
    first.react = refuse_with(503)
    ring(world, shop)
    world.run(1)
    assert shop.kinds()[-1] == "Answered"
    assert second.kinds()[0] == "Incoming"
    calls = {request.call_id for request in world.sent(SHOP, "INVITE")}
    assert len(calls) == 1


def test_a_refusal_by_the_person_called_is_not_tried_elsewhere():
    world, first, second, shop = two_peers()
    first.react = refuse_with(486)
    ring(world, shop)
    world.run(1)
    assert shop.last(Ended).status == 486
    assert not second.events


def test_a_silent_peer_is_left_for_the_next_before_the_caller_loses_patience():
    world, _first, second, shop = two_peers()
    world.drop = lambda source, _message: source == CARRIER
    ring(world, shop)
    world.run(SILENT_S + 1)
    assert second.kinds()[:2] == ["Incoming", "Answered"]
    assert isinstance(shop.last(Answered), Answered)


def test_a_peer_that_answers_too_late_is_hung_up_on():
    world, first, second, shop = two_peers()
    deaf = [True]
    world.drop = lambda source, _message: deaf[0] and source == CARRIER
    call = ring(world, shop)
    world.run(SILENT_S + 1)
    deaf[0] = False
    world.run(8)
    assert first.last(Ended).cause is Cause.HUNG_UP
    assert list(shop.stack.calls) == [call]
    assert len(second.stack.calls) == 1


def test_a_peer_that_rings_too_late_is_cancelled():
    world, first, _second, shop = two_peers()
    first.by_itself = False
    deaf = [True]
    world.drop = lambda source, _message: deaf[0] and source == CARRIER
    ring(world, shop)
    world.run(SILENT_S + 1)
    deaf[0] = False
    first.stack.progress(first.last(Incoming).call, 180, world.now)
    world.run(2)
    assert first.last(Ended).cause is Cause.CANCELLED
    assert isinstance(shop.last(Answered), Answered)


def test_when_none_takes_the_call_it_is_over():
    world, first, second, shop = two_peers()
    first.react = second.react = refuse_with(503)
    ring(world, shop)
    world.run(1)
    assert shop.last(Ended).status == 503


def test_a_peer_that_failed_is_avoided_for_a_while():
    world, first, second, shop = two_peers()
    first.react = refuse_with(503)
    ring(world, shop)
    world.run(1)
    ring(world, shop, "4002")
    world.run(1)
    assert len(first.all(Incoming)) == 1
    assert len(second.all(Incoming)) == 2
    world.run(AVOIDED_S)
    ring(world, shop, "4003")
    world.run(1)
    assert len(first.all(Incoming)) == 2


def test_options_tell_which_peer_is_down_and_calls_go_by_the_other():
    world, first, _second, shop = two_peers(options_every_s=30.0)
    world.drop = lambda source, _message: source == CARRIER
    world.run(60)
    # The trunk is up all the same: its other peer answers.
    assert shop.last(TrunkHealth) == TrunkHealth(
        "line", True, "no answer", f"{CARRIER}:5060", False
    )
    assert shop.stack.book.peers("line").up
    ring(world, shop)
    world.run(1)
    assert not first.all(Incoming)
    assert isinstance(shop.last(Answered), Answered)


def test_a_trunk_is_down_when_none_of_its_peers_answers():
    world, _, _, shop = two_peers(options_every_s=30.0)
    assert shop.stack.book.peers("line").up is None
    world.drop = lambda source, _message: source != SHOP
    world.run(60)
    assert shop.stack.book.peers("line").up is False


def test_peers_of_one_priority_share_the_calls_by_weight():
    world = Network()
    shop = world.node(SHOP, trunk_to(CARRIER))
    weights = {"192.0.2.11": 60, "192.0.2.12": 30, "192.0.2.13": 10, "192.0.2.14": 0}
    peers = [Peer(flow(host), 1, weight) for host, weight in weights.items()]
    shop.stack.set_peers("line", (*peers, Peer(flow("192.0.2.9"), 0)), world.now)
    second = Counter(shop.stack.book.peers("line").order(world.now)[1].host for _ in range(2_000))
    assert all(shop.stack.book.peers("line").order(0)[0].host == "192.0.2.9" for _ in range(20))
    for host, weight in weights.items():
        assert abs(second[host] / 2_000 - weight / 100) < 0.04, second


def test_peers_that_were_looked_up_may_call_as_well():
    world = Network()
    shop = world.node(SHOP, trunk_to(CARRIER))
    assert not shop.stack.trunks.of(SPARE)
    shop.stack.set_peers("line", (Peer(flow(SPARE)),), world.now)
    assert [trunk.name for trunk in shop.stack.trunks.of(SPARE)] == ["line"]


def test_a_trunk_keeps_so_many_peers_and_no_more():
    world = Network()
    shop = world.node(SHOP, trunk_to(CARRIER))
    many = tuple(Peer(flow(f"192.0.2.{n}"), n) for n in range(PEERS_MAX + 1))
    shop.stack.set_peers("line", many, world.now)
    assert len(shop.stack.book.peers("line").order(world.now)) == PEERS_MAX


def test_without_a_known_peer_nobody_is_called():
    world = Network()
    shop = world.node(SHOP, trunk_to(CARRIER))
    shop.stack.set_peers("line", (), world.now)
    with pytest.raises(CommandError, match="no peer that is known"):
        shop.stack.dial("line", "4001", None, ANYONE, world.now)
    assert not shop.stack.calls


def test_a_registration_moves_to_the_next_peer():
    world = Network()
    asked = []

    def answers(request, count):
        asked.append(request.uri_text)
        return (503, "") if CARRIER in request.uri_text else (200, "Expires: 600\r\n")

    node = world.node(
        SHOP,
        trunk_to(CARRIER, spares=(flow(SPARE),), register=True, peer_secret=Secret("a", "b")),
    )
    Registrar(world, answers).step(node, 10)
    assert node.last(Registration).registered
    assert asked == [f"sip:{CARRIER}:5060", f"sip:{SPARE}:5060"]


def registering(dead):
    """A shop that registers with a trunk of two far ends, those in `dead` silent; and whom it asked."""
    world = Network()
    secret = Secret("shop", "noodles")
    trunk = trunk_to(CARRIER, register=True, peer_secret=secret, spares=(flow(SPARE),))
    shop = world.node(SHOP, trunk)
    alive = Registrar(world, lambda request, _: None if request.uri.host in dead else (200, ""))
    return shop, alive


def test_a_silent_registrar_is_left_for_the_next_before_calls_are_missed():
    dead = {CARRIER}
    shop, registrar = registering(dead)
    registrar.step(shop, SILENT_S - 0.1)
    assert not shop.all(Registration)
    registrar.step(shop, 0.2)
    assert shop.last(Registration).registered
    # It stays with that one, until it is silent in its turn.
    dead.add(SPARE)
    dead.discard(CARRIER)
    registrar.step(shop, 600)
    assert shop.last(Registration).registered
    newest = max(registrar.seen, key=lambda request: request.cseq.number)
    assert newest.uri.host == CARRIER
    lost = [told for told in shop.all(Registration) if not told.registered]
    assert [told.reason for told in lost] == ["no answer", "no answer"]


def test_where_every_registrar_is_silent_all_are_tried_again_and_again():
    dead = {CARRIER, SPARE}
    shop, registrar = registering(dead)
    registrar.step(shop, 300)
    asked = {request.uri.host for request in registrar.seen}
    assert asked == dead
    assert 3 < len(shop.all(Registration)) < 20
    assert len({request.cseq.number for request in registrar.seen}) < 20
    dead.clear()
    registrar.step(shop, 300)
    assert shop.last(Registration).registered
