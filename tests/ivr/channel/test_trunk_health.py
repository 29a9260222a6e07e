"""Which trunks take calls, from what signalling tells."""

import logging

from ivr.channel.trunk_health import TrunksUp
from ivr.sip.events import Registration, TrunkHealth


def told(*events):
    trunks = TrunksUp()
    for event in events:
        trunks.note(event)
    return trunks.takes_calls("here")


def test_a_trunk_of_which_nothing_is_known_takes_calls():
    assert told()
    assert told(TrunkHealth("there", False, "no answer", "a"))


def test_a_trunk_is_down_when_all_its_peers_are():
    one_down = TrunkHealth("here", True, "no answer", "a", peer_up=False)
    assert told(one_down)
    other_down = TrunkHealth("here", False, "no answer", "b", peer_up=False)
    assert not told(one_down, other_down)
    assert told(
        one_down, other_down, TrunkHealth("here", True, "it answered 200", "a", peer_up=True)
    )


def test_a_trunk_that_does_not_register_us_takes_no_calls_though_it_is_there():
    there = TrunkHealth("here", True, "it answered 200", "a")
    assert not told(there, Registration("here", False, "403 Forbidden"))
    assert told(
        there, Registration("here", False, "no answer"), Registration("here", True, "granted")
    )


def test_operators_hear_once_that_it_went_and_once_that_it_is_back(caplog):
    with caplog.at_level(logging.WARNING, "dialcart.calls"):
        told(
            TrunkHealth("here", True, "it answered 200", "a"),
            TrunkHealth("here", False, "no answer", "a"),
            Registration("here", False, "no answer"),
            Registration("here", True, "granted"),
            TrunkHealth("here", True, "it answered 200", "a"),
        )
    assert [record.message for record in caplog.records] == [
        "trunk here takes no calls: no answer",
        "trunk here takes calls again: it answered 200",
    ]
