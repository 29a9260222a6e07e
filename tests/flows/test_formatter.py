"""Formatting changes how a flow looks and never what it says; keywords turn from one spelling into the other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmarks.mutants import mutants
from flows import settings
from flows.expression import ExpressionError, parse_expression
from flows.folder import flow_of
from flows.formatter import ARROW_COLUMN_MAX, Spelling, format_source
from flows.source import LINE_CHARACTERS_MAX
from flows.syntax import Setting, Span

EXAMPLE = (
    Path(sys.modules["flows.formatter"].__file__ or "").parent / "library/noodles/seller.flow"
).read_text(encoding="utf-8")


SETTINGS_READ: dict[str, Callable[[str], object]] = {
    "channels": settings.channels,
    "languages": settings.languages,
    "open": settings.opening,
    "delivery": settings.duration,
    "sms session": settings.duration,
    "no input after": settings.duration,
}
"""Settings whose values have words of the language in them."""


def said(text: str) -> list[object]:
    """What a file says, without where it says it."""
    return [bare(block) for block in flow_of("x", text)[0].blocks]


def bare(value: object) -> object:
    if isinstance(value, Setting) and value.name in SETTINGS_READ:
        return value.name, SETTINGS_READ[value.name](value.value)
    if is_dataclass(value):
        pairs = [(f.name, getattr(value, f.name)) for f in fields(value) if "span" not in f.name]
        return (type(value).__name__, *(_meant(name, part) for name, part in pairs))
    if isinstance(value, tuple):
        return tuple(_meant("arm", part) for part in value if not isinstance(part, Span))
    return value


def _meant(name: str, value: object) -> object:
    """Conditions and values by their meaning: `not` and `非` are one word."""
    if name in ("guard", "value", "amount", "arm", "arguments") and isinstance(value, str):
        try:
            return parse_expression(value)
        except ExpressionError:
            return value
    return bare(value)


UNTIDY = """\
# head

flow   1
shop 老王面馆
   en ：Lao Wang
   number 400
# about the step
step   start(a，b)
    # ok F102 on purpose

    menu   请选择
        # inside
        1、下单 | 点餐 －> take_order
           en:  Order
        12   查【如果 x>3】→ status
        on   sms 退订   -> bye
        # last of the menu
    # last of the step


# before the next
include   tea.flow
include more.flow
step bye
  ask n as number １～２０
  goodbye
# tail
"""
TIDY = """\
# head

flow 1

shop 老王面馆
  en: Lao Wang
  number 400

# about the step
step start(a, b)
  # ok F102 on purpose

  menu 请选择
    # inside
    1 下单 | 点餐      -> take_order
      en: Order
    12 查  [如果 x>3]  -> status
    on sms 退订        -> bye
    # last of the menu
  # last of the step

# before the next
include tea.flow
include more.flow

step bye
  ask n as number 1..20
  goodbye

# tail
"""


def test_an_untidy_file_is_laid_out() -> None:
    tidy = format_source(UNTIDY)
    assert tidy == TIDY


def test_the_example_stands_as_it_is_formatted() -> None:
    assert said(format_source(EXAMPLE)) == said(EXAMPLE)
    assert format_source(format_source(EXAMPLE)) == format_source(EXAMPLE)


@pytest.mark.parametrize("keywords", ["zh", "en"])
def test_keywords_turn_there_and_back(keywords: Spelling) -> None:
    other: Spelling = "en" if keywords == "zh" else "zh"
    formatted = format_source(EXAMPLE, keywords)
    turned = format_source(formatted, other)
    assert turned != formatted
    assert format_source(turned, keywords) == formatted
    assert said(turned) == said(formatted) == said(EXAMPLE)


def test_words_of_conditions_turn_too_but_texts_and_names_do_not() -> None:
    text = 'step or_not\n  if not a.and or b == "and or" -> or_not\n  say if not\n  -> b\n'
    assert format_source(text, "zh") == (
        '步骤 or_not\n  如果 不 a.and 或 b == "and or" -> or_not\n  说 if not\n  -> b\n'
    )


def test_values_of_settings_turn_with_the_words() -> None:
    english = (
        "shop a\n  languages zh, en\n  channels voice, sms\n  send on to 95*, 02088886666\n"
        "  open mon-fri 09:00-18:00, daily 20:00-21:00\n  delivery 3d\n\n"
        "defaults\n  no input after 6s\n  sms session 2h\n  max turns 40 then -> b\n"
    )
    chinese = (
        "店铺 a\n  语言 中文, 英文\n  渠道 语音, 短信\n  转外线 95*, 02088886666\n"
        "  营业 周一-周五 09:00-18:00, 每天 20:00-21:00\n  送达 3天\n\n"
        "默认\n  无应答超过 6秒\n  短信会话 2小时\n  最多轮数 40 之后 -> b\n"
    )
    assert format_source(english, "zh") == chinese
    assert format_source(chinese, "en") == english
    assert format_source(chinese) == chinese


def test_patterns_turn_with_the_words() -> None:
    text = "anywhere\n  <dish:product> <qty:number>  -> a\n"
    chinese = "随时\n  <dish:产品> <qty:数字>  -> a\n"
    assert format_source(text, "zh") == chinese
    assert format_source(chinese, "en") == text
    assert said(chinese) == said(text)


def test_yes_and_no_stay_what_they_are_when_turned_there_and_back() -> None:
    text = "step a\n  set buyer.opted_out = yes\n  goodbye\n"
    assert format_source(format_source(text, "zh"), "en") == text


def test_keys_and_channels_are_spelt_with_the_keywords() -> None:
    text = "anywhere\n  hash Back -> a\n  on sms STOP -> b\n    sms en: Stop\n"
    chinese = "随时\n  井号 Back     -> a\n  仅 短信 STOP  -> b\n    短信 英文：Stop\n"
    assert format_source(text, "zh") == chinese
    assert format_source(chinese, "en") == (
        "anywhere\n  hash Back    -> a\n  on sms STOP  -> b\n    sms en: Stop\n"
    )


def test_addresses_of_the_buyer_keep_their_name() -> None:
    text = "step a\n  ask where as address of buyer\n"
    assert format_source(text, "zh") == "步骤 a\n  问 where 为 地址 来自 buyer\n"
    assert format_source(format_source(text, "zh"), "en") == text


def test_an_option_of_one_channel_keeps_it() -> None:
    text = "step a\n  menu Choose\n    on voice 1 Order     -> b\n    on sms 1 Order now -> c\n"
    assert format_source(text, "zh") == (
        "步骤 a\n  菜单 Choose\n    仅 语音 1 Order      -> b\n    仅 短信 1 Order now  -> c\n"
    )


def test_without_keywords_each_word_keeps_its_spelling() -> None:
    text = "步骤 a\n  say 您好\n    英文：Hello\n  菜单 请选择\n    1 是  -> b\n"
    assert format_source(text) == text


def test_a_block_with_a_mistake_stays_letter_for_letter() -> None:
    bad = "step   a\n   sya   hello  \n\n     # why\n   ->  b"
    good = "step   c\n     goodbye\n"
    assert format_source(f"{bad}\n{good}") == f"{bad}\n\nstep c\n  goodbye\n"


def test_a_line_too_long_to_read_is_not_cut() -> None:
    text = "step a\n  say " + "x" * LINE_CHARACTERS_MAX + "\n"
    assert format_source(text) == text


def test_tabs_and_wide_spaces_in_the_margin_become_two_spaces_a_level() -> None:
    assert format_source("step a\n\tif x\n\t\tsay Hi\n\u3000goodbye\n") == (
        "step a\n  if x\n    say Hi\n  goodbye\n"
    )


def test_a_wide_option_does_not_push_the_arrows_of_the_others() -> None:
    wide = "x" * ARROW_COLUMN_MAX
    assert format_source(f"step a\n  menu M\n    1 {wide} -> b\n    2 y -> c\n") == (
        f"step a\n  menu M\n    1 {wide}  -> b\n    2 y  -> c\n"
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n", "\ufeff"[1:]])
def test_a_file_that_says_nothing_keeps_its_comments(text: str) -> None:
    assert format_source(text) == text.strip("\n") + "\n" * bool(text.strip("\n"))


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


@pytest.mark.parametrize("seed", range(4))
def test_slips_of_the_hand_are_formatted_without_loss(seed: int) -> None:
    for mutant in mutants(EXAMPLE, 15, seed):
        formatted = format_source(mutant.text)
        assert said(formatted) == said(mutant.text), mutant
        assert comments(formatted) == comments(mutant.text)
        assert format_source(formatted) == formatted, mutant
        chinese = format_source(mutant.text, "zh")
        assert format_source(format_source(chinese, "en"), "zh") == chinese, mutant


LINES = st.sampled_from(
    [*(line.strip() for line in EXAMPLE.split("\n")), "# ok F102", "#", "1、a → b", "井号 x -> y"]
)


@hypothesis_settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 2, 2, 4, 4, 6, 3]), LINES), max_size=14))
def test_any_arrangement_of_lines_is_formatted_without_loss(lines: list[tuple[int, str]]) -> None:
    text = "\n".join(" " * margin + line for margin, line in lines)
    formatted = format_source(text)
    assert said(formatted) == said(text)
    assert comments(formatted) == comments(text)
    assert format_source(formatted) == formatted


@hypothesis_settings(max_examples=80, deadline=None)
@given(st.text(alphabet="\n\n  stepayif1->（:：说菜单#\t|[]=*份\r\x0b\u2028", max_size=80))
def test_any_text_is_formatted_twice_as_once(text: str) -> None:
    formatted = format_source(text)
    assert format_source(formatted) == formatted
