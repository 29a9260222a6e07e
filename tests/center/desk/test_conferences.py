"""Who is a third on a call takes a conference unit with the first of them, and gives it back with the last, whatever happens."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.acd.agent import Agent
from center.desk.conferences import Conferences, Party
from center.desk.desk import RefusedError
from center.desk.guests import ASK_S
from center.desk.person import HOUSE
from center.desk.sitting import AWAY_S
from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.gate import CONFERENCE, Gate
from flows.inputs import HungUp, Keys, Opened
from store.journal import SqliteJournal
from store.memory import MemoryStore
from tests.center.desk.house import (
    BUYER,
    OTHER,
    Clock,
    Desk,
    House,
    Voice,
    assert_counted_as_it_stands,
    with_wrap_up,
)
from tests.center.uap.tiny import TINY
from tests.flows.shops import NOON, ORDER, SHOP, program_of

AGENTS = ("li", "wang", "zhao")
BOSSES = ("boss", "chief")
MEDIA, SEATS = Place("1", 1), (Place("1", 2), Place("1", 3), Place("1", 4))
"""One conference unit, and seats for six."""


def gate_of(clock: Clock) -> Gate:
    capacity = Capacity()
    capacity.add_chassis("1", TINY)
    capacity.insert(MEDIA, "MSU", clock.now - 60)
    for place in SEATS:
        capacity.insert(place, "GPU", clock.now - 60)
    capacity.advance(clock.now)
    return Gate(capacity, lambda: clock.now)


class Busy:
    """A floor of three agents and two supervisors on a platform with one conference unit."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.switchboard.voice = self.voice = Voice()
        self.gate = gate_of(house.clock)
        house.switchboard.conferences.gate = self.gate
        house.switchboard.sitting.gate = self.gate
        for name in (*AGENTS, *BOSSES):
            house.switchboard.set_agent(Agent(name, HOUSE))
        house.clock.passes()
        self.desks = {agent: house.sits(agent) for agent in AGENTS}
        self.told: list[str] = []

    def call(self, agent: str) -> str:
        """The call that an agent has, if any."""
        held = self.house.switchboard.kept.router.agent_measure(agent).contacts
        return next((name for name, slot in held if slot == "busy"), "none")

    def rings(self, buyer: str) -> None:
        self.voice.up |= {f"shop/{buyer}/voice/{n}/2" for n in range(1, 30)}
        self.house.gives(Opened(), buyer=buyer)
        self.house.gives(Keys("0"), buyer=buyer)
        for agent in AGENTS:
            held = self.house.switchboard.kept.router.agent_measure(agent).contacts
            for name, slot in held:
                if slot == "offered":
                    self.house.does(self.house.floor.accept, agent, name)

    def asks(self, deed, *words) -> None:
        try:
            self.house.does(deed, *words)
        except RefusedError as error:
            self.told.append(str(error))

    def listens(self, boss: str, agent: str, mode: str = "monitor") -> None:
        self.asks(
            self.house.floor.listen, boss, boss, agent, mode, lambda why: self.told.append(str(why))
        )

    def loses(self, place: Place) -> None:
        """What commands.serving.platform does when a board fails."""
        for name in self.gate.capacity.fail(place):
            if name.startswith(CONFERENCE):
                self.house.switchboard.conferences.lost(name.removeprefix(CONFERENCE))
        self.house.clock.passes()
        self.gate.capacity.restore(place, self.house.clock.now)

    def taken(self) -> set[str]:
        """Calls that hold a conference unit."""
        names = self.gate.capacity.calls()
        return {n.removeprefix(CONFERENCE) for n in names if n.startswith(CONFERENCE)}

    def crowded(self) -> set[str]:
        """Calls with a third on them, or asked to be."""
        talks = self.house.switchboard._talks.named  # noqa: SLF001 - what the desks are told
        return {n for n, talk in talks.items() if talk.guests} | {*self.voice.listening.values()}


@pytest.fixture
def busy(house: House) -> Busy:
    found = Busy(house)
    found.rings(BUYER)
    return found


def test_one_unit_serves_all_who_are_on_a_call_and_goes_back_with_the_last(busy: Busy):
    on = busy.call("li")
    busy.asks(busy.house.floor.invite, "li", on, "wang")
    assert busy.taken() == {on}, "asked for when the third leg is"
    busy.asks(busy.house.floor.accept, "wang", on)
    busy.listens("boss", "li")
    busy.listens("chief", "li", "barge-in")
    assert busy.house.floor.listens("chief") == ("li", "barge-in")
    assert busy.taken() == {on}
    busy.asks(busy.house.floor.finish, "wang", on)
    busy.asks(busy.house.floor.stop_listening, "boss")
    assert busy.taken() == {on}
    busy.asks(busy.house.floor.take_off_ear, "chief")
    assert busy.house.floor.listens("chief") is None
    assert busy.taken() == set()
    busy.listens("boss", "li")
    busy.asks(busy.house.floor.finish, "li", on)
    assert busy.house.floor.listens("boss") is None, "the call is over"
    assert busy.told == []


def test_the_unit_goes_back_also_where_there_is_nothing_to_write_up(store, journal):
    busy = Busy(House(store, journal, Clock(), with_wrap_up(0.0)))
    busy.rings(BUYER)
    busy.listens("boss", "li")
    busy.asks(busy.house.floor.invite, "li", busy.call("li"), "wang")
    busy.asks(busy.house.floor.finish, "li", busy.call("li"))
    assert busy.taken() == busy.crowded() == set()
    assert busy.told == []


def test_who_finds_none_free_is_told_so_and_the_call_goes_on(busy: Busy):
    busy.rings(OTHER)
    busy.listens("boss", "wang")
    busy.listens("chief", "li")
    busy.asks(busy.house.floor.invite, "li", busy.call("li"), "zhao")
    assert (
        busy.told == ["all conference ports are taken; try again when a conference has ended"] * 2
    )
    assert busy.voice.listening == {"boss": busy.call("wang")}
    assert busy.call("li") != "none"
    busy.listens("boss", "li", "whisper")
    assert busy.taken() == {busy.call("li")}, "who goes from one call to another takes theirs along"


def test_a_board_that_fails_takes_its_conferences_and_leaves_the_calls(busy: Busy):
    on = busy.call("li")
    busy.asks(busy.house.floor.invite, "li", on, "wang")
    busy.asks(busy.house.floor.accept, "wang", on)
    busy.listens("boss", "li")
    busy.loses(MEDIA)
    assert busy.taken() == busy.crowded() == set()
    assert busy.call("li") == on
    lost = "the conference's board has failed; the buyer is with one agent alone"
    assert busy.told == [lost], "the supervisor"
    assert ("refused", lost) in busy.desks["li"].told
    assert ("ended", on) in busy.desks["wang"].told
    busy.listens("boss", "li")
    assert busy.told[1:] == ["no conference port is in service; try again when a board is"]
    busy.house.clock.passes(10)
    busy.listens("boss", "li")
    assert busy.taken() == {on}


def test_without_a_platform_there_is_always_one():
    conferences = Conferences()
    conferences.join("a", Party("guest", "li"), print)
    conferences.part("a", Party("guest", "li"))
    conferences.part("a", Party("guest", "li"))
    conferences.over("a")
    conferences.lost("a")


agents, bosses = st.sampled_from(AGENTS), st.sampled_from(BOSSES)
moves = st.one_of(
    st.tuples(st.just("rings"), st.sampled_from((BUYER, OTHER))),
    st.tuples(st.just("hangs up"), st.sampled_from((BUYER, OTHER))),
    *(st.tuples(st.sampled_from(("invite", "accept", "leave")), agents, agents) for _ in range(2)),
    *(st.tuples(st.just("listen"), bosses, agents) for _ in range(2)),
    st.tuples(st.just("stop"), bosses),
    st.tuples(st.sampled_from(("finish", "to the queue", "away", "ready", "gone")), agents),
    st.tuples(st.just("to"), agents, agents),
    st.tuples(st.sampled_from(("passes", "board fails"))),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(moves, max_size=30), st.sampled_from((30.0, 0.0)))
def test_whatever_happens_on_the_floor_a_call_has_a_unit_while_a_third_is_on_it_and_no_longer(
    history, wrap_up_s
):
    store = MemoryStore()
    store.publish("shop", program_of(ORDER, SHOP), NOON)
    with tempfile.TemporaryDirectory() as folder:
        journal = SqliteJournal(Path(folder) / "floor")
        try:
            follow(Busy(House(store, journal, Clock(), with_wrap_up(wrap_up_s))), history)
        finally:
            journal.close()


def follow(busy: Busy, history) -> None:
    house, floor = busy.house, busy.house.floor
    busy.rings(BUYER)
    for move in history:
        match move:
            case ("rings", buyer):
                busy.rings(buyer)
            case ("hangs up", buyer):
                house.gives(HungUp(), buyer=buyer)
            case ("invite", agent, other):
                busy.asks(floor.invite, agent, busy.call(agent), other)
            case ("accept", agent, other):
                busy.asks(floor.accept, other, busy.call(agent))
            case ("leave", agent, other):
                busy.asks(floor.decline, other, busy.call(agent))
            case ("listen", boss, agent):
                busy.listens(boss, agent)
            case ("stop", boss):
                floor.stop_listening(boss)
            case ("finish", agent):
                on = busy.call(agent)
                busy.asks(floor.finish, agent, on)
                busy.asks(floor.wrap_up, agent, on, "other", "")
            case ("to the queue", agent):
                busy.asks(floor.transfer, agent, busy.call(agent), "queue", "sales")
            case ("to", agent, other):
                busy.asks(floor.transfer, agent, busy.call(agent), "agent", other)
            case ("away", agent):
                busy.asks(floor.sign_out, agent, busy.desks[agent])
            case ("gone", agent):
                busy.asks(floor.leave, agent)
            case ("ready", agent):
                busy.desks[agent] = Desk()
                busy.asks(floor.sign_in, agent, busy.desks[agent])
                busy.asks(floor.ready, agent)
            case ("board fails",):
                busy.loses(MEDIA)
            case _:
                house.clock.passes(max(ASK_S, AWAY_S) + 1)
        assert busy.taken() == busy.crowded(), move
        assert_counted_as_it_stands(house)
        assert all(busy.call(agent) == on for agent, on in busy.voice.calls.items()), move
        assert len(busy.taken()) <= 1
