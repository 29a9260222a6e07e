"""A shard that hangs is known by its silence, and a front that stood still blames nobody."""

from pathlib import Path

from commands.shards.service import LOOK_S, SILENT_S_MAX, Silence
from commands.shards.shard_link import ShardLink

LOOKS_MAX = round(SILENT_S_MAX / LOOK_S)


def link() -> ShardLink:
    up = ShardLink(Path("nowhere"), lambda *_: None)
    up.is_up = True
    return up


def test_a_shard_that_says_nothing_for_too_long_hangs() -> None:
    silence = Silence(link())
    assert not any(silence.look() for _ in range(LOOKS_MAX - 1))
    assert silence.look()


def test_a_shard_that_tells_how_it_does_once_in_a_while_does_not() -> None:
    shard = link()
    silence = Silence(shard)
    for _ in range(3):
        assert not any(silence.look() for _ in range(LOOKS_MAX - 1))
        shard.heard += 1


def test_a_shard_that_opens_its_sellers_may_take_its_time() -> None:
    shard = link()
    shard.is_up = False
    silence = Silence(shard)
    assert not any(silence.look() for _ in range(2 * LOOKS_MAX))
