"""The sample sellers: read without a mistake, every talk goes as written, every edge is taken, every construct is shown."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from commands.flows_on_disk import LIBRARY, FoundFlow, flow_files, load
from commands.replay import GENERATED, replay_paths
from flows import syntax as s
from flows.checker import check_flow
from flows.diagnostic import render
from flows.schema import FILTERS, SERVICE_TYPES
from flows.transcript.coverage import Column, summarise, tracing_machine
from flows.transcript.generator import generate
from flows.transcript.replay import difference, replay
from flows.transcript.talk import read_talks
from grammars.keywords import OUTCOMES, SETTINGS

SELLERS = [path.parent.name for path in flow_files([LIBRARY])]

seller = pytest.mark.parametrize("name", SELLERS)


@cache
def found(name: str) -> FoundFlow:
    return load(LIBRARY / name)


def talk_files(name: str) -> list[Path]:
    return sorted((LIBRARY / name).glob("*.talk"))


def within(value: object) -> list[Any]:
    """A value of the syntax tree and everything inside it."""
    if isinstance(value, tuple):
        return [inner for each in value for inner in within(each)]
    if not is_dataclass(value):
        return []
    return [value, *(x for f in fields(value) for x in within(getattr(value, f.name)))]


def everything() -> list[Any]:
    return [x for name in SELLERS for x in within(found(name).flow.blocks)]


def test_there_are_at_least_six_sellers_besides_the_worked_example():
    assert "noodles" in SELLERS
    assert len(SELLERS) >= 7


@seller
def test_a_seller_is_read_and_checked_without_an_error(name: str):
    flow = found(name)
    errors = [d for d in check_flow(flow.flow, flow.diagnostics) if d.severity == "error"]
    assert not errors, "\n".join(render(flow.flow, error) for error in errors)


@seller
def test_every_talk_goes_as_written_and_together_they_take_every_edge(name: str):
    machine, coverage = tracing_machine(found(name).compile().program)
    for file in talk_files(name):
        for talk in read_talks(file.read_text("utf-8"), name):
            result = replay(machine, talk)
            assert result.passed, difference(result, str(file))
    for line in summarise(coverage):
        assert line.possible > 20
        assert not line.missing, line


@seller
def test_the_talks_written_by_hand_are_titled(name: str):
    for file in talk_files(name):
        if file.name != GENERATED:
            talks = read_talks(file.read_text("utf-8"), name)
            assert talks
            assert all(len(talk.title) > 5 for talk in talks)


@seller
def test_no_generated_talk_is_left_that_the_others_make_needless(name: str):
    program = found(name).compile().program
    machine, coverage = tracing_machine(program)
    for file in talk_files(name):
        if file.name != GENERATED:
            for talk in read_talks(file.read_text("utf-8"), name):
                replay(machine, talk)
    written = (LIBRARY / name / GENERATED).read_text("utf-8")
    assert written.partition("\n\n")[2] == "\n".join(generate(program, coverage.taken))


def test_replay_says_that_the_whole_library_is_covered(capsys: pytest.CaptureFixture[str]):
    status = replay_paths([LIBRARY], accept=False, cover=True, write=False)
    said = capsys.readouterr().out
    assert status == 0, said
    assert said.count(" 100 %") == sum(
        len(program.channels) * len(program.languages)
        for program in (found(name).compile().program for name in SELLERS)
    )


def test_a_changed_wording_fails_its_talks():
    flow = found("noodles")
    text = (LIBRARY / "noodles" / "seller.flow").read_text("utf-8")
    from flows.compiler import compile_flow
    from flows.folder import flow_of

    changed, _ = flow_of("noodles", text.replace("要几份？", "来几份？"))
    assert changed.blocks != flow.flow.blocks
    machine, _ = tracing_machine(compile_flow(changed).program)
    talks = read_talks((LIBRARY / "noodles" / "orders.talk").read_text("utf-8"), "noodles")
    assert any(not replay(machine, talk).passed for talk in talks)


def test_without_its_talks_a_seller_has_edges_left():
    program = found("topup").compile().program
    machine, coverage = tracing_machine(program)
    first = read_talks((LIBRARY / "topup" / "orders.talk").read_text("utf-8"), "topup")[0]
    replay(machine, first)
    lines = {line.column: line for line in summarise(coverage)}
    assert lines[Column("ussd", "zh")].covered > 10
    assert lines[Column("ussd", "zh")].missing
    assert lines[Column("sms", "en")].covered == 0


def test_every_statement_and_block_is_used_by_some_seller():
    used = {type(value) for value in everything()}
    assert set(get_args(s.Statement)) | set(get_args(s.Block)) <= used


def test_every_type_of_answer_is_asked_for_by_some_seller():
    kinds = {value.type.kind for value in everything() if isinstance(value, s.Ask)}
    assert kinds >= {
        "product", "number", "digits", "grammar", "phone", "money", "yesno", "address", "text",
        "date", "choice", "pin",
    }  # fmt: skip


def test_every_setting_and_outcome_is_used_by_some_seller():
    settings = {value.name for value in everything() if isinstance(value, s.Setting)}
    assert settings >= set(SETTINGS)
    outcomes = {value.outcome for value in everything() if isinstance(value, s.When)}
    assert outcomes == set(OUTCOMES)


def test_every_filter_is_used_by_some_seller():
    texts = " ".join(
        wording
        for value in everything()
        if isinstance(value, s.Text)
        for wording in (value.base, *(variant.text for variant in value.variants))
    )
    assert [name for name in FILTERS if f"|{name}" not in texts] == []


def test_services_answer_with_more_than_one_type():
    kinds = {
        kind
        for value in everything()
        if isinstance(value, s.Operation)
        for _, kind in value.results
    }
    assert {"text", "money", "yesno"} <= kinds <= SERVICE_TYPES


def test_sheets_come_as_excel_writes_them_and_with_chinese_headings():
    assert (LIBRARY / "teahouse" / "catalog.csv").read_bytes().startswith(b"\xef\xbb\xbfcode,name")
    assert "编号" in (LIBRARY / "seeds" / "catalog.csv").read_text("utf-8").split("\n")[0]
    teas = found("teahouse").compile().program.products
    assert (teas[0].code, teas[0].names, teas[0].price) == (
        "1101",
        ("龙井特级", "Longjing top grade"),
        9800,
    )
    seeds = found("seeds").compile().program.products
    assert (seeds[0].code, seeds[0].price, seeds[0].stock, seeds[0].unit) == (
        "101",
        5800,
        300,
        "袋",
    )


def test_sellers_that_share_a_code_have_keywords_of_their_own():
    keywords: dict[tuple[str, str], str] = {}
    for name in SELLERS:
        codes = found(name).compile().program.codes
        assert codes["sms"]
        assert codes["keyword"]
        for code in codes["sms"]:
            for word in codes["keyword"]:
                assert keywords.setdefault((code, word.casefold()), name) == name


def test_a_newcomers_first_order_at_the_noodle_shop_needs_no_keyword():
    owners = [name for name in SELLERS if "106900010" in found(name).compile().program.codes["sms"]]
    assert owners == ["noodles"]
    assert found("noodles").compile().program.codes["sms"][0] == "106900010"
