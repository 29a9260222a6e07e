"""A sender is in one shard at a time, and comes to each in the order in which they texted."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from commands.shards.senders import Senders

Came = list[tuple[int, str]]


def open_senders() -> tuple[Senders[str], Came]:
    came: Came = []
    return Senders(lambda shard, going: came.append((shard, going))), came


def test_who_stays_in_one_shard_never_waits() -> None:
    senders, came = open_senders()
    for going in "abc":
        senders.come("buyer", 1, going)
    assert came == [(1, "a"), (1, "b"), (1, "c")]


def test_who_goes_to_another_waits_until_all_before_is_through() -> None:
    senders, came = open_senders()
    for shard, going in [(0, "a"), (0, "b"), (1, "c"), (1, "d"), (0, "e")]:
        senders.come("buyer", shard, going)
    senders.come("other", 1, "x")
    assert came == [(0, "a"), (0, "b"), (1, "x")]
    senders.through("buyer")
    assert len(came) == 3
    senders.through("buyer")
    assert came[3:] == [(1, "c"), (1, "d")]
    for _ in range(2):
        senders.through("buyer")
    assert came[5:] == [(0, "e")]
    senders.through("buyer")
    senders.through("other")
    assert len(senders) == 0


def test_thousands_that_wait_are_let_go_one_after_the_other() -> None:
    senders, came = open_senders()
    many = sys.getrecursionlimit() * 2
    for number in range(many):
        senders.come("buyer", number % 2, str(number))
    for _ in range(many):
        senders.through("buyer")
    assert [going for _, going in came] == [str(number) for number in range(many)]
    assert len(senders) == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2)) | st.none()))
def test_nobody_is_in_two_shards_or_overtaken(story: list[tuple[str, int] | None]) -> None:
    senders, came = open_senders()
    order: dict[str, list[tuple[int, str]]] = {"a": [], "b": []}
    through = {"a": 0, "b": 0}

    def of(sender: str) -> Came:
        return [one for one in came if one[1].startswith(sender)]

    for number, step in enumerate(story):
        if step is not None:
            sender, shard = step
            order[sender].append((shard, f"{sender}{number}"))
            senders.come(sender, shard, f"{sender}{number}")
        else:
            for sender in "ab":
                if through[sender] < len(of(sender)):
                    through[sender] += 1
                    senders.through(sender)
        for sender in "ab":
            assert of(sender) == order[sender][: len(of(sender))]
            assert len({shard for shard, _ in of(sender)[through[sender] :]}) <= 1
