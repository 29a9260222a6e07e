"""Rules of texts and their translations."""

import pytest

from tests.flows.checker.ruling import findings, messages

SHOP = """
shop 小店
  en: Corner shop
  languages {languages}
  channels {channels}
{catalog}
step start
  say {say}
  goodbye
"""


def say(*lines: str, languages: str = "zh, en", channels: str = "sms", catalog: str = "") -> str:
    text = "\n    ".join(lines)
    return SHOP.format(languages=languages, channels=channels, say=text, catalog=catalog)


def test_a_text_without_a_declared_language_is_told() -> None:
    assert messages("T401", say("您好。")) == ["this text has no `en` wording"]
    assert not messages("T401", say("您好。", "en: Hello."))


def test_a_line_for_another_channel_is_no_translation() -> None:
    assert messages("T401", say("您好。", "sms: 好。", "voice en: Hello.", channels="sms, voice"))


@pytest.mark.parametrize("text", ["{{ shop.name }}", "123-456", "OK", "Wi-Fi: {{ shop.number }}"])
def test_what_has_nothing_to_translate_is_left_alone(text: str) -> None:
    assert not messages("T401", say(text))


def test_products_without_a_name_are_told_together() -> None:
    items = "\n".join(f"  item 10{n} price 1.00 stock 1 苹果{n}" for n in range(5))
    (finding,) = findings("T401", say("好。", "en: Good.", catalog=f"catalog\n{items}"))
    assert finding.message.startswith("5 products have no `en` name: 100 苹果0, 101 苹果1, 102")
    assert finding.message.endswith("and 2 more")


def test_a_language_that_nothing_switches_to_is_told() -> None:
    flow = say("您好。", "en: Hello.")
    assert messages("T402", flow) == ["nothing in the flow switches to `en`"]
    assert not messages("T402", flow.replace("  goodbye", '  set lang = "en"\n  goodbye'))


def test_a_switch_to_a_language_that_the_shop_lacks_is_an_error() -> None:
    flow = say("您好。").replace("  goodbye", '  set lang = "fr"\n  goodbye')
    assert messages("T408", flow) == ["the shop does not speak `fr`"]


def test_lines_that_nobody_gets_are_told() -> None:
    assert messages("T403", say("您好。", "en: Hello.", languages="zh"))[-1] == (
        "the shop does not speak `en`"
    )
    assert "the shop is not on ussd" in messages("T403", say("您好。", "ussd: 好。"))
    assert messages("T403", say("您好。", "en: Hello.", "en: Hi.")) == [
        "this text has two lines for the same channel and language"
    ]


def test_an_option_of_a_channel_that_the_shop_lacks_is_told() -> None:
    menu = "menu 请选择\n    {} 下单 -> start\n      voice: 订货"
    assert messages("T403", say("", "").replace("say ", menu.format("on ussd 1"))) == [
        "this option is on a channel that the shop does not have"
    ]
    assert messages(
        "T403", say("", "", channels="sms, voice").replace("say ", menu.format("on sms 1"))
    ) == ["this option is on sms alone"]


def test_a_translation_shows_the_same_values() -> None:
    (finding,) = findings("T404", say("共{{ cart.total|money }}。", "en: {{ cart.count }} dishes."))
    assert finding.message == "this translation lacks `cart.total` and adds `cart.count`"


def test_a_channels_line_may_show_other_values() -> None:
    assert not messages("T404", say("您好。", "en: Hello.", "sms: 共{{ cart.total|money }}。"))


def test_the_shops_name_may_be_left_out() -> None:
    assert not messages("T404", say("【{{ shop.name }}】您好。", "en: Hello."))


def test_a_line_in_the_script_of_another_language_is_told() -> None:
    assert messages("T405", say("您好，欢迎。", "en: 您好，欢迎。")) == [
        "this `en` line is in Chinese"
    ]
    assert messages("T405", say("Hello and welcome here.", "en: Hello.")) == [
        "this `zh` line has no Chinese in it"
    ]


@pytest.mark.parametrize("text", ["Wi-Fi：{{ shop.number }}", "OK!", "请说English。"])
def test_names_in_another_script_are_no_mistake(text: str) -> None:
    assert not messages("T405", say(text, "en: Hello 您好."))


@pytest.mark.parametrize(
    "text", ["请回复编号。", "详见 www.example.com", "Please reply with 1.", "好🙂"]
)
def test_what_only_a_message_can_say_is_told_on_calls(text: str) -> None:
    assert messages("T407", say(text, channels="voice", languages="zh"))
    assert not messages("T407", say(text, channels="sms", languages="zh"))


@pytest.mark.parametrize("text", ["请按1。", "说完按井号。", "Press 1 now.", "Then press hash."])
def test_what_only_a_call_can_say_is_told_in_messages(text: str) -> None:
    assert messages("T407", say(text, channels="sms", languages="zh"))
    assert not messages("T407", say(text, channels="voice", languages="zh"))


@pytest.mark.parametrize(
    "text", ["我们会尽快回复您。", "按500克算。", "按2元一份。", "We press oil."]
)
def test_common_words_that_only_look_so_are_left_alone(text: str) -> None:
    assert not messages("T407", say(text, channels="voice, sms", languages="zh"))


def test_a_line_of_its_own_for_the_channel_settles_it() -> None:
    assert not messages(
        "T407", say("请按1。", "sms: 请回复1。", channels="voice, sms", languages="zh")
    )
