"""Expressions of the flow language as a tree: total, typed, with nothing to call."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from grammars.kept import kept_beside

if TYPE_CHECKING:
    from lark import Lark

EXPRESSION_CHARACTERS_MAX = 500
"""A longer expression is refused: nobody can read it."""


@dataclass(frozen=True, slots=True)
class Number:
    """`12`."""

    value: int


@dataclass(frozen=True, slots=True)
class Money:
    """`18.00`: an amount in the shop's currency, kept as written until the currency is known."""

    whole: int
    fraction: str


@dataclass(frozen=True, slots=True)
class Literal:
    """`"en"`."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    """`yes` or `no`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Path:
    """`buyer.last_order.total`."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """`not A`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Every:
    """`A and B and C`."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """`A or B or C`."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`A < B`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`A + B`, `A - B`, `A * B`; `-A` is `0 - A`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Filtered:
    """`price|money`, in texts only."""

    operand: Expression
    filter: str
    arguments: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """`A if CONDITION else B`, in texts only; without `else` it gives nothing."""

    condition: Expression
    then: Expression
    otherwise: Expression


Expression = (
    Number
    | Money
    | Literal
    | Truth
    | Path
    | Not
    | Every
    | Some
    | Comparison
    | Arithmetic
    | Filtered
    | Conditional
)


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """`loyalty.look_up(buyer.number)`: what `request` sends."""

    service: str
    operation: str
    arguments: tuple[Expression, ...]


class ExpressionError(ValueError):
    """An expression cannot be read, or its types do not fit."""

    def __init__(
        self,
        message: str,
        help: str | None = None,  # noqa: A002
        rule: str = "E001",
        about: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.rule = rule
        self.about = about
        """What is wrong, as it was written, where that is less than the whole."""


@lru_cache(maxsize=50_000)
def parse_expression(text: str) -> Expression:
    """Text to tree. Raises ExpressionError."""
    return cast("Expression", _parse(text, "start"))


@lru_cache(maxsize=10_000)
def parse_arguments(text: str) -> tuple[Expression, ...]:
    """`(a, 2)` to trees. Raises ExpressionError."""
    return cast("tuple[Expression, ...]", _parse(text, "arguments"))


@lru_cache(maxsize=10_000)
def parse_service_call(text: str) -> ServiceCall:
    """`service.operation(a, b)`. Raises ExpressionError."""
    return cast("ServiceCall", _parse(text, "request"))


def paths(expression: Expression) -> list[Path]:
    """Every path that an expression reads, left to right."""
    match expression:
        case Path():
            return [expression]
        case Not(operand) | Filtered(operand, _, _):
            return paths(operand)
        case Every(operands) | Some(operands):
            return [path for operand in operands for path in paths(operand)]
        case Comparison(_, left, right) | Arithmetic(_, left, right):
            return paths(left) + paths(right)
        case Conditional(condition, then, otherwise):
            return paths(then) + paths(condition) + paths(otherwise)
        case _:
            return []


def _parse(text: str, start: str) -> object:
    from lark.exceptions import UnexpectedInput

    if len(text) > EXPRESSION_CHARACTERS_MAX:
        raise ExpressionError(
            f"the expression has {len(text)} characters; at most {EXPRESSION_CHARACTERS_MAX} are read",
            "split it with `set`",
        )
    try:
        return cast("Any", _lark()).parse(text, start=start)
    except UnexpectedInput as error:
        column = cast("int", getattr(error, "column", 1) or 1)
        rest = text[column - 1 :].strip() if column > 0 else ""
        if getattr(getattr(error, "token", None), "type", "") == "$END":
            rest = ""
        if rest.startswith(("=", "＝")):
            if column == 1:
                # The first sign was that of `set`.
                raise ExpressionError(
                    "one `=` gives a value", f"write `= {rest.lstrip('=＝ ')[:40]}`"
                ) from None
            raise ExpressionError(
                "`=` does not compare", "write `==` to ask whether two are equal"
            ) from None
        foreign = next((sign for sign in _FOREIGN if rest.startswith(sign)), None)
        if foreign is not None:
            raise ExpressionError(
                f"`{foreign.strip()}` is not a word of conditions", f"write `{_FOREIGN[foreign]}`"
            ) from None
        if _opened(text) and rest in ("", ":", "："):
            raise ExpressionError(
                "a bracket is not closed", "write `)` where what it holds ends"
            ) from None
        if not rest:
            raise ExpressionError(
                f"`{text}` is not finished", "a value is missing at its end"
            ) from None
        raise ExpressionError(
            f"`{rest[:30]}` cannot stand in `{text}`",
            'use names, numbers, "text", and/or/not, == != < <= > >=, + - *',
        ) from None


@cache
def _lark() -> Lark:
    from lark import Lark

    grammar = files("grammars").joinpath("expression.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        start=["start", "arguments", "request"],
        parser="lalr",
        lexer="contextual",
        transformer=_builder(),
        maybe_placeholders=True,
        cache=kept_beside("expression") or False,
    )


def _opened(text: str) -> bool:
    """Whether more brackets open than close."""
    return sum(text.count(sign) for sign in "(（") > sum(text.count(sign) for sign in ")）")


_FOREIGN = {"&&": "and", "||": "or", "&": "and", "|": "or", "!": "not", "！": "not", "<>": "!=",
            "is not ": "!=", "is ": "==", "equals ": "==", "等于": "==", "大于": ">", "小于": "<",
            "不等于": "!="}  # fmt: skip
"""What those write who have seen another language, and what stands for it here."""
_COMPARATORS = {"＝＝": "==", "≠": "!=", "≤": "<=", "≥": ">=", "＜": "<", "＞": ">"}
_OPERATORS = {"＋": "+", "－": "-"}


def _builder() -> Any:
    from lark import Transformer

    class Builder(Transformer[Any, Any]):
        def disjunction(self, c: list[Any]) -> Some:
            return Some(tuple(c))

        def conjunction(self, c: list[Any]) -> Every:
            return Every(tuple(c))

        def negation(self, c: list[Any]) -> Not:
            return Not(c[0])

        def comparison(self, c: list[Any]) -> Any:
            if c[1] is None:
                return c[0]
            return Comparison(_COMPARATORS.get(str(c[1]), str(c[1])), c[0], c[2])

        def sum(self, c: list[Any]) -> Any:
            result = c[0]
            for operator, right in zip(c[1::2], c[2::2], strict=True):
                result = Arithmetic(_OPERATORS.get(str(operator), str(operator)), result, right)
            return result

        def term(self, c: list[Any]) -> Any:
            result = c[0]
            for right in c[1:]:
                result = Arithmetic("*", result, right)
            return result

        def minus(self, c: list[Any]) -> Any:
            return Arithmetic("-", Number(0), c[0])

        def money(self, c: list[Any]) -> Money:
            whole, _, fraction = unicodedata.normalize("NFKC", c[0]).partition(".")
            return Money(int(whole), fraction)

        def number(self, c: list[Any]) -> Number:
            return Number(int(c[0]))

        def text(self, c: list[Any]) -> Literal:
            return Literal(str(c[0])[1:-1])

        def true(self, _: list[Any]) -> Truth:
            return Truth(True)

        def false(self, _: list[Any]) -> Truth:
            return Truth(False)

        def path(self, c: list[Any]) -> Path:
            return Path(tuple(str(c[0]).split(".")))

        def arguments(self, c: list[Any]) -> tuple[Any, ...]:
            return tuple(child for child in c if child is not None)

        def request(self, c: list[Any]) -> ServiceCall:
            service, _, operation = str(c[0]).partition(".")
            return ServiceCall(service, operation, c[1])

    return Builder()
