"""What operators are told of limits: each under the name by which the settings have it."""

from types import SimpleNamespace
from typing import Any, cast

from center.batch import BatchCounters
from center.limits.guard import Guard
from commands.serving.turns import turn_measures
from commands.settings.limits import Limits


def test_every_limit_on_messages_and_orders_is_told_by_its_key_also_before_anybody_comes_to_it() -> (
    None
):
    guard = Guard()
    guard.counters.orders_refused["spend_per_seller"] += 2
    turns = cast("Any", SimpleNamespace(counters=BatchCounters(), guard=guard))
    told = {
        labels[0]: value
        for one in turn_measures(turns)
        if one.labels == ("limit",)
        for labels, value in one.samples
    }
    keys = {name for name in Limits.model_fields if "_per_" in name}
    assert told == dict.fromkeys(keys, 0.0) | {"spend_per_seller": 2.0}
