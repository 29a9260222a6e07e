"""Whose turn it is, and what is no more."""

import random

from gateway.roster import Roster


def filled(*names: str) -> Roster[str]:
    """Such as `a1`: the first of a seller called a."""
    roster: Roster[str] = Roster()
    for name in names:
        roster.add(name[0], name, name)
    return roster


def drained(roster: Roster[str]) -> list[str]:
    taken: list[str] = []
    while roster.first() is not None:
        taken.append(roster.take())
    return taken


def test_one_of_each_seller_in_a_round_and_each_ones_own_in_their_order() -> None:
    assert drained(filled("a1", "a2", "a3", "b1", "b2", "c1")) == [
        "a1",
        "b1",
        "c1",
        "a2",
        "b2",
        "a3",
    ]


def test_who_comes_later_is_the_last_of_the_round() -> None:
    roster = filled("a1", "a2", "a3", "b1")
    assert roster.take() == "a1"
    roster.add("c", "c1", "c1")
    assert drained(roster) == ["b1", "a2", "c1", "a3"]


def test_what_is_put_before_its_sellers_others_is_not_before_another_seller() -> None:
    roster = filled("a1", "b1", "b2")
    roster.add_before("b", "b0", "b0")
    assert drained(roster) == ["a1", "b0", "b1", "b2"]


def test_what_is_removed_does_not_come_and_may_be_removed_twice() -> None:
    roster = filled("a1", "b1", "b2")
    for _ in range(2):
        roster.remove("a", "a1")
        roster.remove("b", "b1")
    assert drained(roster) == ["b2"]


def test_who_has_most_and_their_newest_are_known() -> None:
    roster = filled("a1", "b1", "b2")
    assert (roster.most(), roster.count("b"), roster.count("z")) == ("b", 2, 0)
    assert list(roster.newest("b")) == ["b2", "b1"]
    assert (filled().most(), filled().first()) == (None, None)


def test_who_has_most_is_known_whatever_comes_and_goes() -> None:
    chance = random.Random(1)
    roster: Roster[str] = Roster()
    waiting: list[str] = []
    for step in range(3_000):
        seller = chance.choice("abcd")
        match chance.randrange(4):
            case 0 if waiting:
                name = chance.choice(waiting)
                roster.remove(name[0], name)
                waiting.remove(name)
            case 1 if waiting:
                waiting.remove(roster.take())
            case 2:
                roster.add_before(seller, f"{seller}{step}", f"{seller}{step}")
                waiting.append(f"{seller}{step}")
            case _:
                # Also one that waits already.
                name = f"{seller}{step % 20}"
                roster.add(seller, name, name)
                waiting.extend([name] if name not in waiting else [])
        counts = [sum(name[0] == one for name in waiting) for one in "abcd"]
        most = roster.most()
        assert (roster.count(most) if most is not None else 0) == max(counts)


def test_to_know_who_has_most_no_seller_is_looked_at() -> None:
    class Counted(Roster[str]):
        looks = 0

        def count(self, seller: str) -> int:
            self.looks += 1
            return super().count(seller)

    roster = Counted()
    for number in range(1_000):
        roster.add(f"seller{number}", "key", "one")
    assert roster.most() == "seller0"
    assert roster.looks == 0
