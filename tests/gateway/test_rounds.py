"""Whose turn it is, and what is no more."""

from gateway.rounds import Rounds


def filled(*names: str) -> Rounds[str]:
    """Such as `a1`: the first of a seller called a."""
    rounds: Rounds[str] = Rounds()
    for name in names:
        rounds.add(name[0], name, name)
    return rounds


def drained(rounds: Rounds[str]) -> list[str]:
    taken: list[str] = []
    while rounds.first() is not None:
        taken.append(rounds.take())
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
    rounds = filled("a1", "a2", "a3", "b1")
    assert rounds.take() == "a1"
    rounds.add("c", "c1", "c1")
    assert drained(rounds) == ["b1", "a2", "c1", "a3"]


def test_what_is_put_before_its_sellers_others_is_not_before_another_seller() -> None:
    rounds = filled("a1", "b1", "b2")
    rounds.add_before("b", "b0", "b0")
    assert drained(rounds) == ["a1", "b0", "b1", "b2"]


def test_what_is_removed_does_not_come_and_may_be_removed_twice() -> None:
    rounds = filled("a1", "b1", "b2")
    for _ in range(2):
        rounds.remove("a", "a1")
        rounds.remove("b", "b1")
    assert drained(rounds) == ["b2"]


def test_who_has_most_and_their_newest_are_known() -> None:
    rounds = filled("a1", "b1", "b2")
    assert (rounds.most(), rounds.count("b"), rounds.count("z")) == ("b", 2, 0)
    assert list(rounds.newest("b")) == ["b2", "b1"]
    assert (filled().most(), filled().first()) == (None, None)
