"""What texts and conditions can read: names, their types, the filters; and the type of any expression."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from flows import expression as e

RECORDS: Mapping[str, Mapping[str, str]] = {
    "shop": {
        "name": "text",
        "number": "text",
        "hours_text": "text",
        "is_open": "yesno",
        "is_closed": "yesno",
    },
    "buyer": {
        "number": "text",
        "name": "text",
        "address": "text",
        "has_name": "yesno",
        "has_address": "yesno",
        "has_last_order": "yesno",
        "last_order": "order",
        "opted_out": "yesno",
    },
    "order": {
        "number": "text",
        "total": "money",
        "eta": "text",
        "status": "text",
        "summary": "text",
        "missing": "text",
        "lines": "lines",
    },
    "cart": {
        "total": "money",
        "count": "number",
        "lines": "lines",
        "summary": "text",
        "is_empty": "yesno",
    },
    "product": {
        "code": "text",
        "name": "text",
        "price": "money",
        "stock": "number",
        "unit": "text",
    },
    "line": {
        "code": "text",
        "name": "text",
        "quantity": "number",
        "price": "money",
        "total": "money",
        "unit": "text",
    },
    "loop": {"index": "number", "first": "yesno", "last": "yesno"},
}
"""Record type to its fields and their types."""

GLOBALS: Mapping[str, str] = {
    "shop": "shop",
    "buyer": "buyer",
    "cart": "cart",
    "order": "order",
    "catalog": "products",
    "lang": "text",
    "channel": "text",
    "today": "date",
}
"""Names that every flow has, and their types."""

ELEMENTS: Mapping[str, str] = {"products": "product", "lines": "line"}
"""What a loop over a list gives."""

FILTERS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "money": (("money",), "text"),
    "date": (("date",), "text"),
    "digits": (("text", "number"), "text"),
    "count": (("products", "lines"), "number"),
    "length": (("products", "lines", "text"), "number"),
    "limit": (("products", "lines"), "same"),
    "cut": (("text",), "text"),
}
"""Filter to the types it takes and the type it gives. `limit(5)` keeps the first items, `cut(20)` the first characters."""

FILTERS_WITH_NUMBER = frozenset({"limit", "cut"})

ASSIGNABLE: Mapping[str, str] = {
    "lang": "text",
    "cart": "lines",
    "buyer.name": "text",
    "buyer.address": "text",
    "buyer.opted_out": "yesno",
}
"""Paths outside the seller's own variables that `set` may change."""

PRINTABLE = frozenset({"text", "number", "money", "date"})


def is_value(kind: str) -> bool:
    """Whether a name can keep something of a type: one value, not a record or a list."""
    return kind in PRINTABLE or kind in ("yesno", "product") or kind.startswith("choice:")


SERVICE_TYPES = frozenset({"text", "number", "money", "yesno", "date"})
"""Types that a partner's service may give back."""


def type_of(expression: e.Expression, scope: Mapping[str, str]) -> str:
    """The type of an expression where `scope` gives the seller's variables.

    Raises ExpressionError, which names the rule: V301 for an unknown name, V302 for types that do not fit,
    V304 for a field or filter that is not there.
    """
    match expression:
        case e.Number():
            return "number"
        case e.Money():
            return "money"
        case e.Literal():
            return "text"
        case e.Truth():
            return "yesno"
        case e.Path():
            return _path_type(expression, scope)
        case e.Not(operand):
            _need_truth(operand, scope)
            return "yesno"
        case e.Every(operands) | e.Some(operands):
            for operand in operands:
                _need_truth(operand, scope)
            return "yesno"
        case e.Comparison(operator, left, right):
            _need_comparable(operator, type_of(left, scope), type_of(right, scope))
            return "yesno"
        case e.Arithmetic(operator, left, right):
            return _arithmetic(operator, type_of(left, scope), type_of(right, scope))
        case e.Filtered(operand, name, arguments):
            return _filtered(type_of(operand, scope), name, arguments)
        case e.Conditional(condition, then, otherwise):
            _need_truth(condition, scope)
            first = type_of(then, scope)
            second = type_of(otherwise, scope)
            if first != second:
                raise e.ExpressionError(
                    f"one side is {article(first)}, the other {article(second)}",
                    "give both sides the same kind",
                    "V302",
                )
            return first


def _path_type(path: e.Path, scope: Mapping[str, str]) -> str:
    name = path.parts[0]
    kind = scope.get(name) or GLOBALS.get(name)
    if kind is None:
        known = sorted({*scope, *GLOBALS})
        close = difflib.get_close_matches(name, known, 1, 0.6)
        raise e.ExpressionError(
            f"`{name}` is not set anywhere before this",
            f"did you mean `{close[0]}`?"
            if close
            else f"`ask {name} as ...` or `set {name} = ...` first",
            "V301",
        )
    for position, part in enumerate(path.parts[1:], 1):
        if name == "catalog" and position == 1:
            kind = "products"
            continue
        fields = RECORDS.get(kind)
        if kind.startswith("answer:"):
            fields = dict(pair.split("=") for pair in kind[7:].split(",") if pair)
        if fields is None:
            raise e.ExpressionError(
                f"`{'.'.join(path.parts[:position])}` is {article(kind)} and has no fields",
                f"write `{'.'.join(path.parts[:position])}` alone",
                "V304",
                str(path),
            )
        if part not in fields:
            close = difflib.get_close_matches(part, list(fields), 1, 0.5)
            raise e.ExpressionError(
                f"`{'.'.join(path.parts[:position])}` has no `{part}`",
                f"did you mean `{close[0]}`?" if close else f"it has {', '.join(fields)}",
                "V304",
                str(path),
            )
        kind = fields[part]
    return kind


def article(kind: str) -> str:
    """A type as a seller would say it."""
    base = kind.partition(":")[0]
    return {
        "yesno": "a yes or no",
        "money": "an amount of money",
        "lines": "a list of order lines",
        "products": "a list of products",
        "choice": "a choice",
        "answer": "a service's answer",
        "order": "an order",
    }.get(base, f"a {base}")


def _need_truth(expression: e.Expression, scope: Mapping[str, str]) -> None:
    kind = type_of(expression, scope)
    if kind != "yesno":
        raise e.ExpressionError(
            f"this is {article(kind)}, and a condition needs a yes or no",
            "compare it with something: `== 0`",
            "V302",
        )


def _comparable(kind: str) -> str:
    return "text" if kind.startswith("choice:") else kind


def _need_comparable(operator: str, left: str, right: str) -> None:
    first, second = _comparable(left), _comparable(right)
    if first != second:
        hint = "compare two values of the same kind"
        if {first, second} == {"money", "number"}:
            hint = "write an amount of money with its decimals: `50.00`"
        elif {first, second} == {"yesno", "number"}:
            hint = "write `yes` or `no`, or leave the comparison out"
        raise e.ExpressionError(
            f"{article(first)} cannot be compared with {article(second)}", hint, "V302"
        )
    if operator not in ("==", "!=") and first not in ("number", "money", "date"):
        raise e.ExpressionError(
            f"`{operator}` cannot compare {article(first)}", "use `==` or `!=`", "V302"
        )
    if first not in ("number", "money", "text", "yesno", "date"):
        raise e.ExpressionError(
            f"{article(first)} cannot be compared", "compare one of its fields", "V302"
        )


def _arithmetic(operator: str, left: str, right: str) -> str:
    pair = (left, operator, right)
    if left == right == "number":
        return "number"
    if left == right == "money" and operator in "+-":
        return "money"
    if pair in (("money", "*", "number"), ("number", "*", "money")):
        return "money"
    # `-x` is kept as `0 - x`.
    if pair == ("number", "-", "money"):
        return "money"
    raise e.ExpressionError(
        f"`{operator}` cannot join {article(left)} and {article(right)}",
        "join numbers with numbers, or amounts with amounts",
        "V302",
    )


def _filtered(kind: str, name: str, arguments: tuple[int | str, ...]) -> str:
    if name not in FILTERS:
        close = difflib.get_close_matches(name, FILTERS, 1, 0.6)
        raise e.ExpressionError(
            f"there is no filter `{name}`",
            f"did you mean `{close[0]}`?" if close else f"filters are {', '.join(FILTERS)}",
            "V304",
            name,
        )
    takes, gives = FILTERS[name]
    if _comparable(kind) not in takes:
        raise e.ExpressionError(
            f"`{name}` cannot show {article(kind)}",
            f"it takes {' or '.join(article(t) for t in takes)}",
            "V302",
        )
    wants_number = name in FILTERS_WITH_NUMBER
    if wants_number != (len(arguments) == 1 and isinstance(arguments[0], int)):
        raise e.ExpressionError(
            f"`{name}` is written {f'`{name}(5)`' if wants_number else 'without brackets'}",
            "write it so",
            "V304",
        )
    return kind if gives == "same" else gives
