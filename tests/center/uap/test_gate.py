"""A channel asks the gate, and tells it what becomes of a call."""

from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.door import Admitted, Refused, Why
from center.uap.gate import Gate
from center.uap.models import model
from center.uap.resources import SIP


def gate(*boards, **given):
    capacity = Capacity(**given)
    capacity.add_chassis("1", model("UAP2100"))
    for slot, board in enumerate(boards, 1):
        capacity.insert(Place("1", slot), board, 0.0)
    capacity.advance(100.0)
    return Gate(capacity, lambda: 1_000.0)


def test_a_call_goes_its_way_and_leaves_nothing_behind():
    found = gate("MSU", "GPU", "SRU")
    before = found.capacity.usage().free
    assert found.admit("c1", by_speech=True, to_person=True, records=True) == Admitted("c1", "1")
    assert found.capacity.calls()["c1"][0] == "speech to a person, recorded"
    for phase, hears in (("wait", False), ("talk", False), ("menu", True)):
        assert isinstance(found.enter("c1", phase), Admitted)
        assert found.may_hear("c1") == hears
    found.release("c1")
    found.release("c1")
    assert found.capacity.usage().free == before


def test_a_browsers_call_takes_no_e1_channel():
    found = gate("MSU", "GPU")
    found = Gate(found.capacity, lambda: 1_000.0, access="e1")
    assert found.admit("c1").resource == "e1", "no board has one"
    assert isinstance(found.admit("c2", by_browser=True), Admitted)
    assert found.capacity.holds("c2", SIP) == 1


def test_without_a_recogniser_a_call_is_let_in_by_keys():
    found = gate("MSU", "GPU")
    assert isinstance(found.admit("c1", by_speech=True), Admitted)
    assert found.capacity.calls()["c1"][0] == "keys"
    assert not found.may_hear("c1")


def test_after_a_wait_the_flow_goes_on_by_keys_while_others_have_the_recognisers():
    found = gate("MSU", "GPU", "SRU")
    found.admit("c1", by_speech=True, to_person=True)
    found.enter("c1", "wait")
    clock = iter(range(2_000, 9_999))
    found = Gate(found.capacity, lambda: float(next(clock)))
    for n in range(model("UAP2100").boards["SRU"].gives["asr"].whole):
        found.admit(f"other {n}", by_speech=True)
    assert isinstance(found.enter("c1", "menu"), Admitted), "served all the same"
    assert not found.may_hear("c1")
    found.release("other 0")
    assert isinstance(found.enter("c1", "menu"), Admitted)
    assert found.may_hear("c1")


def test_who_is_refused_is_counted_by_why():
    found = gate("MSU", "GPU", sellers={"noodles": 0})
    assert found.admit("c1", seller="noodles").sip_status == 486
    assert found.refused[Why.SELLER] == 1
    assert isinstance(gate().seat("ann"), Refused)


def test_agents_take_seats_and_give_them_back():
    found = gate("GPU")
    before = found.capacity.usage().free
    assert isinstance(found.seat("ann"), Admitted)
    found.leave_seat("ann")
    assert found.capacity.usage().free == before


def test_a_call_that_the_platform_dropped_is_refused_its_next_phase_not_an_error():
    found = gate("MSU", "GPU")
    found.admit("c1", to_person=True)
    found.capacity.fail(Place("1", 1))
    assert isinstance(found.enter("c1", "talk"), Refused)
