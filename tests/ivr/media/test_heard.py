"""Frames reach those who take them, past the ring's end too, and nobody else."""

from pathlib import Path

import soundfile

from ivr.media.heard import Heard, Hearers
from ivr.media.memory import HEARD_FRAMES
from ivr.rtp.codec import PCMA
from tests.ivr.media.paper import Paper

CALL, OTHER = 7, 8


def hand_on(paper: Paper, *calls: int) -> None:
    """What the plane does with a frame of each of these calls."""
    for call in calls:
        at = int(paper.memory.heard_ends[0])
        record = paper.memory.heard[at % HEARD_FRAMES]
        record["call"], record["codec"], record["frame"] = call, PCMA, at % 1_000
        record["codes"] = at % 200
        paper.memory.heard_ends[0] = at + 1


def test_each_call_has_a_sink_of_its_own_until_it_is_over() -> None:
    paper = Paper()
    hearers = Hearers(paper.memory)
    heard: list[Heard] = []
    hearers.give(CALL, heard.append)
    hand_on(paper, CALL, OTHER, CALL)
    hearers.take()
    assert [(each.call, each.frame, set(each.codes)) for each in heard] == [
        (CALL, 0, {0}),
        (CALL, 2, {2}),
    ]
    hearers.forget(CALL)
    hand_on(paper, CALL)
    hearers.take()
    assert len(heard) == 2
    assert paper.memory.heard_ends[8] == 4


def test_frames_on_both_sides_of_the_rings_end_come_in_order() -> None:
    paper = Paper()
    paper.memory.heard_ends[0] = paper.memory.heard_ends[8] = HEARD_FRAMES - 2
    hearers = Hearers(paper.memory)
    heard: list[Heard] = []
    hearers.give(CALL, heard.append)
    hand_on(paper, *[CALL] * 5)
    hearers.take()
    first = HEARD_FRAMES - 2
    assert [each.codes[0] for each in heard] == [(first + n) % 200 for n in range(5)]


def test_who_fails_at_a_frame_hears_no_more_and_the_others_go_on() -> None:
    paper = Paper()
    hearers = Hearers(paper.memory)
    heard: list[Heard] = []
    tries: list[Heard] = []

    def fail(frame: Heard) -> None:
        tries.append(frame)
        raise RuntimeError

    hearers.give(CALL, fail)
    hearers.give(OTHER, heard.append)
    hand_on(paper, CALL, CALL, OTHER)
    hearers.take()
    assert (len(tries), len(heard)) == (1, 1)
    assert paper.memory.heard_ends[8] == 3


def test_a_frame_that_was_late_says_so_and_a_file_is_without_the_silence_before_it(
    tmp_path: Path,
) -> None:
    paper = Paper()
    hearers = Hearers(paper.memory)
    heard: list[Heard] = []
    hearers.give(CALL, heard.append)
    hearers.record(CALL, tmp_path / "said.wav", PCMA)
    hand_on(paper, *[CALL] * 5)
    paper.memory.heard[4]["late"] = 3
    hearers.take()
    assert [each.late for each in heard] == [0, 0, 0, 0, 3]
    assert hearers.end(CALL) == 0.04


def test_a_file_holds_what_came_until_it_is_ended(tmp_path: Path) -> None:
    paper = Paper()
    hearers = Hearers(paper.memory)
    assert hearers.end(CALL) == 0
    hearers.record(CALL, tmp_path / "said.wav", PCMA)
    hand_on(paper, CALL, OTHER, CALL)
    hearers.take()
    assert hearers.records(CALL)
    assert hearers.end(CALL) == 0.04
    assert not hearers.records(CALL)
    assert soundfile.info(tmp_path / "said.wav").frames == 320
