"""Messages that fell with their shard: whether it kept them is not known."""

import pytest

from sms.answer import Answer
from tests.sms.redelivery.inbox import Inbox, Line, had, two


def test_what_was_kept_by_who_fell_before_they_told_is_known_when_it_comes_again() -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    assert inbox.take(first)
    had(line, first)
    inbox.redeliveries.leave_open([first])
    again = two(line)
    assert not inbox.take(again)
    had(line, again)
    assert inbox.take(two(line))


def test_what_was_not_kept_by_who_fell_is_new_when_it_comes_again() -> None:
    inbox, line = Inbox(), Line()
    before = list(inbox.seen)
    first = two(line)
    inbox.take(first)
    had(line, first)
    inbox.seen = before
    inbox.redeliveries.leave_open([first])
    assert inbox.take(two(line))


def test_two_copies_that_fell_together_are_found_where_the_first_message_was() -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    assert inbox.take(first)
    inbox.redeliveries.leave_open([first])
    kept = list(inbox.seen)
    again, copy = Answer(line, 7, b"2"), Answer(line, 7, b"2")
    assert not inbox.take(again)
    assert not inbox.take(copy)
    inbox.seen = kept
    inbox.redeliveries.leave_open([again, copy])
    assert not inbox.take(two(line))


@pytest.mark.parametrize("came_again", [False, True])
def test_what_was_not_kept_by_who_fell_is_not_an_older_one_that_reads_the_same(
    came_again: bool,
) -> None:
    inbox, line = Inbox(), Line()
    inbox.follow = True
    inbox.take(Answer(line, 1, b"apple"))
    if came_again:
        line.alive = False
        inbox.take(Answer(Line(), 1, b"apple"))
    inbox.start()
    line = Line()
    one = Answer(line, 1, b"1")
    inbox.take(one)
    had(line, one)
    kept = list(inbox.seen), inbox.last
    apple = Answer(line, 2, b"apple")
    assert inbox.take(apple)
    inbox.seen, inbox.last = kept
    inbox.redeliveries.leave_open([apple])
    again = Answer(line, 3, b"apple")
    assert inbox.take(again)
    # And once more, now that it was kept.
    inbox.redeliveries.leave_open([again])
    assert not inbox.take(Answer(line, 4, b"apple"))


@pytest.mark.parametrize("came_before", [False, True])
def test_what_came_again_twice_and_was_not_kept_when_we_fell_is_found_where_it_was_before(
    came_before: bool,
) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    first = two(line)
    inbox.take(first)
    if came_before:
        # Its shard fell with it, and is not there yet.
        inbox.redeliveries.leave_open([first])
    line.alive = False
    inbox.take(Answer(other, 1, b"of somebody else"))
    before = list(inbox.seen)
    for _ in range(2):
        assert not inbox.take(Answer(other, 2, b"2"))
    # A front keeps its doubts before it hears that the shard will have neither, and falls.
    inbox.seen = before
    inbox.start()
    line = Line()
    assert not inbox.take(Answer(line, 1, b"2"))
    assert not inbox.take(Answer(line, 1, b"2"))
