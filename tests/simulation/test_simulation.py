"""Whatever breaks, whenever: nothing is lost and nothing doubled. A seed that fails is tried with `--seed`."""

import pytest

from tests.simulation.many import quiet, story_of, try_all

SEEDS_EACH = 500


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", range(4))
def test_no_seed_loses_or_doubles_anything(part: int) -> None:
    total = try_all(range(part * SEEDS_EACH + 1, (part + 1) * SEEDS_EACH + 1))
    assert not total.wrong, total
    assert total.orders > SEEDS_EACH
    assert total.kills > 100
    assert total.breaks > 100
    assert total.refused > 100
    assert total.set_aside > 100
    # Only carriers that ignore an answer which they have, and name no message, may be misunderstood (decision 0030).
    assert total.excused <= SEEDS_EACH // 50, total


@pytest.mark.parametrize("seed", [1, 10, 70])
def test_a_seed_tells_the_same_story_each_time(seed: int) -> None:
    with quiet():
        assert story_of(seed) == story_of(seed)
