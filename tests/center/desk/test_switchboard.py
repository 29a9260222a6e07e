"""The switchboard: buyers handed over by a flow, agents at desks, all of it kept; stories on a clock that a test moves."""

from __future__ import annotations

import pytest

from center.acd.events import ContactArrived
from center.acd.journal import decode
from center.contact import ContactKey
from center.desk.card import BasketLine
from center.desk.desk import RefusedError
from center.desk.sitting import AWAY_S, RELOAD_S
from center.ports import StoreFullError
from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.gate import Gate
from center.uap.models import model
from store.journal import SqliteJournal
from store.memory import MemoryStore
from tests.center.desk.house import BUYER, OTHER, Desk, House, Voice
from tests.flows.shops import NOON, ORDER, SHOP, program_of


def test_without_anybody_signed_in_the_flow_goes_on_at_once(house: House):
    assert house.texts("苹果", "人工")[-1] == "再见"
    assert house.store.awaited() == []


def test_a_buyer_is_offered_answered_and_written_with(house: House):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    card = next(iter(desk.cards.values()))
    assert card.basket == (BasketLine("1", 2),)
    assert (card.shop, card.queue, card.number, card.step) == ("小店", "sales", BUYER, "agent")
    assert "> 苹果" in card.transcript
    contact = house.answers(desk, "li")
    assert ("stage", contact, "talking") in desk.take()

    assert house.texts("有人吗？") == []
    assert desk.take() == [("said", "buyer", "有人吗？")]
    house.does(house.floor.write, "li", contact, "您好！")
    assert house.outbox(BUYER)[-1] == "您好！"
    assert desk.take() == [("said", "agent", "您好！")]

    house.does(house.floor.finish, "li", contact)
    assert desk.take() == [("stage", contact, "wrap-up")]
    house.does(house.floor.wrap_up, "li", contact, "question", "about apples")
    assert desk.take() == [("ended", contact)]
    assert house.store.awaited() == []
    lines = house.store.talk(ContactKey("shop", BUYER, "sms"), 1)
    assert "> 有人吗？" in lines
    assert "# agent: 您好！" in lines
    assert "# li: [question] about apples" in lines


def test_an_agent_orders_for_the_buyer_in_the_transaction_that_reserves_the_stock(house: House):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.basket, "li", contact, [BasketLine("1", 1), BasketLine("2", 1)])
    assert desk.cards[contact].basket == (BasketLine("1", 1), BasketLine("2", 1))
    house.does(house.floor.order, "li", contact, "文三路1号")

    (order,) = house.store.orders()
    assert (order.total, order.address, order.buyer) == (1_250, "文三路1号", BUYER)
    assert house.store.stock("shop") == {"1": 4, "2": 0}
    assert order.number in house.outbox(BUYER)[-1]
    assert ("said", "shop", house.outbox(BUYER)[-1]) in desk.take()
    assert desk.cards[contact].basket == ()
    assert desk.cards[contact].orders[0].number == order.number

    house.does(house.floor.basket, "li", contact, [BasketLine("2", 1)])
    desk.take()
    house.does(house.floor.order, "li", contact, "文三路1号")
    assert desk.take() == [("refused", "sold out: 2")]
    assert len(house.store.orders()) == 1


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (lambda floor, at: floor.order("li", at, " "), "address"),
        (lambda floor, at: floor.basket("li", at, [BasketLine("9", 1)]), "no product 9"),
        (lambda floor, at: floor.basket("li", at, [BasketLine("1", 0)]), "one or more"),
        (lambda floor, at: floor.hold("li", at), "no call"),
        (lambda floor, at: floor.transfer("li", at, "queue", "nobody"), "there are: sales"),
        (lambda floor, at: floor.transfer("li", at, "agent", "wang"), "takes nobody"),
        (lambda floor, at: floor.transfer("li", at, "step", "nowhere"), "no step nowhere"),
        (lambda floor, at: floor.finish("wang", at), "not with you"),
        (lambda floor, at: floor.wrap_up("li", at, "other", ""), "not with you"),
        (lambda floor, at: floor.sign_in("nobody", Desk()), "dialcart people add"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_could(house: House, deed, why):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")

    with pytest.raises(RefusedError, match=why):
        deed(house.floor, contact)


def test_an_offer_that_nobody_answers_goes_to_the_next(house: House):
    first, second = house.sits("li"), house.sits("wang")
    house.texts("人工")
    assert [told[0] for told in first.take()] == ["offered"]
    house.clock.passes(16)

    assert [told[0] for told in first.take()] == ["presence", "withdrawn"]
    assert [told[0] for told in second.take()] == ["offered"]


def test_a_declined_offer_pauses_who_declined(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = desk.take()[0][1]
    house.does(house.floor.decline, "li", contact)

    assert desk.take() == [("presence", "not ready", "declined"), ("withdrawn", contact)]


def test_who_waits_is_told_how_long_and_gives_up_after_the_queues_limit(house: House):
    desk = house.sits("li", ready=False)
    assert house.texts("人工") == []
    house.clock.passes(120)
    assert all("分钟" in text for text in house.outbox(BUYER)[-2:])
    house.clock.passes(600)

    assert house.outbox(BUYER)[-1] == "再见"
    assert house.store.awaited() == []
    assert desk.take() == []


def test_a_buyer_is_handed_on_to_an_agent_and_back_into_the_flow(house: House):
    first, second = house.sits("li"), house.sits("wang", ready=False)
    house.texts("苹果", "2", "人工")
    contact = house.answers(first, "li")
    first.take()
    house.does(house.floor.ready, "wang")
    house.does(house.floor.transfer, "li", contact, "agent", "wang")
    assert first.take() == [("ended", contact)]
    moved = house.answers(second, "wang")
    assert moved == f"{contact}#2"
    house.texts("还在吗")
    assert ("said", "buyer", "还在吗") in second.take()

    house.does(house.floor.transfer, "wang", moved, "step", "take")
    assert ("ended", moved) in second.take()
    assert house.outbox(BUYER)[-1].startswith("共10.00")
    assert house.texts("1")[-1].startswith("订单A0001")


def test_a_desk_that_comes_back_is_told_everything_anew(house: House):
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.floor.sign_out("li", desk)
    house.clock.passes(RELOAD_S + 1)
    again = Desk()
    house.does(house.floor.sign_in, "li", again)

    assert ("card", contact) in again.told
    assert ("stage", contact, "talking") in again.told
    assert ("presence", "ready", "") in again.told


def test_a_desk_that_stays_away_gives_its_buyers_back(house: House):
    desk, other = house.sits("li"), house.sits("wang", ready=False)
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.floor.sign_out("li", desk)
    house.clock.passes(AWAY_S + 1)
    house.does(house.floor.ready, "wang")

    assert house.answers(other, "wang") == f"{contact}#2"


def test_who_signs_in_elsewhere_leaves_the_first_desk(house: House):
    desk = house.sits("li")
    house.sits("li", ready=False)
    house.texts("人工")

    assert desk.take() == [("closed",)]


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

    assert restarted.floor.view().queues[0].talking == 0
    assert restarted.floor.view().agents[0].contacts == ()


def test_a_journal_that_is_full_delays_and_loses_nothing(house: House, journal, monkeypatch):
    desk = house.sits("li")
    with monkeypatch.context() as patch:

        def full(records):
            raise StoreFullError("no room")

        patch.setattr(journal, "append", full)
        house.texts("人工")
        house.clock.passes(2)
        assert desk.take() == []
    house.clock.passes(2)

    assert [told[0] for told in desk.take()] == ["offered"]


def test_an_agent_hears_the_address_that_the_buyer_left_in_their_own_voice(house: House):
    house.floor.voice = voice = Voice()
    voice.recordings = ["123456", "654321"]
    desk = house.sits("li")
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.basket, "li", contact, [BasketLine("1", 1)])
    house.does(house.floor.order, "li", contact, "录音123456")

    assert [one.id for one in desk.cards[contact].recordings] == ["123456"]
    assert house.floor.recording("li", contact, "123456") == b"RIFF"
    with pytest.raises(RefusedError, match="not of a buyer at this desk"):
        house.floor.recording("li", contact, "654321")
    with pytest.raises(RefusedError, match="not of a buyer at this desk"):
        house.floor.recording("wang", contact, "123456")


def test_a_supervisor_sees_queues_and_agents(house: House):
    desk = house.sits("li")
    house.sits("wang", ready=False)
    house.texts("人工")
    house.answers(desk, "li")
    house.clock.passes(30)
    view = house.floor.view()

    (queue,) = view.queues
    assert (queue.waiting, queue.talking, queue.ready, queue.service_level) == (0, 1, 1, 1.0)
    assert [(a.agent, a.presence, len(a.contacts)) for a in view.agents] == [
        ("li", "ready", 1),
        ("wang", "not ready", 0),
    ]


def test_who_loses_the_seat_with_its_board_is_signed_out_and_the_buyer_waits_anew(house: House):
    desk, other = house.sits("li"), house.sits("wang", ready=False)
    house.texts("人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.sitting.lose_seat, "li")
    told = desk.take()
    assert ("presence", "signed out", "") in told
    assert "board has failed" in next(words[1] for words in told if words[0] == "refused")
    house.does(house.floor.sitting.lose_seat, "li")
    house.does(house.floor.ready, "wang")

    assert house.answers(other, "wang") == f"{contact}#2"


def test_stop_works_while_an_agent_has_the_buyer(house: House):
    desk = house.sits("li")
    house.texts("人工")
    house.answers(desk, "li")

    assert "退订" in house.texts("TD")[-1]


def test_an_agent_takes_a_seat_of_the_platform_and_gives_it_back_when_gone(house):
    of = model("UAP2100")
    capacity = Capacity()
    capacity.add_chassis("1", of)
    capacity.insert(Place("1", 1), "GPU", 0.0)
    house.floor.sitting.gate = Gate(capacity, lambda: house.clock.now)
    for n in range(of.boards["GPU"].gives["seats"].whole - 1):
        house.floor.sitting.gate.seat(f"other {n}")
    desk = house.sits("li")
    with pytest.raises(RefusedError, match="all seats of the platform are taken"):
        house.floor.sign_in("wang", Desk())
    house.does(house.floor.sign_out, "li", desk)
    house.clock.passes(AWAY_S)
    house.sits("wang")
