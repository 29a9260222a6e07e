"""What an operator does is kept as values and done again."""

import pytest

from center.uap.boards import Place
from center.uap.capacity import Capacity
from center.uap.changes import (
    RECORD_BYTES_MAX,
    ChangeError,
    Drain,
    Fail,
    FailChassis,
    Insert,
    Remove,
    RepairChassis,
    Restore,
    apply,
    decode,
    encode,
)
from center.uap.chassis import PlatformError
from center.uap.kinds import usual_kinds
from center.uap.models import model

STORY = (
    Insert(0.0, "1", 1, "MSU"),
    Insert(0.0, "1", 2, "GPU"),
    Drain(100.0, "1", 1),
    Remove(100.0, "1", 1),
    Insert(100.0, "1", 3, "MSU"),
    Fail(200.0, "1", 3),
    Restore(201.0, "1", 3),
    FailChassis(300.0, "1"),
    RepairChassis(400.0, "1"),
)


def told(changes):
    capacity = Capacity()
    capacity.add_chassis("1", model("UAP2100"))
    for change in changes:
        apply(change, capacity)
    return capacity


def test_a_story_read_back_makes_the_same_platform():
    read = [decode(encode(change)) for change in STORY]
    assert read == list(STORY)
    for capacity in (told(STORY), told(read)):
        assert capacity.chassis["1"].role == "standby"
        boards = capacity.chassis["1"].boards
        assert {slot: board.state for slot, board in boards.items()} == {
            2: "in service",
            3: "in service",
        }


def test_a_failed_board_tells_whom_it_cut_off_and_what_cannot_be_done_does_nothing():
    capacity = told(STORY[:2])
    capacity.advance(60.0)
    capacity.admit("c1", usual_kinds()["keys"], 61.0)
    with pytest.raises(PlatformError, match="not remove it"):
        apply(Remove(62.0, "1", 1), capacity)
    assert apply(Fail(63.0, "1", 1), capacity) == ["c1"]
    assert capacity.chassis["1"].boards[1].place == Place("1", 1)


@pytest.mark.parametrize("record", [b"", b"\xc1", b"\x80", b"\x00" * (RECORD_BYTES_MAX + 1)])
def test_a_record_that_holds_no_change_is_refused(record):
    with pytest.raises(ChangeError):
        decode(record)
