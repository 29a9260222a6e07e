"""What an answer leads to before the buyer is asked anything more: gone through in a copy of the turn, which is then thrown away.

No recogniser tells reliably what was never in its grammar. So what it heard may not by itself do what nobody can take back:

- an order is placed, money taken, a partner's system asked, the seller told something;
- a basket is lost: emptied, replaced, or given up with the session;
- the buyer is unsubscribed, or subscribed again.

All else is heard at the next question, and is taken back there by another word.
"""

from __future__ import annotations

from copy import copy

from flows import program as p
from flows.machine import END, STEPS_PER_TURN_MAX, FlowTroubleError, Machine
from flows.turn import Turn


def trial(turn: Turn) -> Turn:
    """A copy that may be changed without the turn hearing of it."""
    tried = copy(turn)
    tried.values = dict(turn.values)
    tried.effects = []
    return tried


def is_final(machine: Machine, turn: Turn, index: int, *, recorded: bool = False) -> bool:
    """Whether nothing takes back what comes of going on at a node; changes the turn.

    `recorded`: the caller's own voice was kept, and nothing recognised in it. The seller hears what was meant.
    """
    try:
        for _ in range(STEPS_PER_TURN_MAX):
            if index == END:
                return has_basket(turn)
            if index < 0:
                return False
            node = machine.program.nodes[index]
            match node:
                case p.PlaceOrder() | p.Pay() | p.Request():
                    return True
                case p.TellShop() if not recorded:
                    return True
                case p.Empty() | p.Assign(path="cart") if has_basket(turn):
                    return True
                case p.Assign(path="buyer.opted_out"):
                    return True
                case p.Menu() | p.Ask() | p.HandOver():
                    return False
                case _:
                    index = machine.works.untraced(index)(turn)
    except (FlowTroubleError, KeyError, AttributeError, TypeError, IndexError, ValueError):
        # The flow cannot go on there, which ends the session; so do too many steps.
        return has_basket(turn)
    return has_basket(turn)


def has_basket(turn: Turn) -> bool:
    """Whether there is a basket to lose: not one that is ordered already."""
    return bool(turn.cart) and not turn.placed
