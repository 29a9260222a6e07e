"""Messages for web telephones, until pages have shown them."""

import pytest

from center.changes import OutgoingText
from center.text_news import Stage, TextNews
from commands.serving.message_boxes import (
    KEPT_MAX,
    KEPT_S,
    LOOK_EVERY_S,
    NOBODY_CAME,
    TOLD_MAX,
    MessageBoxes,
)
from store.retention import TEXTS_KEPT_S

NOON = 1_795_600_000.0
MINE, YOURS = ("noodles", "13900000001"), ("noodles", "13900000002")


class Page:
    def __init__(self):
        self.told = []

    def texted(self, text, text_id):
        self.told.append((text_id, text))


def text(owner, words):
    seller, number = owner
    return OutgoingText("web telephone", "106900010", number, words, int(NOON), seller)


class Clock:
    def __init__(self):
        self.now = NOON
        self.due = []

    def later(self, delay_s, callback):
        self.due.append((self.now + delay_s, callback))

    def passes(self, seconds):
        end = self.now + seconds
        while self.due and self.due[0][0] <= end:
            self.now, callback = self.due.pop(0)
            callback()
        self.now = end


@pytest.fixture
def news():
    return []


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def boxes(news, clock):
    return MessageBoxes(news.append, later=clock.later, clock=lambda: clock.now)


def test_a_message_comes_at_once_to_a_page_that_is_open_and_is_delivered_once_shown(boxes, news):
    page = Page()
    boxes.open(MINE, page)
    boxes.put(7, text(MINE, "hello"))
    assert page.told == [(7, "hello")]
    assert news == []
    boxes.shown(MINE, 7)
    boxes.shown(MINE, 7)
    assert news == [TextNews(7, Stage.DELIVERED)]


def test_what_a_page_did_not_show_is_told_to_the_next_one_in_order(boxes):
    first, second = Page(), Page()
    boxes.open(MINE, first)
    for number, words in enumerate(("one", "two"), 1):
        boxes.put(number, text(MINE, words))
    boxes.shown(MINE, 1)
    boxes.close(MINE, first)
    boxes.put(3, text(MINE, "three"))
    boxes.put(3, text(MINE, "three"))
    boxes.open(MINE, second)
    assert second.told == [(2, "two"), (3, "three")]
    assert boxes.waiting == 2
    boxes.shown(MINE, 2)
    assert boxes.waiting == 1


def test_a_page_hears_of_its_own_shop_and_number_and_shows_no_others_message(boxes, news):
    page, other = Page(), Page()
    boxes.open(MINE, page)
    boxes.open(YOURS, other)
    boxes.put(1, text(YOURS, "yours"))
    boxes.put(2, text(("tvshop", MINE[1]), "of another shop"))
    assert page.told == []
    boxes.shown(MINE, 1)
    assert news == []


def test_of_two_pages_of_one_number_the_one_that_is_used_last_hears(boxes):
    first, second = Page(), Page()
    boxes.open(MINE, first)
    boxes.open(MINE, second)
    boxes.close(MINE, first)
    boxes.put(1, text(MINE, "hello"))
    assert (first.told, second.told) == ([], [(1, "hello")])


def test_a_page_is_told_no_more_at_once_than_it_can_take(boxes):
    for number in range(TOLD_MAX + 2):
        boxes.put(number, text(MINE, "hello"))
    page = Page()
    boxes.open(MINE, page)
    assert len(page.told) == TOLD_MAX
    boxes.shown(MINE, 0)
    assert len(page.told) == TOLD_MAX + 1


def test_past_the_bound_the_oldest_message_has_failed(boxes, news):
    page = Page()
    for number in range(KEPT_MAX):
        boxes.put(number, text(MINE, str(number)))
    assert news == []
    boxes.put(KEPT_MAX, text(YOURS, "last"))
    assert news == [TextNews(0, Stage.FAILED, NOBODY_CAME)]
    boxes.open(MINE, page)
    assert page.told[0] == (1, "1")
    boxes.put(KEPT_MAX + 1, text(YOURS, "one more"))
    boxes.shown(MINE, 1)
    assert [one.text for one in news] == [0, 1], "told, not shown, and given up"


def test_a_message_for_a_page_that_nobody_opens_has_failed_before_other_texts_are_old(
    boxes, news, clock
):
    assert KEPT_S < TEXTS_KEPT_S, "what waits in the outbox holds up what is behind it"
    boxes.put(1, text(MINE, "one"))
    boxes.put(2, text(YOURS, "two"))
    clock.passes(KEPT_S - 1)
    assert (news, len(clock.due)) == ([], 1)
    clock.passes(LOOK_EVERY_S)
    assert news == [TextNews(number, Stage.FAILED, NOBODY_CAME) for number in (1, 2)]
    assert clock.due == []
    # One that an earlier run left.
    boxes.put(3, text(MINE, "three"))
    assert news[2:] == [TextNews(3, Stage.FAILED, NOBODY_CAME)]
    clock.now = NOON
    boxes.put(4, text(MINE, "four"))
    page = Page()
    boxes.open(MINE, page)
    boxes.shown(MINE, 4)
    assert page.told == [(4, "four")]
    clock.passes(LOOK_EVERY_S)
    assert clock.due == []
