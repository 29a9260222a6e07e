"""How shards do, as if they were one process, also when one starts again."""

from center.measure import Measure, counter, gauge
from commands.shards.measures import ShardMeasures


def figures(measures: ShardMeasures) -> dict[str, float]:
    told = (one for one in measures.over_all() if isinstance(one, Measure))
    return {one.name: sum(value for _, value in one.samples) for one in told}


def test_all_shards_count_together() -> None:
    measures = ShardMeasures(2)
    for shard in range(2):
        measures.tell(shard, [counter("orders_placed", "", 2), gauge("orders", "", 7)])
    assert figures(measures) == {"orders_placed": 4, "orders": 14}


def test_counters_of_a_shard_that_starts_again_go_on_and_what_it_holds_is_told_anew() -> None:
    measures = ShardMeasures(1)
    measures.tell(0, [counter("orders_placed", "", 5), gauge("orders", "", 5)])
    measures.begin(0)
    assert figures(measures) == {"orders_placed": 5}
    measures.tell(0, [counter("orders_placed", "", 1), gauge("orders", "", 6)])
    assert figures(measures) == {"orders_placed": 6, "orders": 6}
    measures.begin(0)
    assert figures(measures) == {"orders_placed": 6}


def test_what_a_shard_lacks_is_told_until_it_starts_again() -> None:
    measures = ShardMeasures(2)
    measures.tell(1, [], "the disk is full")
    assert measures.unready == ["", "the disk is full"]
    measures.begin(1)
    assert measures.unready == ["", ""]
