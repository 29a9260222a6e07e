"""RFC 4475: every one of its messages is read or refused as it asks, and none of them shakes the stack."""

import pytest

from ivr.sip.errors import ProtocolError
from ivr.sip.flow import Flow
from ivr.sip.message import Request, Response, parse
from ivr.sip.validity import check_request, check_response
from tests.ivr.sip.network import CARRIER, SHOP, Network, trunk_to
from tests.ivr.sip.torture import SDP, TORTURE

ACCEPTED = sorted(name for name, case in TORTURE.items() if case.verdict == "accept")
REFUSED = sorted(name for name, case in TORTURE.items() if case.verdict != "accept")


def read(data):
    message = parse(data)
    (check_request if isinstance(message, Request) else check_response)(message)
    return message


def answered(data):
    """What a stack of ours says to it."""
    world = Network()
    node = world.node(SHOP, trunk_to(CARRIER))
    node.by_itself = False
    node.stack.receive(data, Flow("udp", CARRIER, 5060), world.now)
    out = node.stack.take_out()
    finals = [m for m in (parse(sent) for _, sent in out) if isinstance(m, Response)]
    return [m.status for m in finals if m.status >= 200], node.stack.take_events()


def test_all_forty_nine_are_here():
    assert len(TORTURE) == 49
    assert (len(ACCEPTED), len(REFUSED)) == (27, 22)


@pytest.mark.parametrize("name", ACCEPTED)
def test_is_read(name):
    read(TORTURE[name].data)


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name):
    case = TORTURE[name]
    with pytest.raises(ProtocolError) as refusal:
        read(case.data)
    if case.verdict != "drop":
        assert refusal.value.status == case.verdict


@pytest.mark.parametrize("name", sorted(TORTURE))
def test_is_answered(name):
    case = TORTURE[name]
    statuses, events = answered(case.data)
    if isinstance(case.verdict, int):
        assert statuses == [case.verdict]
    elif case.then is not None:
        assert statuses == [case.then]
    else:
        assert statuses == []
        assert bool(events) == case.data.startswith(b"INVITE")


def test_wsinv_is_read_to_its_last_parameter():
    request = parse(TORTURE["wsinv"].data)
    assert request.receiver.tag == "1918181833n"
    assert request.sender.name == 'J Rosenberg \\"'
    assert request.whole("max-forwards", 255) == 68
    assert (request.cseq.number, request.cseq.method) == (9, "INVITE")
    vias, *_ = check_request(request)
    assert [(via.transport, via.host, via.branch) for via in vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert request.first("subject") == ""
    assert request.first("newfangledheader") == "newfangled value continued newfangled value"
    assert request.first("unknownheaderwithunusualvalue") == ";;,,;;,;"
    assert request.contact.parameter("newparam") == "newvalue"
    assert request.contact.parameter("q") == "0.33"
    route = request.addresses("route")[0].uri
    assert route.parameter("unknown-no-value") == ""
    assert request.body == SDP


def test_intmeth_keeps_its_odd_characters():
    request = parse(TORTURE["intmeth"].data)
    assert request.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert request.receiver.name == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert request.sender.parameter("fromparam''~+*_!.-%") == "работающий"
    assert request.call_id.endswith("][?}{")


def test_esc01_is_unescaped_once():
    request = parse(TORTURE["esc01"].data)
    assert request.uri.name == "sips:user@example.com"
    assert request.sender.uri.name == "I have spaces"
    assert request.receiver.uri.name == "user"
    assert request.contact.uri.parameter("n%61me") == "v%61lue%25%34%31"


def test_escnull_is_not_cut_short():
    request = parse(TORTURE["escnull"].data)
    assert request.receiver.uri.name == "null-\0-null"
    assert [contact.uri.name for contact in request.addresses("contact")] == ["\0", "\0\0"]


def test_esc02_has_two_contacts_and_its_names_are_not_unescaped():
    request = parse(TORTURE["esc02"].data)
    assert request.method == "RE%47IST%45R"
    assert request.sender.name == "%Z%45"
    assert len(request.addresses("contact")) == 2


def test_dblreq_is_read_as_one_request():
    request = parse(TORTURE["dblreq"].data)
    assert (request.method, request.body) == ("REGISTER", b"")


def test_semiuri_keeps_its_parameter_in_the_user():
    request = parse(TORTURE["semiuri"].data)
    assert request.uri.user == "user;par=u%40example.net"
    assert request.uri.parameters == ()


def test_cparam01_and_02_tell_header_from_uri_parameters():
    first = parse(TORTURE["cparam01"].data).contact
    second = parse(TORTURE["cparam02"].data).contact
    assert (first.parameters, first.uri.parameters) == ((("unknownparam", None),), ())
    assert (second.parameters, second.uri.parameters) == ((), (("unknownparam", None),))


def test_unreason_and_noreason_keep_their_reasons():
    assert parse(TORTURE["unreason"].data).reason.endswith("простое")
    assert parse(TORTURE["noreason"].data).reason == ""


def test_multipart_bodies_are_kept_byte_by_byte():
    assert b"\xff\xfe" in parse(TORTURE["mpart01"].data).body
