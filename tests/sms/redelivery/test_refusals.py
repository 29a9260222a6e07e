"""Messages that were refused, alone or with their copies, and come again."""

from typing import cast

import pytest

from center.contact import Repeats
from sms.answer import GIVEN_UP_S, Answer
from sms.doubts import read_doubts
from sms.redelivery import RETURNS_S, Redeliveries
from tests.sms.redelivery.inbox import NOW_US, Inbox, Line, had, two


def test_what_was_refused_is_new_when_it_comes_again() -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    inbox.take(first)
    had(line, first)
    before = list(inbox.seen)
    second = two(line)
    inbox.take(second)
    inbox.seen = before
    inbox.redeliveries.refuse([second])
    assert inbox.take(two(line))


def test_a_redelivery_that_was_refused_is_still_one_when_it_comes_again() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.take(two(line))
    line.alive = False
    before = list(inbox.seen)
    again = two(other)
    inbox.take(again)
    had(other, again)
    inbox.seen = before
    inbox.redeliveries.refuse([again])
    assert not inbox.take(two(other))


def test_what_was_likely_a_redelivery_is_no_more_than_that_after_a_refusal() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.follow = True
    first = two(line)
    inbox.take(first)
    first.write(GIVEN_UP_S)
    later = RETURNS_S + 1.0
    inbox.take(Answer(other, 1, b"apple", later))
    # The buyer says it a second time, by another connection, and the disk is full.
    before, last = inbox.seen.copy(), inbox.last
    again = Answer(other, 2, b"2", later)
    inbox.take(again)
    inbox.seen, inbox.last = before, last
    inbox.redeliveries.refuse([again])
    assert inbox.take(Answer(line, 3, b"2", later))


def test_what_came_twice_and_was_refused_both_times_is_new_when_it_comes_again() -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    inbox.take(first)
    had(line, first)
    before = list(inbox.seen)
    second = two(line)
    assert inbox.take(second)
    copy = Answer(line, second.sequence, second.key)
    assert not inbox.take(copy)
    inbox.seen = before
    inbox.redeliveries.refuse([second, copy])
    assert inbox.take(two(line))


def test_what_came_three_times_and_was_refused_each_time_is_new_when_it_comes_again() -> None:
    inbox, line = Inbox(), Line()
    before = list(inbox.seen)
    copies = [Answer(line, 7, b"2") for _ in range(3)]
    for copy in copies:
        inbox.take(copy)
    for copy in copies:
        copy.write(0.0)
    inbox.seen = before
    inbox.redeliveries.refuse(copies)
    assert inbox.take(two(line))


def test_a_copy_that_is_refused_after_the_first_was_answered_does_not_come_again() -> None:
    inbox, line = Inbox(), Line()
    first, copy = Answer(line, 7, b"2"), Answer(line, 7, b"2")
    inbox.take(first)
    first.write(0.0)
    assert not inbox.take(copy)
    copy.write(0.0)
    inbox.redeliveries.refuse([copy])
    line.answered = line.asked = line.asked + 1
    assert inbox.take(two(line))


@pytest.mark.parametrize("count", [1, 2])
def test_copies_that_were_refused_are_found_where_the_first_is_kept(count: int) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    first = Answer(line, 7, b"2")
    assert inbox.take(first)
    before = inbox.seen.copy()
    copies = [Answer(line, 7, b"2") for _ in range(count)]
    assert not any(inbox.take(copy) for copy in copies)
    for answer in (first, *copies):
        answer.write(0.0)
    inbox.seen = before
    inbox.redeliveries.refuse(copies)
    line.alive = False
    assert not inbox.take(two(other))


def test_a_copy_that_was_refused_after_the_first_was_is_not_kept() -> None:
    inbox, line = Inbox(), Line()
    first, copy, again = (Answer(line, 7, b"2") for _ in range(3))
    inbox.take(first)
    inbox.take(copy)
    inbox.seen = []
    for answer in (first, copy):
        answer.write(0.0)
        inbox.redeliveries.refuse([answer])
    assert inbox.take(again)
    assert not again.kept


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_copy_whose_first_was_not_kept_is_found_where_that_would_have_been(goes_on: bool) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.follow = True
    inbox.take(two(line))
    line.alive = False
    if goes_on:
        apple = Answer(other, 1, b"apple")
        inbox.take(apple)
        had(other, apple)
        inbox.last = apple.stamp
    kept = list(inbox.seen), inbox.last
    assert not inbox.take(Answer(other, 2, b"2"))
    # On its way to a shard that has refused the first.
    inbox.seen, inbox.last = kept
    assert not inbox.take(Answer(other, 2, b"2"))


def test_what_is_refused_since_it_was_late_comes_again_for_certain() -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    inbox.take(first)
    first.write(GIVEN_UP_S)
    inbox.redeliveries.refuse_late([first])
    assert first.refused
    again = two(Line())
    again.came_at = GIVEN_UP_S + 1
    judged = inbox.redeliveries.judge(again, NOW_US)
    assert again.kept
    assert judged.repeats is Repeats.CERTAIN
    had(cast("Line", again.line), again, GIVEN_UP_S + 1)
    # No doubt is left: the next that reads the same is new.
    later = two(line)
    later.came_at = GIVEN_UP_S + 2
    assert inbox.take(later)


def test_what_came_twice_under_one_number_and_is_late_comes_again_once() -> None:
    inbox, line = Inbox(), Line()
    first, copy = Answer(line, 7, b"2"), Answer(line, 7, b"2")
    inbox.take(first)
    assert not inbox.take(copy)
    for answer in (first, copy):
        answer.write(GIVEN_UP_S)
    inbox.redeliveries.refuse_late([first, copy])
    assert first.refused
    assert copy.refused
    again = Answer(line, 8, b"2", GIVEN_UP_S + 1)
    assert not inbox.take(again)
    had(line, again, GIVEN_UP_S + 1)
    assert inbox.take(Answer(line, 9, b"2", GIVEN_UP_S + 2))


def test_a_copy_of_what_was_answered_in_time_is_not_late() -> None:
    inbox, line = Inbox(), Line()
    first, copy = Answer(line, 7, b"2"), Answer(line, 7, b"2")
    inbox.take(first)
    first.write(0.0)
    assert not inbox.take(copy)
    copy.write(GIVEN_UP_S)
    inbox.redeliveries.refuse_late([copy])
    assert not copy.refused
    line.answered = line.asked = line.asked + 1
    assert inbox.take(Answer(line, 8, b"2", GIVEN_UP_S + 1))


def test_a_refused_copy_holds_back_nothing_where_its_connection_lives_on() -> None:
    redeliveries, line, other = Redeliveries(NOW_US, 0.0), Line(), Line()
    copy = Answer(other, 9, b"2", buyer="a")
    for answer in (Answer(line, 1, b"2", buyer="a"), copy):
        redeliveries.judge(answer, NOW_US)
        answer.write(0.0)
    redeliveries.refuse([copy])
    apple, three = Answer(line, 2, b"apple", buyer="a"), Answer(line, 3, b"3", buyer="a")
    redeliveries.judge(apple, NOW_US)
    had(line, apple)
    redeliveries.judge(three, NOW_US)
    assert three.since == three.stamp


LATER = GIVEN_UP_S + 1.0


def refused_and_gone_past(inbox: Inbox, line: Line, other: Line) -> None:
    """A `2` that was refused since it was late, and whose buyer has said two things since."""
    inbox.follow = True
    first = two(line)
    inbox.take(first)
    first.write(GIVEN_UP_S)
    inbox.redeliveries.refuse_late([first])
    for number, word in enumerate((b"apple", b"3"), 1):
        said = Answer(other, number, word, GIVEN_UP_S)
        assert inbox.take(said)
        had(other, said, GIVEN_UP_S)


@pytest.mark.parametrize("apart_s", [0.0, 0.01])
def test_a_copy_by_another_bind_of_what_is_known_without_the_disk_is_known_as_surely(
    apart_s: float,
) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    refused_and_gone_past(inbox, line, other)
    again, copy = (
        Answer(line, 8, b"2", LATER),
        Answer(other, 9, b"2", LATER + apart_s),
    )
    assert not inbox.take(again)
    again.write(LATER)
    assert not inbox.take(copy)
    assert copy.kept


@pytest.mark.parametrize("is_first_theirs", [False, True])
def test_who_says_the_same_while_it_comes_again_has_one_turn(is_first_theirs: bool) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    refused_and_gone_past(inbox, line, other)
    by = (other, line) if is_first_theirs else (line, other)
    taken = 0
    for at, number in ((LATER, 8), (LATER + 0.02, 9)):
        said = Answer(by[number - 8], number, b"2", at)
        taken += inbox.take(said)
        said.write(at)
    assert taken == 1


def test_who_says_it_again_when_the_carrier_has_the_answer_to_what_came_again_is_new() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    refused_and_gone_past(inbox, line, other)
    again = Answer(line, 8, b"2", LATER)
    assert not inbox.take(again)
    had(line, again, LATER)
    assert inbox.take(Answer(other, 9, b"2", LATER))


def test_a_copy_at_once_of_what_is_likely_known_is_no_surer() -> None:
    inbox, lines = Inbox(), (Line(), Line(), Line())
    first, again, copy = (Answer(line, 1, b"2", 0.0) for line in lines)
    assert inbox.take(first)
    assert not inbox.take(again)
    assert not inbox.take(copy)
    assert (again.repeats, copy.repeats) == (Repeats.LIKELY, Repeats.LIKELY)


@pytest.mark.parametrize("is_known", [True, False])
def test_of_what_has_a_name_and_was_refused_nothing_is_kept(is_known: bool) -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    inbox.take(first, named=True)
    first.write(0.0)
    if is_known:
        # What it repeats was found on disk by its name.
        inbox.redeliveries.refuse([first], [first])
    else:
        inbox.redeliveries.leave_open([first])
    assert not len(inbox.redeliveries)
    assert read_doubts(inbox.redeliveries.last_to_keep(0.0)).lost == ()


def test_what_was_found_of_before_a_start_and_refused_is_kept_as_what_it_repeats() -> None:
    inbox, other = Inbox(), Line()
    first = two(Line())
    inbox.take(first)
    inbox.start()
    again = two(other)
    assert not inbox.take(again)
    again.write(0.0)
    inbox.redeliveries.refuse([again], [again])
    kept = inbox.redeliveries.to_keep(0.0)
    assert kept is not None
    doubts = read_doubts(kept)
    assert (doubts.lost, doubts.lost_firsts) == ((b"2",), (first.stamp,))
