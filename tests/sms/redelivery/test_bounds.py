"""What is remembered of answers is bounded."""

import pytest

from sms import redelivery
from sms.answer import Answer
from sms.redelivery import EQUAL_MAX, KEPT_S, Redeliveries
from tests.sms.redelivery.inbox import NOW_US, Inbox, Line, had, two


def test_memory_is_bounded_by_time_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivery, "ANSWERS_MAX", 1_000)
    redeliveries, line = Redeliveries(NOW_US, 0.0), Line()
    for number in range(3_000):
        redeliveries.heard()
        redeliveries.judge(Answer(line, number, number.to_bytes(8, "big")), NOW_US)
    assert 1_000 <= len(redeliveries) <= 1_001
    line.alive = False
    redeliveries.heard()
    redeliveries.judge(Answer(Line(), 1, b"later", KEPT_S + 1), NOW_US)
    assert len(redeliveries) == 1


def test_of_what_one_buyer_sent_alike_so_many_are_known_again_and_no_more_are_looked_at() -> None:
    inbox, line = Inbox(), Line()
    for number in range(3 * EQUAL_MAX):
        assert inbox.take(two(line), NOW_US + number)
        assert len(inbox.redeliveries) <= EQUAL_MAX
    line.alive = False
    other = Line()
    again = [inbox.take(two(other), NOW_US + 10_000 + n) for n in range(EQUAL_MAX)]
    assert again == [False] * EQUAL_MAX


def test_answers_that_carriers_have_are_let_go() -> None:
    redeliveries, line = Redeliveries(NOW_US, 0.0), Line()
    for number in range(1_000):
        answer = Answer(line, number, number.to_bytes(8, "big"))
        redeliveries.heard()
        redeliveries.judge(answer, NOW_US)
        had(line, answer)
    assert len(redeliveries) <= 2
