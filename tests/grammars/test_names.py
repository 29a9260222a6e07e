"""Names near one another, to the eye or to the ear."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from grammars.languages.chinese_sounds import near_sound, share_sounds
from grammars.names import nearest, sounds_like


@pytest.mark.parametrize(
    ("word", "names", "meant"),
    [
        ("takeorder", ["main", "take_order"], ["take_order"]),
        ("mian", ["main", "menu"], ["main"]),
        ("牛肉米", ["炸酱面", "牛肉面"], ["牛肉面"]),
        ("牛肉麵", ["牛肉面"], ["牛肉面"]),
        ("下弹", ["查订单", "下单"], ["下单"]),
        ("start", ["goodbye", "agent"], []),
        ("a", ["b"], []),
        ("main", ["main"], []),
    ],
)
def test_the_name_that_was_meant_is_suggested(
    word: str, names: list[str], meant: list[str]
) -> None:
    assert nearest(word, names) == meant


def test_the_nearest_name_comes_first_and_no_more_than_asked() -> None:
    names = ["红烧牛肉", "红烧牛肉面", "红烧羊肉拉面", "红烧肉"]
    asked = "红烧牛肉拉面"
    assert nearest(asked, names, 2) == ["红烧牛肉面", "红烧羊肉拉面"]
    assert nearest(asked, names, 9) == ["红烧牛肉面", "红烧羊肉拉面", "红烧牛肉"]
    assert nearest(asked, names, 0) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("四", "十"),
        ("4", "10"),
        ("一", "七"),
        ("1", "7"),
        ("炒饭", "草房"),
        ("牛奶", "流奶"),
        ("飞机", "灰机"),
        ("陈", "程"),
        ("金", "京"),
        ("下單", "下单"),
    ],
)
def test_chinese_phrases_that_a_line_makes_one(one: str, other: str) -> None:
    assert sounds_like(one, other, "zh")
    assert sounds_like(other, one, "zh")


@pytest.mark.parametrize(
    ("one", "other"),
    [("确认", "取消"), ("下单", "查单"), ("牛肉面", "羊肉面"), ("一", "二")],
)
def test_chinese_phrases_that_stay_apart(one: str, other: str) -> None:
    assert not sounds_like(one, other, "zh")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("two", "to"),
        ("four", "for"),
        ("eight", "ate"),
        ("right", "write"),
        ("night", "knight"),
        ("bear", "pear"),
        ("mail", "nail"),
        ("thin", "fin"),
        ("sale", "sail"),
        ("2", "to"),
    ],
)
def test_english_words_that_a_line_makes_one(one: str, other: str) -> None:
    assert sounds_like(one, other, "en")


@pytest.mark.parametrize(
    ("one", "other"),
    [("yes", "no"), ("order", "older"), ("confirm", "cancel"), ("more", "menu")],
)
def test_english_words_that_stay_apart(one: str, other: str) -> None:
    assert not sounds_like(one, other, "en")


def test_a_language_without_a_code_compares_spellings() -> None:
    assert sounds_like("Oui", "oui", "fr")
    assert not sounds_like("oui", "non", "fr")


LISTED = st.sampled_from(
    "银行重庆音乐快乐一七四十是事里你呢的地得着了长大小龙虾牛肉面炸酱凉拌黄瓜订单点餐查人工客服还有几份送到地址确认取消留言再见儿和差参"
)


@given(st.text(LISTED, min_size=1, max_size=4), st.text(LISTED, min_size=1, max_size=4))
def test_the_table_of_sounds_never_rules_out_what_the_dictionary_takes_as_alike(
    one: str, other: str
) -> None:
    heard = [[near_sound(syllable) for syllable in lazy_pinyin(text)] for text in (one, other)]
    assert heard[0] != heard[1] or share_sounds(one, other)


@pytest.mark.parametrize(("one", "other"), [("下单", "查单"), ("重庆", "大庆"), ("四份", "四十份")])
def test_the_table_of_sounds_rules_out_what_is_far_apart(one: str, other: str) -> None:
    assert not share_sounds(one, other)


def test_a_character_that_is_not_in_the_table_may_sound_like_any() -> None:
    assert share_sounds("下", "㐀")
    assert share_sounds("ab", "下")


def test_phrases_that_are_far_apart_do_not_load_pypinyin() -> None:
    code = (
        "import sys; from grammars.names import sounds_like; sounds_like('下单', '查单', 'zh');"
        "sys.exit('pypinyin' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pypinyin_is_not_loaded_for_turns() -> None:
    code = "import sys, grammars.names, grammars.numbers; sys.exit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
