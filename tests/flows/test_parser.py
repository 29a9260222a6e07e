"""Blocks become syntax in either spelling, whatever the keyboard; what is wrong hides nothing else."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mutants import mutants, several
from flows import syntax as s
from flows.diagnostic import locate
from flows.folder import flow_of
from flows.parser import ERRORS_PER_BLOCK_MAX, LEVELS_MAX, parse_block
from flows.source import LINE_CHARACTERS_MAX, cut
from grammars.keywords import ARROW, KEYWORDS, OUTCOMES, SETTINGS, head

EXAMPLE = Path(sys.modules["flows.syntax"].__file__ or "").parent / "library/noodles/seller.flow"


def parsed(text: str) -> s.Block:
    block, found = parse_block(text + "\n", text.split("\n")[0])
    assert found == ()
    assert block is not None
    return block


def body(*lines: str) -> tuple[s.Statement, ...]:
    block = parsed("\n".join(["step a", *(f"  {line}" for line in lines)]))
    assert isinstance(block, s.Step)
    return block.body


def bare(value: object) -> object:
    """A syntax value without its spans, to compare what two spellings say."""
    if is_dataclass(value):
        return (
            type(value).__name__,
            *(bare(getattr(value, f.name)) for f in fields(value) if "span" not in f.name),
        )
    if isinstance(value, tuple):
        return tuple(bare(part) for part in value if not isinstance(part, s.Span))
    return value


BOTH_SPELLINGS = [
    ("flow 1", "流程 1"),
    ("shop Noodles\n  en: Noodles\n  open mon-fri 09:00-21:00", "店铺 Noodles\n  英文：Noodles\n  营业 mon-fri 09:00-21:00"),
    ("defaults\n  no input after 6s\n  tries 3 then -> agent", "默认\n  无应答超过 6s\n  次数 3 之后 -> agent"),
    ("catalog from products.csv", "商品目录 来自 products.csv"),
    (
        "catalog\n  item 101 price 18.00 stock 40 in noodles unit bowl Beef | 牛肉\n    en: Beef",
        "商品目录\n  商品 101 价格 18.00 库存 40 属于 noodles 单位 bowl Beef | 牛肉\n    英文：Beef",
    ),
    ("anywhere\n  0 Agent -> agent\n  on sms STOP -> bye", "随时\n  0 Agent -> agent\n  仅 短信 STOP -> bye"),
    ("grammar sizes from sizes.grxml", "语法 sizes 来自 sizes.grxml"),
    ("service points\n  look_up(phone) -> points number, tier text", "服务 points\n  look_up(phone) -> points number, tier text"),
    ("include tea.flow", "引用 tea.flow"),
    ("renamed old -> new", "改名 old -> new"),
    ("step a(x, y)\n  return", "步骤 a（x，y）\n  返回"),
    ("step a\n  say Hi\n    sms en: Hi!", "步骤 a\n  说 Hi\n    短信 英文：Hi!"),
    (
        ("step a\n  menu Choose:\n    1 Order | buy [if open] -> b\n    no input Well?\n    no match What?\n"
        "    tries 3 then -> c\n    no input after 6s"),
        ("步骤 a\n  菜单 Choose:\n    1 Order | buy 【如果 open】 → b\n    无应答 Well?\n    听不懂 What?\n"
        "    次数 ３ 之后 －> c\n    无应答超过 6s"),
    ),
    ("step a\n  ask d as product of catalog\n    say Which?\n    confirm", "步骤 a\n  问 d 为 产品 来自 商品目录\n    说 Which?\n    确认"),
    ("step a\n  ask d as product of noodles", "步骤 a\n  问 d 为 产品 来自 noodles"),
    ("step a\n  ask n as number 1..20", "步骤 a\n  问 n 为 数字 １～２０"),
    ("step a\n  ask n as digits 6", "步骤 a\n  问 n 为 号码 6"),
    ("step a\n  ask n as pin 4..6", "步骤 a\n  问 n 为 密码 4..6"),
    *((f"step a\n  ask x as {e}", f"步骤 a\n  问 x 为 {z}") for e, z in (KEYWORDS[k] for k in (
        "PHONE", "MONEY", "YESNO", "ADDRESS", "TEXT_TYPE", "DATE"))),
    ("step a\n  ask x as grammar sizes", "步骤 a\n  问 x 为 语法 sizes"),
    ("step a\n  ask x as choice\n    1 Large | big = large", "步骤 a\n  问 x 为 选择\n    １ Large | big ＝ large"),
    ("step a\n  if x > 3 -> b\n  else if y -> c\n  else -> d", "步骤 a\n  如果 x > 3 -> b\n  否则如果 y -> c\n  否则 -> d"),
    ("step a\n  if x\n    say Yes\n  else\n    -> b", "步骤 a\n  如果 x\n    说 Yes\n  否则\n    -> b"),
    ("step a\n  set x = 3 + 4", "步骤 a\n  设 x ＝ 3 + 4"),
    ("step a\n  add qty + 1 of dish to cart", "步骤 a\n  加 qty + 1 份 dish 到购物车"),
    ("step a\n  add 2 of dish to cart", "步骤 a\n  加 2份 dish 到购物车"),
    ("step a\n  remove dish from cart", "步骤 a\n  去掉 dish 出购物车"),
    ("step a\n  empty cart", "步骤 a\n  清空购物车"),
    ("step a\n  place order\n    when sold out -> b\n    when failed\n      say Oh", "步骤 a\n  下订单\n    当 售完 -> b\n    当 失败\n      说 Oh"),
    ("step a\n  hand over to sales\n    say Hold\n    when busy -> b", "步骤 a\n  转接 sales\n    说 Hold\n    当 忙 -> b"),
    ("step a\n  send sms Done\n    en: Done", "步骤 a\n  发短信 Done\n    英文：Done"),
    ("step a\n  announce Recorded", "步骤 a\n  宣读 Recorded"),
    ("step a\n  tell shop New", "步骤 a\n  告诉店家 New"),
    ("step a\n  request p = points.look_up(buyer.number)\n    when timeout -> b", "步骤 a\n  请求 p = points.look_up(buyer.number)\n    当 超时 -> b"),
    ("step a\n  pay cart.total\n    when declined -> b", "步骤 a\n  支付 cart.total\n    当 拒付 -> b"),
    ("step a\n  call b(1, x)", "步骤 a\n  调用 b(1, x)"),
    ("step a\n  goodbye", "步骤 a\n  再见"),
]  # fmt: skip


@pytest.mark.parametrize(("english", "chinese"), BOTH_SPELLINGS)
def test_both_spellings_say_the_same(english: str, chinese: str) -> None:
    assert bare(parsed(english)) == bare(parsed(chinese))


def test_every_keyword_is_read_in_both_spellings() -> None:
    written = "\n".join(text for pair in BOTH_SPELLINGS for text in pair)
    absent = [word for pair in KEYWORDS.values() for word in pair if word not in written]
    assert absent == []


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_known_by_its_english_name(name: str) -> None:
    for spelling in SETTINGS[name]:
        shop = parsed(f"shop S\n  {spelling} value, other")
        assert isinstance(shop, s.Shop)
        assert (shop.settings[0].name, shop.settings[0].value) == (name, "value, other")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_outcome_is_known_by_its_english_name(outcome: str) -> None:
    for spelling in (outcome, OUTCOMES[outcome]):
        (order,) = body("place order", f"  when {spelling} -> b")
        assert isinstance(order, s.PlaceOrder)
        assert order.whens[0].outcome == outcome


@pytest.mark.parametrize(
    "arrow", ["->", "→", "－>", "-＞", "－＞", "-》", "—>", "——>", "-->", "–>"]
)
def test_an_arrow_is_read_as_keyboards_give_it(arrow: str) -> None:
    assert bare(body(f"{arrow} b")) == bare(body("-> b"))


@pytest.mark.parametrize(
    ("written", "key"),
    [("1 ", "1"), ("１ ", "1"), ("12 ", "12"), ("1. ", "1"), ("1、", "1"), ("1）", "1"), ("* ", "*"),
     ("＊ ", "*"), ("star ", "*"), ("星号 ", "*"), ("hash ", "#"), ("井号 ", "#"), ("＃ ", "#")],
)  # fmt: skip
def test_a_key_is_read_as_lists_are_numbered(written: str, key: str) -> None:
    (menu,) = body("menu Choose:", f"  {written}下单 -> b")
    assert isinstance(menu, s.Menu)
    assert (menu.options[0].key, menu.options[0].label.base) == (key, "下单")


@pytest.mark.parametrize(
    "bounds", ["1..20", "1 .. 20", "1…20", "1~20", "１～２０", "1-20", "1 到 20", "1至20"]
)
def test_bounds_are_read_as_people_write_them(bounds: str) -> None:
    (ask,) = body(f"ask n as number {bounds}")
    assert isinstance(ask, s.Ask)
    assert (ask.type.lower, ask.type.upper) == (1, 20)


def test_bounds_may_be_negative() -> None:
    (ask,) = body("ask n as number -5..-1")
    assert isinstance(ask, s.Ask)
    assert (ask.type.lower, ask.type.upper) == (-5, -1)


def test_a_colon_after_say_is_no_part_of_the_text() -> None:
    assert bare(body("say: Hello")) == bare(body("say Hello")) == bare(body("说：Hello"))


def test_an_english_label_may_contain_a_keyword() -> None:
    (menu,) = body("menu Choose:", "  1 Only if hungry [if open] -> b")
    assert isinstance(menu, s.Menu)
    assert menu.options[0].label.base == "Only if hungry"
    assert menu.options[0].guard == "open"


def test_a_sign_in_square_brackets_is_no_guard() -> None:
    (menu,) = body("menu 请选择", "  1 【老王】牛肉面 -> b")
    assert isinstance(menu, s.Menu)
    assert menu.options[0].label.base == "【老王】牛肉面"


def test_no_chinese_keyword_of_a_statement_begins_with_another() -> None:
    """`下订单` is not `下` and something: the lexer takes the longest, and `head` the same."""
    for name, (_, chinese) in KEYWORDS.items():
        found = head(chinese)
        assert found is None or KEYWORDS[found][1] == chinese, name


def test_a_name_may_contain_the_character_of_a_keyword() -> None:
    (add,) = body("加 份数 份 菜品 到购物车")
    assert isinstance(add, s.Add)
    assert (add.amount, add.product) == ("份数", "菜品")


def test_spans_point_into_the_block() -> None:
    text = "step a\n  say Hello\n  menu Choose:\n    1 Order -> there"
    step = parsed(text)
    assert isinstance(step, s.Step)
    menu = step.body[1]
    assert isinstance(menu, s.Menu)
    where = menu.options[0].target_span
    line = text.split("\n")[where.line - 1]
    assert line[where.column - 1 : where.column - 1 + where.width] == "there"


def test_a_mistake_in_one_block_hides_nothing_in_another() -> None:
    flow, found = flow_of("x", "step a\n  sya Hi\nstep b\n  goodbey\nstep c\n  -> a\n")
    assert [locate(flow, d.span).line for d in found] == [2, 4]
    assert [block.name for block in flow.blocks if isinstance(block, s.Step)] == ["a", "b", "c"]


def test_a_mistake_is_put_right_so_that_what_stands_under_it_is_read() -> None:
    block, found = parse_block("step a\n  mneu Choose:\n    1 Order => b\n    2 Stop -> c\n", "k")
    assert len(found) == 2
    assert isinstance(block, s.Step)
    (menu,) = block.body
    assert isinstance(menu, s.Menu)
    assert [option.target for option in menu.options] == ["b", "c"]


def test_a_block_reports_so_many_mistakes_and_keeps_its_name() -> None:
    bad = "  frobnicate\n" * (ERRORS_PER_BLOCK_MAX + 3)
    block, found = parse_block(f"step a\n{bad}", "k")
    assert len(found) == ERRORS_PER_BLOCK_MAX
    assert isinstance(block, s.Step)
    one_less = "  frobnicate\n" * (ERRORS_PER_BLOCK_MAX - 1)
    block, found = parse_block(f"step a\n{one_less}  -> b\n", "k")
    assert len(found) == ERRORS_PER_BLOCK_MAX - 1
    assert isinstance(block, s.Step)
    assert len(block.body) == 1


def nested(levels: int) -> str:
    lines = ["step a", *("  " * level + "if x" for level in range(1, levels - 1))]
    return "\n".join([*lines, "  " * (levels - 1) + "-> b", ""])


def test_ifs_stand_in_one_another_to_the_limit_and_no_deeper() -> None:
    assert parse_block(nested(LEVELS_MAX), "k")[1] == ()
    block, found = parse_block(nested(LEVELS_MAX + 1), "k")
    assert [d.message for d in found] == [
        f"this line is indented more than {LEVELS_MAX - 1} levels deep"
    ]
    assert isinstance(block, s.Step)


def test_a_block_read_twice_is_the_same_value() -> None:
    assert parse_block("step a\n  -> b\n", "k")[0] is parse_block("step a\n  -> b\n", "k")[0]


def test_threads_keep_the_keys_and_notes_of_their_blocks_apart() -> None:
    def read(number: int) -> bool:
        key = f"thread {number}"
        block, found = parse_block(f'step s{number}\n  say "Hi"\n  -> b\n', key)
        assert isinstance(block, s.Step)
        return block.span.block == key and [d.span.block for d in found] == [key]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(300)))


LINES = st.sampled_from(
    [line for line in EXAMPLE.read_text(encoding="utf-8").split("\n") if line.strip()]
)
PIECES = st.one_of(LINES, st.text(max_size=30), st.sampled_from([ARROW, "  ", "\t", "1 x -> y"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), PIECES), max_size=12))
def test_any_text_becomes_syntax_or_diagnostics(pieces: list[tuple[int, str]]) -> None:
    text = "\n".join(" " * margin + piece for margin, piece in pieces)
    flow, found = flow_of("x", text)
    lines = flow.sources["x.flow"]
    for diagnostic in found:
        assert 1 <= locate(flow, diagnostic.span).line <= max(len(lines), 1)
        assert diagnostic.span.column >= 1
        assert diagnostic.span.width >= 1


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="\n stepayif1->（:：说#\t|[]=.*'\"份\r\x0b\x85\u2028", max_size=60))
def test_a_block_of_any_characters_never_raises(text: str) -> None:
    parse_block(text, "k")


HOSTILE = {
    "spaces": "say x" + " " * 100_000 + "y",
    "label without arrow": "1 " + "a - > " * 16_000,
    "hyphens": "1 " + "-" * 100_000,
    "amount": "add " + "a " * 50_000,
    "amount in spaces": "add a" + " " * 100_000 + "x",
    "份": "加 " + "份 " * 30_000,
    "guards": "1 x " + "[if " * 25_000,
    "variant": "sms" + " " * 100_000 + "x",
    "digits": "ask x as number " + "1" * 100_000,
    "range": "ask x as number " + "1 " * 50_000,
    "quotes": "say " + '"' * 100_000,
    "brackets": "1 x " + "(if " * 25_000,
    "keyword": "n" + "o " * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_of_100_kilobytes_takes_no_time(name: str) -> None:
    text = f"step a\n  menu x\n    {HOSTILE[name]}\n  {HOSTILE[name]}\n"
    began = time.process_time()
    source = cut(text, "x.flow")
    for chunk in source.chunks:
        parse_block(chunk.text, chunk.key)
    # Lines are cut to LINE_CHARACTERS_MAX; a pattern that backtracked would take minutes even so.
    assert time.process_time() - began < 30
    assert any(str(LINE_CHARACTERS_MAX) in d.message for d in source.diagnostics)


def test_single_slips_are_reported_where_they_are() -> None:
    distances: list[int] = []
    for mutant in mutants(EXAMPLE.read_text(encoding="utf-8"), 120, seed=11):
        flow, found = flow_of("x", mutant.text)
        if found:
            distances.append(abs(locate(flow, found[0].span).line - mutant.line))
    distances.sort()
    assert len(distances) > 30
    assert distances[len(distances) // 2] == 0
    assert distances[len(distances) * 9 // 10] <= 1
    # Of an `ask` that is gone altogether, the first trace is a line that only an `ask` may have.
    assert distances[-1] <= 8


def test_five_typos_are_reported_in_one_pass() -> None:
    reported = false = 0
    for seed in range(12):
        text, lines = several(EXAMPLE.read_text(encoding="utf-8"), 5, seed)
        flow, found = flow_of("x", text)
        told = {locate(flow, d.span).line for d in found}
        reported += len(told & set(lines))
        false += len(told - set(lines))
    assert reported >= 0.9 * 60
    assert false <= 3
