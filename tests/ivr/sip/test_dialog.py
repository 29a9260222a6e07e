"""Where requests within a call go when proxies have recorded themselves on its way (RFC 3261, section 12), and how a proxy is answered."""

import pytest

from ivr.sip.events import Answered, Cause, Ended, Incoming
from ivr.sip.flow import Flow
from ivr.sip.offer import answer
from ivr.sip.sdp import Sdp
from tests.ivr.sip.network import ANYONE, CARRIER, SECRET, SHOP, pair

LINE = Flow("udp", CARRIER, 5060)
NEAR, FAR = f"<sip:{CARRIER}:5070;lr>", "<sip:203.0.113.7;lr>"
STRICT = f"<sip:{CARRIER}:5070>"
OUTSIDE = "<sip:203.0.113.9:5099;lr>"


def lines(text, name):
    return [line.partition(": ")[2] for line in text.split("\r\n") if line.startswith(name + ":")]


def out(node):
    return [(flow, data.decode()) for flow, data in node.stack.take_out()]


def invite(*recorded):
    """As two proxies hand it on: the one nearest to us is the first."""
    routes = "".join(f"Record-Route: {each}\r\n" for each in recorded)
    return (
        f"INVITE sip:4001@{SHOP} SIP/2.0\r\nVia: SIP/2.0/UDP {CARRIER};rport;branch=z9hG4bKa\r\n{routes}"
        f"From: <sip:+8613800138000@{CARRIER}>;tag=there\r\nTo: <sip:4001@{SHOP}>\r\nCall-ID: routed\r\n"
        f"CSeq: 1 INVITE\r\nContact: <sip:caller@192.0.2.77:5080>\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def called(*recorded):
    """The shop has answered a call that came by these proxies: its 200, and then its BYE with where that goes."""
    world, _, shop = pair()
    shop.stack.receive(invite(*recorded), LINE, world.now)
    world.flush()
    name = shop.last(Incoming).call
    response = next(
        data.decode() for host, _, data in world.wire if host == SHOP and b" 200 " in data[:15]
    )
    to = lines(response, "To")[0]
    sdp = b"v=0\r\no=- 1 1 IN IP4 192.0.2.77\r\ns=-\r\nc=IN IP4 192.0.2.77\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
    ack = (
        f"ACK sip:{SHOP} SIP/2.0\r\nVia: SIP/2.0/UDP {CARRIER};branch=z9hG4bKb\r\nFrom: <sip:+8613800138000@{CARRIER}>;tag=there\r\n"
        f"To: {to}\r\nCall-ID: routed\r\nCSeq: 1 ACK\r\nContent-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n"
    ).encode() + sdp
    shop.stack.receive(ack, LINE, world.now)
    world.flush()
    shop.stack.hang_up(name, world.now)
    (bye,) = out(shop)
    return response, bye


def test_the_way_a_call_came_is_the_way_its_requests_go_back():
    response, (flow, bye) = called(NEAR, FAR)
    assert lines(response, "Record-Route") == [NEAR, FAR]
    assert bye.startswith("BYE sip:caller@192.0.2.77:5080 SIP/2.0\r\n")
    assert lines(bye, "Route") == [NEAR, FAR]
    assert flow == Flow("udp", CARRIER, 5070)


def test_a_strict_router_takes_the_request_uris_place():
    _, (flow, bye) = called(STRICT, FAR)
    assert bye.startswith(f"BYE {STRICT[1:-1]} SIP/2.0\r\n")
    assert lines(bye, "Route") == [FAR, "<sip:caller@192.0.2.77:5080>"]
    assert flow == Flow("udp", CARRIER, 5070)


def test_a_route_outside_of_the_trunk_is_no_way_to_a_third_party():
    _, (flow, bye) = called(OUTSIDE)
    assert lines(bye, "Route") == [OUTSIDE]
    assert flow == LINE


def answered(request, *headers, status="200 OK", body=""):
    """The trunk's answer to a request of the shop's."""
    kept = "".join(
        f"{line}{';tag=far' if line.startswith('To:') and 'tag=' not in line else ''}\r\n"
        for line in request.split("\r\n")
        if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
    )
    more = "".join(f"{each}\r\n" for each in headers)
    return f"SIP/2.0 {status}\r\n{kept}{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def test_a_call_of_ours_goes_by_the_proxies_that_its_answer_names_last_first():
    world, _, shop = pair()
    name = shop.stack.dial("line", "4001", None, ANYONE, world.now)
    ((_, request),) = out(shop)
    body = "v=0\r\no=- 1 1 IN IP4 192.0.2.77\r\ns=-\r\nc=IN IP4 192.0.2.77\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
    shop.stack.receive(
        answered(
            request,
            f"Record-Route: {FAR}, {NEAR}",
            "Contact: <sip:callee@192.0.2.78>",
            "Content-Type: application/sdp",
            body=body,
        ),
        LINE,
        world.now,
    )
    (event,) = shop.stack.take_events()
    assert isinstance(event, Answered)
    shop.stack.complete(name, answer(Sdp.parse(body.encode()), shop.media)[0])
    ((flow, ack),) = out(shop)
    assert ack.startswith("ACK sip:callee@192.0.2.78 SIP/2.0\r\n")
    assert lines(ack, "Route") == [NEAR, FAR]
    assert flow == Flow("udp", CARRIER, 5070)


@pytest.mark.parametrize(
    ("status", "asks", "proves"),
    [
        ("401 Unauthorized", "WWW-Authenticate", "Authorization"),
        ("407 Proxy Authentication Required", "Proxy-Authenticate", "Proxy-Authorization"),
    ],
)
def test_a_proxy_and_a_peer_that_ask_for_a_password_are_each_given_it_in_their_own_header(
    status, asks, proves
):
    world, _, shop = pair(shop_trunk={"peer_secret": SECRET})
    shop.stack.dial("line", "4001", None, ANYONE, world.now)
    ((_, request),) = out(shop)
    assert not lines(request, proves)
    challenge = f'{asks}: Digest realm="carrier", nonce="abc", qop="auth", algorithm=MD5'
    shop.stack.receive(answered(request, challenge, status=status), LINE, world.now)
    (_, ack), (_, again) = out(shop)
    assert ack.startswith("ACK ")
    (proof,) = lines(again, proves)
    assert 'username="shop"' in proof
    assert 'realm="carrier"' in proof
    assert lines(again, "CSeq") == ["2 INVITE"]
    for _ in range(3):
        shop.stack.receive(answered(again, challenge, status=status), LINE, world.now)
        sent_again = [text for _, text in out(shop) if text.startswith("INVITE")]
        again = sent_again[0] if sent_again else again
    (ended,) = [each for each in shop.stack.take_events() if isinstance(each, Ended)]
    assert (ended.cause, ended.status) == (Cause.REFUSED, int(status[:3]))
