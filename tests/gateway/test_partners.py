"""All partners' services: each request goes to the line of its service, if that is for its seller."""

import json

import pytest
from msgspec.structs import replace

from center.awaited import Awaited
from center.contact import ContactKey
from flows import effects
from flows.inputs import Outcome
from gateway.line import Line
from gateway.message import Answer, Certainty
from gateway.partner import Partner
from gateway.partners import Partners
from tests.gateway.clock import Clock
from tests.gateway.test_line import Asks

BUYER = ContactKey("shop", "13800138000", "sms")
LOOK_UP = effects.Request("crm", "look_up", ())


class House:
    def __init__(self, **partners: Partner) -> None:
        self.clock = Clock()
        self.asks = {name: Asks() for name in partners}
        self.told: list[tuple[str, str]] = []
        lines = {
            name: Line(
                partner, self.asks[name], self.settle, later=self.clock.later, clock=self.clock
            )
            for name, partner in partners.items()
        }
        self.partners = Partners(lines, self.settle)

    def settle(self, awaited: Awaited, outcome: Outcome) -> None:
        self.told.append((awaited.contact.buyer, outcome.name))


def partner(name: str, **values) -> Partner:
    return Partner(name, "http://127.0.0.1:1", {"look_up": "find"}, **values)


def awaited(effect: effects.Suspending, buyer: str = BUYER.buyer) -> Awaited:
    return Awaited(replace(BUYER, buyer=buyer), 1, 1, effect, "1069", "carrier", 0)


def test_a_request_waits_and_is_asked_when_it_is_kept() -> None:
    house = House(crm=partner("crm"))
    assert house.partners.at_once(BUYER, LOOK_UP) is None
    assert not house.asks["crm"].attempts
    house.partners.perform([awaited(LOOK_UP)])
    house.asks["crm"].attempts[0].done(Answer(200))
    assert house.told == [(BUYER.buyer, "ok")]


def test_what_is_not_set_or_not_for_the_seller_fails_at_once() -> None:
    house = House(crm=partner("crm", sellers=frozenset({"tea"})))
    for request in (
        LOOK_UP,
        effects.Request("crm", "delete", ()),
        effects.Request("erp", "look_up", ()),
    ):
        assert house.partners.at_once(BUYER, request) == Outcome("failed")
    assert house.partners.at_once(replace(BUYER, seller="tea"), LOOK_UP) is None
    assert house.partners.unknown == 3


def test_one_that_is_dead_holds_up_no_other() -> None:
    house = House(crm=partner("crm", at_once=1, waiting_max=0), erp=partner("erp"))
    house.partners.perform([awaited(LOOK_UP)])
    assert house.partners.at_once(BUYER, LOOK_UP) == Outcome("failed")
    other = effects.Request("erp", "look_up", ())
    assert house.partners.at_once(BUYER, other) is None
    house.partners.perform([awaited(other, "139")])
    house.asks["erp"].attempts[0].done(Answer(200))
    assert house.told == [("139", "ok")]


def test_after_a_start_requests_are_asked_again_and_nothing_else() -> None:
    house = House(crm=partner("crm"))
    waiting = [awaited(LOOK_UP), awaited(effects.HandOver("sales"), "139")]
    assert house.partners.resume(waiting) == 1
    assert house.asks["crm"].keys == ["shop/13800138000/sms/1/1/0"]


def test_after_a_start_without_the_service_they_have_failed() -> None:
    house = House()
    assert house.partners.resume([awaited(LOOK_UP)]) == 1
    assert house.told == [(BUYER.buyer, "failed")]


def test_a_payment_is_asked_of_the_service_of_that_name() -> None:
    payment = Partner("payment", "http://127.0.0.1:1", {"pay": "charges"})
    house = House(crm=partner("crm"), payment=payment)
    pay = effects.Pay(1800)
    assert house.partners.at_once(BUYER, pay) is None
    house.partners.perform([awaited(pay, "138"), awaited(pay, "139"), awaited(pay, "137")])
    bodies = [json.loads(attempt.body)["arguments"] for attempt in house.asks["payment"].attempts]
    assert bodies[0] == {"buyer": "138", "amount": 1800}
    for attempt, answer in zip(
        house.asks["payment"].attempts,
        (Answer(200, b'{"paid": true}'), Answer(200, b'{"paid": false}'), Answer(400)),
        strict=True,
    ):
        attempt.done(answer)
    assert house.told == [("138", "ok"), ("139", "declined"), ("137", "failed")]
    assert House(payment=payment).partners.resume([awaited(pay)]) == 1


@pytest.mark.parametrize(
    "answer", [Answer(200, b"<html>"), Answer(200, b'{"paid": "yes"}'), Answer(303)]
)
def test_of_an_answer_that_cannot_be_read_nobody_knows_whether_it_was_paid(answer: Answer) -> None:
    house = House(payment=Partner("payment", "http://127.0.0.1:1", {"pay": "charges"}))
    house.partners.perform([awaited(effects.Pay(1800))])
    [attempt] = house.asks["payment"].attempts
    attempt.done(answer)
    # As `failed` the flow would ask for the money once more.
    assert house.told == [(BUYER.buyer, "timeout")]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (Answer(502), "timeout"),
        (Answer(trouble="the line broke"), "timeout"),
        (Answer(trouble="it cannot be reached", certainty=Certainty.NOT_DONE), "failed"),
    ],
)
def test_of_a_no_behind_a_try_that_may_have_moved_money_nobody_knows_whether_it_was_paid(
    before: Answer, told: str
) -> None:
    house = House(payment=Partner("payment", "http://127.0.0.1:1", {"pay": "charges"}))
    house.partners.perform([awaited(effects.Pay(1800))])
    house.asks["payment"].attempts[0].done(before)
    house.clock.go_on(1.0)
    # Such as of a proxy that lets us in no more: it has not looked at the key.
    house.asks["payment"].attempts[1].done(Answer(403))
    assert house.told == [(BUYER.buyer, told)]


def test_of_a_no_after_a_start_nobody_knows_whether_it_was_paid_before() -> None:
    house = House(payment=Partner("payment", "http://127.0.0.1:1", {"pay": "charges"}))
    assert house.partners.resume([awaited(effects.Pay(1800))]) == 1
    [attempt] = house.asks["payment"].attempts
    attempt.done(Answer(401))
    assert house.told == [(BUYER.buyer, "timeout")]


def test_who_pays_on_a_further_call_is_their_number() -> None:
    house = House(payment=Partner("payment", "http://127.0.0.1:1", {"pay": "charges"}))
    second = BUYER.further(2)
    house.partners.perform([awaited(effects.Pay(1800), second.buyer)])
    [attempt] = house.asks["payment"].attempts
    assert json.loads(attempt.body)["arguments"]["buyer"] == "13800138000"


def test_without_that_service_a_payment_fails_at_once() -> None:
    house = House(crm=partner("crm"))
    assert house.partners.at_once(BUYER, effects.Pay(100)) == Outcome("failed")
    assert house.partners.unknown == 1


def test_what_is_no_request_is_not_its_own() -> None:
    house = House(crm=partner("crm"))
    assert house.partners.at_once(BUYER, effects.HandOver("sales")) == Outcome("failed")
    house.partners.perform([awaited(effects.HandOver("sales"))])
    assert not house.asks["crm"].attempts
