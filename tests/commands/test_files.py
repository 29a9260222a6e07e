"""Files as the commands for authors read and write them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import app
from commands.flows_on_disk import read_bounded, write_whole
from flows.source import FILE_BYTES_MAX
from tests.flows.shops import ORDER, SHOP


def run(*words: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "seller.flow").write_text(SHOP + ORDER, "utf-8")
    return folder


def test_a_file_at_the_limit_is_read_whole_and_of_a_larger_one_a_byte_more(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"x" * (FILE_BYTES_MAX + 5))
    assert len(read_bounded(file)) == FILE_BYTES_MAX + 1
    assert len(read_bounded(file, FILE_BYTES_MAX + 5)) == FILE_BYTES_MAX + 5


def test_a_device_is_no_file() -> None:
    with pytest.raises(FileNotFoundError):
        read_bounded(Path("/dev/zero"))
    result = run("check", "/dev/zero")
    assert result.exit_code == 1
    assert "cannot be read" in result.output


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "x.flow"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "new\ud800")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    write_whole(file, "new")
    assert file.read_text() == "new"


def test_a_picture_is_drawn_as_its_file_is_called(shop: Path) -> None:
    assert run("graph", shop, "--to", shop / "a.mmd").exit_code == 0
    assert (shop / "a.mmd").read_text("utf-8").startswith("flowchart")
    assert run("graph", shop, "--to", shop / "a.svg").exit_code == 0
    assert (shop / "a.svg").read_text("utf-8").startswith("<svg")
    refused = run("graph", shop, "--to", shop / "a.png")
    assert (refused.exit_code, "write .svg or .mmd" in refused.output) == (2, True)
    assert run("graph", shop, "--to", shop / "a.txt", "--format", "svg").exit_code == 0


def test_what_cannot_be_written_is_told(shop: Path) -> None:
    nowhere = shop / "missing" / "x"
    for words, typed in (
        (("graph", shop, "--to", nowhere), None),
        (("talk", shop, "--save", nowhere), "1\n"),
    ):
        result = run(*words, typed=typed)
        assert not isinstance(result.exception, OSError)
        assert "no such file or directory" in result.output


def test_a_talk_in_bytes_that_are_no_text_fails_with_its_name(shop: Path) -> None:
    (shop / "x.talk").write_bytes(b"\x00\x81\xff")
    result = run("replay", shop)
    assert result.exit_code == 1
    assert "x.talk" in result.output
    assert "save it as UTF-8" in result.output


def test_a_copied_sample_is_held_against_its_own_flow(shop: Path) -> None:
    saved = shop / "saved.talk"
    run("talk", shop, "--save", saved, typed="苹果\n2\n1\n")
    saved.write_text(saved.read_text("utf-8").replace("@ flow shop", "@ flow noodles"), "utf-8")
    result = run("replay", shop)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("number", ["hello", "123", ""])
def test_talk_is_from_a_telephone_number(number: str, shop: Path) -> None:
    result = run("talk", shop, "--from", number, typed="")
    assert result.exit_code == 1
    assert "is no telephone number; write its digits" in result.output


def test_a_talk_is_saved_under_the_number_as_it_is_kept(shop: Path) -> None:
    saved = shop / "saved.talk"
    run("talk", shop, "--from", "+86 138-0013-8000", "--save", saved, typed="")
    assert "from 13800138000  at" in saved.read_text("utf-8")
    assert run("replay", saved).exit_code == 0


def test_where_a_saved_talk_cannot_be_replayed_it_is_said_where_it_can(
    shop: Path, tmp_path: Path
) -> None:
    result = run("talk", shop, "--save", tmp_path / "elsewhere.talk", typed="")
    assert "put it beside" in result.output
    assert "seller.flow" in result.output


def test_talk_tells_of_errors_and_goes_on_as_far_as_it_can(shop: Path) -> None:
    flow = shop / "seller.flow"
    flow.write_text(flow.read_text("utf-8").replace("-> place\n", "-> palce\n"), "utf-8")
    result = run("talk", shop, typed="苹果\n2\n")
    assert "the flow has 1 error" in result.output
    assert "共5.00" in result.output


@pytest.mark.parametrize("command", ["graph", "talk", "check", "publish"])
def test_a_slip_in_a_samples_name_is_told_with_the_name(command: str) -> None:
    wrong = run(command, "noodels")
    assert wrong.exit_code == 1
    assert "noodels: " in wrong.output
    assert "there is no such file; did you mean the sample `noodles`?" in wrong.output


def test_in_a_folder_that_is_not_there_is_no_sample(tmp_path: Path) -> None:
    wrong = run("check", tmp_path / "noodles")
    assert wrong.exit_code == 1
    assert "there is no such file" in wrong.output
    assert "all is well" not in wrong.output


def test_where_there_is_no_flow_nothing_is_well(tmp_path: Path) -> None:
    empty = run("check", tmp_path)
    assert empty.exit_code == 1
    assert empty.output == "no flow was found; name a .flow file or a folder\n"
