"""Random histories of the gate, as channels and desks ask it: who is let in is refused nothing later, and leaves nothing behind."""

from hypothesis import given, settings
from hypothesis import strategies as st

from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.chassis import PlatformError
from center.uap.door import Admitted, Refused
from center.uap.gate import Gate
from center.uap.resources import INDEX, NOTHING, named
from tests.center.uap.test_histories import recount
from tests.center.uap.tiny import TINY

CALLS = [f"c{n}" for n in range(6)]
NAMES = ("ann", "bob", "joe")
KEPT = ("sip", "ivr", "dtmf")
"""A caller is never without these."""

calls, names = st.sampled_from(CALLS), st.sampled_from(NAMES)
places = st.builds(Place, st.sampled_from(("1", "2")), st.integers(1, 4))
moves = st.one_of(
    *(st.tuples(st.just("admit"), calls, st.tuples(*[st.booleans()] * 3)) for _ in range(3)),
    *(
        st.tuples(st.just("enter"), calls, st.sampled_from(("wait", "talk", "menu")))
        for _ in range(3)
    ),
    st.tuples(st.just("release"), calls),
    st.tuples(st.sampled_from(("seat", "leave_seat", "confer", "disperse")), names),
    st.tuples(st.just("insert"), places, st.sampled_from(("MSU", "MSU", "SRU", "GPU"))),
    st.tuples(st.sampled_from(("drain", "restore", "remove", "fail")), places),
)


class Site:
    """Two chassis and a gate, whose clock goes on by a second a move."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.capacity = Capacity()
        for chassis in ("1", "2"):
            self.capacity.add_chassis(chassis, TINY)
            for slot, board in enumerate(("MSU", "GPU", "SRU"), 1):
                self.capacity.insert(Place(chassis, slot), board, self.now - 60)
        self.gate = Gate(self.capacity, lambda: self.now)
        self.records: dict[str, bool] = {}
        """By call that was let in, whether its flow records."""
        self.robbed: set[str] = set()
        """Who held what a failed board had, and is not cut off."""

    def change(self, move: str, place: Place, *kind: str) -> None:
        held = {
            call
            for board in (self.capacity.chassis[place.chassis].boards.get(place.slot),)
            if board is not None
            for call in board.holders
        }
        try:
            if move in ("insert", "restore"):
                getattr(self.capacity, move)(place, *kind, self.now)
            else:
                dropped = getattr(self.capacity, move)(place) or []
                self.forget(*dropped)
                if move == "fail":
                    self.robbed |= held - set(dropped)
        except PlatformError:
            pass

    def forget(self, *gone: str) -> None:
        for call in gone:
            self.records.pop(call, None)
            self.robbed.discard(call)

    def check(self) -> None:
        usage = self.capacity.usage()
        assert (usage.free, usage.units) == recount(self.capacity)
        for call in self.records.keys() - self.robbed:
            for name in (*KEPT, *(["record"] if self.records[call] else [])):
                assert self.capacity.holds(call, INDEX[name]) == 1, f"{call} is without {name}"


@settings(max_examples=200, deadline=None)
@given(st.lists(moves, max_size=60))
def test_nobody_let_in_is_refused_later_and_nothing_is_left_when_all_have_gone(history):
    site = Site()
    gate = site.gate
    for move, *words in history:
        site.now += 1
        match move, words:
            case "admit", (call, (by_speech, to_person, records)):
                was_in = call in site.records
                answer = gate.admit(call, by_speech=by_speech, to_person=to_person, records=records)
                if isinstance(answer, Admitted) and not was_in:
                    site.records[call] = records
                    assert not gate.may_hear(call) or by_speech
            case "enter", (call, phase):
                has_person = site.capacity.calls().get(call, ("",))[0]
                answer = gate.enter(call, phase)
                if call in site.records.keys() - site.robbed and (
                    phase == "menu" or "person" in has_person
                ):
                    assert isinstance(answer, Admitted), "let in is let in"
                if phase != "menu" and isinstance(answer, Admitted):
                    assert not gate.may_hear(call)
            case "release", (call,):
                gate.release(call)
                site.forget(call)
            case (("seat" | "leave_seat" | "confer" | "disperse"), (name,)):
                answer = getattr(gate, move)(name)
                assert answer is None or isinstance(answer, Admitted | Refused)
            case _, (place, *kind):
                site.change(move, place, *kind)
        site.check()
    for call in CALLS:
        gate.release(call)
    for name in NAMES:
        gate.leave_seat(name)
        gate.disperse(name)
    assert site.capacity.usage().taken == NOTHING, named(site.capacity.usage().taken)
    assert site.capacity.calls() == {}
