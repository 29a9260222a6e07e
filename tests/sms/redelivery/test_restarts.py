"""What a run is told of the one before: where messages may come again, and for how long."""

import pytest

from sms import redelivery
from sms.answer import Answer
from sms.redelivery import KEPT_S, RETURNS_S, Redeliveries
from tests.sms.redelivery.inbox import NOW_US, Inbox, Line, had, two


def test_after_a_restart_what_was_answered_for_certain_is_not_in_doubt() -> None:
    inbox, line = Inbox(), Line()
    old = Answer(line, 1, b"old")
    inbox.take(old)
    had(line, old)
    inbox.take(Answer(line, 2, b"new"))
    inbox.start()
    again = Line()
    assert not inbox.take(Answer(again, 1, b"new"))
    assert inbox.take(Answer(again, 2, b"new"))
    assert inbox.take(Answer(again, 3, b"old"))


def test_doubt_outlives_two_restarts_and_ends_after_an_hour_of_running() -> None:
    for waits_s, is_new in ((0.0, False), (KEPT_S + 1, True)):
        inbox = Inbox()
        inbox.take(Answer(Line(), 1, b"a"))
        inbox.start()
        inbox.take(Answer(Line(), 1, b"b", waits_s))
        inbox.start(NOW_US, waits_s)
        assert inbox.take(Answer(Line(), 1, b"a", waits_s)) is is_new


def take_what_is_had(inbox: Inbox, line: Line) -> None:
    """Three messages whose answers the carrier has."""
    for number in range(3):
        answer = Answer(line, number, str(number).encode())
        inbox.take(answer)
        had(line, answer)


def test_what_was_lost_with_its_connection_is_known_after_a_restart() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.take(Answer(line, 1, b"lost"))
    line.alive = False
    take_what_is_had(inbox, other)
    inbox.take(Answer(other, 9, b"last"))
    inbox.start()
    assert not inbox.take(Answer(Line(), 1, b"lost"))


def test_of_what_was_lost_only_the_newest_is_known_after_a_restart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redelivery, "LOST_KEPT_MAX", 2)
    inbox, line, other = Inbox(), Line(), Line()
    lost = [b"oldest", b"older", b"newest"]
    for number, key in enumerate(lost):
        inbox.take(Answer(line, number, key))
    line.alive = False
    take_what_is_had(inbox, other)
    inbox.take(Answer(other, 9, b"last"))
    inbox.start()
    assert [inbox.take(Answer(Line(), 1, key)) for key in lost] == [True, False, False]


def test_the_ends_of_the_oldest_of_many_runs_are_one_and_stay_in_doubt() -> None:
    inbox = Inbox()
    runs = redelivery.RUNS_MAX + 2
    for run in range(runs):
        inbox.take(Answer(Line(), 1, b"%d" % run), NOW_US + run * 60_000_000)
        inbox.start(NOW_US + (run + 1) * 60_000_000)
    known = [inbox.take(Answer(Line(), 1, b"%d" % run)) for run in (0, 1, runs - 1)]
    assert known == [False, False, False]


def test_an_orderly_end_leaves_no_doubt() -> None:
    inbox, line = Inbox(), Line()
    first = two(line)
    inbox.take(first)
    had(line, first)
    inbox.kept = inbox.redeliveries.last_to_keep(0.0)
    inbox.start()
    assert inbox.take(two(Line()))


def test_a_clock_that_was_set_back_before_a_restart_hides_no_redelivery() -> None:
    inbox, line = Inbox(), Line()
    inbox.take(Answer(line, 1, b"a"), NOW_US)
    yesterday = NOW_US - 86_400_000_000
    inbox.take(Answer(line, 2, b"b"), yesterday)
    inbox.start(yesterday)
    assert not inbox.take(Answer(Line(), 1, b"b"), yesterday)


def test_what_came_again_and_was_not_kept_when_we_fell_is_found_where_it_was_before() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.take(two(line))
    line.alive = False
    inbox.take(Answer(other, 1, b"of somebody else"))
    before = list(inbox.seen)
    assert not inbox.take(two(other))
    # A front keeps its doubts before its shard keeps the message, and both fall.
    inbox.seen = before
    inbox.start()
    again = Answer(Line(), 1, b"2")
    assert not inbox.take(again)


@pytest.mark.parametrize(("goes_on_s", "is_new"), [(5.0, False), (RETURNS_S + 1.0, True)])
def test_what_was_lost_may_come_behind_two_more_and_a_crash(goes_on_s: float, is_new: bool) -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.follow = True
    first = two(line)
    inbox.take(first)
    first.write(0.0)
    line.alive = False
    apple = Answer(other, 1, b"apple", 4.0)
    inbox.take(apple)
    had(other, apple, 4.0)
    inbox.take(Answer(other, 2, b"1", goes_on_s))
    inbox.start(now=goes_on_s)
    assert inbox.take(Answer(Line(), 1, b"2", goes_on_s)) is is_new


@pytest.mark.parametrize(
    ("waits_s", "comes_s", "is_new"),
    [
        (0.0, 5.0, False),
        (0.0, RETURNS_S + 1.0, True),
        (RETURNS_S, RETURNS_S, False),
        # The carrier had its minute before the crash.
        (RETURNS_S + 1.0, 5.0, True),
    ],
)
def test_what_was_lost_may_come_behind_what_was_said_after_a_crash(
    waits_s: float, comes_s: float, is_new: bool
) -> None:
    inbox, line = Inbox(), Line()
    inbox.follow = True
    inbox.take(two(line))
    line.alive = False
    inbox.take(Answer(Line(), 1, b"apple", waits_s, buyer="somebody else"))
    inbox.start(now=waits_s)
    line = Line()
    assert inbox.take(Answer(line, 1, b"1", waits_s))
    assert inbox.take(Answer(line, 2, b"2", waits_s + comes_s)) is is_new


def test_what_was_lost_is_told_for_the_next_run_though_nothing_came_after_it() -> None:
    inbox, line = Inbox(), Line()
    inbox.follow = True
    inbox.take(two(line))
    assert inbox.redeliveries.lost_to_keep(0.0) is None
    line.alive = False
    inbox.kept = inbox.redeliveries.lost_to_keep(1.0) or b""
    assert inbox.redeliveries.lost_to_keep(1.0) is None
    inbox.start(now=1.0)
    line = Line()
    assert inbox.take(Answer(line, 1, b"1", 2.0))
    # Its connection broke, so it comes behind what they said since; else that would be they, saying it again.
    assert not inbox.take(Answer(line, 2, b"2", 5.0))


def test_what_was_lost_is_told_though_what_came_before_it_by_another_connection_is_in_doubt() -> (
    None
):
    inbox, line, other = Inbox(), Line(), Line()
    inbox.follow = True
    inbox.take(Answer(other, 1, b"apple", buyer="somebody else"))
    inbox.take(two(line))
    line.alive = False
    inbox.kept = inbox.redeliveries.lost_to_keep(1.0) or inbox.kept
    inbox.start(now=1.0)
    line = Line()
    assert inbox.take(Answer(line, 1, b"1", 2.0))
    assert not inbox.take(Answer(line, 2, b"2", 5.0))


def test_what_was_lost_goes_along_with_what_comes_after_it_until_that_is_kept() -> None:
    book = Redeliveries(NOW_US, 0.0)
    line = Line()
    judged = book.judge(two(line), NOW_US)
    assert book.to_keep(0.0)
    line.alive = False
    lost = book.lost_to_keep(0.0)
    # It was on its way before, without this.
    book.kept(judged.stamp)
    assert lost
    assert book.to_keep(0.0) == lost
    book.kept(judged.stamp + 1)
    assert book.to_keep(0.0) is None


def test_the_hour_of_what_was_lost_goes_on_over_restarts() -> None:
    inbox, line = Inbox(), Line()
    inbox.take(two(line))
    line.alive = False
    now = 0.0
    for word in (b"a", b"b", b"c"):
        now += KEPT_S / 3
        inbox.take(Answer(Line(), 1, word, now, buyer=f"who says {word!r}"))
        inbox.start(now=now)
        assert inbox.redeliveries.in_doubt
    assert inbox.take(Answer(Line(), 1, b"2", now + 1.0))


def test_doubts_go_along_with_every_message_until_one_is_kept() -> None:
    redeliveries, line = Redeliveries(NOW_US, 0.0), Line()

    def judged(sequence: int) -> Answer:
        answer = Answer(line, sequence, str(sequence).encode())
        redeliveries.judge(answer, NOW_US)
        return answer

    judged(1)
    doubts = redeliveries.to_keep(0.0)
    second = judged(2)
    assert doubts is not None
    assert redeliveries.to_keep(0.0) == doubts
    # The first was refused alone, as a message that makes the program fail is.
    redeliveries.kept(second.stamp)
    judged(3)
    assert redeliveries.to_keep(0.0) is None
