"""A shop that is killed while it calls back forgets nobody, rings nobody too often, and keeps what they order."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from center.call_backs import CallBack, Step
from tests.crash.call_backs import Buyer, CallBackBooks, Does, crash_under_call_backs, find
from tests.interop.shop_floor import unhurried


@pytest.mark.timeout(900)
def test_kills_while_it_calls_back_forget_nobody_and_who_is_not_cut_off_orders(
    tmp_path: Path,
) -> None:
    with unhurried():
        books = asyncio.run(crash_under_call_backs(tmp_path, seconds=10, seed=7, at_least=3))
    assert books.right, books
    assert books.kills >= 3, books
    assert books.again >= 3, books
    assert books.phoned.orders >= books.finished >= 3, books


def test_a_call_that_no_kill_fell_on_and_that_is_no_order_is_a_finding() -> None:
    assert CallBackBooks(kills=2, cut_off=9, held_up=1).right
    assert not CallBackBooks(unfinished=Counter(["the other end hung up: no person"])).right


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
