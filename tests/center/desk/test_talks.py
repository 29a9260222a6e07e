"""Buyers who were handed over, as they are found again after a crash."""

from __future__ import annotations

from center.acd.events import ContactArrived
from center.acd.journal import decode
from store.journal import SqliteJournal
from store.memory import MemoryStore
from tests.center.desk.house import OTHER, Desk, House
from tests.flows.shops import NOON, ORDER, SHOP, program_of


def test_after_a_crash_talks_and_offers_stand_as_they_stood(house: House, store, journal):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    contact = house.answers(desk, "li")
    house.texts("人工", buyer=OTHER)
    house.clock.passes()

    restarted = House(store, journal, house.clock)
    again = Desk()
    restarted.does(restarted.floor.sign_in, "li", again)
    assert ("stage", contact, "talking") in again.told
    assert "offered" in [told[0] for told in again.told]
    restarted.texts("还在吗")
    assert ("said", "buyer", "还在吗") in again.take()


def test_a_hand_over_that_the_journal_missed_is_made_up_for(house: House, store, journal, tmp_path):
    house.sits("li")
    house.texts("人工")
    short = SqliteJournal(tmp_path / "short")
    short.append([r for r in journal.records() if not isinstance(decode(r), ContactArrived)])
    restarted = House(store, short, house.clock)
    desk = Desk()
    restarted.does(restarted.floor.sign_in, "li", desk)

    assert "offered" in [told[0] for told in desk.told]
    short.close()


def test_a_talk_whose_session_the_store_has_let_go_is_closed(house: House, journal, tmp_path):
    desk = house.sits("li")
    house.texts("人工")
    house.answers(desk, "li")
    other = MemoryStore()
    other.publish("shop", program_of(ORDER, SHOP), NOON)
    restarted = House(other, journal, house.clock)

    assert restarted.floor.view("li").queues[0].talking == 0
    assert restarted.floor.view("li").agents[0].contacts == 0
