"""Whatever breaks, whenever: nothing is lost and nothing doubled. A seed that fails is tried with `--seed`."""

import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from center import turns
from sms.smsc.faults import Faults
from store.sqlite import SqliteStore
from tests.simulation import world
from tests.simulation.__main__ import main, trace_of
from tests.simulation.aimed import (
    brought_twice_by_several_binds,
    brought_twice_where_much_is_refused,
    ignored,
    kind,
    lost_within,
    overtaken,
    said_again_while_replies_wait,
    swept_over_falls,
)
from tests.simulation.many import Total, quiet, story_of, try_all
from tests.simulation.network import Weather
from tests.simulation.patches import patched
from tests.simulation.story import Story
from tests.simulation.trouble import Trouble
from tests.simulation.verdict import UNHEARD_MAX
from tests.simulation.world import World

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
    # Only carriers that bring again what they know to be answered, or far too late, may be misunderstood (decision 0030).
    assert len(total.excused) <= SEEDS_EACH // 50, total


WRONG_ONCE = (
    97_315,  # a move of a USSD dialog came when its phone had ended the next
    133_263,  # an answer by USSD behind one that a start had found was read at the "go on?" that the start had asked
    232_173,  # of two equal words of a buyer the second, brought again, was taken for the first, and what others had lost for answered
    20_261_127_172_751,  # of a word that came again by two binds at once the second copy was read at its buyer's next order
)
"""Seeds that nobody had seen when they were found wrong, and what was wrong in each.

All but the third are wrong today if their mend is taken out; of that it was not tried. Eleven others tell another story since pauses
before a bind grew, were right without their mends, and are gone: six mends are the product's, and have tests of their own; five were the
simulation's.
"""


@pytest.mark.parametrize("seed", WRONG_ONCE)
def test_what_was_mended_stays_so(seed: int) -> None:
    trouble = Trouble.of(seed)
    # As it was when it was found, if that was before sweeps and rates.
    before = replace(trouble, sweeps=False, on_disk=seed % 10 == 0, rate=None)
    with quiet():
        assert story_of(seed).right
        assert before == trouble or story_of(seed, before).right


EXCUSED = {
    "ignored": (ignored, 1),
    "behind": (swept_over_falls, 117),
    "within": (lost_within, 8),
    "overtaken": (overtaken, 47),
    "mistaken": (overtaken, 581_109),
}
"""What goes wrong where it is found, and from which seed on: by other times they are other stories."""
EXCUSED_WITHIN = 40
"""Seeds."""


@pytest.mark.parametrize("why", EXCUSED)
def test_who_is_excused_is_so_by_what_happened_to_their_message(why: str) -> None:
    trouble_of, first = EXCUSED[why]
    seeds = range(first, first + EXCUSED_WITHIN)
    with quiet():
        stories = (story_of(seed, trouble_of(seed)) for seed in seeds)
        story = next(one for one in stories if why in one.excused)
    assert not story.right
    # By this alone.
    assert getattr(story.excuses, why) >= story.off
    assert not story.excuses.of(frozenset({"13800000099"}))


def test_a_reply_that_was_lost_with_its_connection_is_let_go_in_its_time_too() -> None:
    """Its buyer went on by it; and what it replied to came a life later, and behind that."""
    with quiet():
        story = story_of(300_001, swept_over_falls(300_001))
    assert story.excused == ("behind",)


@pytest.mark.parametrize("seed", [580_979, 821_408, 890_224, 891_506])
def test_the_order_is_excused_at_which_a_reply_crosses_what_was_said_again(seed: int) -> None:
    """It was on its way, or made when both were read in one batch. They are asked once more, and do not say it again by themselves."""
    with quiet():
        story = story_of(seed, overtaken(seed))
    assert story.excused == ("crossed",)
    assert story.books is not None
    assert story.books.right
    assert story.books.crossed == story.off


@pytest.mark.parametrize("seed", [940_010, 940_224, 940_255, 876_664])
def test_what_reads_like_a_word_that_is_to_come_again_may_be_said_twice(seed: int) -> None:
    """It was taken for one that we had refused as late, or that had just come again, or been answered, where no connection breaks."""
    with quiet():
        story = story_of(seed, brought_twice_by_several_binds(seed))
    assert story.said_again == story.excuses.doubted == 1
    assert story.right


def test_who_was_refused_is_not_asked_amiss() -> None:
    """They were asked once more when all tries of their answer had been refused, and their second met the reply on its way."""
    with quiet():
        story = story_of(883_760, brought_twice_where_much_is_refused(883_760))
    assert story.excused == ("crossed",)


def test_a_word_whose_connection_broke_under_its_answer_is_not_one_that_was_not_heard(
    tmp_path: Path,
) -> None:
    """Said a third time, since the carrier may have brought the second again."""
    one = World(471_668, tmp_path)
    with quiet():
        assert one.run().right
    # The one before that was taken for a word of before four falls.
    assert one.town is not None
    assert one.town.buyers["13800000003"].unheard_most == UNHEARD_MAX


def test_who_is_not_heard_again_and_again_on_connections_that_live_fails_a_seed() -> None:
    never_new = patched(turns, "_is_redelivery", lambda *_: True)
    with quiet(), never_new:
        story = story_of(471_668, kind(471_668))
    assert "somebody said the same again and again and had no reply" in story.failures


def test_nobody_goes_astray_who_says_it_again_while_the_reply_waits() -> None:
    """Without rule 8 of decision 0030 ten of a hundred seeds are wrong."""
    total = try_all(range(540_001, 540_041), said_again_while_replies_wait)
    assert not total.wrong, total
    assert total.kills > 100
    assert total.breaks > 50


def test_a_wrong_seed_is_told_with_the_command_that_shows_it() -> None:
    story = Story(7, Trouble.of(7))
    assert trace_of(story) == "python -m tests.simulation --seed 7"
    story.waiting = frozenset({"13800000002", "13800000001"})
    assert trace_of(story) == "python -m tests.simulation --seed 7 --trace 13800000001"


@pytest.mark.parametrize("seed", [1, 918_081])
def test_a_seed_alone_is_told_as_among_many(
    seed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The books of 918081 say WRONG, of what nobody could tell."""
    total = try_all([seed])
    with quiet():
        monkeypatch.setattr(sys, "argv", ["simulation", "--seed", str(seed)])
        assert main() == 0
    told = capsys.readouterr().out.splitlines()[-1]
    assert not total.wrong
    assert told == ("misunderstood: 13800000000, behind" if total.excused else "right")


def test_a_shop_that_is_not_started_again_is_told_with_the_reason(tmp_path: Path) -> None:
    """The store cannot be opened, as where the disk under the simulation is full."""
    opened: list[Path] = []

    class Store(SqliteStore):
        def __init__(self, path: Path) -> None:
            opened.append(path)
            if len(opened) > 1:
                raise sqlite3.OperationalError("database or disk is full")
            super().__init__(path)

    trouble = replace(falls(1), spread=False, on_disk=True)
    with quiet(), patched(world, "SqliteStore", Store):
        story = World(1, tmp_path, trouble).run()
    assert not story.right
    assert not story.excused
    assert any("database or disk is full" in failure for failure in story.failures)
    total = Total()
    total.add(story)
    assert "database or disk is full" in str(total)


@pytest.mark.parametrize("seed", [1, 10, 70])
def test_a_seed_tells_the_same_story_each_time(seed: int) -> None:
    with quiet():
        assert story_of(seed) == story_of(seed)


@pytest.mark.parametrize("seed", [6, 7, 11])
def test_nobody_says_anything_twice_where_fronts_and_shards_fall_and_nothing_else_does(
    tmp_path: Path, seed: int
) -> None:
    with quiet():
        story = World(seed, tmp_path, falls(seed)).run()
    assert story.right
    assert story.lives > 4
    # What a shard had when it fell and did not keep is no older word that reads the same.
    assert not story.said_again


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("spread", [False, True])
def test_an_order_system_that_breaks_off_holds_what_was_ordered_and_nothing_else(
    tmp_path: Path, seed: int, spread: bool
) -> None:
    trouble = replace(
        falls(seed), spread=spread, partner_s=0.2, partner_breaks=0.3, shards_ask=True
    )
    one = World(seed, tmp_path, trouble)
    with quiet():
        story = one.run()
    assert story.right
    assert story.lives > 4
    assert one.depot.asked > len(one.depot.held) == story.books.orders > 20


def falls(seed: int) -> Trouble:
    """Shops fall, and nothing else does."""
    return Trouble(
        buyers=5,
        orders=8,
        weather=Weather(latency_s=0.005),
        faults=Faults(seed=seed),
        dies=0.05,
        refuses=0.0,
        full_s=0.0,
        slow_s=0.001,
        disk_stalls=0.0,
        kills_s=2.0,
        jumps=False,
        late_s=0.0,
        twice=False,
        partner_s=0.0,
        partner_dead=0.0,
        doubled=0.0,
        binds=1,
        on_disk=False,
        spread=True,
    )
