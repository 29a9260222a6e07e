"""Shops that share a code or a number: who is reached by neither is told before a buyer finds out."""

from pathlib import Path

import pytest

from center.routing import Routes
from commands.config import check
from commands.unreached import NAMED_MAX, TOLD_MAX, unreached
from flows.program import Program
from tests.flows.shops import ORDER, SHOP, program_of

SETTINGS = 'sellers = ["{folder}/shops"]\n[store]\ndatabase = "{folder}/shop.db"\n'


def shop(*settings: str) -> Program:
    lines = "".join(f"\n  {line}" for line in settings)
    return program_of(shop=SHOP.replace("\n  sms code 1069", lines))


def told(**programs: Program) -> list[str]:
    return list(unreached(Routes(programs.items())))


def test_of_shops_that_all_can_be_reached_nothing_is_said() -> None:
    assert told(tea=shop("sms code 1070"), rice=shop("sms code 1071")) == []
    assert (
        told(tea=shop("sms code 1", "keyword tea"), rice=shop("sms code 1", "keyword rice")) == []
    )


def test_shops_on_one_code_without_a_keyword_are_told_with_what_to_write() -> None:
    (said,) = told(
        tea=shop("sms code 1070"),
        rice=shop("sms code 1070", "keyword rice"),
        fruit=shop("sms code 1070"),
    )
    assert said == (
        "1070 is the code of several shops, and leads nobody to tea and fruit: write `keyword WORD` under `shop`, with a word that none"
        " of the others has"
    )


def test_a_keyword_that_another_has_on_that_code_leads_nowhere() -> None:
    (said,) = told(
        tea=shop("sms code 1070", "keyword Best"),
        rice=shop("sms code 1070", "keyword BEST"),
        fruit=shop("sms code 1071", "keyword best"),
    )
    assert "leads nobody to rice: write" in said


def test_a_number_that_two_shops_have_rings_at_the_first() -> None:
    ways = "sms code 1", "number 400-800-1234"
    programs = {name: shop(*ways) for name in ("tea", "rice")}
    assert told(**programs)[1:] == [
        "who calls 4008001234 reaches tea, and never rice, which has the same `number`"
    ]


@pytest.mark.parametrize("more", [0, 1])
def test_of_many_some_are_named(more: int) -> None:
    many = {f"s{n}": shop("sms code 1") for n in range(NAMED_MAX + more)}
    assert (" and 1 more: write" in told(**many)[0]) is bool(more)


@pytest.mark.parametrize("more", [0, 2])
def test_of_many_codes_some_are_told(more: int) -> None:
    many = {
        f"s{code}x{n}": shop(f"sms code {code}") for code in range(TOLD_MAX + more) for n in (0, 1)
    }
    said = told(**many)
    assert len(said) == TOLD_MAX + bool(more)
    assert ("2 more codes and numbers" in said[-1]) is bool(more)


def test_config_check_tells_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("tea", "rice"):
        (tmp_path / "shops" / name).mkdir(parents=True)
        (tmp_path / "shops" / name / "seller.flow").write_text(SHOP + ORDER, "utf-8")
    file = tmp_path / "dialcart.toml"
    file.write_text(SETTINGS.format(folder=tmp_path), "utf-8")
    assert check(file) == 0
    assert f"{file}: 1069 is the code of several shops" in capsys.readouterr().err
