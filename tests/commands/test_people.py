"""`dialcart people`: entered, listed, changed, let go."""

import pytest
from typer.testing import CliRunner

from cli import app
from store.people import People
from tests.commands.written_to import written_to
from web.accounts.password import is_password


@pytest.fixture
def dialcart(tmp_path):
    database = tmp_path / "shop.db"

    def run(*words: str):
        return CliRunner().invoke(app, ["people", *words, "--database", str(database)])

    run.file = tmp_path / "shop.people"
    return run


def test_somebody_is_entered_with_skills_and_can_be_found(dialcart):
    words = ("--skill", "tea=3", "--skill", "english", "--pool", "tea-desk")
    assert dialcart("add", "li", "--password", "correct horse", *words).exit_code == 0
    assert dialcart("contract", "tea-desk", "teahouse").exit_code == 0

    listed = dialcart("list").output
    assert "li" in listed
    assert "tea=3, english=1" in listed
    assert "tea-desk serves teahouse" in listed
    people = People(dialcart.file)
    assert is_password("correct horse", people.person("li").password)
    people.close()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "li", "--password", "short"), "8 to 200"),
        (("add", "li", "--password", "correct horse", "--skill", "tea=high"), "NAME=LEVEL"),
        (("add", "li", "--password", "correct horse", "--skill", "tea=11"), "1 to 10"),
        (("remove", "nobody"), "people list"),
        (("end-contract", "tea-desk", "teahouse"), "people list"),
        (("end-contract", "house", "teahouse"), "every seller"),
    ],
)
def test_mistakes_are_told_with_what_to_write(dialcart, words, told):
    dialcart("add", "wu", "--password", "correct horse")
    result = dialcart(*words)

    assert result.exit_code != 0
    assert told in result.output


def test_who_was_removed_is_gone(dialcart):
    dialcart("add", "li", "--password", "correct horse")
    removed = dialcart("remove", "li")
    assert removed.exit_code == 0
    assert removed.output.startswith("li signs in no more; ")
    assert dialcart("list").output.startswith("nobody has been entered")


def test_a_contract_that_ended_is_gone_and_others_stand(dialcart):
    for seller in ("teahouse", "noodles"):
        dialcart("contract", "tea-desk", seller)
    ended = dialcart("end-contract", "tea-desk", "teahouse")
    assert ended.exit_code == 0
    assert ended.output.startswith("tea-desk serves teahouse no longer; ")
    listed = dialcart("list").output
    assert "teahouse" not in listed
    assert "tea-desk serves noodles" in listed


@pytest.mark.parametrize("words", [("list",), ("remove", "li"), ("end-contract", "desk", "shop")])
def test_where_nobody_was_ever_entered_it_is_told_and_no_file_is_left(dialcart, words):
    result = dialcart(*words)
    assert result.exit_code == 1
    assert "dialcart people add NAME" in result.output
    assert not dialcart.file.exists(), "a slip in --database"


def test_a_contract_with_a_seller_that_is_not_here_is_told(dialcart, tmp_path):
    assert "not published" not in dialcart("contract", "desk", "shop").output, "no database to ask"
    written_to(tmp_path / "shop.db").close()
    right, wrong = dialcart("contract", "desk", "shop"), dialcart("contract", "desk", "shpo")
    assert "not published" not in right.output
    assert "shpo is not published here yet" in wrong.output
    assert wrong.exit_code == 0, "it may be published later"


def test_a_contract_beside_a_database_that_cannot_be_read_stands_and_the_doubt_is_told(
    dialcart, tmp_path
):
    (tmp_path / "shop.db").write_bytes(b"no database of anybody's" * 100)
    result = dialcart("contract", "desk", "shop")
    assert result.exit_code == 0, "it has been done"
    assert "desk serves shop" in result.output
    assert "whether shop is published here could not be seen" in result.output
    assert "desk serves shop" in dialcart("list").output
