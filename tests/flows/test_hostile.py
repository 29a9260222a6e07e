"""What a seller may write by mistake or to see what happens: told in plain words, within bounds, never a crash."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.checker import check_flow
from flows.compiler import compile_flow
from flows.diagnostic import Diagnostic, render
from flows.diagram import to_mermaid, to_svg
from flows.folder import flow_of
from flows.formatter import format_source
from flows.machine import Machine
from tests.flows.shops import Visitor

HEAD = "flow 1\nshop 店\n  languages zh\n  channels sms\ncatalog\n  item 1 price 1.00 stock 5 菜\n"


def everything(text: str) -> list[Diagnostic]:
    """All that a seller's commands do with a flow; the errors it is told."""
    flow, found = flow_of("shop", text)
    told = check_flow(flow, found)
    for diagnostic in told:
        assert render(flow, diagnostic)
    format_source(text)
    to_svg(flow)
    to_mermaid(flow)
    visitor = Visitor(Machine(compile_flow(flow).program))
    visitor.opens()
    visitor.says("1", "1", "???")
    return [diagnostic for diagnostic in told if diagnostic.severity == "error"]


def said(text: str) -> str:
    return HEAD + f"step start\n  say {text}\n  ask q as number 1..9\n  goodbye\n"


def asked(kind: str) -> str:
    return HEAD + f"step start\n  ask q as {kind}\n    say 请\n  goodbye\n"


def decided(condition: str) -> str:
    return HEAD + f"step start\n  if {condition}\n    say 好\n  ask q as number 1..9\n  goodbye\n"


def priced(item: str) -> str:
    return f"flow 1\nshop 店\n  channels sms\ncatalog\n  {item}\nstep start\n  ask d as product of catalog\n  goodbye\n"


def set_up(setting: str) -> str:
    return HEAD.replace("  channels sms\n", f"  channels sms\n  {setting}\n") + (
        "step start\n  ask q as number 1..9\n  goodbye\n"
    )


MISTAKES = {
    **{text: said(text) for text in (
        "{{ ''.__class__.__mro__ }}", "{{ 9**99999999 }}", "{{ 'a' * 999999999 }}", "{{ 1 + 'a' }}", "{{ true }}",
        "{% for i in range(999999999) %}x{% endfor %}", "{% import 'os' as x %}", "{% include '/etc/passwd' %}",
        "{{ lipsum(1000) }}", "{% set x = 1 %}", "{{ shop.__init__ }}", "{{ shop.name|attr('x') }}", "{{ shop['name'] }}",
        "{{", "{%", "{{ }}", "{{ shop.name|cut }}", "{{ shop.name|cut(-5) }}", "{{ cart.lines|limit(1) }}",
        "{{ 1e999 }}", "{{ '\\ud800' }}", "{{ '\\x00' }}", "{{ 1 < 2 < 3 }}", "{{ ''|money }}", "{{ loop.index }}",
        "{% for p in catalog recursive %}{{ loop(p) }}{% endfor %}", "{{ shop.name.upper() }}", "｛｛ shop.name ｝｝",
        "{% for p in catalog %}{% for q in catalog %}{{ p.name }}{% endfor %}{% endfor %}",
        "{% if shop.is_open %}" * 90 + "a" + "{% endif %}" * 90, "字" * 5_000, "{{ cart }}", "{{ shop.name.x }}",
        "{{ shop.name if shop.is_open else cart.total }}",
    )},
    **{kind: asked(kind) for kind in (
        "number 9..1", "number 1..99999999999999999999999", "number a..b", "digits 0", "digits 99999", "digits -3",
        "digits 5..2", "digits 1..9999999999999", "pin 0", "choice", "grammar", "grammar nope", "product of nope",
        "address of shop", "phone 5", "date x", "number 1..",
    )},
    **{text: decided(text) for text in (
        "1 +", "((", "a..b", '"', "'x", "1 == == 2", "not", "9" * 600, "x = 1", "shop", "cart", "cart.total > 5",
        'today > "x"', "1/0 == 1", "a(1)", "!shop.is_open", "shop.is_open && x", "shop.is_open || x", "1.2.3 == 1",
        "(" * 900 + "1" + ")" * 900 + " == 1", "not " * 400 + "shop.is_open",
    )},
    **{item: priced(item) for item in (
        "item", "item 1", "item 1 price", "item 1 price x stock y z", "item 1 price -5 stock -3 z",
        "item 1 price 1.234 stock 1.5 z", "item 1 price 99999999999999999999 stock 99999999999999999999 z",
        "item ../../etc price 1 stock 1 x", "item 1 price NaN stock inf z", "item 1 price 1,8,0 stock 1,000 z",
    )},
    **{line: set_up(line) for line in (
        "languages", "currency ZZZ", "channels fax", "timezone ../../etc/passwd", "open mon-xyz 9-5",
        "open mon-sun 25:00-99:99", "closed 2027-13-45", "closed 2027-02-17..2026-01-01", "delivery 99999999999d",
        "sms session 0s", "max turns 0 then -> start", "max turns 99999999999999999999 then -> start",
        "max sms parts 0", "sms code abc", "ussd code 384", "keyword " + "x" * 30,
    )},
    "a record kept under a name": HEAD + "step start\n  set x = shop\n  ask q as number 1..9\n  goodbye\n",
    "a list kept under a name": HEAD + "step start\n  set x = cart.lines\n  ask q as number 1..9\n  goodbye\n",
    "a text as the cart": HEAD + "step start\n  set cart = shop.name\n  ask q as number 1..9\n  goodbye\n",
    "two thousand options": HEAD + "step start\n  menu 选\n" + "".join(f"    {n} 项{n} -> start\n" for n in range(2_000)),
    "depth": HEAD + "step start\n" + "".join("  " * (n + 1) + "if shop.is_open\n" for n in range(200)),
    "steps that only lead on": HEAD + "step start\n  -> b\nstep b\n  -> start\n",
    "a step that calls itself": HEAD + "step start\n  call start\n  goodbye\n",
    "nothing": "",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES.values(), ids=[name[:40] for name in MISTAKES])
def test_a_mistake_is_told_with_what_to_write_instead(text: str) -> None:
    told = everything(text)
    assert told
    for diagnostic in told:
        assert diagnostic.help, diagnostic.message


HARMLESS = {
    "unseen characters of web pages": said("好")
    .replace("step", "st\u200bep")
    .replace("say", "\u2060say"),
    "lines of word processors": said("好").replace("\n", "\u2028"),
    "soft returns": said("好").replace("\n", "\v"),
    "a byte order mark": "\ufeff" + said("好"),
    "returns alone": said("好").replace("\n", "\r"),
    "full-width digits and quote marks": decided("１＋１ == ２ and “zh” == lang and ”zh” == lang"),
    "braces that are no template": said("}} %s {0} %d %(x)s"),
    "a joined emoji": said("👩\u200d👩\u200d👧 {{ '👩\u200d👧' }}"),
    "European prices": priced("item 1 price 18,00 stock 5 菜"),
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=list(HARMLESS))
def test_what_is_only_unusual_is_read(text: str) -> None:
    assert everything(text) == []


PIECES = st.sampled_from(
    ["step", "start", "步骤", "say", "说", "menu", "ask", "问", "as", "number", "数字", "choice", "product", "of", "catalog",
     "if", "如果", "else", "否则", "->", "→", "1", "２", "1..9", "{{", "}}", "{%", "%}", "for", "in", "p", "shop.name",
     "cart.total", "|money", "+", "-", "*", "==", "＝＝", "(", "（", ")", "and", "或", "not", "非", "goodbye", "再见", "\n",
     "\n  ", "\n    ", "\n\t", "\n　", ":", "：", "en:", "sms", "短信", "on", "仅", "item", "price", "stock", "when", "sold out",
     "place order", "hand over to", "call", "set", "=", "lang", '"en"', "“", "”", "tries", "then", "confirm", "\u200b", "\0",
     "[if", "]", "＊", "#", "*", "9" * 30, "字" * 50]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40), st.sampled_from(["", " "]))
def test_no_arrangement_of_the_languages_words_is_too_much(pieces: list[str], gap: str) -> None:
    text = HEAD + "step start\n  " + gap.join(pieces) + "\n"
    for diagnostic in everything(text):
        assert diagnostic.help, diagnostic.message


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_no_template_is_too_much(pieces: list[str]) -> None:
    everything(said(" ".join(pieces).replace("\n", " ")))


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12))
def test_no_condition_is_too_much(pieces: list[str]) -> None:
    everything(decided(" ".join(pieces).replace("\n", " ")))
