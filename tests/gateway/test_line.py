"""The line of one service, by a clock that the tests move on: who is asked for when, and what each is told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from center.awaited import Awaited
from center.contact import ContactKey
from flows.effects import Request
from flows.inputs import Outcome
from gateway.line import AGAIN_S_MAX, AGAIN_S_MIN, Line
from gateway.message import Answer, Certainty
from gateway.partner import Partner
from tests.gateway.clock import Clock

PARTNER = Partner(
    "crm",
    "http://127.0.0.1:1",
    {"look_up": "look-up"},
    timeout_s=10.0,
    at_once=2,
    waiting_max=3,
    failures_max=4,
    rest_s=5.0,
)
OK = Answer(200, b'{"points": 5}')
GONE = Answer(trouble="it cannot be reached", certainty=Certainty.NOT_DONE)
BROKEN = Answer(503)
RESULTS = (("points", "number"),)


@dataclass
class Attempt:
    key: str
    body: bytes
    done: Callable[[Answer], object]
    is_cancelled: bool = False
    is_answered: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


@dataclass
class Asks:
    """A client whose answers a test gives."""

    attempts: list[Attempt] = field(default_factory=list[Attempt])

    def ask(
        self, operation: str, key: str, body: bytes, done: Callable[[Answer], object]
    ) -> Attempt:
        assert operation in ("look_up", "pay")
        self.attempts.append(Attempt(key, body, done))
        return self.attempts[-1]

    @property
    def keys(self) -> list[str]:
        return [attempt.key for attempt in self.attempts]


@dataclass
class House:
    partner: Partner = PARTNER
    clock: Clock = field(default_factory=Clock)
    asks: Asks = field(default_factory=Asks)
    told: list[tuple[str, Outcome]] = field(default_factory=list[tuple[str, Outcome]])

    def __post_init__(self) -> None:
        self.line = Line(
            self.partner, self.asks, self._settle, later=self.clock.later, clock=self.clock
        )

    def _settle(self, awaited: Awaited, outcome: Outcome) -> None:
        self.told.append((awaited.contact.buyer, outcome))

    def take(self, *buyers: str, seller: str = "shop", was_begun: bool = False) -> None:
        for buyer in buyers:
            request = Request("crm", "look_up", (), (), RESULTS)
            awaited = Awaited(ContactKey(seller, buyer, "sms"), 1, 1, request, "1069", "carrier", 0)
            self.line.take(awaited, request, was_begun=was_begun)

    def answer(self, answer: Answer, place: int = -1) -> None:
        attempt = self.asks.attempts[place]
        attempt.is_answered = True
        attempt.done(answer)

    @property
    def names(self) -> list[str]:
        return [buyer for buyer, _ in self.told]

    @property
    def outcomes(self) -> list[str]:
        return [outcome.name for _, outcome in self.told]


def test_an_answer_is_told_once_with_what_it_brought() -> None:
    house = House()
    house.take("a")
    house.answer(OK)
    house.answer(OK)
    assert house.told == [("a", Outcome("ok", {"points": 5}))]
    assert house.line.counters.told == {"ok": 1}
    assert (house.line.asking, house.line.waiting, house.clock.armed) == (0, 0, 0)


def test_so_many_are_asked_about_at_once_and_the_others_in_their_order() -> None:
    house = House()
    house.take("a", "b", "c", "d")
    assert house.asks.keys == ["shop/a/sms/1/1/0", "shop/b/sms/1/1/0"]
    assert (house.line.asking, house.line.waiting) == (2, 2)
    house.answer(OK, 1)
    assert house.asks.keys[2:] == ["shop/c/sms/1/1/0"]
    house.answer(OK, 0)
    assert house.asks.keys[3:] == ["shop/d/sms/1/1/0"]


def test_past_the_bound_a_request_fails_at_once() -> None:
    house = House()
    house.take("a", "b", "c", "d")
    assert house.line.refusal("shop") is None
    house.take("e")
    assert house.line.refusal("shop") == "full"
    house.take("f")
    assert house.told == [("f", Outcome("failed"))]
    assert house.line.counters.told == {"full": 1}


def test_a_seller_with_much_traffic_waits_behind_their_own() -> None:
    house = House(replace(PARTNER, at_once=1, waiting_max=100))
    house.take(*(f"a{place}" for place in range(50)), seller="loud")
    house.take("b0", "b1", seller="quiet")
    for _ in range(5):
        house.answer(OK)
    assert house.names == ["a0", "a1", "b0", "a2", "b1"]


def test_who_has_few_that_wait_has_a_place_of_who_has_most_where_the_line_is_full() -> None:
    house = House()
    house.take("a", "b", "c", "d", "e", seller="loud")
    assert house.line.refusal("loud") == "full"
    assert house.line.refusal("quiet") is None
    house.take("q", seller="quiet")
    assert house.told == [("e", Outcome("failed"))]
    # Two of one and one of the other are as fair as three can be.
    house.take("r", seller="quiet")
    assert house.names == ["e", "r"]
    house.take("s", seller="third")
    assert house.names == ["e", "r", "d"]
    assert house.line.counters.told == {"full": 3}
    assert (house.line.asking, house.line.waiting) == (2, 3)


def test_what_may_have_been_done_gives_way_to_nobody() -> None:
    house = House()
    house.take(*"abcde", seller="loud", was_begun=True)
    assert house.line.refusal("quiet") == "full"
    house.take("q", seller="quiet")
    assert house.told == [("q", Outcome("failed"))]


def test_one_that_is_known_is_not_asked_twice() -> None:
    house = House()
    house.take("a", "a")
    assert len(house.asks.attempts) == 1


def test_a_request_of_another_time_has_another_key() -> None:
    house = House()
    request = Request("crm", "look_up", (), (), RESULTS)
    for at in (5, 6):
        # As a store that was restored from a copy of before the first.
        again = Awaited(ContactKey("shop", "a", "sms"), 1, 1, request, "1069", "carrier", at)
        house.line.take(again, request)
        house.answer(OK)
    assert house.asks.keys == ["shop/a/sms/1/1/5", "shop/a/sms/1/1/6"]


def test_a_refusal_is_told_at_once() -> None:
    house = House()
    house.take("a")
    house.answer(Answer(404))
    assert house.outcomes == ["failed"]
    assert house.line.counters.told == {"refused": 1}


def test_trouble_is_tried_again_under_its_key_each_time_after_twice_as_long() -> None:
    house = House(replace(PARTNER, timeout_s=60.0, failures_max=100))
    house.take("a")
    for place in range(8):
        house.answer(BROKEN)
        pause_s = min(AGAIN_S_MAX, AGAIN_S_MIN * 2**place)
        house.clock.go_on(pause_s - 0.01)
        assert len(house.asks.attempts) == place + 1
        house.clock.go_on(0.02)
        assert len(house.asks.attempts) == place + 2
    assert set(house.asks.keys) == {"shop/a/sms/1/1/0"}
    house.answer(OK)
    assert house.outcomes == ["ok"]


def test_a_pause_leaves_its_place_to_others() -> None:
    house = House()
    house.take("a", "b", "c")
    house.answer(BROKEN, 0)
    assert house.asks.keys == ["shop/a/sms/1/1/0", "shop/b/sms/1/1/0", "shop/c/sms/1/1/0"]


def test_after_its_time_what_may_have_been_done_is_a_timeout() -> None:
    house = House()
    house.take("a")
    house.clock.go_on(9.9)
    assert house.told == []
    house.clock.go_on(0.1)
    assert house.outcomes == ["timeout"]
    assert house.asks.attempts[0].is_cancelled
    assert house.line.asking == 0
    house.answer(OK)
    assert house.outcomes == ["timeout"]


def test_after_its_time_what_was_never_done_has_failed() -> None:
    house = House(replace(PARTNER, failures_max=100))
    house.take("a")
    while not house.told:
        house.answer(GONE)
        house.clock.go_on(0.5)
    assert house.outcomes == ["failed"]
    assert house.line.counters.told == {"failed": 1}


def test_who_waits_for_a_turn_that_does_not_come_has_failed_and_is_not_asked_later() -> None:
    house = House()
    house.take("a", "b", "c")
    house.clock.go_on(10.0)
    assert dict(house.told) == {
        "a": Outcome("timeout"),
        "b": Outcome("timeout"),
        "c": Outcome("failed"),
    }
    assert len(house.asks.attempts) == 2


def dead(house: House) -> None:
    """Fail as often as opens the breaker, and all that is under way then."""
    while not house.line.is_resting or house.line.asking:
        for place, attempt in enumerate(house.asks.attempts):
            if not attempt.is_answered:
                house.answer(GONE, place)
        if not house.line.is_resting:
            house.clock.go_on(0.4)


def test_of_a_dead_partner_all_that_was_not_done_fails_at_once() -> None:
    house = House()
    house.take("a", "b", "c")
    dead(house)
    assert house.line.counters.opened == 1
    assert sorted(house.names) == ["a", "b", "c"]
    assert set(house.outcomes) == {"failed"}
    assert house.line.refusal("shop") == "resting"


def test_while_it_rests_it_is_left_alone_and_then_one_sees() -> None:
    house = House()
    house.take("a")
    dead(house)
    asked = len(house.asks.attempts)
    house.take("b")
    assert house.outcomes[-1] == "failed"
    house.clock.go_on(5.0)
    assert house.line.refusal("shop") is None
    house.take("c", "d")
    assert house.asks.keys[asked:] == ["shop/c/sms/1/1/0"]
    house.answer(OK)
    assert house.asks.keys[asked:] == ["shop/c/sms/1/1/0", "shop/d/sms/1/1/0"]
    assert not house.line.is_resting


def test_where_the_one_that_sees_fails_the_others_need_not_wait() -> None:
    house = House()
    house.take("a")
    dead(house)
    house.clock.go_on(5.0)
    house.take("c", "d")
    house.answer(GONE)
    assert house.line.refusal("shop") == "resting"
    assert house.names[-1] == "d"
    assert "c" in house.names


def test_what_may_have_been_done_is_tried_on_when_it_has_rested() -> None:
    house = House(replace(PARTNER, timeout_s=30.0))
    house.take("a")
    while not house.line.is_resting:
        house.answer(BROKEN)
        house.clock.go_on(1.7)
    assert house.told == []
    asked = len(house.asks.attempts)
    house.clock.go_on(5.0)
    assert len(house.asks.attempts) == asked + 1
    house.answer(OK)
    assert house.outcomes == ["ok"]


def test_what_was_begun_before_a_crash_waits_whatever_stands_before_it() -> None:
    house = House()
    house.take(*"abcdefgh", was_begun=True)
    assert house.told == []
    for place in range(8):
        house.answer(OK, place)
    assert house.outcomes == ["ok"] * 8


def test_what_was_begun_before_a_crash_and_is_not_answered_is_a_timeout() -> None:
    house = House()
    house.take("a", was_begun=True)
    dead(house)
    assert house.told == []
    house.clock.go_on(10.0)
    assert house.outcomes == ["timeout"]


def test_held_it_begins_nothing_more_and_tells_what_comes() -> None:
    house = House()
    house.take("a", "b", "c")
    house.line.hold()
    house.answer(OK, 0)
    house.answer(OK, 1)
    assert house.names == ["a", "b"]
    assert len(house.asks.attempts) == 2


def test_stopped_it_tells_nothing_more() -> None:
    house = House()
    house.take("a", "b", "c")
    house.answer(BROKEN, 0)
    house.line.stop()
    assert house.clock.armed == 0
    house.answer(OK, 1)
    house.take("d")
    house.clock.go_on(100.0)
    assert house.told == []


@pytest.mark.parametrize("trouble", [GONE, BROKEN, Answer(409), Answer(429)])
def test_a_partner_that_comes_back_in_time_answers_as_if_nothing_had_been(trouble: Answer) -> None:
    house = House()
    house.take("a")
    house.answer(trouble)
    house.clock.go_on(1.0)
    house.answer(OK)
    assert house.told == [("a", Outcome("ok", {"points": 5}))]
    assert house.line.counters.tries == 2
