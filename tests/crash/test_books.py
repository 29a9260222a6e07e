"""The count afterwards."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from sms.smsc.handset import Heard
from sms.smsc.server import Settings, Smsc
from store.memory import MemoryStore
from tests.crash.books import Books, count
from tests.crash.buyers import CROSSES_S, STOCK, Town, dialogue
from tests.crash.carrier import Simulated
from tests.crash.harness import getting_on
from tests.crash.people import PATIENCE_S, STUCK_S, Person, Understood, understood

ANN = "13800000000"


class Sold:
    """A store with Ann's orders of so many pieces each, and the stock that they left."""

    def __init__(self, pieces: list[int]) -> None:
        self._pieces = pieces

    def orders(self) -> list[Any]:
        return [
            SimpleNamespace(buyer=ANN, number=f"A{place}", lines=[SimpleNamespace(quantity=each)])
            for place, each in enumerate(self._pieces)
        ]

    def published(self) -> list[str]:
        return ["shop"]

    def stock(self, _: str) -> dict[str, int]:
        return {"1": STOCK - sum(self._pieces)}

    def messages(self, *_: object) -> list[Any]:
        return []


def test_an_order_that_its_buyer_never_ended_is_lost_once() -> None:
    assert _counted(buyers=2).lost == 2


def test_an_order_that_was_announced_and_is_not_there_is_lost_too() -> None:
    assert _counted(buyers=2, told=True).lost == 2


def test_an_order_that_its_carrier_still_has_is_not_settled_and_not_lost() -> None:
    books = _counted(buyers=2, waits=True)
    assert (books.lost, books.unsettled, books.misread) == (0, 3, 0)
    assert not books.right
    assert "NOT SETTLED in time 3" in str(books)


def test_where_others_still_get_on_nobody_is_given_up() -> None:
    assert _counted(buyers=2, told=True, getting_on=True).lost == 2
    assert _counted(buyers=2, getting_on=True).unsettled == 2


def test_how_often_a_buyer_has_spoken_in_vain_is_counted() -> None:
    async def speak() -> None:
        async with Smsc(Settings(port=0)) as smsc:
            buyer = Town(Simulated(smsc), 1, seed=1).buyers["13800000000"]
            buyer.begin()
            assert buyer.say_again()
            assert buyer.say_again()
            buyer.hear(Heard("13800000000", "1069", "One moment", 1, "gsm7", 0))
            assert buyer.say_again()
            assert (buyer.unheard, buyer.unheard_most) == (1, 2)

    asyncio.run(speak())


def test_an_order_whose_reply_crossed_what_was_said_again_is_held_against_nobody() -> None:
    books, of_people = _crossed(orders=[])
    assert (books.lost, of_people.stuck, of_people.crossed) == (0, 0, 1)
    assert books.crossed == {ANN}
    assert books.right
    assert of_people.right
    # They read the total of what they did not mean, and order something else, and one too many.
    assert _crossed(orders=[3, 4], heard="Total 7.50")[0].right


def test_what_was_ordered_before_and_behind_a_crossing_counts_all_the_same() -> None:
    books, of_people = _crossed(orders=[4, 5, 5], more=[5, 5])
    assert books.right
    assert not books.crossed
    assert of_people.right
    for orders, lost, doubled in (([4, 5], 1, 0), ([5, 5, 2, 2, 2], 0, 1), ([2, 2, 2, 5], 1, 1)):
        books, _ = _crossed(orders=orders, more=[5, 5])
        assert (books.lost, books.doubled, books.off) == (lost, doubled, {ANN}), orders
    books, of_people = _crossed(orders=[4], more=[5], is_waiting=True)
    assert (books.lost, of_people.stuck) == (1, 1)


def test_a_total_that_is_wrong_behind_a_crossing_counts_from_the_next_order_on() -> None:
    assert _crossed(orders=[4, 5], more=[5], heard="Total 7.50")[0].wrong == 1


def test_what_is_said_again_to_the_last_question_is_read_at_the_next_order() -> None:
    async def speak() -> set[int]:
        async with Smsc(Settings(port=0)) as smsc:
            town = Town(Simulated(smsc), 1, seed=1, kind=Person)
            buyer = town.buyers[ANN]
            buyer.begin()
            del buyer.lines[:-1]
            for _ in range(2):
                buyer.say_again()
            town.hear(Heard(ANN, "1069", "Order A0001", 1, "gsm7", 0))
            return buyer.crossed

    assert asyncio.run(speak()) == {1}


class Answered(Simulated):
    """A carrier that has our answers to all that it brought."""

    unanswered: Any = frozenset[str]()


def test_what_was_answered_a_moment_before_the_reply_came_met_it_on_its_way() -> None:
    async def speak(taken_s: float) -> set[int]:
        ticks = 0.0
        async with Smsc(Settings(port=0)) as smsc:
            town = Town(Answered(smsc), 1, seed=1, kind=Person, ticks=lambda: ticks)
            buyer = town.buyers[ANN]
            buyer.begin()
            for _ in range(2):
                buyer.say_again()
                town.answered(ANN, ok=True, again=False)
            ticks = taken_s
            town.hear(Heard(ANN, "1069", "How many?", 1, "gsm7", 0))
            return buyer.crossed

    assert asyncio.run(speak(CROSSES_S)) == {0}
    assert not asyncio.run(speak(CROSSES_S + 0.1))


def _crossed(
    *, orders: list[int], more: Sequence[int] = (), heard: str = "", is_waiting: bool = False
) -> tuple[Books, Understood]:
    """Of somebody who wants four pieces, the reply to whose first word crossed it, and then so many `more`. `orders` are there, and `heard` is
    what they read last."""

    async def speak() -> tuple[Books, Understood]:
        async with Smsc(Settings(port=0)) as smsc:
            town = Town(Simulated(smsc), 1, seed=1, kind=Person)
            person = town.buyers[ANN]
            person.wanted.append(4)
            person.lines = dialogue(2, 2)
            for _ in range(2):
                person.say_again()
                assert not person.crossed
            assert smsc.network.exchange.waiting == 2
            town.hear(Heard(ANN, "1069", "How many?", 1, "gsm7", 0))
            assert town.crossed == {ANN}
            person.wanted += more
            if heard:
                town.hear(Heard(ANN, "1069", heard, 2, "gsm7", 0))
            if more and not is_waiting:
                person.lines.clear()
            store: Any = Sold(orders)
            return count([store], town, kills=0), understood(town, [])

    return asyncio.run(speak())


def test_a_person_waits_by_their_own_time_and_says_it_again_as_long_as_they_do() -> None:
    async def wait() -> None:
        async with Smsc(Settings(port=0)) as smsc:
            town = Town(Simulated(smsc), 1, seed=1, kind=Person)
            person = town.buyers[ANN]
            assert isinstance(person, Person)
            assert not getting_on(town, 0.0, -1.0)
            person.lines = dialogue(2, 2)
            for second in range(int(STUCK_S)):
                assert getting_on(town, 0.0, -1.0), second
                person.wait(1.0)
            assert person.said == ["apple"] * (int(STUCK_S / PATIENCE_S) - 1)
            assert not getting_on(town, 0.0, -1.0)

    asyncio.run(wait())


def _counted(
    *, buyers: int, told: bool = False, waits: bool = False, getting_on: bool = False
) -> Books:
    """After a shop that never came; `waits`: its carrier has what they wrote, and poison."""

    async def counted() -> Books:
        async with Smsc(Settings(port=0)) as smsc:
            town = Town(Simulated(smsc), buyers, seed=1)
            town.begin()
            if waits:
                town.poison()
            for buyer in town.buyers.values():
                if told:
                    buyer.lines.clear()
            waiting = waits or getting_on
            unsettled = town.unsettled(getting_on=getting_on) if waiting else ()
            return count([MemoryStore()], town, kills=0, unsettled=unsettled)

    return asyncio.run(counted())
