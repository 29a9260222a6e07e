"""Grammars that are kept worked out between processes."""

import sys
from pathlib import Path

import pytest

from flows import grammar
from grammars.kept import kept_beside

LINE = "step start\n  goodbye\n"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    grammar._lark.cache_clear()  # noqa: SLF001
    path = Path(kept_beside("flow") or "")
    path.parent.mkdir(parents=True)
    yield path
    grammar._lark.cache_clear()  # noqa: SLF001


def test_a_grammar_is_kept_where_bytecode_is_and_reads_the_same_again(kept: Path) -> None:
    assert kept.suffix == ".pyc"
    first = grammar.parse(LINE)
    assert kept.stat().st_size > 0
    grammar._lark.cache_clear()  # noqa: SLF001
    assert grammar.parse(LINE) == first


def test_a_kept_grammar_that_was_spoilt_is_worked_out_again(kept: Path) -> None:
    kept.write_bytes(b"\x00not a grammar")
    assert grammar.parse(LINE)


def test_nothing_is_kept_where_python_keeps_no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert kept_beside("flow") is None
