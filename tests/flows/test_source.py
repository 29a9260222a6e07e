"""A file is decoded and cut into blocks; margins, comments and suppressions are seen to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.source import BLOCKS_MAX, FILE_BYTES_MAX, LINE_CHARACTERS_MAX, cut, decode


def test_utf8_with_and_without_mark_utf16_and_gb18030_read_the_same() -> None:
    text = "步骤 开始\n  说 您好\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        assert decode(text.encode(encoding)) == text


@given(st.binary(max_size=200))
def test_bytes_are_text_or_a_value_error(data: bytes) -> None:
    try:
        assert isinstance(decode(data), str)
    except ValueError as error:
        assert "UTF-8" in str(error)  # noqa: PT017


def test_a_nul_is_told_with_its_line() -> None:
    with pytest.raises(ValueError, match="NUL character in line 2"):
        decode(b"flow 1\nstep a\x00\n  goodbye\n")


def test_a_file_at_the_limit_is_read_and_one_byte_more_is_not() -> None:
    assert len(decode(b"#" * FILE_BYTES_MAX)) == FILE_BYTES_MAX
    with pytest.raises(ValueError, match="more than 1000000 bytes"):
        decode(b"#" * (FILE_BYTES_MAX + 1))


def test_each_line_in_column_one_begins_a_block() -> None:
    source = cut("flow 1\n\n# note\nstep a\n  -> b\nstep b\n  goodbye\n", "x.flow")
    assert [(c.key, c.place.line, c.text) for c in source.chunks] == [
        ("flow 1", 1, "flow 1\n"),
        ("step a", 4, "step a\n  -> b\n"),
        ("step b", 6, "step b\n  goodbye\n"),
    ]


def test_blocks_with_one_name_get_keys_of_their_own_across_files() -> None:
    taken: set[str] = set()
    cut("step a\nstep a\n", "x.flow", taken)
    assert [c.key for c in cut("step a\n", "y.flow", taken).chunks] == ["step a (3)"]


@pytest.mark.parametrize("level", ["\u3000", "\u3000\u3000", "\t"])
def test_a_level_is_a_level_however_it_was_typed(level: str) -> None:
    text = f"step a\n{level}if x\n{level * 2}-> b\n{level}-> c\n"
    assert cut(text, "x.flow").chunks[0].text == "step a\n  if x\n    -> b\n  -> c\n"


def test_comments_keep_the_numbers_of_the_lines_below_them() -> None:
    chunk = cut("step a\n  # why\n\n  -> b\n", "x.flow").chunks[0]
    assert chunk.text == "step a\n\n\n  -> b\n"


def test_a_suppression_points_at_the_next_line_that_says_something() -> None:
    (found,) = cut(
        "step a\n  # ok F102 kept for later\n\n  # more\n  -> b\n", "x.flow"
    ).suppressions
    assert (found.code, found.place.line, found.target_line) == ("F102", 2, 5)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_machine_ends_them(ending: str) -> None:
    source = cut(f"step a{ending}  -> b{ending}", "x.flow")
    assert source.chunks[0].text == "step a\n  -> b\n"


@pytest.mark.parametrize(
    ("margin", "name"),
    [("\t", "a tab"), ("\u3000", "a full-width space"), ("\u00a0\u00a0", "a non-breaking space")],
)
def test_a_strange_margin_is_told_and_read_as_spaces(margin: str, name: str) -> None:
    source = cut(f"step a\n{margin}-> b\n", "x.flow")
    assert source.chunks[0].text == "step a\n  -> b\n"
    assert [(d.code, d.message) for d in source.diagnostics] == [
        ("E002", f"{name} stands in the margin")
    ]


def test_a_statement_in_column_one_stays_with_its_block() -> None:
    assert len(cut("step a\nsay Hello\n  -> b\n", "x.flow").chunks) == 1
    assert len(cut("step a\nsetp b\n  -> b\n", "x.flow").chunks) == 2


def test_a_line_at_the_limit_is_whole_and_a_longer_one_is_cut_and_told() -> None:
    margin = "  say "
    fits = margin + "x" * (LINE_CHARACTERS_MAX - len(margin))
    assert cut(f"step a\n{fits}\n", "x.flow").diagnostics == ()
    source = cut(f"step a\n{fits}x\n", "x.flow")
    assert "characters" in source.diagnostics[0].message
    assert max(map(len, source.chunks[0].text.split("\n"))) == LINE_CHARACTERS_MAX


def test_blocks_past_the_limit_are_left_out_and_told_once() -> None:
    text = "".join(f"step s{i}\n" for i in range(BLOCKS_MAX))
    assert cut(text, "x.flow").diagnostics == ()
    source = cut(text + "step one_more\nstep two_more\n", "x.flow")
    assert len(source.chunks) == BLOCKS_MAX
    (found,) = source.diagnostics
    start = source.chunks[-1].place.line
    assert "blocks" in found.message
    assert start + found.span.line - 1 == BLOCKS_MAX + 1


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_text_is_cut_without_losing_a_line_that_says_something(text: str) -> None:
    source = cut(text, "x.flow")
    for chunk in source.chunks:
        first = source.lines[chunk.place.line - 1]
        assert first.strip(" \t\u3000\u00a0").startswith(chunk.text.split("\n")[0])
