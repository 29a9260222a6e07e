"""What a recogniser is given of what a caller said, on lines that stand still for a while."""

from pathlib import Path

import pytest

from flows.machine import Machine
from ivr.channel.utterance import LEAD_FRAMES, TAIL_FRAMES, utterance
from ivr.media.heard import Heard
from ivr.media.messages import Listen, SpeechEnded, SpeechStarted
from ivr.rtp.codec import PCMU
from ivr.speech.recognition import Request
from ivr.speech.sayable import Sayable, sayable
from ivr.speech.sphinx import Sphinx
from ivr.speech.worker import said as samples_of
from tests.ivr.media.paper import CALL, Paper, rtp
from tests.ivr.speech.calls import said
from tests.ivr.speech.shop import NOODLES

QUIET_S = 0.8
FIRST_FRAME = 10
"""What comes before it is quiet."""


def heard(*delays: tuple[int, int], count: int = 100) -> list[Heard]:
    """Frames of which some were late."""
    late = dict(delays)
    return [Heard(1, frame, PCMU, bytes([frame]), late.get(frame, 0)) for frame in range(count)]


def test_some_of_what_lies_around_it_is_part_of_it() -> None:
    assert utterance(heard(), 40, 60) == bytes(range(40 - LEAD_FRAMES, 61 + TAIL_FRAMES))
    assert utterance(heard(count=65), 5, 60) == bytes(range(65))
    assert utterance([], 5, 60) == b""


def test_what_was_late_is_without_the_silence_before_it() -> None:
    frames = heard((35, 20), (50, 5), (70, 6))
    kept = [*range(15), *range(35, 45), *range(50, 64), *range(70, 100)]
    first, last = kept.index(40), kept.index(60)
    assert utterance(frames, 40, 60) == bytes(kept[first - LEAD_FRAMES : last + 1 + TAIL_FRAMES])
    # Speech that was noticed in silence of ours begins with what comes next.
    assert utterance(frames, 30, 60)[LEAD_FRAMES] == 35


@pytest.fixture(scope="module")
def engine() -> Sphinx:
    return Sphinx()


@pytest.fixture(scope="module")
def yesno() -> Sayable:
    return sayable(Machine(NOODLES), "address.1", "yesno", "en")


@pytest.mark.parametrize("stood_still", [5, 20, 30])
@pytest.mark.parametrize(("word", "means"), [("no", "no nope nah"), ("yes", "yes yep yeah yup")])
def test_a_line_that_stands_still_makes_nothing_else_of_a_word(
    engine: Sphinx, yesno: Sayable, tmp_path: Path, word: str, means: str, stood_still: int
) -> None:
    """Wherever in the word it stands still: packets wait, and then come together."""
    codes = said(word, tmp_path)
    packets = [
        rtp(n, 160 * n, codes[160 * n : 160 * n + 160], kind=PCMU) for n in range(len(codes) // 160)
    ]
    for from_frame in range(FIRST_FRAME, len(packets), 4):
        paper = Paper()
        paper.open(codec=PCMU)
        paper.do(Listen(CALL, True, QUIET_S))
        until = from_frame + stood_still
        for tick in range(len(packets) + stood_still + 60):
            if tick < from_frame or tick > until:
                paper.hear(*packets[tick : tick + 1])
            elif tick == until:
                paper.hear(*packets[from_frame : until + 1])
            paper.frame()
        events = paper.told()
        first = next(e.frame for e in events if isinstance(e, SpeechStarted))
        (last,) = (e.frame for e in events if isinstance(e, SpeechEnded))
        frames = [
            Heard(CALL, int(each["frame"]), PCMU, each["codes"].tobytes(), int(each["late"]))
            for each in paper.memory.heard[: int(paper.memory.heard_ends[0])]
        ]
        given = Request(yesno.listening, utterance(frames, first, last), PCMU)
        text, _ = yesno.understood(engine.hear(yesno.listening, samples_of(given)))
        assert text in means.split(), (from_frame, text)
