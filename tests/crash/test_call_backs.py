"""A shop that is killed while it calls back forgets nobody, rings nobody too often, and keeps what they order."""

import asyncio
from pathlib import Path

import pytest

from center.call_backs import CallBack, Step
from tests.crash.call_backs import Buyer, Does, crash_under_call_backs, find
from tests.interop.shop_floor import unhurried


@pytest.mark.timeout(900)
def test_kills_while_it_calls_back_forget_nobody_and_ring_nobody_too_often(tmp_path: Path) -> None:
    with unhurried():
        books = asyncio.run(crash_under_call_backs(tmp_path, seconds=10, seed=7, missed=12))
    assert books.right, books
    assert books.kills >= 1, books
    assert books.again >= 1, books
    # Whether anybody gets to order between two kills is up to the machine; who does is in the books.
    assert books.called >= 1, books


def missed(place: int, *, rung: int = 0) -> Buyer:
    return Buyer(place, Does.LETS_RING, missed=place, rung=rung)


def waits(tries: int = 0) -> CallBack:
    return CallBack("4008001234", "here", Step.WAITING, 100, 101, tries)


def test_what_was_missed_before_something_that_is_on_disk_must_be_there_too() -> None:
    """Whether the last had come to the disk by then nobody knows: it was told 487 when it was on its way."""
    buyers = [missed(place) for place in (1, 2, 3)]
    find(buyers, {buyers[1].number: waits()}, ())
    assert [(buyer.told, buyer.lost) for buyer in buyers] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def test_a_try_that_was_cut_off_before_it_rang_is_one_of_the_tries() -> None:
    buyer = missed(1, rung=1)
    key = f"shop/{buyer.number}/voice/100"
    find([buyer], {buyer.number: waits(tries=1)}, (f"{key}/0", f"{key}/1"))
    assert (buyer.cut_off, buyer.is_called) == (1, True)
    find([buyer], {buyer.number: waits(tries=1)}, (f"{key}/0", f"{key}/1"))
    assert buyer.cut_off == 1


def test_one_that_rang_or_was_never_dialled_is_not() -> None:
    buyer = missed(1, rung=1)
    key = f"shop/{buyer.number}/voice/100"
    find([buyer], {buyer.number: waits()}, (f"{key}/0",))
    find([buyer], {buyer.number: waits(tries=1)}, (f"{key}/0",))
    assert (buyer.cut_off, buyer.is_called) == (0, False)
