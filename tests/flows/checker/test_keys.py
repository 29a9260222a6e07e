"""Rules of keys and phrases."""

import pytest

from tests.flows.checker.ruling import findings, messages, severities

MENU = """
shop 小店
  en: Corner shop
  languages zh, en
  channels {channels}
anywhere
  0 人工 | 客服 -> agent
    en: agent
  on sms 退订 | TD -> leave
step start
  menu 请选择：
    {options}
step other
  goodbye
step leave
  set buyer.opted_out = yes
  goodbye
step agent
  hand over to sales
    when busy -> other
    when timeout -> other
"""


def menu(*options: str, channels: str = "voice, sms") -> str:
    return MENU.format(channels=channels, options="\n    ".join(options))


def test_a_key_that_stands_twice_is_named_with_a_free_one() -> None:
    (finding,) = findings("K201", menu("1 下单 -> start", "２ 查 -> other", "2 退 -> other"))
    assert finding.help == "use a free key, such as 3"
    assert finding.notes[0][0].line == 4


def test_options_of_two_channels_may_share_a_key() -> None:
    assert not messages("K201", menu("on sms 1 下单 -> start", "on voice 1 查 -> other"))


def test_a_local_key_hides_a_key_of_anywhere_unless_it_leads_there_too() -> None:
    assert messages("K202", menu("0 返回 -> start")) == ["key 0 means `agent` everywhere else"]
    assert not messages("K202", menu("0 转人工 -> agent"))


def test_a_range_of_numbers_hides_a_key_that_is_in_it() -> None:
    flow = menu("1 下单 -> start").replace(
        "  menu 请", "  ask n as number {}\n    say 几份？\n  menu 请"
    )
    assert [f.help for f in findings("K202", flow.format("0..9"))] == ["ask for 1..9"]
    assert not messages("K202", flow.format("1..9"))


@pytest.mark.parametrize("phrase", ["點餐", "点 餐", "ＯＫ", "ok!"])
def test_phrases_that_buyers_would_call_the_same_clash(phrase: str) -> None:
    assert messages("K203", menu("1 点餐 | OK -> start", f"2 查 | {phrase} -> other"))


def test_a_phrase_may_stand_twice_when_it_leads_to_one_step() -> None:
    assert not messages("K203", menu("1 点餐 -> start", "2 點餐 -> start"))


def test_a_phrase_that_is_another_options_key_clashes() -> None:
    assert messages("K203", menu("1 点餐 | 2 -> start", "2 查 -> other"))


def test_a_phrase_hides_that_of_anywhere() -> None:
    assert messages("K213", menu("1 客服 -> start")) == ["`客服` means `agent` everywhere else"]
    assert not messages("K213", menu("1 客服 -> agent"))


def test_a_pause_matters_on_calls_only_and_between_words_only() -> None:
    options = ("1 order -> start", "2 order status -> other")
    assert severities("K204", menu(*options)) == ["info"]
    assert not messages("K204", menu(*options, channels="sms"))
    assert not messages("K204", menu("1 order -> start", "2 orders -> other"))


def test_phrases_that_sound_alike_are_told_on_calls_only() -> None:
    options = ("1 四份 -> start", "2 十份 -> other")
    assert messages("K205", menu(*options)) == ["`十份` and `四份` sound alike on the phone"]
    assert not messages("K205", menu(*options, channels="sms"))
    assert not messages("K205", menu("1 下单 -> start", "2 取消 -> other"))


def test_a_key_that_begins_another_keeps_callers_waiting() -> None:
    options = ("1 下单 -> start", "12 查 -> other")
    assert messages("K207", menu(*options))
    assert not messages("K207", menu(*options, channels="sms"))


def test_product_codes_of_one_length_are_not_ambiguous() -> None:
    shop = """
    shop 小店
      channels voice
    catalog
      item 10 price 1.00 stock 1 苹果
      item {} price 1.00 stock 1 梨
    step start
      ask x as product of catalog
        say 要什么？
      goodbye
    """
    assert messages("K207", shop.format("101"))
    assert not messages("K207", shop.format("11"))


def test_zero_is_expected_to_lead_to_a_person() -> None:
    assert not messages("K208", menu("1 下单 -> start"))
    odd = menu("1 下单 -> start").replace("  0 人工", "  8 人工")
    assert messages("K208", odd) == ["key 8 leads to a person, and callers expect 0"]


@pytest.mark.parametrize("word", ["STOP", "退訂", "td", "Unsubscribe"])
def test_a_word_of_the_carriers_may_only_lead_out(word: str) -> None:
    assert messages("K209", menu(f"1 停 | {word} -> other"))
    assert not messages("K209", menu(f"1 停 | {word} -> leave"))
    assert not messages("K209", menu(f"1 停 | {word} -> other", channels="voice"))


def test_cancel_and_end_are_words_of_the_shop() -> None:
    assert not messages("K209", menu("1 取消 | cancel | end -> other"))


GRAMMAR = """
shop 小店
  channels {channels}
grammar size from size.gram
step start
  ask x as grammar {name}
    say 多大？
  goodbye
"""
GOOD = b"#ABNF 1.0 UTF-8;\nlanguage zh;\nroot $size;\n$size = \xe5\xa4\xa7 | \xe5\xb0\x8f;\n"


def grammar(body: bytes, channels: str = "voice", name: str = "size") -> list[str]:
    return messages("K210", GRAMMAR.format(channels=channels, name=name), size=body)


def test_a_good_grammar_is_left_alone() -> None:
    assert not grammar(GOOD)


def test_a_mistake_in_a_grammar_is_told_with_its_line() -> None:
    assert "size.gram:4:" in grammar(GOOD.replace(b"| ", b"| ("))[0]


def test_a_grammar_that_accepts_nothing_is_refused() -> None:
    assert grammar(GOOD[: GOOD.index(b"$size =")] + b"$size = $VOID;\n") == [
        "size.gram accepts nothing that a buyer can say"
    ]


def test_left_recursion_matters_to_recognisers_only() -> None:
    body = GOOD[: GOOD.index(b"$size =")] + b"$size = $size a | a;\n"
    assert "begins with itself" in grammar(body)[0]
    assert not grammar(body, channels="sms")


def test_a_grammar_that_is_not_there_gets_the_nearest_name() -> None:
    assert grammar(GOOD, name="sise") == ["there is no grammar `sise`"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("<x:product> <n:nummer>", "`nummer` is no type of a slot"),
        ("要 <x:product>", "`要` in a pattern is not read"),
        ("<x:number> <x:product>", "`x` is in the pattern twice"),
    ],
)
def test_a_pattern_is_made_of_slots_alone(pattern: str, message: str) -> None:
    flow = menu("1 下单 -> start").replace("anywhere\n", f"anywhere\n  on sms {pattern} -> other\n")
    assert messages("K210", flow) == [message]


def test_questions_in_other_languages_need_replies_of_their_own() -> None:
    flow = """
    shop Chez Marie
      languages fr
      channels {}
    step start
      ask n as number 1..9
        say Combien ?
        no match Un nombre de 1 à 9.
      goodbye
    """
    assert not messages("K211", flow.format("sms"))
    assert "no `no input`" in messages("K211", flow.format("voice"))[0]


@pytest.mark.parametrize(
    ("kind", "found"),
    [("digits 6", 0), ("digits 7", 1), ("digits", 1), ("phone", 1), ("address", 1), ("text", 0),
     ("pin 8", 0), ("number 1..9", 0)],
)  # fmt: skip
def test_long_answers_of_callers_are_read_back(kind: str, found: int) -> None:
    flow = f"""
    shop 小店
      channels voice
    step start
      ask x as {kind}
        say 请说。
      goodbye
    """
    assert len(messages("K212", flow)) == found
    confirmed = flow.replace("请说。\n", "请说。\n        confirm\n")
    assert not messages("K212", confirmed)


def test_free_speech_that_the_flow_keeps_is_read_back() -> None:
    flow = """
    shop 小店
      channels voice
    step start
      ask x as text
        say 您贵姓？
      set buyer.name = x
      goodbye
    """
    assert messages("K212", flow) == ["a caller gives free speech, and it is not read back"]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("ask n as number 1..9", 1),
        ("ask n as number 1..9\n    no match 请回复数字。", 1),
        ("ask n as number 1..9\n    say 几份？", 0),
        ("say 几份？\n  ask n as number 1..9", 0),
        ('if channel == "sms"\n    say 回复几份？\n  ask n as number 1..9', 0),
        ("ask n as choice\n    1 大 = large\n    2 小 = small", 0),
        ("say 您好。\n  ask a as text\n    say 谁？\n  ask n as number 1..9", 1),
        ("say 几份？\n  set m = 1\n  ask n as number 1..9", 0),
        ("say 几份？\n  if m == 1\n    ask n as number 1..9", 0),
        ("send sms 几份？\n  ask n as number 1..9", 0),
        ("say 几份？\n  -> qty\n\nstep qty\n  ask n as number 1..9", 0),
        ("menu 几份？\n    1 自己写 -> qty\n\nstep qty\n  ask n as number 1..9", 0),
        ("call greet\n  ask n as number 1..9\n  goodbye\n\nstep greet\n  say 几份？", 0),
        ("goodbye\n\nanywhere\n  1 几份 -> qty\n\nstep qty\n  ask n as number 1..9", 0),
        ("ask a as text\n    say 谁？\n  -> qty\n\nstep qty\n  ask n as number 1..9", 1),
        (
            "ask a as text\n    say 谁？\n    tries 3 then -> qty\n  goodbye\n\nstep qty\n  ask n as number 1..9",
            0,
        ),
    ],
)
def test_a_question_has_words_or_follows_them(lines: str, found: int) -> None:
    flow = f"shop 小店\n  channels sms\n\nstep start\n  {lines}\n  goodbye\n"
    told = findings("K214", flow)
    assert len(told) == found
    assert not found or told[0].message.startswith("nothing asks for `n`")


def test_words_that_take_buyers_off_the_list_are_those_of_the_shops_languages() -> None:
    french = menu("1 Non merci | arrêt -> other").replace("languages zh, en", "languages zh, fr")
    assert messages("K209", french) == ["`arrêt` is what buyers send to get no more messages"]
    assert messages("K209", menu("1 Non merci | arrêt -> other")) == []
