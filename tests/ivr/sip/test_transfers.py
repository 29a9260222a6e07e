"""Whom we send the other end to, whom it asks us to call, and whom nobody makes us call. RFC 3515."""

import pytest

from ivr.sip.errors import NotAllowedError
from ivr.sip.events import (
    Incoming,
    TransferAsked,
    TransferProgress,
)
from ivr.sip.numbers import NOBODY, AllowList
from tests.ivr.sip.network import ANYONE, SHOP, pair, ring, up


def test_a_transfer_that_we_ask_for_is_told_of_until_its_end():
    world, caller, called, call, there = up()
    caller.stack.allow(call, AllowList(("8613800138000",)))
    called.stack.refer(there, "tel:8613800138000", ANYONE, world.now)
    world.run(1)
    assert caller.last(TransferAsked).number == "13800138000"
    assert world.sent(SHOP, "REFER")[0].first("refer-to") == "<tel:13800138000>"
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
    caller.stack.call(call).transfer._incoming = None  # noqa: SLF001 - an end that forgets
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
