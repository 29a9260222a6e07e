"""What is asked, and what answers mean: nothing that a partner says is believed."""

import json

import pytest

from flows.effects import Request
from flows.inputs import Outcome
from gateway.message import (
    AGAIN,
    NUMBER_MAX,
    TEXT_CHARACTERS_MAX,
    Answer,
    Certainty,
    body_of,
    judge,
    key_of,
    read,
)


def test_arguments_go_by_the_names_that_the_flow_declares() -> None:
    request = Request("carrier", "top_up", ("13900139000", 5000, True), ("phone", "amount", "now"))
    assert json.loads(body_of("快充", request)) == {
        "seller": "快充",
        "arguments": {"phone": "13900139000", "amount": 5000, "now": True},
    }


def test_a_program_of_before_names_were_kept_numbers_them() -> None:
    body = json.loads(body_of("shop", Request("crm", "look_up", ("a", "b"))))
    assert body["arguments"] == {"1": "a", "2": "b"}


def test_the_key_is_the_same_each_time_and_tells_no_number() -> None:
    first = key_of("shop/13800138000/sms/1/3", b"secret")
    assert first == key_of("shop/13800138000/sms/1/3", b"secret")
    assert first != key_of("shop/13800138000/sms/1/4", b"secret")
    assert first != key_of("shop/13800138000/sms/1/3", b"another")
    assert "138" + "00138000" not in first
    assert first[0] == first[-1] == '"'
    assert len(first) == 34


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("number", "-7", -7),
        ("number", str(NUMBER_MAX), NUMBER_MAX),
        ("money", "1250", 1250),
        ("yesno", "false", False),
        ("date", '"2026-02-28"', "2026-02-28"),
        ("text", '" two\\nlines "', "two lines"),
        ("text", '""', ""),
        ("text", json.dumps("长" * TEXT_CHARACTERS_MAX), "长" * TEXT_CHARACTERS_MAX),
    ],
)
def test_a_value_of_the_declared_type_is_taken(kind: str, written: str, value: object) -> None:
    body = f'{{"x": {written}, "more": [1]}}'.encode()
    assert read(body, [("x", kind)]) == {"x": value}


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("number", "7.0"),
        ("number", "true"),
        ("number", '"7"'),
        ("number", "null"),
        ("number", str(NUMBER_MAX + 1)),
        ("number", "9" * 400),
        ("money", "12.50"),
        ("money", '"12.50"'),
        ("yesno", "1"),
        ("yesno", '"yes"'),
        ("date", '"2026-02-30"'),
        ("date", '"20260228"'),
        ("date", "20260228"),
        ("text", "5"),
        ("text", "[]"),
        ("text", json.dumps("长" * (TEXT_CHARACTERS_MAX + 1))),
    ],
)
def test_a_value_of_another_type_is_not_and_is_not_repeated(kind: str, written: str) -> None:
    with pytest.raises(ValueError) as told:  # noqa: PT011 - its words are looked at
        read(f'{{"x": {written}}}'.encode(), [("x", kind)])
    said = str(told.value)
    if said != "the answer is not JSON":
        assert said.startswith(f"`x` in the answer is no {kind}; write ")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[1]", b"7", b"{", b"[" * 100_000, b'{"y": 1}', b"\xff{}", b'{"x": NaN}'],
)
def test_what_is_no_object_with_what_is_declared_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="the answer"):
        read(body, [("x", "number")])


def test_an_operation_that_declares_nothing_reads_nothing() -> None:
    assert read(b"anything", []) == {}


def test_an_answer_that_can_be_read_is_ok() -> None:
    verdict = judge(Answer(200, b'{"points": 3}'), [("points", "number")])
    assert (verdict.told, verdict.outcome) == ("ok", Outcome("ok", {"points": 3}))
    assert verdict.is_alive
    assert judge(Answer(204), []).told == "ok"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refusal_is_final_and_the_partner_is_alive(status: int) -> None:
    verdict = judge(Answer(status, b"no"), [])
    assert (verdict.told, verdict.outcome) == ("refused", Outcome("failed"))
    assert verdict.is_alive
    assert verdict.certainty is Certainty.NOT_DONE


@pytest.mark.parametrize("status", sorted(AGAIN))
def test_not_now_is_tried_again_and_the_partner_is_alive(status: int) -> None:
    verdict = judge(Answer(status), [])
    assert verdict.outcome is None
    assert verdict.is_alive


@pytest.mark.parametrize("answer", [Answer(500), Answer(503), Answer(trouble="it is gone")])
def test_trouble_of_its_own_is_tried_again_and_counts(answer: Answer) -> None:
    verdict = judge(answer, [])
    assert verdict.outcome is None
    assert not verdict.is_alive


@pytest.mark.parametrize(
    "answer",
    [
        Answer(302),
        Answer(200, b"<html>"),
        Answer(200, b'{"x": "7"}'),
        Answer(200, trouble="too long"),
    ],
)
def test_what_cannot_be_read_fails_once_and_counts(answer: Answer) -> None:
    verdict = judge(answer, [("x", "number")])
    assert (verdict.told, verdict.outcome) == ("unreadable", Outcome("failed"))
    assert not verdict.is_alive
    assert verdict.why
