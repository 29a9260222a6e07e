"""What came of an effect that a session waited for, and where the flow goes on."""

from __future__ import annotations

from flows import effects, prompts
from flows import program as p
from flows.inputs import Order, Outcome
from flows.machine import END, WAIT, Machine
from flows.turn import Turn
from flows.walk import walk

SUSPENDING = p.PlaceOrder | p.HandOver | p.Request | p.Pay
"""Statements that wait for an outcome. Put together here: a union made where it is asked for costs more than the question."""

INSTEAD = {"closed": "busy", "failed": "busy", "hangup": "timeout"}
"""The way that a flow takes from a hand-over where it has none for what came back."""


def outcome_of(machine: Machine, turn: Turn, at: str, outcome: Outcome) -> int:
    """Go on after an effect."""
    index = machine.program.waits.get(at)
    node = machine.program.nodes[index] if index is not None else None
    if not isinstance(node, SUSPENDING):
        # Late or doubled: the session is elsewhere by now and stays there.
        return WAIT if turn.at else END
    values = outcome.values
    if isinstance(node, p.PlaceOrder):
        if outcome.name == "ok":
            number, eta = str(values.get("number", "")), str(values.get("eta", ""))
            total = turn.total(turn.cart)
            turn.order = Order(number, "placed", total, eta, turn.cart)
            # Texts after the order may still name what was in the cart; the next `add` begins a new one.
            turn.placed = True
        else:
            turn.missing = str(values.get("missing", ""))
    elif isinstance(node, p.Request) and outcome.name == "ok":
        for name, _ in node.results:
            turn.values[f"{node.name}.{name}"] = values.get(name, "")
    name = outcome.name
    if isinstance(node, p.HandOver) and name not in node.outcomes:
        name = INSTEAD.get(name, name)
    if name not in ("ok", *node.outcomes):
        name = "failed"
    if machine.trace is not None and index is not None:
        machine.trace.edge(index, name)
    target = node.next if name == "ok" else node.outcomes.get(name)
    if target is None:
        turn.effects.append(effects.Say(prompts.word("sorry", turn.language)))
        turn.effects.append(effects.Trouble("outcome.unhandled", f"{at}: {outcome.name}"))
        return END
    return walk(machine, turn, target)
