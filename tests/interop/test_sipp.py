"""SIPp calls us, as a carrier's switch would."""

import asyncio

import pytest

from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.digest import Secret
from ivr.sip.events import Cause, Digits, Ended, Incoming, Reinvited, TransferAsked
from ivr.sip.layer import Local
from ivr.sip.numbers import AllowList
from ivr.sip.offer import answer
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks
from tests.interop.shop_floor import Operator, open_endpoint
from tests.interop.sipp_runner import run_sipp

FRIEND = AllowList(("+8613800138000",))


SIX = Trunk("six", networks("::1/128"))


async def call_by_ipv6(operator, folder, *words):
    """Let SIPp call by IPv6; our audio goes by IPv4 whatever it says."""
    listen = [Listen("udp", "::1", 0)]
    endpoint = Endpoint(Settings(local=Local("127.0.0.1")), [SIX], operator, listen=listen)
    operator.endpoint = endpoint
    await endpoint.start()
    try:
        await run_sipp(endpoint.port, "by_ipv6", folder, *words, host="::1")
    finally:
        await endpoint.close()


def call_with(scenario, folder, *words, operator=None, trunk=None, calls=1, **settings):
    """Let SIPp run a scenario against us; gives who was called, and the stack."""
    operator = operator or Operator()
    trunks = (trunk,) if trunk else ()

    async def run():
        async with open_endpoint(operator, *trunks, **settings) as endpoint:
            await run_sipp(endpoint.port, scenario, folder, *words, calls=calls)
            return endpoint.stack

    return operator, asyncio.run(run())


def all_of(operator, kind):
    return [event for event in operator.told if isinstance(event, kind)]


def test_its_own_uac_scenario_passes(tmp_path):
    operator, stack = call_with("uac", tmp_path, "-r", "200", calls=100)
    assert operator.kinds().count("Answered") == 100
    assert operator.kinds().count("Ended") == 100
    assert not stack.calls


def test_a_call_comes_by_ipv6(tmp_path):
    operator = Operator()
    asyncio.run(call_by_ipv6(operator, tmp_path, "-mi", "127.0.0.1"))
    assert operator.kinds() == ["Incoming", "Answered", "Ended"]


def test_audio_that_only_ipv6_reaches_is_refused(tmp_path):
    operator = Operator()
    with pytest.raises(AssertionError, match="488 Not Acceptable Here"):
        asyncio.run(call_by_ipv6(operator, tmp_path, "-mi", "::1"))
    assert all_of(operator, Ended)[0].status == 488


def test_its_own_uac_scenario_passes_over_one_tcp_connection(tmp_path):
    operator, stack = call_with(
        "uac", tmp_path, "-t", "t1", "-r", "200", calls=100, transports=("tcp",)
    )
    assert operator.kinds().count("Ended") == 100
    assert not stack.calls


def test_a_caller_gives_up_while_it_rings(tmp_path):
    def react(endpoint, event):
        if isinstance(event, Incoming):
            endpoint.progress(event.call, 180)
            return True
        return False

    operator, _ = call_with("cancel", tmp_path, operator=Operator(react=react))
    assert all_of(operator, Ended)[0].cause is Cause.CANCELLED


def test_a_cancel_that_crosses_our_answer_changes_nothing(tmp_path):
    def react(endpoint, event):
        if isinstance(event, Incoming):
            endpoint.progress(event.call, 180)
            endpoint.answer(event.call, answer(event.offer, operator.media)[0])
            return True
        return False

    operator = Operator(react=react)
    call_with("cancel_too_late", tmp_path, operator=operator)
    assert operator.kinds() == ["Incoming", "Answered", "Ended"]
    assert all_of(operator, Ended)[0].cause is Cause.HUNG_UP


def test_a_call_past_all_that_we_take_is_told_when_to_come_again(tmp_path):
    operator, _ = call_with("full", tmp_path, calls_max=0)
    assert operator.kinds() == ["TurnedAway"]


def test_hold_and_back(tmp_path):
    operator, _ = call_with("hold", tmp_path)
    directions = [event.offer.media[0].direction for event in all_of(operator, Reinvited)]
    assert directions == ["sendonly", "sendrecv"]


def test_a_delayed_offer(tmp_path):
    operator, _ = call_with("delayed", tmp_path)
    assert all_of(operator, Incoming)[0].offer is None
    assert operator.kinds() == ["Incoming", "Answered", "Ended"]


def test_early_media_are_acknowledged(tmp_path):
    def react(endpoint, event):
        if isinstance(event, Incoming):
            ours, _ = answer(event.offer, operator.media)
            endpoint.progress(event.call, 183, ours, reliable=True)
            endpoint.answer(event.call, ours)
            return True
        return False

    operator = Operator(react=react)
    call_with("prack", tmp_path, operator=operator)
    assert operator.kinds() == ["Incoming", "Answered", "Ended"]


def test_a_transfer_to_a_number_that_is_allowed(tmp_path):
    def react(endpoint, event):
        if isinstance(event, TransferAsked):
            endpoint.report_transfer(event.call, 200)
        return False

    operator, _ = call_with(
        "refer",
        tmp_path,
        operator=Operator(react=react, allowed=FRIEND),
        trunk=Trunk("loopback", networks("127.0.0.0/8"), allowed=FRIEND),
    )
    assert all_of(operator, TransferAsked)[0].number == "13800138000"


def test_a_transfer_to_a_premium_number_is_forbidden(tmp_path):
    operator, _ = call_with(
        "fraud",
        tmp_path,
        operator=Operator(allowed=FRIEND),
        trunk=Trunk("loopback", networks("127.0.0.0/8"), allowed=FRIEND),
    )
    assert not all_of(operator, TransferAsked)


def test_a_password_is_asked_for_and_proven(tmp_path):
    secret = Secret("shop", "noodles")
    trunk = Trunk("loopback", networks("127.0.0.0/8"), secret=secret, algorithms=("MD5",))
    operator, _ = call_with("digest", tmp_path, trunk=trunk)
    assert operator.kinds() == ["Incoming", "Answered", "Ended"]


def test_keys_by_info(tmp_path):
    operator, _ = call_with("info", tmp_path)
    assert all_of(operator, Digits)[0].digits == "7"


def test_a_session_timer_is_agreed_and_renewed(tmp_path):
    call_with("update", tmp_path)


def test_a_session_that_is_too_short_is_refused(tmp_path):
    call_with("short_session", tmp_path)


def test_a_call_without_a_codec_that_we_have_is_refused(tmp_path):
    operator, _ = call_with("no_codec", tmp_path)
    assert all_of(operator, Ended)[0].status == 488


def test_options_are_answered(tmp_path):
    call_with("options", tmp_path)
