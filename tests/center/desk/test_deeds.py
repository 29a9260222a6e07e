"""What agents do in buyers' sessions: kept in the turn batch, then told to the desk."""

from __future__ import annotations

from center.desk.card import BasketLine
from center.orders.order import Vouched
from tests.center.desk.house import BUYER, House


def test_an_agent_orders_for_the_buyer_in_the_transaction_that_reserves_the_stock(house: House):
    desk = house.sits("li")
    house.texts("苹果", "2", "人工")
    contact = house.answers(desk, "li")
    house.does(house.floor.basket, "li", contact, [BasketLine("1", 1), BasketLine("2", 1)])
    assert desk.cards[contact].basket == (BasketLine("1", 1), BasketLine("2", 1))
    house.does(house.floor.order, "li", contact, "文三路1号")

    (order,) = house.store.orders()
    assert order.vouched is Vouched.AGENT
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
