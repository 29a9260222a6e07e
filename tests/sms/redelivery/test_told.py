"""What the centre tells of a message: that it found it there, or took it as new, whatever it was judged."""

import pytest

from sms.answer import Answer
from sms.redelivery import RETURNS_S
from tests.sms.redelivery.inbox import Inbox, Line, two

BUYER = "a"


def take(inbox: Inbox, answer: Answer) -> bool:
    """Whether it is new, which the book is told."""
    is_new = inbox.take(answer)
    inbox.redeliveries.settle(answer, is_found=not is_new)
    answer.write(answer.came_at)
    return is_new


def started_after_a_loss() -> tuple[Inbox, float]:
    """A book that has just started, and when: before that a `2` was lost with its connection."""
    inbox, line = Inbox(), Line()
    inbox.follow = True
    assert take(inbox, two(line))
    line.alive = False
    now = RETURNS_S + 1.0
    inbox.take(Answer(Line(), 1, b"pear", now, buyer="somebody else"))
    inbox.start(now=now)
    return inbox, now


def test_a_word_that_was_no_repetition_is_its_buyers_last() -> None:
    inbox, now = started_after_a_loss()
    line, other = Line(), Line()
    assert take(inbox, Answer(line, 1, b"apple", now, buyer=BUYER))
    line.alive = False
    # It reads like what was lost before the start, and its buyer has gone on since.
    again = Answer(other, 1, b"2", now + 5.0, buyer=BUYER)
    assert take(inbox, again)
    assert not again.repeats
    assert inbox.redeliveries.last_of(BUYER) is again
    # So they have read the reply to what they said before, and say it once more at another question.
    assert take(inbox, Answer(other, 2, b"apple", now + 2 * RETURNS_S, buyer=BUYER))


def test_what_they_said_before_it_was_told_that_it_is_new_is_their_last() -> None:
    inbox, now = started_after_a_loss()
    line = Line()
    assert take(inbox, Answer(line, 1, b"apple", now, buyer=BUYER))
    again = Answer(line, 2, b"2", now, buyer=BUYER)
    assert inbox.take(again)
    one = Answer(line, 3, b"1", now, buyer=BUYER)
    assert inbox.take(one)
    inbox.redeliveries.settle(again, is_found=False)
    assert inbox.redeliveries.last_of(BUYER) is one
    assert again.followed


def test_what_fell_with_its_shard_and_came_again_is_in_doubt_as_the_first_that_it_is() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.follow = True
    first = two(line)
    inbox.take(first)
    inbox.seen.clear()
    inbox.last = 0
    inbox.redeliveries.leave_open([first])
    again = two(line)
    assert take(inbox, again)
    line.alive = False
    inbox.take(Answer(other, 1, b"apple", buyer="somebody else"))
    inbox.start()
    line = Line()
    # It may come behind what they say next, within a minute.
    assert take(inbox, Answer(line, 1, b"1", 1.0))
    assert not take(inbox, Answer(line, 2, b"2", 5.0))


@pytest.mark.parametrize("starts", [1, 2])
@pytest.mark.parametrize(("is_lost_again", "is_new"), [(False, True), (True, False)])
def test_what_came_again_and_was_lost_once_more_may_come_behind_what_was_said_after_a_crash(
    starts: int, is_lost_again: bool, is_new: bool
) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.follow = True
    assert take(inbox, two(line))
    line.alive = False
    assert not take(inbox, two(other))
    other.alive = not is_lost_again
    for _ in range(starts):
        inbox.take(Answer(Line(), 1, b"apple", buyer="somebody else"))
        inbox.start()
    line = Line()
    assert take(inbox, Answer(line, 1, b"1", 1.0))
    assert take(inbox, Answer(line, 2, b"2", 5.0)) is is_new


def test_what_was_found_after_a_start_has_come_again_by_the_next() -> None:
    inbox, line = Inbox(), Line()
    inbox.follow = True
    assert take(inbox, two(line))
    inbox.start()
    line = Line()
    again = two(line)
    assert not take(inbox, again)
    assert again.repeats
    line.alive = False
    inbox.take(Answer(Line(), 1, b"apple", buyer="somebody else"))
    inbox.start()
    line = Line()
    assert take(inbox, Answer(line, 1, b"1", 1.0))
    # It came again before, or its buyer said it then, who has no reply and says it at this question.
    assert take(inbox, Answer(line, 2, b"2", 5.0))
