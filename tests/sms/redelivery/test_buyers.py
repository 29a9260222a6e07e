"""What a buyer tells by going on."""

from sms.answer import GIVEN_UP_S, Answer
from sms.redelivery import RETURNS_S, Redeliveries
from tests.sms.redelivery.inbox import NOW_US, Inbox, Line, had, two


def test_a_buyer_who_has_gone_on_and_says_the_same_proves_nothing_of_others() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    for number, (buyer, key) in enumerate((("a", b"2"), ("b", b"3"))):
        answer = Answer(line, number, key, buyer=buyer)
        assert inbox.take(answer)
        answer.write(0.0)
    line.alive, line.has_returned = False, True
    assert inbox.take(Answer(other, 0, b"apple", buyer="b"))
    # It may be the redelivery, which is to come within a minute, or be said at another question.
    assert not inbox.take(Answer(other, 1, b"3", buyer="b"))
    assert not inbox.take(Answer(other, 2, b"2", buyer="a"))


def test_a_buyer_who_went_on_is_in_doubt_no_more() -> None:
    inbox, line = Inbox(), Line()
    inbox.follow = True
    inbox.take(Answer(line, 1, b"apple"))
    inbox.start()
    assert inbox.take(Answer(Line(), 1, b"2"))
    assert inbox.take(Answer(Line(), 2, b"apple"))


def test_a_buyer_who_did_not_wait_for_our_answer_proves_nothing_by_going_on() -> None:
    inbox, line = Inbox(), Line()
    inbox.follow = True
    inbox.take(Answer(line, 1, b"apple"))
    inbox.take(Answer(line, 2, b"2"))
    inbox.start()
    assert not inbox.take(Answer(Line(), 1, b"apple"))
    assert not inbox.take(Answer(Line(), 2, b"2"))


def test_the_last_answer_in_doubt_is_known_by_its_buyer() -> None:
    redeliveries, line = Redeliveries(NOW_US, 0.0), Line()
    first = Answer(line, 1, b"2", buyer="a")
    redeliveries.judge(first, NOW_US)
    assert redeliveries.last_of("a") is first
    assert redeliveries.last_of("b") is None
    had(line, first)
    assert redeliveries.last_of("a") is None


def test_what_came_again_behind_a_buyers_last_message_may_come_once_more() -> None:
    redeliveries, line, other = Redeliveries(NOW_US, 0.0), Line(), Line()

    def judge(line: Line, sequence: int, key: bytes) -> Answer:
        answer = Answer(line, sequence, key, buyer="a")
        redeliveries.judge(answer, NOW_US)
        return answer

    three = judge(line, 1, b"3")
    three.write(0.0)
    line.alive = False
    had(other, judge(other, 1, b"2"))
    again = judge(other, 2, b"3")
    assert again.repeats
    apple = judge(other, 3, b"apple")
    assert apple.since <= again.stamp
    had(other, again)
    had(other, apple)
    assert judge(other, 4, b"1").since > again.stamp


def test_a_buyer_who_went_on_is_in_doubt_no_more_where_all_answers_are_late() -> None:
    inbox, line = Inbox(), Line()
    inbox.follow = True
    for place, word in enumerate((b"apple", b"3", b"1")):
        answer = Answer(line, place, word, came_at=20.0 * place)
        assert inbox.take(answer)
        had(line, answer, 20.0 * place + GIVEN_UP_S)
    # The next order; until the buyer goes on it may come again.
    apple = Answer(line, 3, b"apple", came_at=60.0)
    assert inbox.take(apple)
    had(line, apple, 60.0 + GIVEN_UP_S)
    assert not inbox.take(Answer(line, 4, b"apple", came_at=70.0))


def test_what_a_buyer_said_long_after_a_connection_was_lost_is_new() -> None:
    inbox, line, other = Inbox(), Line(), Line()
    inbox.follow = True
    first = two(line)
    inbox.take(first)
    first.write(0.0)
    line.alive = False
    inbox.take(Answer(other, 1, b"apple", 5.0))
    assert inbox.take(Answer(other, 2, b"2", RETURNS_S + 6.0))
