"""Who orders for a village by one telephone, without internet, is an honest buyer; what floods is not."""

from dataclasses import replace

import pytest

from center.contact import Arrival, ContactKey
from center.limits.guard import Guard, Verdict
from center.limits.policy import Policies, Policy
from center.limits.tally import MESSAGES_WINDOW_S
from center.shops import Shops
from center.turns import take_turns
from commands.flows_on_disk import LIBRARY, load
from commands.settings.limits import LimitsSection
from flows.compiler import compile_flow
from flows.inputs import Input, Opened, Text
from flows.packed import fingerprint
from store.memory import MemoryStore
from tests.flows.shops import NOON

SCREEN_S = 4
"""A screen comes, is read and is answered: a fast thumb on a network without delay."""
FIRST = ("1", "101", "1", "2", "明天", "1", "李家村3组", "1")
"""Seeds, which, how many, check out, which day, yes, where to, order."""
NEXT = ("1", "101", "1", "2", "明天", "1", "1", "1")
HOUSEHOLDS = 20
# Their worth is another limit's matter: it has them confirm by a code.
LIMITS = replace(LimitsSection().policy(), confirm_over={})


def ordered_for(households: int, policy: Policy) -> tuple[int, int, int]:
    """Orders placed, what was dialled and answered, and how many seconds that took."""
    program = compile_flow(load(LIBRARY / "seeds").flow).program
    store = MemoryStore()
    store.publish("seeds", program, NOON)
    shops = Shops({"seeds": fingerprint(program)}, store.program)
    guard = Guard(Policies(policy), b"secret")
    now, moves = NOON, 0

    def give(given: Input) -> None:
        nonlocal now, moves
        moves, now = moves + 1, now + SCREEN_S
        arrival = Arrival(
            ContactKey("seeds", "13800138000", "ussd"), given, "*139*8#", "", b"", moves, now
        )
        with store.batch([arrival]) as batch:
            batch.commit(take_turns([arrival], batch.world, shops, guard=guard))
        guard.keep()

    for household in range(households):
        give(Opened())
        for answer in NEXT if household else FIRST:
            give(Text(answer))
    return len(store.orders("seeds")), moves, now - NOON


def test_who_orders_for_a_village_reaches_no_limit() -> None:
    placed, moves, took_s = ordered_for(HOUSEHOLDS, LIMITS)
    assert placed == HOUSEHOLDS
    assert moves == 9 * HOUSEHOLDS
    # Not by being slow: so much comes within a window.
    assert LIMITS.ussd_per_sender > MESSAGES_WINDOW_S // SCREEN_S
    assert took_s > MESSAGES_WINDOW_S
    # Sixty, as of texts, stop them in the seventh order.
    assert ordered_for(7, replace(LIMITS, ussd_per_sender=60))[0] == 6


@pytest.mark.parametrize(("numbers", "turns"), [(1, 240), (1_000, 6_000)])
def test_a_flood_by_ussd_has_no_more_turns_than_its_limit(numbers: int, turns: int) -> None:
    """A hundred moves a second for a window, by one forged number and by a block of them."""
    guard, taken = Guard(Policies(LIMITS), b"secret"), 0
    begin = NOON // MESSAGES_WINDOW_S * MESSAGES_WINDOW_S
    for move in range(100 * MESSAGES_WINDOW_S):
        contact = ContactKey("seeds", f"13800138{move % numbers:03d}", "ussd")
        verdict = guard.admit(contact, "1", begin + move // 100)
        taken += verdict is Verdict.TAKE
        guard.keep()
    assert taken == turns
