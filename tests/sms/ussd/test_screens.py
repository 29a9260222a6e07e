"""A text becomes screens that the network carries, and no word of it is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammars.gsm.screen import SEPTETS_MAX, UNITS_MAX, fits
from sms.ussd.screens import NEXT_KEY, PAGES_MAX, encode, pages


@pytest.mark.parametrize(("letter", "most"), [("a", SEPTETS_MAX), ("面", UNITS_MAX)])
def test_a_screen_holds_what_the_network_carries_and_no_more(letter: str, most: int) -> None:
    assert pages(letter * most, "More") == [letter * most]
    assert len(pages(letter * (most + 1), "More")) == 2
    octets, data_coding = encode(letter * most)
    assert len(octets) <= SEPTETS_MAX
    assert data_coding == (0 if letter == "a" else 8)


def test_pages_are_cut_at_lines_and_say_how_to_go_on() -> None:
    lines = [f"{number}.{'goods ' * 5}" for number in range(1, 10)]
    found = pages("\n".join(lines), "More")
    assert all(fits(page) for page in found)
    assert all(page.endswith(f"\n{NEXT_KEY}.More") for page in found[:-1])
    shown = [line for page in found for line in page.split("\n") if line != f"{NEXT_KEY}.More"]
    assert shown == lines


@pytest.mark.parametrize(
    "text",
    [
        " ".join(["goods", "and", "chattels"] * 15),
        "，".join(["牛肉面一碗18.50元整"] * 15),
        " ".join(["товары", "разные"] * 20),
    ],
)
def test_a_page_ends_with_a_whole_word_or_price(text: str) -> None:
    found = [page.removesuffix(f"\n{NEXT_KEY}.More") for page in pages(text, "More")]
    assert len(found) > 1
    words = re.findall(r"[\w.]+" if " " in text else r"[\d.]+", text)
    assert [
        w for p in found for w in re.findall(r"[\w.]+" if " " in text else r"[\d.]+", p)
    ] == words
    assert not any(page.startswith(" ") for page in found)


@pytest.mark.parametrize(
    "text",
    [
        "牛肉面￥18.50，",
        "tea $12.50, ",
        "open 08:30-17:00; ",
        "don't forget ",
        "half a kilo €5/kg ",
    ],
)
def test_nor_is_it_cut_within_what_is_no_letter(text: str) -> None:
    """Wherever it falls."""
    for before in range(len(text)):
        found = [
            page.removesuffix(f"\n{NEXT_KEY}.More")
            for page in pages("x" * before + " " + text * 30, "More")
        ]
        words = re.findall(r"[!-~€￥]+", text)
        shown = [word for page in found for word in re.findall(r"[!-~€￥]+", page)]
        assert set(shown[1:-1]) <= {*words}


BOOKS = [f"{number} Stories told by the fire {number}0.00" for number in range(1, 10)]


@pytest.mark.parametrize(
    "items", [BOOKS, [f"{number} 老王牛肉面{number}8.50" for number in range(1, 15)]]
)
def test_an_item_stands_on_one_page_with_its_number_and_price(items: list[str]) -> None:
    separator = "; " if items is BOOKS else "、"
    found = [
        page.removesuffix(f"\n{NEXT_KEY}.More")
        for page in pages("What? " + separator.join(items), "More")
    ]
    assert len(found) == 2 + (items is not BOOKS)
    assert all(sum(item in page for page in found) == 1 for item in items)


def test_a_short_line_does_not_stand_alone_on_a_page() -> None:
    sorry, asked = "I could not find that.", "Which? " + "; ".join(BOOKS)
    first, *_ = pages(f"{sorry}\n{asked}", "More")
    assert first.startswith(f"{sorry}\n{asked[:70]}")


def test_an_item_is_not_worth_a_page_more() -> None:
    text = "x" * 100 + "; " + "goods " * 40
    first, last = pages(text, "More")
    assert len(first) + len(last) > len(text)


@pytest.mark.parametrize("before", range(8))
def test_no_page_begins_with_the_space_between_two_words(before: int) -> None:
    assert not any(page.startswith(" ") for page in pages("a" * before + " goods" * 60, "More")[1:])


def test_a_word_longer_than_half_a_screen_is_cut() -> None:
    first, *_ = pages("short " + "a" * 400, "More")
    assert len(first) == SEPTETS_MAX


def test_a_text_without_end_is_cut() -> None:
    assert len(pages("a" * 10_000, "More")) == PAGES_MAX


@given(st.text(min_size=1, max_size=600))
def test_every_page_fits_and_can_be_encoded(text: str) -> None:
    for page in pages(text, "更多"):
        assert fits(page)
        octets, _ = encode(page)
        assert len(octets) <= SEPTETS_MAX
