"""What our answers tell of a message that reads the same, and the connections by which both came."""

import pytest

from sms.answer import GIVEN_UP_S, Answer
from tests.sms.redelivery.inbox import Inbox, Line, had, two


def test_a_second_two_is_taken_once_the_first_was_answered_for_certain() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    first = two(line)
    assert inbox.take(first)
    had(line, first)
    assert inbox.take(two(line))
    assert not inbox.take(two(other))


def test_over_another_connection_it_is_new_if_the_first_answer_was_had() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    first = two(line)
    inbox.take(first)
    had(line, first)
    line.alive = False
    assert inbox.take(two(other))


def test_an_answer_that_went_down_with_its_connection_brings_its_message_back_once() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    first = two(line)
    inbox.take(first)
    first.write(0.0)
    line.alive = False
    again = two(other)
    assert not inbox.take(again)
    had(other, again)
    assert inbox.take(two(other))


@pytest.mark.parametrize("has_returned", [True, False])
def test_what_has_not_come_again_though_what_was_behind_it_has_was_answered(
    has_returned: bool,
) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    for number, key in enumerate((b"2", b"apple", b"1")):
        answer = Answer(line, number, key, buyer=f"buyer {number}")
        assert inbox.take(answer)
        answer.write(0.0)
    line.alive = False
    assert not inbox.take(Answer(other, 0, b"apple", buyer="buyer 1"))
    line.has_returned = has_returned
    assert inbox.take(Answer(other, 1, b"2", buyer="buyer 0")) is has_returned
    # Nothing is known of what came behind that.
    assert not inbox.take(Answer(other, 2, b"1", buyer="buyer 2"))


def test_an_impatient_buyer_says_it_twice_on_one_connection() -> None:
    inbox, line = Inbox(), Line()
    assert inbox.take(two(line))
    assert inbox.take(two(line))


def test_both_come_back_when_neither_was_answered() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.take(two(line))
    inbox.take(two(line))
    line.alive = False
    assert [inbox.take(two(other)) for _ in range(3)] == [False, False, True]


def test_the_same_sequence_number_on_one_connection_is_a_redelivery() -> None:
    inbox, line = Inbox(), Line()
    inbox.take(Answer(line, 7, b"2"))
    assert not inbox.take(Answer(line, 7, b"2"))


def test_a_carrier_that_gave_up_waiting_repeats_on_the_same_connection() -> None:
    inbox, line = Inbox(), Line()
    inbox.take(two(line))
    again = two(line)
    again.came_at = GIVEN_UP_S
    assert not inbox.take(again)


def test_an_answer_that_was_late_may_have_been_too_late() -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    inbox.take(first)
    had(line, first, GIVEN_UP_S)
    again = two(line)
    again.came_at = GIVEN_UP_S + 1
    assert not inbox.take(again)


def test_a_message_with_a_name_is_known_by_it_alone() -> None:
    inbox, line = Inbox(), Line()
    first = Answer(line, 1, b"name")
    assert inbox.take(first, named=True)
    had(line, first)
    assert not inbox.take(Answer(line, 2, b"name"), named=True)
