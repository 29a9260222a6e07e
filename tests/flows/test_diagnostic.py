"""A diagnostic is shown with its line, a caret under what is wrong, and what to write."""

from __future__ import annotations

from dataclasses import replace

from flows.diagnostic import EXCERPT_CHARACTERS_MAX, locate, render, to_json, width
from flows.folder import flow_of
from flows.syntax import Span

FLOW, FOUND = flow_of("noodles", "# note\nflow 1\n\nstep a\n  menu 请选择\n    1 下单 => b\n")


def test_a_diagnostic_points_at_its_place() -> None:
    assert render(FLOW, FOUND[0]) == (
        "noodles.flow:6:10: error: [E001 syntax-error] the arrow is not written `->`\n"
        " 6 |     1 下单 => b\n"
        "   |            ^^\n"
        "  help: write `-> step`"
    )


def test_carets_are_two_wide_under_wide_characters() -> None:
    wide = replace(FOUND[0], span=Span("step a", 3, 7, 2), help=None)
    assert render(FLOW, wide).split("\n")[2] == "   |       ^^^^"
    assert (width("a"), width("单"), width("，")) == (1, 2, 2)


def test_notes_show_their_own_lines() -> None:
    noted = replace(FOUND[0], notes=((Span("step a", 1, 6, 1), "defined here"),))
    assert "  note: defined here (noodles.flow:4)\n 4 | step a\n   |      ^" in render(FLOW, noted)


def test_tools_get_absolute_places() -> None:
    values = to_json(FLOW, FOUND[0])
    assert (values["file"], values["line"], values["column"], values["end_column"]) == (
        "noodles.flow",
        6,
        10,
        12,
    )
    assert values["help"] == "write `-> step`"


def test_a_span_moves_with_its_block() -> None:
    moved, found = flow_of("noodles", "\n\n\nstep a\n  menu 请选择\n    1 下单 => b\n")
    assert found[0].span == FOUND[0].span
    assert locate(moved, found[0].span).line == 6


def test_of_a_long_line_the_part_around_the_mistake_is_shown() -> None:
    flow, [found] = flow_of("long", f"step a\n  menu {'x' * 900}\n    1 {'y' * 900} => b\n")
    _, line, carets, *_ = render(flow, found).split("\n")
    assert len(line) <= EXCERPT_CHARACTERS_MAX + 8
    assert line[carets.index("^") :].startswith("=> b")
    assert line.startswith(" 3 | …y")


def test_a_place_past_the_end_of_its_file_is_shown_without_a_line() -> None:
    past = replace(FOUND[0], span=Span("step a", 99, 1, 1), help=None)
    assert "\n" not in render(FLOW, past)
