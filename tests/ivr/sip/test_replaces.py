"""Attended transfers: one call takes the place of another. RFC 3891, RFC 5589."""

# ruff: noqa: SLF001 - what a call keeps to itself is what must be gone at its end

import pytest

from ivr.sip.errors import CommandError, ProtocolError
from ivr.sip.events import Cause, Ended, Incoming, Reinvited
from ivr.sip.flow import Flow
from ivr.sip.message import Response, parse
from ivr.sip.numbers import AllowList
from ivr.sip.offer import make_offer
from ivr.sip.replaces import Replaces
from ivr.sip.trunk import Trunk, networks
from tests.ivr.sip.network import ANYONE, CARRIER, SHOP, pair, ring, up

AWAY = Flow("udp", CARRIER, 5060)


def invite(dialog, *, extra="", number=1, media=None, method="INVITE", host=CARRIER):
    """What the carrier sends to take the place of a call; the tags are as the shop sees them."""
    body = b"" if media is None else make_offer(media).encode(7, 1)
    kind = "Content-Type: application/sdp\r\n" if body else ""
    to_tag, from_tag = dialog.remote_tag, dialog.local_tag
    return (
        f"{method} sip:4001@{SHOP} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:5060;branch=z9hG4bKnew{number}\r\n"
        f"From: <sip:desk@{CARRIER}>;tag=desk\r\nTo: <sip:4001@{SHOP}>\r\nCall-ID: new@{CARRIER}\r\n"
        f"CSeq: {number} {method}\r\nContact: <sip:desk@{CARRIER}:5070>\r\nMax-Forwards: 70\r\n"
        f"Replaces: {dialog.call_id};to-tag={to_tag};from-tag={from_tag}{extra}\r\n"
        f"{kind}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def sent_since(world, mark):
    """What the shop has sent since then."""
    return [parse(data) for source, _, data in world.wire[mark:] if source == SHOP]


def test_a_call_goes_on_in_the_dialog_that_replaces_its_own():
    world, caller, called, call, there = up()
    mark = len(world.wire)
    called.stack.receive(
        invite(caller.stack.call(call).dialog, media=caller.media), AWAY, world.now
    )
    world.flush()
    told = sent_since(world, mark)
    accepted = next(m for m in told if isinstance(m, Response) and m.status == 200)
    assert accepted.call_id == f"new@{CARRIER}"
    assert b"m=audio" in accepted.body
    # For whoever owns the call it is the same call, with other media.
    assert called.kinds()[-1] == "Reinvited"
    assert called.last(Reinvited).call == there
    world.run(0.1)
    assert caller.ended().cause is Cause.HUNG_UP
    assert "replaced" in caller.ended().reason
    assert list(called.stack.calls) == [there]
    # From now on it is the new dialog that ends it.
    called.stack.hang_up(there, world.now)
    world.flush()
    bye = parse(world.wire[-1][2])
    assert (bye.method, bye.call_id, str(bye.uri)) == (
        "BYE",
        f"new@{CARRIER}",
        f"sip:desk@{CARRIER}:5070",
    )


def test_an_ack_of_the_new_dialog_ends_its_repetitions_and_nothing_is_left():
    world, caller, called, call, there = up()
    dialog = caller.stack.call(call).dialog
    called.stack.receive(invite(dialog, media=caller.media), AWAY, world.now)
    world.flush()
    ack = invite(dialog, method="ACK").replace(
        f"To: <sip:4001@{SHOP}>".encode(), f"To: <sip:4001@{SHOP}>;tag={there}".encode()
    )
    called.stack.receive(ack, AWAY, world.now)
    mark = len(world.wire)
    world.run(40)
    again = [m for m in sent_since(world, mark) if isinstance(m, Response) and m.status == 200]
    assert not [m for m in again if m.call_id.startswith("new")]
    assert list(called.stack.calls) == [there]
    called.stack.hang_up(there, world.now)
    world.run(200)
    assert not called.stack.calls
    assert len(called.stack.layer) == 0
    assert called.stack.book.is_empty


def test_our_contact_is_called_whatever_numbers_the_trunk_has():
    world, caller, called, call, _ = up(shop_trunk={"numbers": AllowList(("4001",))})
    data = invite(caller.stack.call(call).dialog, media=caller.media)
    data = data.replace(f"INVITE sip:4001@{SHOP}".encode(), f"INVITE sip:{SHOP}:5060".encode())
    called.stack.receive(data, AWAY, world.now)
    world.flush()
    assert called.kinds()[-1] == "Reinvited"


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda data: data.replace(b"to-tag=", b"to-tag=x"), 481),
        (lambda data: data.replace(b"from-tag=", b"from-tag=x"), 481),
        (lambda data: data.replace(b"Replaces: ", b"Replaces: x"), 481),
        (lambda data: data.replace(b";to-tag=", b";tag="), 400),
        (
            lambda data: data.replace(
                b"Replaces: ", b"Replaces: a;to-tag=b;from-tag=c\r\nReplaces: "
            ),
            400,
        ),
    ],
)
def test_what_names_no_call_of_ours_replaces_none(spoil, status):
    world, caller, called, call, there = up()
    mark = len(world.wire)
    data = spoil(invite(caller.stack.call(call).dialog, media=caller.media))
    called.stack.receive(data, AWAY, world.now)
    world.flush()
    assert [m.status for m in sent_since(world, mark)] == [status]
    assert list(called.stack.calls) == [there]
    assert not called.all(Reinvited)


def test_who_wants_to_replace_early_dialogs_alone_is_told_that_this_one_is_up():
    world, caller, called, call, _ = up()
    mark = len(world.wire)
    data = invite(caller.stack.call(call).dialog, media=caller.media, extra=";early-only")
    called.stack.receive(data, AWAY, world.now)
    world.flush()
    assert [m.status for m in sent_since(world, mark)] == [486]


def test_a_call_that_rings_is_not_replaced():
    world, caller, called = pair()
    called.by_itself = False
    call = ring(world, caller)
    world.run(0.1)
    called.stack.progress(called.last(Incoming).call, 180, world.now)
    world.run(0.1)
    dialog = next(iter(caller.stack.call(call)._forks.values()))
    mark = len(world.wire)
    called.stack.receive(invite(dialog, media=caller.media), AWAY, world.now)
    world.flush()
    assert [m.status for m in sent_since(world, mark)] == [481]


def test_another_trunk_replaces_no_call_of_this_one():
    other = Trunk("other", networks("192.0.2.99"))
    world, caller, called, call, there = up(shop_others=(other,))
    called.stack.receive(
        invite(caller.stack.call(call).dialog, media=caller.media, host="192.0.2.99"),
        Flow("udp", "192.0.2.99", 5060),
        world.now,
    )
    world.flush()
    assert parse(world.wire[-1][2]).status == 481
    assert list(called.stack.calls) == [there]


def test_media_that_are_refused_leave_the_call_where_it_was():
    world, caller, called, call, there = up()
    called.by_itself = False
    called.stack.receive(
        invite(caller.stack.call(call).dialog, media=caller.media), AWAY, world.now
    )
    world.flush()
    mark = len(world.wire)
    called.stack.reject(there, 488, world.now)
    world.run(1)
    assert sent_since(world, mark)[0].status == 488
    assert not caller.all(Ended)
    caller.stack.hang_up(call, world.now)
    world.run(1)
    assert called.ended().cause is Cause.HUNG_UP


def test_a_replacement_that_is_cancelled_leaves_the_call_where_it_was():
    world, caller, called, call, there = up()
    called.by_itself = False
    dialog = caller.stack.call(call).dialog
    called.stack.receive(invite(dialog, media=caller.media), AWAY, world.now)
    world.flush()
    mark = len(world.wire)
    called.stack.receive(invite(dialog, method="CANCEL"), AWAY, world.now)
    world.flush()
    assert sorted(m.status for m in sent_since(world, mark)) == [200, 487]
    with pytest.raises(CommandError, match="no offer"):
        called.stack.accept(there, make_offer(called.media), world.now)
    assert list(called.stack.calls) == [there]


def test_we_join_two_calls_of_a_trunk():
    world, _, called, _, there = up()
    consulted = called.stack.dial("line", "4009", make_offer(called.media), ANYONE, world.now)
    world.run(1)
    mark = len(world.wire)
    called.stack.join(there, consulted, world.now)
    world.flush()
    refer = sent_since(world, mark)[0]
    onward = called.stack.call(consulted).dialog
    named = f"{onward.call_id};to-tag={onward.remote_tag};from-tag={onward.local_tag}"
    escaped = named.replace("@", "%40").replace(";", "%3B").replace("=", "%3D")
    assert refer.first("refer-to") == f"<{onward.target}?Replaces={escaped}>"
    assert refer.call_id == called.stack.call(there).dialog.call_id


def test_a_call_is_not_joined_with_itself():
    world, _, called, _, there = up()
    with pytest.raises(CommandError, match="two calls"):
        called.stack.join(there, there, world.now)


def test_a_refer_that_bears_replaces_makes_us_call_nobody():
    world, caller, called, call, there = up()
    called.stack.allow(there, ANYONE)
    caller.stack.call(call).ask(
        "REFER",
        world.now,
        lambda *_: None,
        f"Refer-To: <sip:4001@{CARRIER}?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>\r\n",
    )
    world.run(1)
    assert [m.status for m in world.sent(SHOP, 403)] == [403]
    assert not world.sent(SHOP, "INVITE")


@pytest.mark.parametrize("text", ["", ";to-tag=a;from-tag=b", "c;to-tag=a", "c;from-tag=b"])
def test_half_a_name_is_none(text):
    request = parse(f"INVITE sip:a@b SIP/2.0\r\nReplaces: {text}\r\n\r\n".encode())
    with pytest.raises(ProtocolError):
        Replaces.of(request)
