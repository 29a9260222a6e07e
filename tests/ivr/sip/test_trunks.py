"""What a trunk and we tell one another outside of calls: registrations, and whether anybody is there."""

import pytest

from ivr.sip.digest import Guard, Secret
from ivr.sip.events import Registration, TrunkHealth
from ivr.sip.flow import Flow
from ivr.sip.layer import compose_response
from ivr.sip.message import parse
from ivr.sip.numbers import AllowList
from ivr.sip.trunk import Trunk, Trunks, networks
from tests.ivr.sip.network import CARRIER, SHOP, Network, trunk_to


class Registrar:
    """A carrier that answers REGISTER and OPTIONS, as it is told."""

    def __init__(self, world, answers):
        self.world, self.answers, self.seen = world, answers, []

    def step(self, node, seconds):
        """Let time pass; answer what the node asks."""
        until = self.world.now + seconds
        while True:
            for flow, data in node.stack.take_out():
                request = parse(data)
                self.seen.append(request)
                answer = self.answers(request, len(self.seen))
                if answer is not None:
                    status, headers = answer
                    node.stack.receive(
                        compose_response(
                            request,
                            request.via,
                            Flow("udp", SHOP, 5060),
                            status,
                            tag="t",
                            headers=headers,
                        ),
                        flow,
                        self.world.now,
                    )
            for event in node.stack.take_events():
                node.events.append(event)
            if node.stack.layer.out:
                continue
            due = node.stack.timer()
            if due is None or due > until:
                break
            self.world.now = max(self.world.now, due)
            node.stack.run(self.world.now)
        self.world.now = until


def registered(answers, **changes):
    world = Network()
    node = world.node(
        SHOP, trunk_to(CARRIER, register=True, peer_secret=Secret("shop", "noodles"), **changes)
    )
    registrar = Registrar(world, answers)
    return node, registrar


def test_a_registration_is_granted_renewed_and_taken_back():
    node, registrar = registered(lambda request, count: (200, "Expires: 100\r\n"))
    registrar.step(node, 1)
    assert node.last(Registration) == Registration("line", True, "granted", 100)
    registrar.step(node, 200)
    numbers = [request.cseq.number for request in registrar.seen]
    assert numbers == [1, 2, 3]
    assert len({request.call_id for request in registrar.seen}) == 1
    node.stack.drain(registrar.world.now)
    registrar.step(node, 1)
    assert registrar.seen[-1].first("expires") == "0"
    assert node.last(Registration) == Registration("line", False, "taken back")


def test_a_registrar_may_ask_for_a_password():
    guard = Guard("carrier", b"key")

    def answers(request, count):
        if "authorization" in request.headers:
            return 200, "Expires: 600\r\n"
        return 401, f"WWW-Authenticate: {guard.challenges('', 1000.0)[0]}\r\n"

    node, registrar = registered(answers)
    registrar.step(node, 1)
    assert node.last(Registration).registered
    assert len(registrar.seen) == 2


def test_a_registrar_may_want_to_be_asked_less_often():
    def answers(request, count):
        asked = int(request.first("expires"))
        return (423, "Min-Expires: 1800\r\n") if asked < 1800 else (200, f"Expires: {asked}\r\n")

    node, registrar = registered(answers)
    registrar.step(node, 1)
    assert node.last(Registration).expires_s == 1800


@pytest.mark.parametrize("answer", [None, (403, ""), (401, "WWW-Authenticate: Basic x=y\r\n")])
def test_a_registration_that_fails_is_tried_again_later_and_later(answer):
    node, registrar = registered(lambda request, count: answer)
    registrar.step(node, 60)
    assert not node.last(Registration).registered
    registrar.step(node, 600)
    told = node.all(Registration)
    assert 3 < len(told) < 20


def test_a_trunk_that_stops_answering_is_down_and_up_again():
    silent = [False]
    world = Network()
    node = world.node(SHOP, trunk_to(CARRIER, options_every_s=30.0))
    registrar = Registrar(world, lambda request, count: None if silent[0] else (200, ""))
    registrar.step(node, 5)
    assert node.last(TrunkHealth) == TrunkHealth(
        "line", True, "it answered 200", f"{CARRIER}:5060", True
    )
    silent[0] = True
    registrar.step(node, 30 + 33)
    assert len(node.all(TrunkHealth)) == 1
    registrar.step(node, 30 + 33)
    assert node.last(TrunkHealth) == TrunkHealth("line", False, "no answer", f"{CARRIER}:5060")
    silent[0] = False
    registrar.step(node, 60)
    assert node.last(TrunkHealth).up


def test_a_trunk_that_takes_no_calls_is_down():
    world = Network()
    node = world.node(SHOP, trunk_to(CARRIER, options_every_s=30.0))
    registrar = Registrar(world, lambda request, count: (503, ""))
    registrar.step(node, 61)
    assert not node.last(TrunkHealth).up


def test_a_trunk_is_told_by_its_networks():
    one = Trunk("one", networks("192.0.2.0/24", "2001:db8::/32"))
    two = Trunk("two", networks("192.0.2.7"), numbers=AllowList(("4002",)))
    trunks = Trunks((one, two))
    assert trunks.of("192.0.2.7") == (one, two)
    assert trunks.of("2001:db8::9") == (one,)
    assert trunks.of("203.0.113.1") == ()
    assert trunks.of("shop.example") == ()


def test_a_trunk_that_cannot_work_is_refused_with_what_to_write():
    with pytest.raises(ValueError, match="name the networks"):
        Trunk("x", ())
    with pytest.raises(ValueError, match="peer"):
        Trunk("x", networks("192.0.2.0/24"), register=True)
    with pytest.raises(ValueError, match="one name"):
        Trunks((Trunk("x", networks("192.0.2.1")), Trunk("x", networks("192.0.2.2"))))
