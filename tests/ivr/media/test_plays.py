"""What a play holds in the arena is held until it is over, and no longer."""

import pytest

from ivr.media.arena import ArenaFullError, Audio
from ivr.media.memory import SEGMENTS_MAX
from ivr.media.plays import Plays
from ivr.rtp.codec import PCMA
from tests.ivr.media.paper import Paper

CALL = 7


def audio(value: int, frames: int = 1) -> Audio:
    return Audio(bytes([value]) * 160 * frames, PCMA)


def test_pieces_are_held_until_their_play_is_over() -> None:
    arena = Paper().arena
    plays = Plays(arena)
    room = arena.frames_free
    assert (plays.number(), plays.number()) == (1, 2)
    plays.hold(CALL, 1, [audio(1, room - 1)], PCMA)
    with pytest.raises(ArenaFullError):
        plays.hold(CALL, 2, [audio(2), audio(3, 2)], PCMA)
    plays.release(CALL, 1)
    ((first, end),) = plays.hold(CALL, 2, [audio(4, room)], PCMA)
    assert end - first == room


def test_a_call_that_is_over_holds_nothing() -> None:
    arena = Paper().arena
    plays = Plays(arena)
    room = arena.frames_free
    plays.hold(CALL, 1, [audio(1, room // 2)], PCMA)
    plays.hold(CALL, 2, [audio(2, room // 2)], PCMA)
    plays.forget(CALL)
    plays.hold(CALL + 1, 3, [audio(3, room)], PCMA)


@pytest.mark.parametrize("count", [0, SEGMENTS_MAX + 1])
def test_a_prompt_has_pieces_and_not_too_many(count: int) -> None:
    plays = Plays(Paper().arena)
    with pytest.raises(ValueError, match=f"1 to {SEGMENTS_MAX} pieces, not {count}"):
        plays.hold(CALL, 1, [audio(1)] * count, PCMA)
