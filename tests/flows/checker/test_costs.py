"""Rules of cost, and the lengths that they rest on."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import program as p
from flows.checker.subject import Subject
from flows.checker.told.turns import Turns, turns_of
from flows.checker.ways.runs import RUNS_MAX
from flows.compiler import compile_flow
from flows.folder import flow_of
from flows.inputs import Buyer, Order
from flows.length import Lengths, lengths_of, longest
from flows.machine import Machine
from flows.sample import ADDRESS_CHARACTERS_USUAL, Bounds
from flows.session import ENDED
from flows.speech import seconds
from grammars.gsm.parts import count_parts
from tests.flows.checker.ruling import findings, messages, severities, subject_of
from tests.flows.shops import Visitor

NOODLES = Path(__file__).parents[3].joinpath("flows/library/noodles/seller.flow").read_text("utf-8")

SHOP = """
shop 小店
  en: Corner shop
  languages {languages}
  channels {channels}
  currency CNY
defaults
  max sms parts {parts}
catalog
  item 101 price 18.00 stock 40 牛肉面
    en: Beef noodles
  item 102 price 15.50 stock 25 炸酱面
    en: Soybean paste noodles
step start
  {start}
"""


def shop(start: str, languages: str = "zh", channels: str = "sms", parts: int = 1) -> str:
    return SHOP.format(languages=languages, channels=channels, parts=parts, start=start)


BOUNDED = shop(
    "ask n as number 1..20\n    say 几份？\n"
    "  ask size as choice\n    say 多大？\n    1 大 = large\n  goodbye"
).replace("step start", "anywhere\n  on sms <what:product> -> start\nstep start")


def text_of(text: str, language: str = "zh", ask: str = "") -> str:
    """A text filled with its longest values."""
    flow = shop(f"{ask}say {text}\n  goodbye", languages="zh, en")
    program = subject_of(flow).program
    return longest(program, text, language)


# --- lengths ---


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{ shop.name }}", "小店"),
        ("{{ cart.total|money }}", "6499.35"),
        ("{{ cart.lines|length }}", "2"),
        ("{{ cart.summary }}", "牛肉面x40、炸酱面x25"),
        ("{{ buyer.address|cut(4) }}", "字字字字"),
        ("{% for x in catalog %}{{ x.code }}{{ ';' if not loop.last }}{% endfor %}", "101;102"),
        ("{% for x in catalog|limit(1) %}{{ x.name }}{% endfor %}", "牛肉面"),
        ("{{ '很长很长' if cart.is_empty else '短' }}", "很长很长"),
        ("{% if lang == 'en' %}very long{% else %}短{% endif %}", "短"),
    ],
)
def test_a_text_is_filled_with_the_longest_values(text: str, filled: str) -> None:
    assert text_of(text) == filled


def test_types_bound_what_buyers_answer() -> None:
    assert text_of("{{ n }}", ask="ask n as number 1..20\n    say 几份？\n  ") == "20"
    assert len(text_of("{{ n }}", ask="ask n as text\n    say 请说。\n  ")) == 500
    assert len(text_of("{{ n }}", ask="ask n as address\n    say 请说。\n  ")) == 120
    assert text_of("{{ n }}", ask="ask n as digits 4\n    say 请说。\n  ") == "0000"


def test_buyers_are_taken_to_write_in_their_language() -> None:
    assert count_parts(text_of("{{ buyer.address }}", "en")).alphabet.name == "gsm7"
    assert count_parts(text_of("{{ buyer.address }}", "zh")).alphabet.name == "ucs2"


def test_usual_values_are_shorter() -> None:
    program = subject_of(shop("say {{ buyer.address }}\n  goodbye")).program
    usual = lengths_of(Bounds(program), "usual")
    assert len(usual.text("{{ buyer.address }}", "zh")) == ADDRESS_CHARACTERS_USUAL


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("number 1..20", "number 1..2000"),
        ("price 18.00", "price 1800.00"),
        ("en: Beef noodles", "en: Beef noodles with egg"),
        ("1 大 = large", "1 特大 = large"),
        ("小店", "大店"),
        ("<what:product>", "<what:product> <n:number>"),
    ],
)
def test_what_bounds_a_value_tells_programs_apart(old: str, new: str) -> None:
    flow = BOUNDED
    assert old in flow
    assert Bounds(subject_of(flow).program) != Bounds(subject_of(flow.replace(old, new)).program)


def test_a_text_that_is_edited_leaves_the_bounds_of_values_alone() -> None:
    edited = BOUNDED.replace("say 几份？", "say 要几份？\n  say 请说。")
    assert Bounds(subject_of(BOUNDED).program) == Bounds(subject_of(edited).program)


def test_texts_filled_before_are_filled_anew_when_their_bounds_change() -> None:
    for most in ("20", "2000", "20"):
        flow = BOUNDED.replace("1..20", f"1..{most}").replace("say 几份？", "say 几份？{{ n }}")
        assert longest(subject_of(flow).program, "{{ n }}", "zh") == most


def test_filled_texts_are_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.length.TEXTS_KEPT_MAX", 2)
    kept = Lengths(Bounds(subject_of(BOUNDED).program), "longest")
    texts = [f"{{{{ n }}}}{number}" for number in range(5)]
    for _ in range(2):
        assert [kept.text(text, "zh") for text in texts] == [f"20{n}" for n in range(5)]


def test_a_minute_of_chinese_has_270_characters() -> None:
    assert seconds("字" * 270 + "。" * 50, "zh") == 60
    assert seconds("a word " * 150, "en") == 70


# --- turns, against the engine ---

WORDS = ["1", "2", "3", "9", "0", "*", "101", "102", "201", "20", "是", "no", "hm?", "101 3", "TD",
         "杭州市西湖区文三路1号", "a" * 400]  # fmt: skip


def _spoken(visitor: Visitor) -> str:
    return "\n".join(visitor.heard())


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["sms", "ussd"]), st.booleans(), st.lists(st.sampled_from(WORDS), max_size=12)
)
def test_no_turn_of_the_engine_is_longer_than_the_longest(
    channel: str, known: bool, words: list[str]
) -> None:
    program, turns = _noodles()
    order = Order("A0001", "placed", 3600, "12:40", ())
    buyer = Buyer("13800138000", address="文三路1号", last_order=order) if known else None
    visitor = Visitor(Machine(program), channel, buyer)
    sayings = turns.sayings(channel, "longest")
    most: dict[str, int] = {}
    for run in turns.all_runs(channel):
        name = _name(program, run.end)
        most[name] = max(most.get(name, 0), len(sayings.message(run)))
    for index, node in enumerate(program.nodes):
        if isinstance(node, p.Menu | p.Ask):
            for language in program.languages:
                for text in sayings.retries(index, language):
                    most[node.id] = max(most[node.id], len(text))
    visitor.opens()
    assert len(_spoken(visitor)) <= most[visitor.at]
    for word in words:
        visitor.says(word)
        while visitor.at.endswith(("order1", "hand1")):
            assert len(_spoken(visitor)) <= most[visitor.at]
            outcome = "ok" if "order" in visitor.at else "busy"
            visitor.learns(outcome, number="A0002", eta="12:40")
        assert len(_spoken(visitor)) <= most[visitor.at], _spoken(visitor)
        if visitor.over:
            break


def _name(program: p.Program, index: int) -> str:
    return ENDED if index == p.NOWHERE else program.nodes[index].id  # type: ignore[union-attr]


def _noodles() -> tuple[p.Program, Turns]:
    flow, _ = flow_of("noodles", NOODLES)
    subject = Subject(compile_flow(flow))
    return subject.program, turns_of(subject)


def test_a_turn_with_many_branches_is_looked_at_within_a_bound() -> None:
    branches = "\n  ".join(f"if shop.is_open\n    say {n}。" for n in range(12))
    turns = turns_of(subject_of(shop(f"{branches}\n  goodbye")))
    assert len(turns.ways.of(turns.program.start, "sms", "zh")) == RUNS_MAX


def test_a_branch_on_the_language_is_taken_one_way() -> None:
    flow = shop('if lang == "zh"\n    say 中。\n  else\n    say en.\n  goodbye', languages="zh, en")
    turns = turns_of(subject_of(flow))
    said = {turns.sayings("sms", "longest").message(run) for run in turns.all_runs("sms")}
    assert said == {"中。", "en."}
    (run,) = turns.ways.of(turns.program.start, "sms", "en")
    assert turns.sayings("sms", "longest").message(run) == "en."


def test_a_turn_goes_through_a_called_step_and_back() -> None:
    flow = shop("call hello\n  say 二。\n  call hello\n  goodbye") + "step hello\n  say 一。\n"
    turns = turns_of(subject_of(flow))
    (run,) = turns.ways.of(turns.program.start, "sms", "zh")
    assert turns.sayings("sms", "longest").message(run) == "一。\n二。\n一。"


def test_a_turn_that_begins_in_a_called_step_goes_back_to_its_callers() -> None:
    asks = "step hello\n  ask n as number 1..9\n    say 几份？\n"
    turns = turns_of(subject_of(shop("call hello\n  say 谢谢。\n  goodbye") + asks))
    sayings = turns.sayings("sms", "longest")
    assert "谢谢。" in {sayings.message(run) for run in turns.all_runs("sms")}


# --- C501 ---


def test_a_message_at_its_limit_is_fine_and_one_past_it_is_not() -> None:
    assert not messages("C501", shop(f"say {'字' * 70}\n  goodbye"))
    assert messages("C501", shop(f"say {'字' * 71}\n  goodbye")) == [
        "this message may come to 2 SMS parts in `zh` (71 characters of UCS-2), and `max sms parts` is 1"
    ]


def test_texts_of_one_turn_are_one_message() -> None:
    two = f"say {'字' * 40}\n  say {'字' * 40}\n  goodbye"
    assert messages("C501", shop(two))
    parted = two.replace("\n  say", "\n  ask n as number 1..9\n    say", 1)
    assert messages("C501", shop(parted))
    asked = f"ask n as number 1..9\n    say {'字' * 40}\n  say {'字' * 40}\n  goodbye"
    assert not messages("C501", shop(asked))


def test_a_menus_options_count() -> None:
    menu = f"menu {'字' * 60}\n    1 {'字' * 8} -> start"
    assert messages("C501", shop(menu))


def test_options_of_other_channels_do_not_count() -> None:
    menu = f"menu {'字' * 50}\n    1 好 -> start\n    on voice 2 {'字' * 8} -> start"
    assert not messages("C501", shop(menu, channels="sms, voice"))


def test_what_only_another_channel_leads_to_is_no_message() -> None:
    menu = "menu 好\n    1 好 -> start\n    on voice 2 长 -> long\nstep long\n  say {}\n  -> start"
    flow = shop(menu.format("字" * 80), channels="sms, voice")
    assert not messages("C501", flow)
    assert messages("C501", flow.replace("on voice ", ""))


def test_addresses_that_are_offered_count() -> None:
    ask = "ask where as address{}\n    say 送到哪里？\n  goodbye"
    assert not messages("C501", shop(ask.format("")))
    assert messages("C501", shop(ask.format(" of buyer")))


def test_an_sms_counts_on_every_channel() -> None:
    flow = shop(f"send sms {'字' * 71}\n  goodbye", channels="voice")
    assert messages("C501", flow)
    assert not messages("C501", shop(f"say {'字' * 71}\n  goodbye", channels="voice"))


def test_the_widest_value_is_named() -> None:
    flow = shop("say 送到{{ buyer.address }}\n  goodbye")
    (finding,) = findings("C501", flow)
    assert finding.help is not None
    assert "`buyer.address` may have 120 characters" in finding.help
    assert not messages("C501", flow.replace("address }}", "address|cut(30) }}"))


def test_the_worked_example_is_too_long_only_with_an_address_of_120_characters() -> None:
    found = findings("C501", NOODLES)
    assert {finding.span.block for finding in found} == {"step address", "step confirm_order"}
    assert not messages("C501", NOODLES.replace("buyer.address }}", "buyer.address|cut(40) }}"))


# --- C502 ---


def test_a_dear_character_is_told_only_where_it_costs() -> None:
    long = "It’s ready: " + "x" * 80
    (finding,) = findings("C502", shop(f"say {long}\n  goodbye", languages="en"))
    assert finding.help == "write `'` for `’`"
    assert not messages("C502", shop("say It’s ready\n  goodbye", languages="en"))
    assert not messages(
        "C502", shop(f"say {long.replace('’', chr(39))}\n  goodbye", languages="en")
    )


def test_a_turn_of_short_texts_can_be_dear() -> None:
    flow = shop(f"say It’s ready\n  say {'x' * 80}\n  goodbye", languages="en")
    assert [finding.span.line for finding in findings("C502", flow)] == [2]


def test_a_character_that_nothing_replaces_is_only_mentioned() -> None:
    flow = shop(f"say Welcome to 店 {'x' * 80}\n  goodbye", languages="en")
    assert severities("C502", flow) == ["info"]


def test_chinese_is_not_scolded() -> None:
    assert not messages("C502", shop(f"say {'字' * 80}\n  goodbye"))
    assert not messages("C502", NOODLES)


# --- C503 ---


def test_a_screen_at_its_limit_is_fine_and_one_past_it_is_not() -> None:
    for letter, room in (("字", 80), ("x", 182)):
        fits = shop(f"say {letter * room}\n  goodbye", channels="ussd")
        assert not messages("C503", fits)
        assert severities("C503", fits.replace(letter * room, letter * (room + 1))) == ["error"]


def test_a_screen_that_only_long_values_fill_is_a_warning() -> None:
    flow = shop("say 送到{{ buyer.address }}\n  goodbye", channels="ussd")
    assert severities("C503", flow) == ["warning"]


def test_a_screen_takes_nine_options() -> None:
    options = [f"{n} a{n} -> start" for n in range(1, 11)]
    nine = shop("menu a\n    " + "\n    ".join(options[:9]), channels="ussd")
    ten = shop("menu a\n    " + "\n    ".join(options), channels="ussd")
    assert not messages("C503", nine)
    assert messages("C503", ten) == ["this menu has 10 options, and a USSD screen takes 9"]


def test_the_worked_example_has_no_error() -> None:
    for code in ("C501", "C502", "C503", "C505", "C506", "C507"):
        assert "error" not in severities(code, NOODLES)


# --- C504 to C507 ---


def test_an_order_is_priced_from_the_first_turn_to_its_confirmation() -> None:
    # Three messages: two questions and the confirmation, which also sends an SMS.
    flow = shop(
        "ask dish as product of catalog\n    say 想吃什么？\n"
        "  ask n as number 1..9\n    say 几份？\n"
        "  add n of dish to cart\n"
        "  place order\n    when sold out -> start\n    when failed -> start\n"
        "  say 好了。\n  send sms 【小店】好了。\n  goodbye"
    )
    (message,) = messages("C504", flow)
    assert "`zh` 4 parts at best, 4 usually (2 answers), 4 at worst" in message


def test_a_shortcut_makes_the_best_way_cheaper() -> None:
    (by_sms, _) = messages("C504", NOODLES)
    assert "`zh` 6 parts at best, 8 usually (6 answers)" in by_sms


def test_a_flow_that_sells_nothing_has_no_price() -> None:
    assert not messages("C504", shop("say 您好。\n  goodbye"))


def test_a_caller_does_not_wait_for_the_first_option() -> None:
    menu = "menu {}\n    1 下单 -> start"
    patient = shop(menu.format("字" * 67), channels="voice")
    assert not messages("C505", patient)
    assert messages("C505", patient.replace("字" * 67, "字" * 69)) == [
        "a caller listens for 15 s in `zh` before this question's first option"
    ]


def test_a_caller_is_read_five_options() -> None:
    options = [f"{n} 面{n} -> start" for n in range(1, 7)]
    five = "menu 请选择：\n    " + "\n    ".join(options[:5])
    assert not messages("C506", shop(five, channels="voice"))
    six = "menu 请选择：\n    " + "\n    ".join(options)
    assert messages("C506", shop(six, channels="voice"))
    assert not messages("C506", shop(six, channels="sms"))


@pytest.mark.parametrize(
    "text", ["按1下单。", "请按0键查询。", "Press 1 for orders.", "Press hash to end."]
)
def test_the_key_comes_last(text: str) -> None:
    assert messages("C507", shop(f"say {text}\n  goodbye", channels="voice"))


@pytest.mark.parametrize(
    "text", ["下单请按1，查询请按2。", "请按1或直接说。", "For orders, press 1.", "按5斤算。"]
)
def test_a_key_that_comes_last_is_fine(text: str) -> None:
    assert not messages("C507", shop(f"say {text}\n  goodbye", channels="voice"))


def test_a_new_price_of_as_many_digits_fills_no_text_anew() -> None:
    def bounds(price: str) -> Bounds:
        flow, found = flow_of("noodles", NOODLES.replace("price 18.00", f"price {price}"))
        assert not found
        return Bounds(compile_flow(flow).program)

    assert bounds("99.00") == bounds("18.00")
    assert bounds("100.00") != bounds("18.00")
