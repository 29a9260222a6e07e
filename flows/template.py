"""Texts with `{{ }}` and `{% %}` as a small tree: what Jinja parses, less everything a text has no need of.

Jinja2 reads the text; an allow-list over its tree decides what may stand. What is left cannot call, index, format or
loop without end, so nothing needs a sandbox at run time. flows/render.py turns the tree into Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from flows import expression as e
from flows import schema

if TYPE_CHECKING:
    from jinja2 import Environment, nodes

TEMPLATE_CHARACTERS_MAX = 2_000
"""A longer text is refused: it is more than a dozen SMS parts."""
TEMPLATE_DEPTH_MAX = 4
"""Loops and conditions inside one another."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Characters as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Output:
    """`{{ expression }}`."""

    expression: e.Expression


@dataclass(frozen=True, slots=True)
class Loop:
    """`{% for name in list %}`; `loop.last` and the like work inside."""

    name: str
    items: e.Expression
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choose:
    """`{% if %}`."""

    condition: e.Expression
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]


Part = Plain | Output | Loop | Choose
Template = tuple[Part, ...]


class TemplateError(ValueError):
    """A text cannot be read as a template, or uses what texts may not use."""

    def __init__(self, message: str, help: str | None = None, about: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.help = help
        self.about = about
        """The piece of the text that is wrong, where it is less than the whole."""


# The commonest texts need no Jinja: characters, and `{{ path }}` or `{{ path|filter }}`.
_SIMPLE = re.compile(r"\{\{\s*([A-Za-z_][\w.]*)\s*(?:\|\s*([a-z]+)\s*)?\}\}")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_OPERATORS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "lteq": "<=", "gteq": ">="}


TEMPLATES_KEPT_MAX = 100_000
OUTPUTS_KEPT_MAX = 10_000
"""What texts show, each kept once."""


def read_template(text: str) -> Template:
    """Text to tree. Raises TemplateError."""
    if len(text) > TEMPLATE_CHARACTERS_MAX:
        raise TemplateError(
            f"the text has {len(text)} characters; at most {TEMPLATE_CHARACTERS_MAX} are read",
            "say it in two texts",
        )
    if "{" not in text:
        return (Plain(text),) if text else ()
    simple = _parse_simple(text)
    return simple if simple is not None else _parse_jinja(text)


parse_template = lru_cache(TEMPLATES_KEPT_MAX)(read_template)
"""The same, for who looks at a text several times, as the checker does."""


def _parse_simple(text: str) -> Template | None:
    found = part_simple(text)
    if found is None:
        return None
    words, shown = found
    parts: list[Part] = [Plain(words[0])] if words[0] else []
    for place, each in enumerate(shown, 1):
        parts.append(output(*each))
        if words[place]:
            parts.append(Plain(words[place]))
    return tuple(parts)


Shown = tuple[str, str | None]
"""A path, and the filter behind it."""


def part_simple(text: str) -> tuple[list[str], tuple[Shown, ...]] | None:
    """A text's words, and what is shown between them; None if it needs Jinja, or is too long."""
    if len(text) > TEMPLATE_CHARACTERS_MAX:
        return None
    pieces = _SIMPLE.split(text)
    words, paths = pieces[::3], pieces[1::3]
    if not _RESERVED.isdisjoint(paths):
        return None
    rest = "".join(words)
    if "{{" in rest or "{%" in rest or "{#" in rest or "}}" in rest or "%}" in rest:
        return None
    return words, tuple(zip(paths, pieces[2::3], strict=True))


@lru_cache(OUTPUTS_KEPT_MAX)
def output(path: str, filter_: str | None) -> Output:
    """What shows a path, by its filter if there is one."""
    read: e.Expression = e.Path(tuple(path.split(".")))
    return Output(e.Filtered(read, filter_, ()) if filter_ else read)


_RESERVED = frozenset(
    {"true", "false", "none", "True", "False", "None", "not", "and", "or", "if", "in", "is"}
)


@cache
def _environment() -> Environment:
    from jinja2 import Environment

    return Environment(autoescape=False)  # noqa: S701  # parses only; texts are SMS and speech, not HTML


def _parse_jinja(text: str) -> Template:
    from jinja2 import TemplateSyntaxError

    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError:
        raise _misread(text) from None
    except RecursionError:
        raise TemplateError("the text's braces are nested too deeply", "write it flat") from None
    return _body(tree.body, 0)


_MARK = re.compile(r"(\{\{|\{%|\{#)(.*?)(\}\}|%\}|#\}|(?=\{\{|\{%|\{#)|$)", re.DOTALL)
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_ENDS = {"if": "endif", "for": "endfor"}


def _misread(text: str) -> TemplateError:
    """What is wrong with a text's braces, told of the first piece that cannot be right."""
    inside: list[str] = []
    for found in _MARK.finditer(text):
        opens, content, closes = found.groups()
        shown = f"`{opens}{content[:30].rstrip()}`"
        if closes != _CLOSES[opens]:
            sample = (
                f"{opens} {content.partition('}')[0].strip(' %')[:30] or 'name'} {_CLOSES[opens]}"
            )
            return TemplateError(f"{shown} is not closed", f"write `{sample}`", found[0])
        shown, word = f"`{found[0][:40]}`", content.strip(" -").partition(" ")[0]
        if opens == "{{" and not content.strip():
            return TemplateError(f"{shown} shows nothing", "write `{{ name }}`", found[0])
        if opens != "{%":
            continue
        if word in _ENDS:
            inside.append(word)
        elif word in _ENDS.values():
            if not inside or _ENDS[inside[-1]] != word:
                wanted = f"`{{% {_ENDS[inside[-1]]} %}}` before it" if inside else "it away"
                return TemplateError(
                    f"{shown} ends nothing", f"{'write' if inside else 'take'} {wanted}", found[0]
                )
            inside.pop()
        elif word not in ("else", "elif"):
            return TemplateError(
                f"`{word[:30]}` has no place in a text", "texts have {{ }}, for and if", found[0]
            )
    if inside:
        return TemplateError(
            f"`{{% {inside[-1]} %}}` has no end", f"write `{{% {_ENDS[inside[-1]]} %}}` after it"
        )
    return TemplateError(
        "what stands between the braces cannot be read",
        'write `{{ name }}`, `{% if lang == "en" %}...{% endif %}` or '
        "`{% for p in catalog %}...{% endfor %}`",
    )


def _body(children: list[nodes.Node], depth: int, *, looping: bool = False) -> Template:
    from jinja2 import nodes

    if depth > TEMPLATE_DEPTH_MAX:
        raise TemplateError(
            f"loops and conditions go deeper than {TEMPLATE_DEPTH_MAX}", "write it flat"
        )
    parts: list[Part] = []
    for child in children:
        match child:
            case nodes.Output():
                for node in child.nodes:
                    if isinstance(node, nodes.TemplateData):
                        parts.append(Plain(node.data))
                    else:
                        parts.append(Output(_expression(node)))
            case nodes.For() if looping:
                # Two loops over a catalog of a thousand would be a million pieces.
                raise TemplateError("a loop stands inside a loop", "use one loop")
            case nodes.For():
                if (
                    child.else_
                    or child.test
                    or child.recursive
                    or not isinstance(child.target, nodes.Name)
                ):
                    raise TemplateError(
                        "a loop here has no else, no if and one name",
                        "write `{% for p in catalog %}...{% endfor %}`",
                    )
                parts.append(
                    Loop(
                        child.target.name,
                        _expression(child.iter),
                        _body(child.body, depth + 1, looping=True),
                    )
                )
            case nodes.If():
                otherwise = _body(child.else_, depth + 1, looping=looping)
                for arm in reversed(child.elif_):
                    otherwise = (
                        Choose(
                            _expression(arm.test),
                            _body(arm.body, depth + 1, looping=looping),
                            otherwise,
                        ),
                    )
                parts.append(
                    Choose(
                        _expression(child.test),
                        _body(child.body, depth + 1, looping=looping),
                        otherwise,
                    )
                )
            case _:
                name = _written(child)
                raise TemplateError(
                    f"`{name}` has no place in a text", "texts have {{ }}, for and if"
                )
    return tuple(parts)


def _expression(node: nodes.Node) -> e.Expression:
    from jinja2 import nodes

    match node:
        case nodes.Name():
            return e.Path((node.name,))
        case nodes.Getattr():
            inner = _expression(node.node)
            if not isinstance(inner, e.Path):
                raise TemplateError("a field is read from a name", "write `dish.name`")
            return e.Path((*inner.parts, node.attr))
        case nodes.Const(value=bool() as truth):
            return e.Truth(truth)
        case nodes.Const(value=int() as number):
            return e.Number(number)
        case nodes.Const(value=str() as text):
            if _CONTROL.search(text):
                raise TemplateError(
                    "a text within braces has a character that cannot be shown", "take it away"
                )
            return e.Literal(text)
        case nodes.Const(value=float() as amount):
            whole, _, fraction = repr(amount).partition(".")
            if not whole.isdigit() or not fraction.isdigit():
                raise TemplateError(f"`{amount}` is not an amount of money", "write `18.50`")
            return e.Money(int(whole), fraction)
        case nodes.Not():
            return e.Not(_expression(node.node))
        case nodes.And():
            return e.Every((_expression(node.left), _expression(node.right)))
        case nodes.Or():
            return e.Some((_expression(node.left), _expression(node.right)))
        case nodes.Compare() if len(node.ops) == 1 and node.ops[0].op in _OPERATORS:
            return e.Comparison(
                _OPERATORS[node.ops[0].op], _expression(node.expr), _expression(node.ops[0].expr)
            )
        case nodes.Add() | nodes.Sub() | nodes.Mul():
            return e.Arithmetic(node.operator, _expression(node.left), _expression(node.right))
        case nodes.Filter() if node.node is not None and not node.kwargs and not node.dyn_args:
            arguments: list[int | str] = []
            for argument in node.args:
                if not isinstance(argument, nodes.Const) or not isinstance(
                    argument.value, int | str
                ):
                    raise TemplateError(
                        f"`{node.name}` takes a plain number", f"write `{node.name}(5)`"
                    )
                arguments.append(argument.value)
            return e.Filtered(_expression(node.node), node.name, tuple(arguments))
        case nodes.CondExpr():
            otherwise = _expression(node.expr2) if node.expr2 is not None else e.Literal("")
            return e.Conditional(_expression(node.test), _expression(node.expr1), otherwise)
        case _:
            name = _written(node)
            raise TemplateError(
                f"`{name}` has no place in a text",
                "texts read names and fields, compare them, and use filters",
            )


def _written(node: nodes.Node) -> str:
    """A piece of a text by the sign or word that it is written with."""
    name = type(node).__name__.lower()
    return _SIGNS.get(name, name)


_SIGNS = {"assign": "set", "assignblock": "set", "call": "( )", "getitem": "[ ]", "div": "/", "floordiv": "//",
          "mod": "%", "pow": "**", "concat": "~", "test": "is", "list": "[ ]", "tuple": ",", "dict": "{ }",
          "neg": "-", "pos": "+", "filterblock": "filter"}  # fmt: skip


def outputs(template: Template) -> Iterator[e.Expression]:
    """Every expression whose value a text shows."""
    for part in template:
        match part:
            case Output(expression):
                yield expression
            case Loop(_, _, body):
                yield from outputs(body)
            case Choose(_, then, otherwise):
                yield from outputs(then)
                yield from outputs(otherwise)
            case Plain():
                pass


def check_template(template: Template, scope: Mapping[str, str]) -> None:
    """Raise ExpressionError (V301, V302, V304) at the first name, field or filter that does not fit."""
    for part in template:
        match part:
            case Output(expression):
                kind = schema.type_of(expression, scope)
                if kind not in schema.PRINTABLE and not kind.startswith("choice:"):
                    hint = {
                        "yesno": 'write {{ "a" if x else "b" }}',
                        "product": "write its `.name`",
                        "order": "write its `.number`",
                    }.get(kind, "write one of its fields")
                    raise e.ExpressionError(
                        f"{schema.article(kind)} cannot be shown in a text", hint, "V302"
                    )
            case Loop(name, items, body):
                kind = schema.type_of(items, scope)
                if kind not in schema.ELEMENTS:
                    raise e.ExpressionError(
                        f"{schema.article(kind)} is no list to loop over",
                        "loop over catalog or cart.lines",
                        "V302",
                    )
                check_template(body, {**scope, name: schema.ELEMENTS[kind], "loop": "loop"})
            case Choose(condition, then, otherwise):
                if schema.type_of(condition, scope) != "yesno":
                    raise e.ExpressionError(
                        "a condition needs a yes or no", "compare it with something", "V302"
                    )
                check_template(then, scope)
                check_template(otherwise, scope)
            case Plain():
                pass


def names_read(template: Template) -> set[str]:
    """The first names of all paths that a text reads, loop names left out."""
    found: set[str] = set()
    for part in template:
        match part:
            case Output(expression):
                found |= {path.parts[0] for path in e.paths(expression)}
            case Loop(name, items, body):
                found |= {path.parts[0] for path in e.paths(items)}
                found |= names_read(body) - {name, "loop"}
            case Choose(condition, then, otherwise):
                found |= {path.parts[0] for path in e.paths(condition)}
                found |= names_read(then) | names_read(otherwise)
            case Plain():
                pass
    return found
