"""Our calling end against our called end: what one says, the other hears, and both end alike."""

# ruff: noqa: SLF001 - what a call keeps to itself is what must be gone at its end

import pytest

from ivr.sip.errors import CommandError, NotAllowedError
from ivr.sip.events import (
    Answered,
    Cause,
    Digits,
    Ended,
    Incoming,
    MediaChanged,
    OfferRejected,
    Progress,
    Reinvited,
    TransferAsked,
    TransferProgress,
)
from ivr.sip.numbers import NOBODY, AllowList
from ivr.sip.offer import LocalMedia, make_offer
from ivr.sip.stack import Stack
from tests.ivr.sip.network import ANYONE, CARRIER, SECRET, SHOP, pair, ring


def up(**options):
    """A call that both ends have up."""
    world, caller, called = pair(**options)
    call = ring(world, caller)
    world.run(1)
    assert isinstance(caller.last(Answered), Answered)
    return world, caller, called, call, called.last(Incoming).call


def quiet(world, *nodes):
    """Nothing is left, once all timers have run out."""
    world.run(200)
    for node in nodes:
        assert not node.stack.calls
        assert not node.stack._dialogs
        assert not node.stack._initial
        assert len(node.stack.layer) == 0


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
    caller.stack.call(name)._send_ack(1, b"")
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


def test_a_reason_cannot_begin_another_header():
    world, caller, called = pair()
    called.by_itself = False
    ring(world, caller)
    world.run(0.1)
    called.stack.refuse(called.last(Incoming).call, 480, world.now, reason="gone\r\nX: y")
    world.run(1)
    assert world.sent(SHOP, 480)[0].first("x") is None
    assert caller.ended().reason == "gone X: y"


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


def test_a_transfer_that_we_ask_for_is_told_of_until_its_end():
    world, caller, called, call, there = up()
    caller.stack.allow(call, AllowList(("8613800138000",)))
    called.stack.refer(there, "tel:8613800138000", ANYONE, world.now)
    world.run(1)
    assert caller.last(TransferAsked).number == "8613800138000"
    assert world.sent(SHOP, "REFER")[0].first("refer-to") == "<tel:8613800138000>"
    assert called.last(TransferProgress) == TransferProgress(there, 100, False)
    caller.stack.report_transfer(call, 180, world.now)
    world.run(1)
    caller.stack.report_transfer(call, 200, world.now)
    world.run(1)
    assert called.last(TransferProgress) == TransferProgress(there, 200, True)
    assert not world.sent(SHOP, "BYE")
    assert there in called.stack.calls


def test_a_transfer_that_is_never_told_of_is_given_up():
    world, caller, called, call, there = up()
    caller.stack.allow(call, ANYONE)
    called.stack.refer(there, "8613800138000", ANYONE, world.now)
    world.run(1)
    caller.stack.call(call).transfer._incoming = None
    world.run(181)
    assert called.last(TransferProgress) == TransferProgress(there, 408, True)


def test_a_transfer_to_somebody_who_is_not_allowed_is_refused():
    world, caller, called, call, there = up()
    caller.stack.allow(call, AllowList(("8613800138000",)))
    called.stack.refer(there, "8613900139000", ANYONE, world.now)
    world.run(1)
    assert not caller.all(TransferAsked)
    assert called.last(TransferProgress) == TransferProgress(there, 403, True)


def test_nobody_is_dialled_whom_no_list_holds():
    world, caller, _, call, _ = up()
    for number in (
        "19001234567",
        "+19001234567",
        "4001@evil.example",
        "4001;phone-context=+1900",
        "",
        "٤٠٠١",
    ):
        with pytest.raises(NotAllowedError):
            caller.stack.dial("line", number, None, AllowList(("4001",)), world.now)
        with pytest.raises(NotAllowedError):
            caller.stack.refer(call, number, AllowList(("4001",)), world.now)
    with pytest.raises(NotAllowedError):
        caller.stack.dial("line", "4001", None, NOBODY, world.now)


def test_a_trunk_has_its_own_way_of_writing_numbers():
    world, caller, called = pair(carrier_trunk={"write": lambda number: f"+86{number}"})
    ring(world, caller, "4001")
    world.run(1)
    assert called.last(Incoming).dialled == "+864001"


def test_the_trunk_has_a_list_of_its_own():
    world, caller, _ = pair(carrier_trunk={"allowed": AllowList(("4001",))})
    with pytest.raises(NotAllowedError):
        caller.stack.dial("line", "8613800138000", None, ANYONE, world.now)


def test_a_trunk_may_ask_for_a_password():
    world, caller, called = pair(
        shop_trunk={"secret": SECRET}, carrier_trunk={"peer_secret": SECRET}
    )
    ring(world, caller)
    world.run(1)
    assert called.kinds() == ["Incoming", "Answered"]
    assert len(world.sent(SHOP, 401)) == 1


def test_a_wrong_password_is_forbidden():
    from ivr.sip.digest import Secret

    world, caller, called = pair(
        shop_trunk={"secret": SECRET}, carrier_trunk={"peer_secret": Secret("shop", "rice")}
    )
    ring(world, caller)
    world.run(1)
    assert called.kinds() == []
    assert caller.ended().status == 403


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


def test_a_call_does_not_last_for_ever():
    world, caller, called, _, _ = up()
    world.run(4 * 3600 + 1)
    assert caller.ended().reason == "too long" or called.ended().reason == "too long"
    quiet(world, caller, called)


def test_an_answer_that_is_never_acknowledged_ends_the_call():
    world, caller, called = pair()
    world.drop = lambda _, message: getattr(message, "method", "") == "ACK"
    ring(world, caller)
    world.run(40)
    assert called.ended().cause is Cause.LOST
    assert caller.ended().cause is Cause.HUNG_UP
    quiet(world, caller, called)


def test_a_shop_that_stops_takes_no_more_calls_but_keeps_its_own():
    world, caller, called, call, there = up()
    called.stack.drain(world.now)
    ring(world, caller)
    world.run(1)
    assert caller.ended().status == 503
    assert world.sent(SHOP, 503)[0].first("retry-after") == "10"
    assert there in called.stack.calls
    caller.stack.hang_up(call, world.now)
    world.run(1)
    assert called.ended().cause is Cause.HUNG_UP


def test_lines_of_a_trunk_are_busy_when_all_are_taken():
    world, caller, _called = pair(shop_trunk={"calls_max": 1})
    ring(world, caller)
    world.run(1)
    ring(world, caller)
    world.run(1)
    assert caller.ended().status == 486


def test_an_endpoint_that_is_full_says_when_to_come_back():
    world, caller, _called = pair(shop={"calls_max": 1, "retry_after_s": 7})
    ring(world, caller)
    world.run(1)
    ring(world, caller)
    world.run(1)
    assert caller.ended().status == 503
    assert world.sent(SHOP, 503)[0].first("retry-after") == "7"


def test_calls_that_come_too_fast_are_told_to_come_back():
    world, caller, called = pair(shop={"calls_per_s_max": 2})
    for _ in range(3):
        ring(world, caller)
    world.run(1)
    assert caller.ended().status == 503
    assert len(called.all(Incoming)) == 2


def test_a_number_of_another_trunk_is_forbidden_and_one_of_none_not_found():
    world, caller, called = pair(shop_trunk={"numbers": AllowList(("4001",))})
    from tests.ivr.sip.network import trunk_to

    other = trunk_to("203.0.113.9", name="other", numbers=AllowList(("4002",)))
    called.stack.trunks = type(called.stack.trunks)((*called.stack.trunks.all, other))
    for number, status in (("4002", 403), ("4003", 404)):
        ring(world, caller, number)
        world.run(1)
        assert caller.ended().status == status
    ring(world, caller, "4001")
    world.run(1)
    assert caller.last(Answered)


def test_strangers_hear_nothing():
    world, caller, called = pair()
    from ivr.sip.flow import Flow

    data = world_invite(world, caller)
    called.stack.receive(data, Flow("udp", "203.0.113.66", 5060), world.now)
    assert called.stack.take_out() == []
    assert called.stack.take_events() == []
    assert called.stack.counters.strangers == 1


def world_invite(world, caller):
    ring(world, caller)
    return next(data for _, _, data in world.wire if data.startswith(b"INVITE"))


def test_a_command_for_a_call_that_has_ended_says_so():
    world, caller, _called, call, _ = up()
    caller.stack.hang_up(call, world.now)
    with pytest.raises(CommandError, match="ended"):
        caller.stack.hang_up(call, world.now)
    assert isinstance(caller.stack, Stack)


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
