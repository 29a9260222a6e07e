"""Parse tree to syntax values, as Lark reduces each rule."""

# Lark calls these methods with untyped children: the one place in flows/ where Any stands.
# pyright: basic

from __future__ import annotations

from typing import Any

from lark import Token, Transformer

from flows import syntax as s
from flows.diagnostic import parted
from flows.notes import (
    FIELD_IN_NAME,
    checked,
    condition_of,
    empty,
    filled,
    key_in_wording,
    label_of,
    note,
    span,
    text_of,
)
from flows.words import (
    CHANNELS,
    LANGUAGES,
    NUMBER_MAX,
    guarded,
    key_of,
    narrow,
    range_of,
    said,
    whole,
)
from grammars.keywords import OUTCOMES, SETTINGS

_SETTING_NAMES = {word: name for name, pair in SETTINGS.items() for word in pair}
_OUTCOME_NAMES = {chinese: english for english, chinese in OUTCOMES.items()}
OPTIONS_MAX = 100
"""Options of one menu; nobody reads so many, and two digits choose them."""
_RETRY = ("no_input", "no_match", "tries", "wait")


def _integer(token: Token, digits: str | None = None) -> int:
    """The number of a token, or of digits in it; one that is too large is noted."""
    try:
        return whole(str(token) if digits is None else digits)
    except ValueError as error:
        message, help_text = parted(str(error))
        note(span(token), message, help_text)
        return NUMBER_MAX


def _target(token: Token) -> tuple[str, s.Span]:
    return str(token), span(token)


class _Marked:
    """A line of a question, kept apart by what it is until its question is built."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: Any) -> None:
        self.kind = kind
        self.value = value


def _retry(lines: list[Any]) -> s.Retry:
    found: dict[str, list[Any]] = {kind: [] for kind in _RETRY}
    for line in lines:
        if isinstance(line, _Marked) and line.kind in found:
            found[line.kind].append(line.value)
    return s.Retry(
        tuple(found["no_input"]),
        tuple(found["no_match"]),
        found["tries"][-1] if found["tries"] else None,
        found["wait"][-1] if found["wait"] else None,
    )


class Builder(Transformer[Token, Any]):
    """One method a rule of grammars/flow.lark; children that were optional and absent are None."""

    def block(self, c: list[Any]) -> Any:
        return c[0]

    def flow_version(self, c: list[Any]) -> s.FlowVersion:
        return s.FlowVersion(_integer(c[1]), span(c[0]))

    def include(self, c: list[Any]) -> s.Include:
        return s.Include(str(c[1]).strip(), span(c[1]))

    def renamed(self, c: list[Any]) -> s.Renamed:
        return s.Renamed(str(c[1]), str(c[2]), span(c[0]))

    def grammar(self, c: list[Any]) -> s.GrammarFile:
        return s.GrammarFile(str(c[1]), str(c[3]).strip(), span(c[1]))

    def shop(self, c: list[Any]) -> s.Shop:
        lines = [line for line in c[2:] if line is not None]
        variants = [line for line in lines if isinstance(line, s.Variant)]
        settings = tuple(line.value for line in lines if isinstance(line, _Marked))
        return s.Shop(text_of(c[1], variants), settings, span(c[0]))

    def setting(self, c: list[Any]) -> _Marked:
        name = _SETTING_NAMES[" ".join(str(c[0]).split())]
        value = said(str(c[1] or ""))
        if not value:
            note(span(c[0]), f"`{c[0]}` has no value", f"write it after `{c[0]}`")
        return _Marked("setting", s.Setting(name, value, span(c[1] or c[0])))

    def defaults(self, c: list[Any]) -> s.Defaults:
        lines = _present(c[1:])
        if not lines:
            empty(c[0], "defaults", "`no input after 6s`")
        retry = _retry(lines)
        settings = [line.value for line in lines if line.kind == "setting"]
        return s.Defaults(tuple(settings), retry.tries, retry.wait, span(c[0]))

    def catalog(self, c: list[Any]) -> s.Catalog:
        source = str(c[2]).strip() if c[2] is not None else None
        return s.Catalog(source, tuple(i for i in c[3:] if i is not None), span(c[0]))

    def item(self, c: list[Any]) -> s.Item:
        fields: dict[str, str] = {}
        rest = [child for child in c[2:] if child is not None]
        for child in rest:
            if isinstance(child, _Marked):
                fields[child.kind] = child.value
        label = next(child for child in rest if isinstance(child, Token))
        variants = [child for child in rest if isinstance(child, s.Variant)]
        swallowed = FIELD_IN_NAME.search(str(label))
        if swallowed:
            note(
                span(label),
                f"`{swallowed[0].strip()}` stands after the name and would be part of it",
                "write `item 101 price 18.00 stock 40 name`, the name last",
            )
        return s.Item(
            str(c[1]),
            fields.get("PRICE"),
            fields.get("STOCK"),
            fields.get("IN_GROUP"),
            fields.get("UNIT"),
            text_of(label, variants),
            span(c[1]),
        )

    def item_field(self, c: list[Any]) -> _Marked:
        return _Marked(c[0].type, narrow(str(c[1])))

    def anywhere(self, c: list[Any]) -> s.Anywhere:
        options = _few([line.value for line in _present(c[1:])])
        if not options:
            empty(c[0], "anywhere", "`0 agent -> agent`")
        return s.Anywhere(options, span(c[0]))

    def service(self, c: list[Any]) -> s.Service:
        operations = tuple(_present(c[2:]))
        if not operations:
            empty(c[0], f"service {c[1]}", "`look_up(phone) -> points number`")
        return s.Service(str(c[1]), operations, span(c[1]))

    def operation(self, c: list[Any]) -> s.Operation:
        results = tuple(child for child in c[2:] if child is not None)
        return s.Operation(str(c[0]), c[1] or (), results, span(c[0]))

    def result(self, c: list[Any]) -> tuple[str, str]:
        return str(c[0]), str(c[1])

    def parameters(self, c: list[Any]) -> tuple[str, ...]:
        return tuple(str(name) for name in c)

    def step(self, c: list[Any]) -> s.Step:
        body = tuple(_unmark(line) for line in _present(c[3:]))
        if not body:
            empty(c[0], f"step {c[1]}", "`say Hello` or `-> step`")
        return s.Step(str(c[1]), c[2] or (), body, span(c[1]))

    def variant(self, c: list[Any]) -> s.Variant:
        words = str(c[0]).rstrip(" :：").split()
        channel = language = None
        for word in words:
            word = LANGUAGES.get(word, CHANNELS.get(word, word))
            if word in ("voice", "sms", "ussd"):
                channel = word
            else:
                language = word
        return s.Variant(channel, language, checked(c[1]), span(c[1]))

    def say(self, c: list[Any]) -> s.Say:
        return s.Say(text_of(c[1], c[2:]), span(c[0]))

    def announce(self, c: list[Any]) -> s.Say:
        return s.Say(text_of(c[1], c[2:]), span(c[0]), to_its_end=True)

    def send_sms(self, c: list[Any]) -> s.SendSms:
        return s.SendSms(text_of(c[1], c[2:]), span(c[0]))

    def tell_shop(self, c: list[Any]) -> s.TellShop:
        return s.TellShop(text_of(c[1], c[2:]), span(c[0]))

    def menu(self, c: list[Any]) -> s.Menu:
        lines = c[2:]
        variants = [line for line in lines if isinstance(line, s.Variant)]
        options = [
            line.value for line in lines if isinstance(line, _Marked) and line.kind == "option"
        ]
        text = text_of(c[1], variants) if c[1] is not None else None
        if not options:
            note(
                span(c[0]),
                "this menu has no options",
                "write each under it, indented by two spaces: `1 wording -> step`",
            )
        return s.Menu(text, _few(options), _retry(lines), span(c[0]))

    def option(self, c: list[Any]) -> _Marked:
        on, channel, key, label, guard, target, *variants = c
        name = CHANNELS.get(str(channel), str(channel)) if channel is not None else None
        begin = on if on is not None else key if key is not None else label
        condition = None
        if guard is not None:
            condition = guarded(str(guard))
        pressed = key_of(str(key)) if key is not None else None
        to, to_span = _target(target)
        return _Marked(
            "option",
            s.Option(
                name,
                pressed,
                label_of(label, variants, keyed=key is not None),
                condition,
                to,
                to_span,
                span(begin),
            ),
        )

    def choice(self, c: list[Any]) -> _Marked:
        key, label, value, *variants = c
        pressed = key_of(str(key)) if key is not None else None
        begin = key if key is not None else label
        return _Marked(
            "choice",
            s.ChoiceOption(
                pressed, label_of(label, variants, keyed=key is not None), str(value), span(begin)
            ),
        )

    def ask(self, c: list[Any]) -> s.Ask:
        lines = c[4:]
        return s.Ask(
            str(c[1]),
            c[3],
            tuple(line for line in lines if isinstance(line, s.Say)),
            _few([x.value for x in lines if isinstance(x, _Marked) and x.kind == "choice"]),
            _retry(lines),
            any(isinstance(line, _Marked) and line.kind == "confirm" for line in lines),
            span(c[0], 3),
        )

    def confirm(self, c: list[Any]) -> _Marked:
        return _Marked("confirm", span(c[0]))

    def no_input(self, c: list[Any]) -> _Marked:
        return _Marked("no_input", text_of(c[1], c[2:]))

    def no_match(self, c: list[Any]) -> _Marked:
        return _Marked("no_match", text_of(c[1], c[2:]))

    def tries(self, c: list[Any]) -> _Marked:
        return _Marked("tries", s.Tries(_integer(c[1]), str(c[3]), span(c[3])))

    def wait(self, c: list[Any]) -> _Marked:
        return _Marked("wait", s.Setting("no input after", narrow(str(c[1])), span(c[1])))

    def answer_type(self, c: list[Any]) -> s.AnswerType:
        kind: str = "text" if c[0].type == "TEXT_TYPE" else c[0].type.lower()
        lower = upper = name = None
        for child in c[1:]:
            if child is None or child.type == "OF_GROUP":
                continue
            if child.type == "RANGE":
                lower, upper = (_integer(child, end) for end in range_of(str(child)))
            elif child.type == "INTEGER":
                lower = upper = _integer(child)
            elif child.type == "NAME":
                name = str(child)
        if name in ("catalog", "商品目录", "目录"):
            name = None
        return s.AnswerType(kind, lower, upper, name, span(c[0]))

    def branch(self, c: list[Any]) -> s.Branch:
        arms = [(condition_of(c[1]), filled(c[0], c[2]), span(c[1]))]
        arms += _present(c[3:])
        return s.Branch(tuple(arms), span(c[0]))

    def else_if(self, c: list[Any]) -> Any:
        return (condition_of(c[1]), filled(c[0], c[2]), span(c[1]))

    def else_(self, c: list[Any]) -> Any:
        return (None, filled(c[0], c[1]), span(c[0]))

    def consequence(self, c: list[Any]) -> tuple[s.Statement, ...]:
        if len(c) == 1 and isinstance(c[0], Token):
            return (s.Jump(*_target(c[0])),)
        return tuple(_unmark(child) for child in _present(c))

    def jump(self, c: list[Any]) -> s.Jump:
        return s.Jump(*_target(c[1]))

    def set(self, c: list[Any]) -> s.Assign:
        return s.Assign(str(c[1]), str(c[2]).strip(), span(c[2]), span(c[1]))

    def add(self, c: list[Any]) -> s.Add:
        return s.Add(str(c[1]).strip(), str(c[3]), span(c[0]))

    def remove(self, c: list[Any]) -> s.Remove:
        return s.Remove(str(c[1]), span(c[0]))

    def empty_cart(self, c: list[Any]) -> s.EmptyCart:
        return s.EmptyCart(span(c[0]))

    def call(self, c: list[Any]) -> s.Call:
        return s.Call(str(c[1]), str(c[2]) if c[2] is not None else None, span(c[1]))

    def return_(self, c: list[Any]) -> s.Return:
        return s.Return(span(c[0]))

    def goodbye(self, c: list[Any]) -> s.Goodbye:
        return s.Goodbye(span(c[0]))

    def place_order(self, c: list[Any]) -> s.PlaceOrder:
        return s.PlaceOrder(_whens(c), span(c[0]))

    def hand_over(self, c: list[Any]) -> s.HandOver:
        prompts = tuple(child for child in c[2:] if isinstance(child, s.Say))
        return s.HandOver(str(c[1]), prompts, _whens(c), span(c[1]))

    def request(self, c: list[Any]) -> s.Request:
        return s.Request(str(c[1]), str(c[2]).strip(), span(c[2]), _whens(c), span(c[0]))

    def pay(self, c: list[Any]) -> s.Pay:
        return s.Pay(str(c[1]).strip(), span(c[1]), _whens(c), span(c[0]))

    def when(self, c: list[Any]) -> s.When:
        words = " ".join(str(c[1]).split())
        return s.When(_OUTCOME_NAMES.get(words, words), filled(c[0], c[2]), span(c[1]))


def _few(options: list[Any]) -> tuple[Any, ...]:
    """Options of a menu, of a choice or of `anywhere`; those that are too many are noted and left out."""
    if len(options) > OPTIONS_MAX:
        note(
            options[OPTIONS_MAX].span,
            f"there are at most {OPTIONS_MAX} options; this one and those below it are left out",
            "put some of them in a second menu, or ask for a product or a text",
        )
    for place, option in enumerate(options[:OPTIONS_MAX], start=1):
        key_in_wording(option, place)
    return tuple(options[:OPTIONS_MAX])


def _whens(children: list[Any]) -> tuple[s.When, ...]:
    return tuple(child for child in children if isinstance(child, s.When))


def _unmark(child: Any) -> Any:
    return child.value if isinstance(child, _Marked) else child


def _present(children: list[Any]) -> list[Any]:
    return [child for child in children if child is not None]
