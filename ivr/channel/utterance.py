"""What a caller said between two moments, as a recogniser is to hear it: without the silence that a late line has put into it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import attrgetter

from ivr.media.heard import Heard

LEAD_FRAMES = 15
"""Before speech was noticed: 300 ms."""
TAIL_FRAMES = 15
"""After its last loud frame: the end of a word is quieter than a line's noise may be."""

_FRAME = attrgetter("frame")


def utterance(frames: Iterable[Heard], first: int, last: int) -> bytes:
    """G.711 of the frames from `first` to `last`, which SpeechStarted and SpeechEnded name, and of some on both sides."""
    kept: list[Heard] = []
    for each in frames:
        while kept and kept[-1].frame >= each.frame - each.late:
            kept.pop()
        kept.append(each)
    begin = max(0, bisect_left(kept, first, key=_FRAME) - LEAD_FRAMES)
    end = bisect_right(kept, last, key=_FRAME) + TAIL_FRAMES
    return b"".join(each.codes for each in kept[begin:end])
