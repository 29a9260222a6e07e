"""Functions of the nodes that ask nothing: texts, values, the cart, effects, calls."""

from __future__ import annotations

from collections.abc import Callable

from flows import effects
from flows import program as p
from flows.effects import Effect
from flows.machine.signs import CALLS_MAX, END, WAIT, FlowTroubleError, Run, Trace
from flows.machine.texts import evaluated, text_of
from flows.render import Evaluate, Renderer
from flows.turn import Turn


def say(wording: int, following: int, effect: Callable[[str], Effect]) -> Run:
    def run(t: Turn) -> int:
        # As `text_of` has it, without a call: this is by far the commonest node.
        said = t.column[wording]
        t.effects.append(effect(said if isinstance(said, str) else text_of(t, wording)))
        return following

    return run


def announced(text: str) -> effects.Say:
    return effects.Say(text, to_its_end=True)


def tell_shop(own: str, tell: Run) -> Run:
    """The seller reads their own language, the shop's first, whatever the buyer speaks."""

    def run(t: Turn) -> int:
        spoken, index = t.language, t.l
        set_language(t, own, 0)
        try:
            return tell(t)
        finally:
            set_language(t, spoken, index)

    return run


def assign(node: p.Assign, evaluate: Evaluate, languages: tuple[str, ...]) -> Run:
    path, following = node.path, node.next

    def variable(t: Turn) -> int:
        t.values[path] = evaluate(t)
        return following

    def language(t: Turn) -> int:
        value = evaluate(t)
        if value in languages and value != t.language:
            set_language(t, value, languages.index(value))
            t.effects.append(effects.KeepBuyer("language", value))
        return following

    def cart(t: Turn) -> int:
        products = t.shop.products
        t.cart = tuple(line for line in evaluate(t) if line.code in products)
        t.placed = False
        return following

    def buyer(t: Turn) -> int:
        field = path.partition(".")[2]
        value = evaluate(t)
        if field == "opted_out":
            value = bool(value)
        t.buyer = t.buyer.kept(field, value)
        t.effects.append(effects.KeepBuyer(field, value))
        return following

    if path == "lang":
        return language
    if path == "cart":
        return cart
    return buyer if path.startswith("buyer.") else variable


def add(amount: Evaluate, product: str, following: int) -> Run:
    def run(t: Turn) -> int:
        quantity = amount(t)
        if quantity > 0:
            t.put(str(t.values[product]), quantity)
        return following

    return run


def remove(product: str, following: int) -> Run:
    def run(t: Turn) -> int:
        code = t.values[product]
        t.cart = tuple(line for line in t.cart if line.code != code)
        return following

    return run


def empty(following: int) -> Run:
    def run(t: Turn) -> int:
        t.cart = ()
        t.placed = False
        return following

    return run


def place_order(node: p.PlaceOrder) -> Run:
    name, outcomes = node.id, node.outcomes

    def run(t: Turn) -> int:
        if not t.cart or t.placed:
            t.effects.append(effects.Trouble("order.empty", "there is nothing in the cart"))
            return outcomes.get("failed", END)
        t.at = name
        t.effects.append(effects.PlaceOrder(t.cart, t.total(t.cart), t.buyer.address))
        return WAIT

    return run


def hand_over(node: p.HandOver) -> Run:
    name, queue, wordings = node.id, node.queue, node.wordings

    def run(t: Turn) -> int:
        for wording in wordings:
            t.effects.append(effects.Say(text_of(t, wording)))
        t.at = name
        t.effects.append(effects.HandOver(queue))
        return WAIT

    return run


def request(node: p.Request, renderer: Renderer) -> Run:
    name, service, operation = node.id, node.service, node.operation
    parameters, results = node.parameters, node.results
    arguments = [evaluated(renderer, argument) for argument in node.arguments]

    def run(t: Turn) -> int:
        t.at = name
        values = tuple(argument(t) for argument in arguments)
        t.effects.append(effects.Request(service, operation, values, parameters, results))
        return WAIT

    return run


def pay(node: p.Pay, amount: Evaluate) -> Run:
    name = node.id

    def run(t: Turn) -> int:
        t.at = name
        t.effects.append(effects.Pay(amount(t)))
        return WAIT

    return run


def call(node: p.Call, renderer: Renderer) -> Run:
    name, target = node.id, node.target
    arguments = [evaluated(renderer, argument) for argument in node.arguments]
    parameters = node.parameters

    def run(t: Turn) -> int:
        if len(t.calls) >= CALLS_MAX:
            raise FlowTroubleError("call.depth", f"steps are called more than {CALLS_MAX} deep")
        values = [argument(t) for argument in arguments]
        t.values.update(zip(parameters, values, strict=False))
        t.calls = (*t.calls, name)
        return target

    return run


def come_back(program: p.Program, trace: Trace | None) -> Run:
    waits, nodes = program.waits, program.nodes

    def run(t: Turn) -> int:
        if not t.calls:
            return END
        *rest, name = t.calls
        t.calls = tuple(rest)
        index = waits.get(name)
        node = nodes[index] if index is not None else None
        if index is None or not isinstance(node, p.Call):
            return END
        if trace is not None:
            trace.edge(index, "return")
        return node.next

    return run


def set_language(t: Turn, language: str, index: int) -> None:
    """Speak another language from here on."""
    t.language = language
    t.w = t.w - t.l + index
    t.l = index
    t.column = t.texts.column(t.w)
