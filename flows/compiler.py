"""Syntax to program: names become indexes, wordings are laid out for every channel and language.

A flow with mistakes still compiles, as far as it goes: a target that is not there leads to the end of the session. The
checker tells the author; a flow is published only without errors.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from flows import expression as e
from flows import program as p
from flows import schema, settings
from flows import syntax as s
from flows.catalog import read_price, read_stock
from flows.same import Same

SLOT = re.compile(r"<\s*([^\W\d]\w*)\s*[:：]\s*([^\W\d]\w*)\s*>")
"""`<dish:product>` in a phrase of `anywhere`."""

TEXTS_KEPT_MAX = 100_000
"""Texts whose wordings are kept between compilations: an author checks a flow again and again."""
TURNS_MAX = 9_999
"""Turns of a session that a flow may allow."""
TRIES_DEFAULT = 3
WAIT_DEFAULT_S = 6
ANSWER_TYPES = {
    "product": "product",
    "number": "number",
    "money": "money",
    "yesno": "yesno",
    "date": "date",
}
"""Kind of answer to the type of its variable; the others are text."""

_WAITS = (p.Menu, p.Ask, p.PlaceOrder, p.HandOver, p.Request, p.Pay, p.Call)
_T = TypeVar("_T")
_Target = int | str | None
"""A node, a step by its name, or the end of the session."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program and, for people, where each node stands in the file."""

    program: p.Program
    spans: tuple[s.Span, ...]
    """By node."""
    flow: s.Flow


def compile_flow(flow: s.Flow) -> Compiled:
    """Compile a flow as far as it goes; raises nothing for an author's mistakes."""
    return _Compiler(flow).compile()


def statements(body: Sequence[s.Statement]) -> Iterator[s.Statement]:
    """Every statement of a body and of what is nested in it, in the order of the file."""
    for statement in body:
        yield statement
        match statement:
            case s.Branch(arms):
                for _, inner, _ in arms:
                    yield from statements(inner)
            case (
                s.PlaceOrder(whens)
                | s.HandOver(whens=whens)
                | s.Request(whens=whens)
                | s.Pay(whens=whens)
            ):
                for when in whens:
                    yield from statements(when.body)
            case _:
                pass


def wait_names(step: s.Step) -> dict[int, str]:
    """`id()` of each statement of a step that a session can wait at, to its name."""
    counts: dict[str, int] = {}
    names: dict[int, str] = {}
    for statement in statements(step.body):
        match statement:
            case s.Menu() | s.Ask():
                kind = ""
            case s.PlaceOrder():
                kind = "order"
            case s.HandOver():
                kind = "hand"
            case s.Request():
                kind = "request"
            case s.Pay():
                kind = "pay"
            case s.Call():
                kind = "call"
            case _:
                continue
        counts[kind] = counts.get(kind, 0) + 1
        names[id(statement)] = f"{step.name}.{kind}{counts[kind]}"
    return names


def phrases_of(text: s.Text) -> tuple[str, ...]:
    """Every phrase of a label, in every channel and language, as written, the shown one first."""
    return _phrases(Same(text))


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def _phrases(label: Same[s.Text]) -> tuple[str, ...]:
    text = label.value
    found: list[str] = []
    for wording in (text.base, *(variant.text for variant in text.variants)):
        found += [phrase.strip() for phrase in re.split(r"[|｜]", wording) if phrase.strip()]
    return tuple(dict.fromkeys(found))


class _Compiler:
    def __init__(self, flow: s.Flow) -> None:
        self.flow = flow
        self.shop = next((b for b in flow.blocks if isinstance(b, s.Shop)), None)
        self.defaults = next((b for b in flow.blocks if isinstance(b, s.Defaults)), None)
        self.steps: dict[str, s.Step] = {}
        for block in flow.blocks:
            if isinstance(block, s.Step):
                self.steps.setdefault(block.name, block)
        self.languages = self._setting("languages", settings.languages, ("zh",))
        self.channels = self._setting("channels", settings.channels, ("sms",))
        self.currency, self.decimals = self._setting("currency", settings.currency, ("CNY", 2))
        self.texts: dict[str, int] = {}
        self.wordings: dict[tuple[int, ...], int] = {}
        self.nodes: list[Callable[[], p.AnyNode]] = []
        self.spans: list[s.Span] = []
        self.entries: dict[str, _Target] = {}
        self.trap = p.NOWHERE
        self.end = p.NOWHERE
        """The end of the step that is being compiled."""
        self.variables: dict[str, str] = {}
        self.choices: dict[str, tuple[p.Option, ...]] = {}
        self.names: dict[int, str] = {}
        self.products: tuple[p.Product, ...] = ()

    def compile(self) -> Compiled:
        self.products = tuple(self._products())
        for step in self.steps.values():
            self.names.update(wait_names(step))
        self._types()
        for step in self.steps.values():
            self.end = self._add(step.span, lambda: p.Return())
            self.entries[step.name] = self._sequence(step.body, self.end)
        trap = self._add(s.Span(next(iter(self.flow.starts), ""), 1, 1, 1), lambda: p.Goodbye())
        self.trap = trap
        nodes = tuple(build() for build in self.nodes)
        anywhere = tuple(
            self._option(option)
            for block in self.flow.blocks
            if isinstance(block, s.Anywhere)
            for option in block.options
        )
        program = p.Program(
            version=p.ENCODING_VERSION,
            name=self.flow.name,
            shop_names=self._by_language(self.shop.name if self.shop else None),
            number=self._setting("number", str.strip, ""),
            codes=self._codes(),
            languages=self.languages,
            channels=self.channels,
            currency=self.currency,
            decimals=self.decimals,
            timezone=self._setting("timezone", settings.timezone, "Asia/Shanghai"),
            hours=self._hours(),
            delivery_s=self._setting("delivery", settings.duration, None),
            queues=tuple(self._setting("queues", settings.words, [])),
            limits=self._limits(),
            products=self.products,
            grammars={
                block.name: (block.source, self.flow.files.get(block.source, b""))
                for block in self.flow.blocks
                if isinstance(block, s.GrammarFile)
            },
            variables=dict(sorted(self.variables.items())),
            choices=self.choices,
            nodes=nodes,
            steps={name: self._resolve(name) for name in self.steps},
            texts=tuple(self.texts),
            wordings=tuple(self.wordings),
            waits={node.id: index for index, node in enumerate(nodes) if isinstance(node, _WAITS)},
            anywhere=anywhere,
            renamed={b.old: b.new for b in self.flow.blocks if isinstance(b, s.Renamed)},
            start=self._resolve("start" if "start" in self.steps else next(iter(self.steps), None)),
            calling=self._calling(),
        )
        return Compiled(program, tuple(self.spans), self.flow)

    # --- shop and defaults ---

    def _setting(self, name: str, read: Callable[[str], _T], default: _T) -> _T:
        found = self._settings(name)
        if not found:
            return default
        try:
            return read(found[-1].value)
        except ValueError:
            return default

    def _settings(self, name: str) -> list[s.Setting]:
        blocks = [block for block in (self.shop, self.defaults) if block is not None]
        return [line for block in blocks for line in block.settings if line.name == name]

    def _codes(self) -> dict[str, tuple[str, ...]]:
        names = {"sms": "sms code", "ussd": "ussd code", "keyword": "keyword"}
        codes: dict[str, tuple[str, ...]] = {}
        for kind, name in names.items():
            listed = [
                w for line in self._settings(name) for w in re.split(r"[,，、|｜]", line.value)
            ]
            codes[kind] = tuple(word.strip() for word in listed if word.strip())
        return codes

    def _hours(self) -> p.Hours | None:
        week = self._setting("open", settings.opening, None)
        closed: list[tuple[str, str]] = []
        for line in self._settings("closed"):
            try:
                closed += settings.closed_days(line.value)
            except ValueError:
                continue
        if week is None and not closed:
            return None
        return p.Hours(week or (((0, 1440),),) * 7, tuple(closed))

    def _calling(self) -> p.Calling:
        base = p.Calling()
        return p.Calling(
            self._setting("rings", settings.rings, base.rings_s),
            self._setting("call back", settings.called_back, base.back),
            self._setting("quiet hours", settings.quiet_hours, base.quiet),
        )

    def _limits(self) -> p.Limits:
        base = p.Limits()
        turns, target = base.turns_max, p.NOWHERE
        for line in self._settings("max turns"):
            found = re.fullmatch(
                r"(\d+)\s*(?:(?:then|之后)\s*(?:->|→)\s*([^\W\d]\w*))?", line.value
            )
            if found:
                turns = min(int(found[1]), TURNS_MAX)
                target = self._resolve(found[2]) if found[2] else p.NOWHERE
        if target == p.NOWHERE and "agent" in self.steps:
            target = self._resolve("agent")
        return p.Limits(
            self._setting("sms session", settings.duration, base.sms_session_s),
            self._setting("ussd session", settings.duration, base.ussd_session_s),
            self._setting("voice session", settings.duration, base.voice_session_s),
            turns,
            target,
            self._setting("max sms parts", lambda v: settings.number(v, 1, 20), base.sms_parts_max),
        )

    def _products(self) -> Iterator[p.Product]:
        seen: set[str] = set()
        for block in self.flow.blocks:
            if not isinstance(block, s.Catalog):
                continue
            for item in block.items:
                if item.code in seen:
                    continue
                seen.add(item.code)
                try:
                    price, stock = read_price(item.price, self.decimals), read_stock(item.stock)
                except ValueError:
                    price = stock = 0
                # The middle of a row is what SMS shows.
                columns = len(self.languages)
                names = _labels(Same(item.label), self.languages)[columns : 2 * columns]
                yield p.Product(
                    item.code,
                    names,
                    price,
                    stock,
                    item.group or "",
                    item.unit or "",
                    phrases_of(item.label),
                )

    # --- wordings ---

    def _by_language(self, text: s.Text | None) -> tuple[str, ...]:
        if text is None:
            return (self.flow.name,) * len(self.languages)
        return tuple(_resolve_text(text, "sms", language) for language in self.languages)

    def _wording(self, text: s.Text) -> int:
        return self._row(_texts(Same(text), self.languages))

    def _label(self, label: s.Text) -> int:
        return self._row(_labels(Same(label), self.languages))

    def _row(self, row: tuple[str, ...]) -> int:
        texts = self.texts
        key = tuple([texts.setdefault(text, len(texts)) for text in row])
        return self.wordings.setdefault(key, len(self.wordings))

    # --- types of variables ---

    def _types(self) -> None:
        for block in self.flow.blocks:
            if isinstance(block, s.Anywhere):
                for option in block.options:
                    for name, kind in SLOT.findall(option.label.base):
                        self.variables.setdefault(name, ANSWER_TYPES.get(kind, "text"))
        operations = {
            f"{block.name}.{operation.name}": operation
            for block in self.flow.blocks
            if isinstance(block, s.Service)
            for operation in block.operations
        }
        # Twice, since a value may be computed from a variable that stands further down in the file.
        for _ in range(2):
            for step in self.steps.values():
                for statement in statements(step.body):
                    self._type_of_statement(statement, operations)

    def _type_of_statement(
        self, statement: s.Statement, operations: dict[str, s.Operation]
    ) -> None:
        match statement:
            case s.Ask(name=name, type=kind):
                found = ANSWER_TYPES.get(kind.kind, "text")
                if kind.kind == "choice":
                    found = f"choice:{self.names[id(statement)]}"
                self.variables.setdefault(name, found)
            case s.Assign(path=path, value=value) if path not in schema.ASSIGNABLE:
                found = self._type(value)
                if found:
                    self.variables.setdefault(path, found)
            case s.Request(name=name, call=call):
                try:
                    parsed = e.parse_service_call(call)
                except e.ExpressionError:
                    return
                operation = operations.get(f"{parsed.service}.{parsed.operation}")
                if operation:
                    fields = ",".join(f"{field}={kind}" for field, kind in operation.results)
                    self.variables.setdefault(name, f"answer:{fields}")
            case s.Call(target=target, arguments=arguments) if target in self.steps:
                for name, value in zip(
                    self.steps[target].parameters, _arguments(arguments), strict=False
                ):
                    try:
                        self.variables.setdefault(name, schema.type_of(value, self.variables))
                    except e.ExpressionError:
                        continue
            case _:
                pass

    def _type(self, text: str) -> str | None:
        try:
            return schema.type_of(e.parse_expression(text), self.variables)
        except e.ExpressionError:
            return None

    # --- nodes ---

    def _add(self, span: s.Span, build: Callable[[], p.AnyNode]) -> int:
        self.nodes.append(build)
        self.spans.append(span)
        return len(self.nodes) - 1

    def _reserve(self, span: s.Span) -> int:
        return self._add(span, lambda: p.Goodbye())

    def _resolve(self, target: _Target) -> int:
        # Steps that only jump are chains of names; one that comes back to itself leads nowhere.
        for _ in range(len(self.entries) + 2):
            if not isinstance(target, str):
                return p.NOWHERE if target is None else target
            target = self.entries.get(target, self.trap)
        return self.trap

    def _sequence(self, body: Sequence[s.Statement], after: _Target) -> _Target:
        slots: list[_Target] = []
        for statement in body:
            match statement:
                case s.Jump(target):
                    slots.append(target)
                case _:
                    slots.append(self._reserve(statement.span))
        slots.append(after)
        for position, statement in enumerate(body):
            slot = slots[position]
            if not isinstance(statement, s.Jump):
                assert isinstance(slot, int)
                self.nodes[slot] = self._node(statement, slots[position + 1])
        return slots[0]

    def _node(self, statement: s.Statement, after: _Target) -> Callable[[], p.AnyNode]:
        go = self._resolve
        name = self.names.get(id(statement), "")
        match statement:
            case s.Say(text, _, to_its_end):
                wording = self._wording(text)
                return lambda: p.Say(wording, go(after), to_its_end)
            case s.Menu():
                return self._menu(statement, name)
            case s.Ask():
                return self._ask(statement, name, after)
            case s.Branch(arms):
                return self._branch(arms, after)
            case s.Assign(path, value):
                return lambda: p.Assign(path, value, go(after))
            case s.Add(amount, product):
                return lambda: p.Add(amount, product, go(after))
            case s.Remove(product):
                return lambda: p.Remove(product, go(after))
            case s.EmptyCart():
                return lambda: p.Empty(go(after))
            case s.SendSms(text):
                wording = self._wording(text)
                return lambda: p.SendSms(wording, go(after))
            case s.TellShop(text):
                wording = self._wording(text)
                return lambda: p.TellShop(wording, go(after))
            case s.Call(target, arguments):
                parameters = self.steps[target].parameters if target in self.steps else ()
                texts = tuple(_argument_texts(arguments))
                return lambda: p.Call(name, go(target), parameters, texts, go(after))
            case s.Return():
                return lambda: p.Return()
            case s.Goodbye() | s.Jump():
                return lambda: p.Goodbye()
            case _:
                return self._effect(statement, name, after)

    def _effect(
        self, statement: s.PlaceOrder | s.HandOver | s.Request | s.Pay, name: str, after: _Target
    ) -> Callable[[], p.AnyNode]:
        go = self._resolve
        entries = {when.outcome: self._sequence(when.body, after) for when in statement.whens}

        def outcomes() -> dict[str, int]:
            return {outcome: go(entry) for outcome, entry in entries.items()}

        match statement:
            case s.PlaceOrder():
                return lambda: p.PlaceOrder(name, outcomes(), go(after))
            case s.HandOver(queue, prompts):
                wordings = tuple(self._wording(say.text) for say in prompts)
                # A buyer who has spoken to a person is not asked on where nothing says so, also in a called step.
                then = None if after == self.end else after
                return lambda: p.HandOver(name, queue, wordings, outcomes(), go(then))
            case s.Pay(amount):
                return lambda: p.Pay(name, amount, outcomes(), go(after))
            case s.Request(variable, call):
                service, operation, arguments = _service_call(call)
                results = self._results(service, operation)
                return lambda: p.Request(
                    name, variable, service, operation, arguments, results, outcomes(), go(after)
                )

    def _results(self, service: str, operation: str) -> tuple[tuple[str, str], ...]:
        for block in self.flow.blocks:
            if isinstance(block, s.Service) and block.name == service:
                for listed in block.operations:
                    if listed.name == operation:
                        return listed.results
        return ()

    def _menu(self, menu: s.Menu, name: str) -> Callable[[], p.AnyNode]:
        wording = self._wording(menu.text) if menu.text else None
        labels = [self._label(option.label) for option in menu.options]
        retry = self._retry(menu.retry)
        return lambda: p.Menu(
            name,
            wording,
            tuple(self._option(o, label) for o, label in zip(menu.options, labels, strict=True)),
            retry(),
        )

    def _ask(self, ask: s.Ask, name: str, after: _Target) -> Callable[[], p.AnyNode]:
        wordings = tuple(self._wording(say.text) for say in ask.prompts)
        choices = tuple(
            p.Option(
                None,
                choice.key,
                self._label(choice.label),
                phrases_of(choice.label),
                (),
                None,
                p.NOWHERE,
                choice.value,
            )
            for choice in ask.choices
        )
        if ask.type.kind == "choice":
            self.choices[name] = choices
        retry = self._retry(ask.retry)
        kind = ask.type
        return lambda: p.Ask(
            name,
            ask.name,
            kind.kind,
            kind.lower,
            kind.upper,
            kind.name,
            wordings,
            choices,
            ask.confirm,
            retry(),
            self._resolve(after),
        )

    def _branch(
        self, arms: Sequence[tuple[str | None, tuple[s.Statement, ...], s.Span]], after: _Target
    ) -> Callable[[], p.AnyNode]:
        (condition, body, _), *rest = arms
        yes = self._sequence(body, after)
        if not rest:
            no = after
        elif rest[0][0] is None:
            no = self._sequence(rest[0][1], after)
        else:
            slot = self._reserve(rest[0][2])
            self.nodes[slot] = self._branch(rest, after)
            no = slot
        go = self._resolve
        return lambda: p.Branch(condition or "yes", go(yes), go(no))

    def _option(self, option: s.Option, label: int | None = None) -> p.Option:
        slots = tuple((name, kind) for name, kind in SLOT.findall(option.label.base))
        return p.Option(
            option.channel,
            option.key,
            self._label(option.label) if label is None else label,
            () if slots else phrases_of(option.label),
            slots,
            option.guard,
            self._resolve(option.target),
            None,
        )

    def _retry(self, retry: s.Retry) -> Callable[[], p.Retry]:
        no_input = tuple(self._wording(text) for text in retry.no_input)
        no_match = tuple(self._wording(text) for text in retry.no_match)
        tries = retry.tries or (self.defaults.tries if self.defaults else None)
        wait = retry.wait or (self.defaults.wait if self.defaults else None)
        wait_s = WAIT_DEFAULT_S
        if wait is not None:
            with contextlib.suppress(ValueError):
                wait_s = settings.duration(wait.value)
        if tries is not None:
            limit, target = max(1, tries.limit), tries.target
        else:
            limit, target = TRIES_DEFAULT, "agent" if "agent" in self.steps else None
        return lambda: p.Retry(no_input, no_match, limit, self._resolve(target), wait_s)


# Blocks that were not edited are the same objects at the next compilation, and so are their texts.
@lru_cache(maxsize=TEXTS_KEPT_MAX)
def _texts(text: Same[s.Text], languages: tuple[str, ...]) -> tuple[str, ...]:
    """A text's wordings, by channel and language."""
    return tuple(
        [_resolve_text(text.value, c, language) for c in p.CHANNELS for language in languages]
    )


@lru_cache(maxsize=TEXTS_KEPT_MAX)
def _labels(label: Same[s.Text], languages: tuple[str, ...]) -> tuple[str, ...]:
    """What is shown of a label: the first phrase of each of its wordings."""
    return tuple([re.split(r"[|｜]", text)[0].strip() for text in _texts(label, languages)])


def _resolve_text(text: s.Text, channel: str, language: str) -> str:
    """The wording for a channel and language: both fit, then the language's, then the channel's, then the base."""
    by_language = by_channel = None
    for variant in text.variants:
        if variant.language == language:
            if variant.channel == channel:
                return variant.text
            if variant.channel is None:
                by_language = variant.text
        elif variant.language is None and variant.channel == channel:
            by_channel = variant.text
    return by_language or by_channel or text.base


def _arguments(text: str | None) -> tuple[e.Expression, ...]:
    if not text:
        return ()
    try:
        return e.parse_arguments(text)
    except e.ExpressionError:
        return ()


def _argument_texts(text: str | None) -> list[str]:
    """`(a, b + 1)` to its arguments as written; commas inside quotes and brackets do not part them."""
    if not text:
        return []
    inner = text.strip()[1:-1]
    parts: list[str] = []
    depth = 0
    quote = ""
    current = ""
    for character in inner:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "“":
            quote = "”"
        elif character in "(（":
            depth += 1
        elif character in ")）":
            depth -= 1
        elif character in ",，、" and depth == 0:
            parts.append(current.strip())
            current = ""
            continue
        current += character
    if current.strip():
        parts.append(current.strip())
    return parts


def _service_call(text: str) -> tuple[str, str, tuple[str, ...]]:
    head, bracket, rest = text.replace("（", "(").partition("(")
    service, _, operation = head.strip().partition(".")
    return service, operation, tuple(_argument_texts(bracket + rest)) if bracket else ()
