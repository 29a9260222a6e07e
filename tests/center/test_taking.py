"""A turn in which one outcome leads to the next, for too long; and what no log of a turn shows."""

from types import SimpleNamespace
from typing import Any, cast

from center.visit.taking import OUTCOMES_PER_TURN_MAX
from center.visit.visit import Visit
from flows.answers import ADDRESS_SHOWN_CHARACTERS_MAX
from flows.inputs import Buyer
from store.memory import MemoryStore
from tests.flows.shops import NOON, SHOP, program_of
from tests.store.test_stores import arrival, run

ASK = """
step start
  ask what as product of catalog
    say 要什么？
      en: What would you like?
"""
PLACE = """\
  add 1 of what to cart
  place order
    when sold out -> bye
    when failed -> bye
"""
END = """\
  say 好了
    en: Done
  goodbye

step bye
  goodbye

step agent
  goodbye
"""


def told_after(places: int) -> tuple[list[str], int]:
    """What a buyer is told whose flow places so many orders in one turn, and how many were placed."""
    store = MemoryStore()
    shop = SHOP.replace("stock 5", "stock 99")
    store.publish("shop", program_of(ASK + PLACE * places + END, shop), NOON)
    run(store, arrival("hi"))
    told = run(store, arrival("苹果"))
    # Whoever was let go begins anew, and is not asked for a moment until the session has expired.
    assert run(store, arrival("hi", stamp=2)) == ["要什么？"]
    return told, len(store.orders())


def test_one_outcome_may_lead_to_the_next_so_often_and_then_the_session_ends() -> None:
    assert told_after(OUTCOMES_PER_TURN_MAX) == (["好了"], OUTCOMES_PER_TURN_MAX)
    assert told_after(OUTCOMES_PER_TURN_MAX + 1) == (
        ["抱歉，出了点问题，请稍后再试。"],
        OUTCOMES_PER_TURN_MAX,
    )


def test_of_addresses_that_begin_alike_nothing_is_left_in_a_log() -> None:
    street = "文" * ADDRESS_SHOWN_CHARACTERS_MAX
    buyer = Buyer("13800138000", address=f"{street}五层501", earlier=(f"{street}六层602",))
    said = buyer.earlier[0]
    for hidden in Visit.private(cast("Any", SimpleNamespace(buyer=buyer))):
        said = said.replace(hidden, "…")
    assert said == "…"
