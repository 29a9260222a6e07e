"""What the turn batch and its limits count, for operators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from center.batch import TurnBatch
from center.limits.guard import GuardCounters
from center.measure import Measure, counter


def turn_measures(turns: TurnBatch) -> Iterable[Measure]:
    """Since the start, of all channels."""
    batches, guard = turns.counters, turns.guard.counters
    yield counter("dialcart_turns", "Turns stepped, on all channels.", batches.turns)
    yield counter("dialcart_batches", "Batches kept.", batches.batches)
    yield counter("dialcart_arrivals_refused", "Answered with `not now`.", batches.refused)
    yield counter("dialcart_arrivals_set_aside", "Given to sellers to read.", batches.set_aside)
    yield counter(
        "dialcart_questions_superseded",
        "Questions that the start left away: their buyers had gone past them.",
        batches.superseded,
    )
    for name, told, count in _GUARD:
        yield counter(f"dialcart_limits_{name}", told, count(guard))
    yield _by_limit("messages_refused", "Texts past a limit.", guard.messages_refused, _MESSAGES)
    yield _by_limit("orders_refused", "Orders past a limit.", guard.orders_refused, _ORDERS)


def _by_limit(name: str, told: str, counted: Mapping[str, int], limits: Sequence[str]) -> Measure:
    """Each under its key in [limits], also where nothing came to it: a rate begins at the first."""
    samples = [((limit,), float(counted.get(limit, 0))) for limit in limits]
    return Measure(f"dialcart_limits_{name}", "counter", told, ("limit",), samples)


_MESSAGES = ("messages_per_sender", "ussd_per_sender", "messages_per_prefix", "messages_per_seller")
_ORDERS = ("orders_per_sender", "spend_per_sender", "spend_per_prefix", "spend_per_seller")
_GUARD: tuple[tuple[str, str, Callable[[GuardCounters], int]], ...] = (
    ("robots_ignored", "Texts of machines that answer ours.", lambda c: c.robots),
    ("codes_asked", "Orders that had to be confirmed by a code.", lambda c: c.codes_asked),
    ("codes_right", "Codes typed rightly.", lambda c: c.codes_right),
    ("codes_wrong", "Codes typed wrongly.", lambda c: c.codes_wrong),
    ("call_backs", "Orders that a seller was asked to call back for.", lambda c: c.call_backs),
)
"""What is told of limits."""
