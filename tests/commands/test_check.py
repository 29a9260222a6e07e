"""`dialcart check` looks at what stands beside a flow."""

from pathlib import Path

import pytest

from commands.beside import vocabularies_of
from commands.check import check
from flows.checker.beside import read_vocabulary
from tests.flows.shops import ORDER, SHOP

TALK = """\
@ flow shop  channel sms  lang zh  from 13800138000  at 2026-11-24 12:05
> 苹果 2
< 共5.00 1 下单 2 再加
> 1
! place order 1x2 total 5.00
= ok A0007 eta 12:40
< 订单A0007，12:40到
! goodbye
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "seller.flow").write_text(SHOP + ORDER, "utf-8")
    return folder


def told(capsys: pytest.CaptureFixture[str], code: str) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if f"[{code} " in line]


def test_without_anything_beside_the_flow_nothing_is_told_of_it(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check([shop], "text", [])
    out = capsys.readouterr().out
    assert not any(code in out for code in ("D902", "K206", "T406"))


def test_ways_that_the_transcripts_leave_out_are_told_where_they_begin(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "own.talk").write_text(TALK, "utf-8")
    check([shop], "text", [])
    found = told(capsys, "D902")
    assert any("no transcript takes `option 2` from here" in line for line in found)
    assert not any("`option 1`" in line and "sms zh" in line for line in found)
    assert not any("`next`" in line and ":34:" in line for line in found)


def test_a_transcript_that_cannot_be_read_is_left_to_replay(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "own.talk").write_bytes(b"\xff\xfe what")
    check([shop], "text", [])
    assert told(capsys, "D902")


def test_words_that_a_recogniser_lacks_are_told(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shop / "words.txt"
    words.write_text("<eps> 0\napple 1\nWatermelon 2\nmore 3\n[noise] 4\nagent 5\n", "utf-8")
    check([shop], "text", [f"en={words}"])
    (line,) = told(capsys, "K206")
    assert line.endswith("the recogniser for `en` does not know `order` in `Order`")


def test_a_chinese_phrase_is_known_when_it_is_made_of_known_words() -> None:
    known = read_vocabulary("大 1\n西瓜 2\n<eps> 0\n#0 3\n下单(2) x i a\n")
    assert known == {"大", "西瓜", "下单"}


def test_texts_without_a_recording_are_told_where_there_are_recordings(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "prompts" / "zh").mkdir(parents=True)
    (shop / "prompts" / "zh" / "要什么？.wav").touch()
    check([shop], "text", [])
    found = told(capsys, "T406")
    assert any("no recording in `en`: `What would you like" in line for line in found)
    assert not any("要什么" in line for line in found)


@pytest.mark.parametrize("given", ["zh", "=words.txt", "zh=missing.txt"])
def test_a_vocabulary_that_is_none_is_refused(given: str, tmp_path: Path) -> None:
    with pytest.raises((ValueError, OSError)):
        vocabularies_of([given])
    (tmp_path / "empty.txt").touch()
    with pytest.raises(ValueError, match="has no words"):
        vocabularies_of([f"zh={tmp_path / 'empty.txt'}"])
    assert check([tmp_path], "text", [given]) == 2


def test_what_is_said_of_many_lines_is_shown_three_times_and_the_others_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "\n".join(["flow 1", "", "shop X", *["\tcurrency CNY"] * 50])
    flow = tmp_path / "seller.flow"
    flow.write_text(lines, "utf-8")
    assert check([flow], "text", []) == 1
    shown = capsys.readouterr().out
    assert shown.count("a tab stands in the margin") == 4
    assert "seller.flow:7: error: [E002 bad-margin]" in shown
    assert "the same in 47 more lines: 7, 8, 9, " in shown
    assert "45, 46 and 7 more\n" in shown
    check([flow], "json", [])
    assert capsys.readouterr().out.count("a tab stands in the margin") == 50, "tools have all"


def test_a_few_lines_are_all_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow = tmp_path / "seller.flow"
    flow.write_text("\n".join(["flow 1", "", "shop X", *["\tcurrency CNY"] * 5]), "utf-8")
    check([flow], "text", [])
    shown = capsys.readouterr().out
    assert shown.count("a tab stands in the margin") == 5
    assert "the same in" not in shown
