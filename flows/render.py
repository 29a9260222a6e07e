"""Texts and expressions as Python functions of a turn, made once for all sellers that say the same.

The trees of flows/template.py and flows/expression.py hold nothing but names, comparison and the filters of
flows/schema.py, and every name is checked against a type, so what is generated here can only read. Buyers' words are
values; they never become part of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from flows import expression as e
from flows import prompts, schema
from flows import template as tpl
from flows.program import CHANNELS, Program
from flows.turn import Turn

Render = Callable[[Turn, str], str]
"""Makes a text of a turn, and of the words that values are put between."""
Evaluate = Callable[[Turn], Any]

RENDERED_CHARACTERS_MAX = 4_000
"""A text that comes out longer is cut."""
FUNCTIONS_KEPT_MAX = 50_000
"""Expressions, and what texts show, whose functions are kept, some 1 KB each: sellers who word a text in many ways show the same in it."""
TEXTS_KEPT_MAX = 4_096
"""Texts whose functions and words are at hand: sellers of one template differ in their goods, not in these."""
LOOP_ITEMS_MAX = 100
"""A loop shows at most so many items; nobody reads more in a message."""


def _money_writer(decimals: int) -> Callable[[int], str]:
    def two(minor: int) -> str:
        # By far the commonest; %-formatting is the fastest that there is for it.
        return "%d.%02d" % divmod(minor, 100) if minor >= 0 else money(minor, 2)  # noqa: UP031

    def any_other(minor: int) -> str:
        return money(minor, decimals)

    return two if decimals == 2 else any_other


def money(minor: int, decimals: int) -> str:
    """Minor units as people write them: 3600 as 36.00."""
    if decimals == 0:
        return str(minor)
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**decimals)
    # As an f-string, whose width is made a text and read again, it takes twice as long.
    return "%s%d.%0*d" % (sign, whole, decimals, rest)  # noqa: UP031


Variables = tuple[tuple[str, str], ...]
"""Names and types of a flow's variables."""


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """What functions may differ by, beside what they are made of. Those of all flows that have it alike are one object."""

    languages: tuple[str, ...]
    decimals: int
    variables: Variables
    names: dict[str, Any]
    """What the functions may name beside their turn: nothing that is one seller's own."""


class Renderer:
    """Makes the functions of programs with these languages, variables and minor units."""

    def __init__(self, program: Program) -> None:
        variables = tuple(program.variables.items())
        self._kind = _kind(program.languages, program.decimals, variables)

    def text(self, text: str) -> tuple[Render, str, bool]:
        """A text with `{` in it as a function and its words, and whether it says the same in every turn of a seller on one
        channel in one language.

        Raises TemplateError or ExpressionError for a text that the checker would refuse.
        """
        return _text(text, self._kind)

    def expression(self, text: str) -> Evaluate:
        """An expression as a function. Raises ExpressionError."""
        return _expression(text, self._kind)


@lru_cache(1_024)
def _kind(languages: tuple[str, ...], decimals: int, variables: Variables) -> _Kind:
    states = ("placed", "confirmed", "shipped", "delivered", "cancelled", "returned")
    names = {
        "__builtins__": {"len": len, "str": str, "enumerate": enumerate, "KeyError": KeyError},
        "STATUS": [
            {state: prompts.word(state, language) for state in states} for language in languages
        ],
        "CHANNELS": CHANNELS,
        "money": _money_writer(decimals),
        "date_words": date_words,
        "digits": _digits,
    }
    return _Kind(languages, decimals, variables, names)


@lru_cache(TEXTS_KEPT_MAX)
def _text(text: str, kind: _Kind) -> tuple[Render, str, bool]:
    parted = tpl.part_simple(text)
    if parted is None:
        # What is made of a tree is kept; the tree would be twice as much again.
        render, constant = _of_template(tpl.read_template(text), kind)
        return render, "", constant
    words, shown = parted
    render, constant = _of_shown(shown, kind)
    return render, "%s".join([each.replace("%", "%%") for each in words]), constant


@lru_cache(FUNCTIONS_KEPT_MAX)
def _of_shown(shown: tuple[tpl.Shown, ...], kind: _Kind) -> tuple[Render, bool]:
    """A text that only shows values: sellers word it in many ways, so the words come as an argument."""
    writer = _Writer(kind.variables, kind.decimals)
    outputs = tuple([tpl.output(*each) for each in shown])
    tpl.check_template(outputs, writer.scope)
    values = "".join([f"{writer.shown(each.expression, {})}, " for each in outputs])
    return _function(kind, [f"return words % ({values})"], "t, words"), not writer.of_turn


@lru_cache(FUNCTIONS_KEPT_MAX)
def _of_template(template: tpl.Template, kind: _Kind) -> tuple[Render, bool]:
    writer = _Writer(kind.variables, kind.decimals)
    tpl.check_template(template, writer.scope)
    return _function(kind, writer.template(template), "t, words"), not writer.of_turn


@lru_cache(FUNCTIONS_KEPT_MAX)
def _expression(text: str, kind: _Kind) -> Evaluate:
    tree = e.parse_expression(text)
    writer = _Writer(kind.variables, kind.decimals)
    type_ = schema.type_of(tree, writer.scope)
    if type_ in ("shop", "buyer", "cart"):
        raise e.ExpressionError(f"{schema.article(type_)} is no value", "name a field of it")
    return _function(kind, [f"return {writer.code(tree, {})}"], "t")


def _function(kind: _Kind, body: Sequence[str], arguments: str) -> Callable[..., Any]:
    source = f"def made({arguments}):\n v = t.values\n l = t.l\n s = t.shop\n" + "".join(
        f" {line}\n" for line in body
    )
    module = compile(source, "<text>", "exec")  # see the file's head
    [code] = [constant for constant in module.co_consts if isinstance(constant, CodeType)]
    return FunctionType(code, kind.names)


_VOICE = CHANNELS.index("voice")
_OF_COLUMN = frozenset({"shop", "catalog", "lang", "channel"})
"""Names that say the same in every turn on one channel in one language, but for what is open and what is left."""


class _Writer:
    """Writes texts and expressions as source."""

    def __init__(self, variables: Variables, decimals: int) -> None:
        self.scope = dict(variables)
        self._decimals = decimals
        self.of_turn = False
        """Whether anything written so far differs between turns on one channel in one language."""

    # --- texts ---

    def template(self, template: tpl.Template) -> list[str]:
        """A template as the lines of a function."""
        return ["o = []", *self._lines(template, {}, ""), 'return "".join(o)']

    def _format(self, parts: Sequence[tpl.Part], local: Mapping[str, str]) -> str:
        pattern = ""
        values: list[str] = []
        for part in parts:
            if isinstance(part, tpl.Plain):
                pattern += part.text.replace("%", "%%")
            elif isinstance(part, tpl.Output):
                pattern += "%s"
                values.append(self.shown(part.expression, local))
        if not values:
            return repr(pattern.replace("%%", "%"))
        return f"{pattern!r} % ({', '.join(values)},)"

    def _lines(self, template: tpl.Template, local: Mapping[str, str], indent: str) -> list[str]:
        lines: list[str] = []
        run: list[tpl.Part] = []

        def flush() -> None:
            if run:
                lines.append(f"{indent}o.append({self._format(run, local)})")
                run.clear()

        for part in template:
            match part:
                case tpl.Plain() | tpl.Output():
                    run.append(part)
                case tpl.Loop(name, items, body):
                    flush()
                    depth = len(local)
                    kind = schema.ELEMENTS[schema.type_of(items, {**self.scope, **_kinds(local)})]
                    lines.append(f"{indent}n{depth} = {self.code(items, local)}[:{LOOP_ITEMS_MAX}]")
                    lines.append(f"{indent}for k{depth}, i{depth} in enumerate(n{depth}):")
                    inner = {**local, name: f"i{depth}:{kind}", "loop": f"{depth}:loop"}
                    lines += self._lines(body, inner, indent + " ") or [f"{indent} pass"]
                case tpl.Choose(condition, then, otherwise):
                    flush()
                    lines.append(f"{indent}if {self.code(condition, local)}:")
                    lines += self._lines(then, local, indent + " ") or [f"{indent} pass"]
                    if otherwise:
                        lines.append(f"{indent}else:")
                        lines += self._lines(otherwise, local, indent + " ")
        flush()
        return lines

    def shown(self, expression: e.Expression, local: Mapping[str, str]) -> str:
        """A value as it is shown in a text."""
        kind = schema.type_of(expression, {**self.scope, **_kinds(local)})
        code = self.code(expression, local)
        if kind.startswith("choice:"):
            return f"s.choices[{kind[7:]!r}][{code}][l]"
        if kind == "money":
            return f"money({code})"
        if kind == "date":
            return f"date_words({code}, t.language)"
        return code

    # --- expressions ---

    def code(self, tree: e.Expression, local: Mapping[str, str]) -> str:
        """An expression as source; `local` are the names of loops round it."""
        match tree:
            case e.Number(value):
                return repr(value)
            case e.Money(whole, fraction):
                decimals = self._decimals
                return repr(whole * 10**decimals + int((fraction + "0" * decimals)[:decimals] or 0))
            case e.Literal(value):
                return repr(value)
            case e.Truth(value):
                return repr(value)
            case e.Path():
                return self._path(tree, local)
            case e.Not(operand):
                return f"(not {self.code(operand, local)})"
            case e.Every(operands):
                return "(" + " and ".join(self.code(operand, local) for operand in operands) + ")"
            case e.Some(operands):
                return "(" + " or ".join(self.code(operand, local) for operand in operands) + ")"
            case e.Comparison(operator, left, right) | e.Arithmetic(operator, left, right):
                return f"({self.code(left, local)} {operator} {self.code(right, local)})"
            case e.Filtered(operand, name, arguments):
                return self._filter(operand, name, arguments, local)
            case e.Conditional(condition, then, otherwise):
                return (
                    f"({self.code(then, local)} if {self.code(condition, local)} "
                    f"else {self.code(otherwise, local)})"
                )

    def _filter(
        self,
        operand: e.Expression,
        name: str,
        arguments: tuple[int | str, ...],
        local: Mapping[str, str],
    ) -> str:
        code = self.code(operand, local)
        match name:
            case "money":
                return f"money({code})"
            case "date":
                return f"date_words({code}, t.language)"
            case "digits":
                return f"digits({code}, t.channel)"
            case "count" | "length":
                return f"len({code})"
            case _:
                return f"{code}[:{arguments[0]}]"

    def _path(self, path: e.Path, local: Mapping[str, str]) -> str:
        name, *rest = path.parts
        if name in local:
            return self._local(local[name], rest)
        if name in self.scope:
            self.of_turn = True
            return self._variable(name, self.scope[name], rest)
        return self._global(name, rest)

    def _local(self, bound: str, rest: list[str]) -> str:
        variable, _, kind = bound.partition(":")
        if kind == "loop":
            return {
                "index": f"(k{variable} + 1)",
                "first": f"(k{variable} == 0)",
                "last": f"(k{variable} == len(n{variable}) - 1)",
            }[rest[0]]
        if kind == "product":
            return self._product(variable, rest)
        if not rest:
            return variable
        product = f"s.products[{variable}.code]"
        return {
            "code": f"{variable}.code",
            "quantity": f"{variable}.quantity",
            "name": f"{product}.names[l]",
            "price": f"{product}.price",
            "unit": f"{product}.unit",
            "total": f"({product}.price * {variable}.quantity)",
        }[rest[0]]

    def _variable(self, name: str, kind: str, rest: list[str]) -> str:
        if kind == "product":
            if not rest:
                return f"v[{name!r}]"
            if rest[0] == "stock":
                return f"t.stock_of(v[{name!r}])"
            return self._product(f"s.products[v[{name!r}]]", rest)
        if rest:
            return f"v[{'.'.join([name, *rest])!r}]"
        return f"v[{name!r}]"

    def _product(self, product: str, rest: list[str]) -> str:
        if not rest:
            return f"{product}.code"
        self.of_turn = self.of_turn or rest[0] == "stock"
        return {
            "code": f"{product}.code",
            "name": f"{product}.names[l]",
            "price": f"{product}.price",
            "stock": f"t.stock_of({product}.code)",
            "unit": f"{product}.unit",
        }[rest[0]]

    def _global(self, name: str, rest: list[str]) -> str:
        field = rest[0] if rest else ""
        if name not in _OF_COLUMN or field in ("is_open", "is_closed"):
            self.of_turn = True
        match name:
            case "shop":
                return {
                    "name": "s.names[l]",
                    "number": "s.number",
                    "hours_text": "s.hours_texts[l]",
                    "is_open": "t.is_open()",
                    "is_closed": "(not t.is_open())",
                }[field]
            case "buyer" if field == "last_order":
                return self._order("t.buyer.last_order", rest[1:])
            case "buyer":
                return {
                    "has_name": '(t.buyer.name != "")',
                    "has_address": '(t.buyer.address != "")',
                    "has_last_order": "(t.buyer.last_order is not None)",
                }.get(field, f"t.buyer.{field}")
            case "order" if field == "missing":
                return "s.products[t.missing].names[l]"
            case "order":
                return self._order("t.order", rest)
            case "cart":
                return {
                    "total": "t.total(t.cart)",
                    "count": "t.count(t.cart)",
                    "lines": "t.cart",
                    "summary": "t.summary(t.cart)",
                    "is_empty": "(not t.cart)",
                }[field]
            case "catalog":
                return f"s.groups[{field!r}]" if field else "s.catalog"
            case "lang":
                return "t.language"
            case "channel":
                return "CHANNELS[t.channel]"
            case _:
                return "t.today()"

    def _order(self, order: str, rest: list[str]) -> str:
        if not rest:
            return f"{order}.number"
        return {
            "status": f"STATUS[l][{order}.status]",
            "summary": f"t.summary({order}.lines)",
        }.get(rest[0], f"{order}.{rest[0]}")


def _kinds(local: Mapping[str, str]) -> dict[str, str]:
    return {name: bound.partition(":")[2] for name, bound in local.items()}


def _digits(value: object, channel: int) -> str:
    """Digit by digit where it is said; in writing, where a phone's owner taps on it or copies it, as it stands."""
    return " ".join(str(value)) if channel == _VOICE else str(value)


def date_words(value: str, language: str) -> str:
    """2026-11-24 as 11月24日 or 24 Nov."""
    _, month, day = value.split("-")
    if language == "zh":
        return f"{int(month)}月{int(day)}日"
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{int(day)} {names[int(month) - 1]}"
