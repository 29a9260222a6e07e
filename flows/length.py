"""How long a text can become: texts filled with the widest values, or the usual ones, that their names can have.

What is filled in comes from flows/sample.py, which says what bounds each value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

from flows import expression as e
from flows import program as p
from flows import template as tpl
from flows.render import LOOP_ITEMS_MAX, RENDERED_CHARACTERS_MAX
from flows.sample import Bounds, Cart, Samples, Size

TEXTS_KEPT_MAX = 10_000
"""Texts that are kept filled; with more, all are filled anew."""

_Local = Mapping[str, object]


def longest(program: p.Program, text: str, language: str) -> str:
    """A rendering of a text that is as long as any that a buyer may plausibly get."""
    return lengths_of(Bounds(program), "longest").text(text, language)


# An author checks one flow again and again; a folder's flows come one after another.
@lru_cache(maxsize=16)
def lengths_of(bounds: Bounds, size: Size) -> Lengths:
    """The renderings at one size of every program whose names have the same bounds."""
    return Lengths(bounds, size)


class Lengths:
    """Renderings at one size; each is made once, and serves until the bounds change."""

    def __init__(self, bounds: Bounds, size: Size) -> None:
        self.samples = Samples(bounds, size)
        self.most = size == "longest"
        self._texts: dict[tuple[str, str], str] = {}
        self._values: dict[tuple[tuple[str, ...], str], object] = {}

    def text(self, text: str, language: str) -> str:
        """The text as the buyer would get it; one that cannot be read stays as it is."""
        if "{" not in text:
            return text
        key = (text, language)
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) >= TEXTS_KEPT_MAX:
                self._texts.clear()
            found = self._texts[key] = self._fill(text, language)
        return found

    def _fill(self, text: str, language: str) -> str:
        try:
            template = tpl.parse_template(text)
        except tpl.TemplateError:
            return text
        return self._template(template, language, {})[:RENDERED_CHARACTERS_MAX]

    def widest(self, text: str, language: str) -> tuple[str, int] | None:
        """The value that takes most of a text, as written in it, and its characters."""
        if "{" not in text:
            return None
        try:
            template = tpl.parse_template(text)
        except tpl.TemplateError:
            return None
        found = [
            (str(part.expression), len(self._shown(part.expression, language, {})))
            for part in template
            if isinstance(part, tpl.Output) and isinstance(part.expression, e.Path)
        ]
        return max(found, key=lambda entry: entry[1], default=None)

    # --- templates ---

    def _template(self, template: tpl.Template, language: str, local: _Local) -> str:
        out: list[str] = []
        for part in template:
            match part:
                case tpl.Plain(text):
                    out.append(text)
                case tpl.Output(expression):
                    out.append(self._shown(expression, language, local))
                case tpl.Loop(name, items, body):
                    out.append(self._loop(name, items, body, language, local))
                case tpl.Choose(condition, then, otherwise):
                    sides = self._sides(condition, language, local)
                    texts = [
                        self._template(body, language, local)
                        for body, on in ((then, sides[0]), (otherwise, sides[1]))
                        if on
                    ]
                    out.append(max(texts, key=len))
        return "".join(out)

    def _loop(
        self, name: str, items: e.Expression, body: tpl.Template, language: str, local: _Local
    ) -> str:
        elements = self._value(items, language, local)
        if not isinstance(elements, list):
            return ""
        shown = cast("list[dict[str, object]]", elements)[:LOOP_ITEMS_MAX]
        out: list[str] = []
        for index, element in enumerate(shown):
            loop = {"index": index + 1, "first": index == 0, "last": index == len(shown) - 1}
            out.append(self._template(body, language, {**local, name: element, "loop": loop}))
        return "".join(out)

    def _sides(self, condition: e.Expression, language: str, local: _Local) -> tuple[bool, bool]:
        """Whether a condition may be true, and whether it may be false."""
        value = self._value(condition, language, local)
        return (value, not value) if isinstance(value, bool) else (True, True)

    def _shown(self, expression: e.Expression, language: str, local: _Local) -> str:
        value = self._value(expression, language, local)
        return "" if value is None or isinstance(value, bool | list | dict) else str(value)

    # --- expressions ---

    def _value(self, tree: e.Expression, language: str, local: _Local) -> object:
        """A text, a number, a list, a record, a truth; None for a truth that is not known."""
        match tree:
            case e.Path(parts):
                if parts[0] in local:
                    return _field(local[parts[0]], parts[1:])
                key = (parts, language)
                if key not in self._values:
                    self._values[key] = self.samples.value(parts, language)
                return self._values[key]
            case e.Literal(value) | e.Number(value) | e.Truth(value):
                return value
            case e.Money(whole, fraction):
                return f"{whole}.{fraction}"
            case e.Filtered(operand, name, arguments):
                return self._filtered(self._value(operand, language, local), name, arguments)
            case e.Conditional(condition, then, otherwise):
                sides = self._sides(condition, language, local)
                shown = [
                    self._shown(side, language, local)
                    for side, on in ((then, sides[0]), (otherwise, sides[1]))
                    if on
                ]
                return max(shown, key=len)
            case e.Not(operand):
                value = self._value(operand, language, local)
                return not value if isinstance(value, bool) else None
            case e.Comparison(operator, left, right) if operator in ("==", "!="):
                return decide(tree, {"lang": language})
            case e.Arithmetic(_, left, right):
                sides = (self._value(left, language, local), self._value(right, language, local))
                return max((str(side) for side in sides), key=len) + "0"
            case _:
                return None

    def _filtered(self, value: object, name: str, arguments: tuple[int | str, ...]) -> object:
        limit = arguments[0] if arguments and isinstance(arguments[0], int) else None
        items = _items(value)
        match name:
            case "count" | "length":
                if isinstance(value, Cart):
                    return value.different
                if items is not None:
                    return len(items)
                return len(value) if isinstance(value, str) else value
            case "limit":
                return value if items is None else items[:limit]
            case "cut":
                return str(value)[:limit]
            case "digits":
                # As it is said: in writing it is shorter (flows.render).
                return " ".join(str(value))
            case _:
                return value


def _items(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _field(value: object, rest: tuple[str, ...]) -> object:
    if not rest:
        return value
    return cast("dict[str, object]", value).get(rest[0]) if isinstance(value, dict) else None


def decide(tree: e.Expression, known: Mapping[str, str]) -> bool | None:
    """Whether a condition is true where some names (`lang`, `channel`) are known; None if that does not settle it."""
    match tree:
        case e.Truth(value):
            return value
        case e.Not(operand):
            value = decide(operand, known)
            return None if value is None else not value
        case e.Every(operands):
            values = [decide(operand, known) for operand in operands]
            return False if False in values else (None if None in values else True)
        case e.Some(operands):
            values = [decide(operand, known) for operand in operands]
            return True if True in values else (None if None in values else False)
        case e.Comparison(operator, e.Path((name,)), e.Literal(value)) if (
            operator in ("==", "!=") and name in known
        ):
            return (known[name] == value) == (operator == "==")
        case _:
            return None
