"""The states of a board: every arrow, and no other."""

import re
from pathlib import Path
from typing import get_args

import pytest

from center.uap.boards import STATES, Board, Move, Place, State
from center.uap.models import model

BOARD = model("UAP2100").boards["MSU"]


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("move", get_args(Move))
def test_a_board_goes_where_the_table_has_an_arrow_and_nowhere_else(state, move):
    board = Board(Place("1", 1), BOARD)
    board.state = state
    assert board.may(move) == ((state, move) in STATES)
    if board.may(move):
        board.move(move)
        assert board.state == STATES[state, move]
    else:
        with pytest.raises(KeyError):
            board.move(move)


def test_every_state_is_reached_from_an_empty_slot_and_leads_back_to_one():
    def reached(start, arrows):
        found = {start}
        while more := {after for before, after in arrows if before in found} - found:
            found |= more
        return found

    arrows = [(before, after) for (before, _), after in STATES.items()]
    assert reached("empty", arrows) == set(get_args(State))
    assert reached("empty", [(b, a) for a, b in arrows]) == set(get_args(State))


def test_a_board_in_service_is_not_pulled_but_drained_or_failed():
    assert ("in service", "remove") not in STATES
    assert {move for state, move in STATES if state == "in service"} == {"drain", "fail"}


def test_the_page_draws_the_table():
    page = (Path(__file__).resolve().parents[3] / "docs" / "platform.md").read_text("utf-8")
    spelt = {"inservice": "in service", "selftest": "self-test"}
    drawn = {
        ((spelt.get(before, before), move), spelt.get(after, after))
        for before, after, move in re.findall(r"^  (\w+) --> (\w+): (\w+)$", page, re.MULTILINE)
    }
    assert drawn == set(STATES.items())
