"""Statements to the nodes of a program, by steps.

A flow with mistakes still compiles, as far as it goes: a target that is not there leads to the end of the session. The
checker tells the author; a flow is published only without errors.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows import program as p
from flows import settings
from flows import syntax as s
from flows.catalog import read_price, read_stock
from flows.compiler.shop import ShopSettings
from flows.compiler.statements import argument_texts, service_call, wait_names
from flows.compiler.variables import variables_of
from flows.compiler.wordings import SLOT, Wordings, phrases_of
from flows.packed import ENCODING_VERSION
from flows.same import Same

TRIES_DEFAULT = 3
WAIT_DEFAULT_S = 6

_WAITS = (p.Menu, p.Ask, p.PlaceOrder, p.HandOver, p.Request, p.Pay, p.Call)
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
    return _compiled(Same(flow))


# Who checks a flow compiles it, and most who check it go on with what was compiled.
@lru_cache(maxsize=2)
def _compiled(flow: Same[s.Flow]) -> Compiled:
    return _Compiler(flow.value).compile()


class _Compiler:
    def __init__(self, flow: s.Flow) -> None:
        self.flow = flow
        self.shop = ShopSettings(flow)
        self.steps: dict[str, s.Step] = {}
        for block in flow.blocks:
            if isinstance(block, s.Step):
                self.steps.setdefault(block.name, block)
        self.languages = self.shop.value("languages", settings.languages, ("zh",))
        self.currency, self.decimals = self.shop.value("currency", settings.currency, ("CNY", 2))
        self.wordings = Wordings(self.languages)
        self.nodes: list[Callable[[], p.AnyNode]] = []
        self.spans: list[s.Span] = []
        self.entries: dict[str, _Target] = {}
        self.trap = p.NOWHERE
        self.end = p.NOWHERE
        """The end of the step that is being compiled."""
        self.choices: dict[str, tuple[p.Option, ...]] = {}
        self.names: dict[int, str] = {}

    def compile(self) -> Compiled:
        products = tuple(self._products())
        for step in self.steps.values():
            self.names.update(wait_names(step))
        variables = variables_of(self.flow, self.steps, self.names)
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
        shop = self.shop
        program = p.Program(
            version=ENCODING_VERSION,
            name=self.flow.name,
            shop_names=self.wordings.by_language(shop.shop.name)
            if shop.shop
            else (self.flow.name,) * len(self.languages),
            number=shop.value("number", str.strip, ""),
            codes=shop.codes(),
            languages=self.languages,
            channels=shop.value("channels", settings.channels, ("sms",)),
            currency=self.currency,
            decimals=self.decimals,
            timezone=shop.value("timezone", settings.timezone, "Asia/Shanghai"),
            hours=shop.hours(),
            delivery_s=shop.value("delivery", settings.duration, None),
            queues=tuple(shop.value("queues", settings.words, [])),
            limits=shop.limits(self._resolve, has_agent="agent" in self.steps),
            products=products,
            grammars={
                block.name: (block.source, self.flow.files.get(block.source, b""))
                for block in self.flow.blocks
                if isinstance(block, s.GrammarFile)
            },
            variables=variables,
            choices=self.choices,
            nodes=nodes,
            steps={name: self._resolve(name) for name in self.steps},
            texts=tuple(self.wordings.texts),
            wordings=tuple(self.wordings.rows),
            waits={node.id: index for index, node in enumerate(nodes) if isinstance(node, _WAITS)},
            anywhere=anywhere,
            renamed={b.old: b.new for b in self.flow.blocks if isinstance(b, s.Renamed)},
            start=self._resolve("start" if "start" in self.steps else next(iter(self.steps), None)),
            calling=shop.calling(),
        )
        return Compiled(program, tuple(self.spans), self.flow)

    # --- the catalog ---

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
                yield p.Product(
                    item.code,
                    self.wordings.shown(item.label),
                    price,
                    stock,
                    item.group or "",
                    item.unit or "",
                    phrases_of(item.label),
                )

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
                wording = self.wordings.of(text)
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
                wording = self.wordings.of(text)
                return lambda: p.SendSms(wording, go(after))
            case s.TellShop(text):
                wording = self.wordings.of(text)
                return lambda: p.TellShop(wording, go(after))
            case s.Call(target, arguments):
                parameters = self.steps[target].parameters if target in self.steps else ()
                texts = tuple(argument_texts(arguments))
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
                wordings = tuple(self.wordings.of(say.text) for say in prompts)
                # A buyer who has spoken to a person is not asked on where nothing says so, also in a called step.
                then = None if after == self.end else after
                return lambda: p.HandOver(name, queue, wordings, outcomes(), go(then))
            case s.Pay(amount):
                return lambda: p.Pay(name, amount, outcomes(), go(after))
            case s.Request(variable, call):
                service, operation, arguments = service_call(call)
                declared = self._operation(service, operation)
                return lambda: p.Request(
                    name,
                    variable,
                    service,
                    operation,
                    arguments,
                    declared.results if declared else (),
                    outcomes(),
                    go(after),
                    declared.parameters if declared else (),
                )

    def _operation(self, service: str, operation: str) -> s.Operation | None:
        for block in self.flow.blocks:
            if isinstance(block, s.Service) and block.name == service:
                for listed in block.operations:
                    if listed.name == operation:
                        return listed
        return None

    def _menu(self, menu: s.Menu, name: str) -> Callable[[], p.AnyNode]:
        wording = self.wordings.of(menu.text) if menu.text else None
        labels = [self.wordings.of_label(option.label) for option in menu.options]
        retry = self._retry(menu.retry)
        return lambda: p.Menu(
            name,
            wording,
            tuple(self._option(o, label) for o, label in zip(menu.options, labels, strict=True)),
            retry(),
        )

    def _ask(self, ask: s.Ask, name: str, after: _Target) -> Callable[[], p.AnyNode]:
        wordings = tuple(self.wordings.of(say.text) for say in ask.prompts)
        choices = tuple(
            p.Option(
                None,
                choice.key,
                self.wordings.of_label(choice.label),
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
            self.wordings.of_label(option.label) if label is None else label,
            () if slots else phrases_of(option.label),
            slots,
            option.guard,
            self._resolve(option.target),
            None,
        )

    def _retry(self, retry: s.Retry) -> Callable[[], p.Retry]:
        no_input = tuple(self.wordings.of(text) for text in retry.no_input)
        no_match = tuple(self.wordings.of(text) for text in retry.no_match)
        tries = retry.tries or (self.shop.defaults.tries if self.shop.defaults else None)
        wait = retry.wait or (self.shop.defaults.wait if self.shop.defaults else None)
        wait_s = WAIT_DEFAULT_S
        if wait is not None:
            with contextlib.suppress(ValueError):
                wait_s = settings.duration(wait.value)
        if tries is not None:
            limit, target = max(1, tries.limit), tries.target
        else:
            limit, target = TRIES_DEFAULT, "agent" if "agent" in self.steps else None
        return lambda: p.Retry(no_input, no_match, limit, self._resolve(target), wait_s)
