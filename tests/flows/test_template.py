"""Texts: what they may hold, and that they say what Jinja itself would have said."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec.structs import replace

from flows.expression import ExpressionError, Path
from flows.inputs import Buyer, Line, Order
from flows.program import CHANNELS
from flows.render import LOOP_ITEMS_MAX, RENDERED_CHARACTERS_MAX, Renderer, money
from flows.schema import FILTERS
from flows.template import (
    TEMPLATE_CHARACTERS_MAX,
    Loop,
    Output,
    Plain,
    TemplateError,
    check_template,
    names_read,
    parse_template,
)
from flows.turn import Turn
from tests.flows.shops import NOON, Visitor, machine_of, program_of

SCOPE = {"what": "product", "count": "number", "note": "text", "sum": "money", "day": "date"}


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 9 ** 9 }}",
        "{{ range(10**9) }}",
        "{% for a in catalog %}{% for b in catalog %}x{% endfor %}{% endfor %}",
        "{{ ''.__class__ }}",
        "{{ what.__init__.__globals__ }}",
        "{{ cycler.__init__ }}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{{ note.upper() }}",
        "{{ note[0] }}",
        "{{ note ~ note }}",
        "{{ [1, 2] }}",
        "{{ {'a': 1} }}",
        "{{ 'x' % 5 }}",
        "{{ 7 // 0 }}",
        "{{ note|format(9) }}",
        "{% for i in catalog recursive %}{% endfor %}",
        "{% filter money %}{% endfilter %}",
        "{{ note",
        "{% if %}",
        "{{ note }} }}{{",
        "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
    ],
)
def test_what_a_text_has_no_need_of_is_refused(text: str) -> None:
    with pytest.raises((TemplateError, ExpressionError)):
        check_template(parse_template(text), SCOPE)


@pytest.mark.parametrize("name", ["popular", "__class__", "nothing"])
def test_a_field_that_is_not_in_the_schema_is_refused(name: str) -> None:
    with pytest.raises(ExpressionError, match="has no"):
        check_template(parse_template(f"{{{{ what.{name} }}}}"), SCOPE)


def test_a_text_at_its_limit_is_read_and_one_past_it_is_not() -> None:
    assert parse_template("x" * TEMPLATE_CHARACTERS_MAX)
    with pytest.raises(TemplateError, match="at most 2000"):
        parse_template("x" * (TEMPLATE_CHARACTERS_MAX + 1))


def test_a_plain_text_needs_no_jinja() -> None:
    assert parse_template("100% {sure}") == (Plain("100% {sure}"),)
    assert parse_template("{{ a.b }}!") == (Output(Path(("a", "b"))), Plain("!"))


def test_names_that_are_read_are_told_without_loop_names() -> None:
    template = parse_template(
        "{% for p in catalog %}{{ p.name }}{{ loop.index }}{% endfor %}{{ note }}"
    )
    assert names_read(template) == {"catalog", "note"}
    assert isinstance(template[0], Loop)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, "{{" + text + "}}", "{%" + text + "%}"):
        try:
            template = parse_template(candidate)
            check_template(template, SCOPE)
        except (TemplateError, ExpressionError):
            continue
        assert isinstance(template, tuple)


# --- the same as Jinja ---

PROGRAM = program_of()
MACHINE = machine_of()

TEXTS = [
    "你好{{ buyer.number }}",
    "{{ what.name }}{{ count }}份 100%",
    "{{ what.price|money }} {{ cart.total|money }} {{ cart.count }}",
    "{{ cart.lines|length }}样 {{ catalog|count }}",
    '{% for p in catalog %}{{ p.code }} {{ p.name }} {{ p.price|money }}{{ "；" if not loop.last }}{% endfor %}',
    "{% for p in catalog|limit(1) %}{{ loop.index }}{{ p.name }}{% endfor %}",
    "{% for l in cart.lines %}{{ l.name }}x{{ l.quantity }}={{ l.total|money }} {% endfor %}",
    "{% if count > 1 %}many{% elif count == 1 %}one{% else %}none{% endif %}",
    '{{ "a" if buyer.has_address else "b" }}{{ note|cut(2) }}{{ note|digits }}',
    "{% if not buyer.has_address and (count == 2 or count == 3) %}x{% endif %}",
    "{{ count + 1 }} {{ count * 2 - 1 }} {{ order.number }} {{ order.total|money }}",
    "{{ lang }} {{ channel }} {{ shop.name }}",
]


def turn() -> Turn:
    """A turn in the middle of things."""
    visitor = Visitor(MACHINE)
    made = Turn()
    made.values = {"what": "2", "count": 2, "note": "留言三"}
    made.cart = (Line("1", 2), Line("2", 1))
    made.language, made.l, made.w, made.channel = "zh", 0, 2, 1
    made.buyer = Buyer("13800138000")
    made.stock = {"1": 3}
    made.now = NOON
    made.order = Order("A0001", "placed", 1500, "12:30", made.cart)
    made.missing = ""
    made.shop = visitor.machine.shop
    return made


def jinja(text: str, state: Turn) -> str:
    """What Jinja's own sandbox makes of a text."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    environment.filters |= {
        "money": lambda minor: money(minor, 2),
        "count": len,
        "limit": lambda items, most: items[:most],
        "cut": lambda text, most: text[:most],
        "digits": lambda value: " ".join(str(value)) if state.channel == 0 else str(value),
    }
    products = {p.code: p for p in PROGRAM.products}

    def product(code: str) -> SimpleNamespace:
        found = products[code]
        return SimpleNamespace(
            code=code, name=found.names[0], price=found.price, stock=state.stock_of(code)
        )

    def lines(listed: tuple[Line, ...]) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(
                name=product(line.code).name,
                quantity=line.quantity,
                total=product(line.code).price * line.quantity,
            )
            for line in listed
        ]

    assert state.order is not None
    return environment.from_string(text).render(
        buyer=SimpleNamespace(number=state.buyer.number, has_address=bool(state.buyer.address)),
        shop=SimpleNamespace(name="小店"),
        what=product("2"),
        count=state.values["count"],
        note=state.values["note"],
        cart=SimpleNamespace(
            total=state.total(state.cart), count=state.count(state.cart), lines=lines(state.cart)
        ),
        catalog=[product(code) for code in products],
        order=SimpleNamespace(number=state.order.number, total=state.order.total),
        lang="zh",
        channel="sms",
    )


def test_money_below_zero_is_written_as_above() -> None:
    made, words, _ = Renderer(PROGRAM).text("{{ (what.price - cart.total - 0.50)|money }}")
    assert made(turn(), words) == "-5.50"


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_says_what_jinja_would_have_said(text: str) -> None:
    renderer = Renderer(replace(PROGRAM, variables={**PROGRAM.variables, "note": "text"}))
    made, words, _ = renderer.text(text)
    assert made(turn(), words) == jinja(text, turn())


@pytest.mark.parametrize(
    ("channel", "said"), [("voice", "1 3 8 0 0"), ("sms", "13800"), ("ussd", "13800")]
)
def test_a_number_is_read_digit_by_digit_where_it_is_said(channel: str, said: str) -> None:
    spoken = turn()
    spoken.channel, spoken.buyer = CHANNELS.index(channel), Buyer("13800")
    made, words, _ = Renderer(PROGRAM).text("打{{ buyer.number|digits }}")
    assert made(spoken, words) == f"打{said}"


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("{{ shop.number|digits }}", True),
        ("{{ shop.name }} {{ shop.number }} {{ shop.hours_text }}", True),
        ("{% for p in catalog %}{{ p.name }} {{ p.price }} {{ loop.index }}{% endfor %}", True),
        ("{{ lang }} {{ channel }}", True),
        ("{% for p in catalog %}{{ p.stock }}{% endfor %}", False),
        ("{% if shop.is_open %}on{% endif %}", False),
        ("{{ count }}", False),
        ("{{ what.name }}", False),
        ("{{ buyer.number }}", False),
        ("{{ cart.total }}", False),
        ("{{ order.number }}", False),
        ("{{ today }}", False),
    ],
)
def test_what_says_the_same_in_every_turn_is_known(text: str, constant: bool) -> None:
    assert Renderer(PROGRAM).text(text)[2] is constant


def test_loops_and_outputs_are_bounded() -> None:
    many = "\n".join(
        f"  item {n} price 1.00 stock 1 商品{n}" for n in range(10, 10 + 2 * LOOP_ITEMS_MAX)
    )
    visitor = Visitor(
        machine_of(
            """
step start
  say {% for p in catalog %}{{ p.name }},{% endfor %}
  goodbye

step take
  goodbye

step agent
  goodbye
""",
            _shop_with(many),
        )
    )
    [said] = visitor.opens()
    assert said.count(",") == LOOP_ITEMS_MAX
    assert len(said) <= RENDERED_CHARACTERS_MAX


def _shop_with(items: str) -> str:
    from tests.flows.shops import SHOP

    return SHOP.replace("  item 2", items + "\n  item 2")


def test_every_filter_is_tried_above() -> None:
    tried = "".join(TEXTS)
    assert [name for name in FILTERS if f"|{name}" not in tried] == ["date"]


@given(st.integers(-(10**9), 10**12), st.integers(0, 3))
def test_money_is_exact(minor: int, decimals: int) -> None:
    written = money(minor, decimals)
    whole, _, fraction = written.partition(".")
    assert len(fraction) == decimals
    assert int(whole + fraction) == minor


@pytest.mark.parametrize(
    ("text", "message", "help_text", "about"),
    [
        ("a {{ lang", "`{{ lang` is not closed", "write `{{ lang }}`", "{{ lang"),
        ("a {{ lang } b", "`{{ lang } b` is not closed", "write `{{ lang }}`", "{{ lang } b"),
        ("{% if lang", "`{% if lang` is not closed", "write `{% if lang %}`", "{% if lang"),
        ("{{ }}", "`{{ }}` shows nothing", "write `{{ name }}`", "{{ }}"),
        ("{% if a %}b", "`{% if %}` has no end", "write `{% endif %}` after it", ""),
        ("{% endif %}", "`{% endif %}` ends nothing", "take it away", "{% endif %}"),
        (
            "{% if a %}b{% endfor %}",
            "`{% endfor %}` ends nothing",
            "write `{% endif %}` before it",
            "{% endfor %}",
        ),
        (
            "{% while a %}",
            "`while` has no place in a text",
            "texts have {{ }}, for and if",
            "{% while a %}",
        ),
    ],
)
def test_braces_that_cannot_be_read_are_told_piece_by_piece(
    text: str, message: str, help_text: str, about: str
) -> None:
    with pytest.raises(TemplateError) as told:
        parse_template(text)
    assert (told.value.message, told.value.help, told.value.about) == (message, help_text, about)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("{% set x = 1 %}", "set"),
        ("{{ f(1) }}", "( )"),
        ("{{ a[0] }}", "[ ]"),
        ("{{ 1 / 2 }}", "/"),
    ],
)
def test_what_has_no_place_is_named_as_it_was_written(text: str, sign: str) -> None:
    with pytest.raises(TemplateError, match=rf"`{re.escape(sign)}` has no place in a text"):
        parse_template(text)
