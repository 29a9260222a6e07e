"""A program made ready to run: every node a function, every question a table of what its answers mean.

Made once for a program and shared by all its sessions. A node's function takes the turn and returns the next node's
index, or one of the negative signs below.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol

from flows import effects, prompts
from flows import program as p
from flows.answers import (
    FREE_TYPES,
    Phrases,
    Reader,
    offered_addresses,
    option_phrases,
    reader,
    slot_reader,
)
from flows.effects import Effect
from flows.expression import ExpressionError
from flows.render import RENDERED_CHARACTERS_MAX, Evaluate, Renderer
from flows.template import TemplateError
from flows.turn import Turn
from grammars.folding import fold
from grammars.opting_out import opt_out_words

END = p.NOWHERE
WAIT = -2
"""The turn is over: an answer or an outcome is waited for."""
NO_MATCH = -3
"""The answer was not understood."""

ANYWHERE = 1_000_000
"""Added in `Turn.chosen` to an index into `Program.anywhere`; no menu has so many options."""

RESUME = "~"
CONFIRM = "?"
"""Marks before a question's name in `Session.at`."""

CALLS_MAX = 8
"""Steps called within one another."""


def _announced(text: str) -> effects.Say:
    return effects.Say(text, to_its_end=True)


class Trace(Protocol):
    """Is told every edge that a session takes, for coverage."""

    def edge(self, node: int, label: str) -> None:
        """A node was left by this edge; labels are those of flows.program.edges."""
        ...

    def answered(self, node: int, chosen: int) -> None:
        """A question was answered: the option's index, -1 for a value, ANYWHERE + index for `anywhere`."""
        ...


Run = Callable[[Turn], int]
Answer = Callable[[Turn, str], int]


class FlowTroubleError(Exception):
    """The flow cannot go on: a bound was reached, or a value is not what a text needs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Machine:
    """A program ready to run."""

    def __init__(self, program: p.Program, trace: Trace | None = None) -> None:
        self.program = program
        self.trace = trace
        self.fingerprint = p.fingerprint(program)
        self.languages = {language: index for index, language in enumerate(program.languages)}
        self.products = {product.code: product for product in program.products}
        limits = program.limits
        self.session_s = (limits.voice_session_s, limits.sms_session_s, limits.ussd_session_s)
        self.renderer = Renderer(program)
        self._texts: dict[int, str | Callable[[Turn], str]] = {}
        self._rows: dict[int, tuple[str | Callable[[Turn], str], ...]] = {}
        self._anywhere = [_Anywhere(self, channel) for channel in p.CHANNELS]
        self.questions: dict[str, p.Question] = {}
        self.answers: dict[str, Answer] = {}
        self.strict: dict[str, Answer] = {}
        """As `answers`, for a first message: nothing that takes any words."""
        self.runs: list[Run] = [
            self._run(node) if trace is not None or isinstance(node, p.Question) else self._stub(i)
            for i, node in enumerate(program.nodes)
        ]
        if trace is not None:
            self.runs = [_traced(program, i, run, trace) for i, run in enumerate(self.runs)]

    def _stub(self, index: int) -> Run:
        """Makes a node's function when it is first come to: most buyers take one way of many."""

        def run(t: Turn) -> int:
            made = self.runs[index] = self._run(self.program.nodes[index])
            return made(t)

        return run

    def anywhere(self, turn: Turn, text: str) -> int:
        """Where a message leads from any question, or NO_MATCH."""
        return self._anywhere[turn.channel].find(turn, text)

    @cached_property
    def anywhere_phrases(self) -> frozenset[str]:
        """Phrases of `anywhere`, folded: what the seller answers at every question."""
        return frozenset(
            fold(phrase) for option in self.program.anywhere for phrase in option.phrases
        )

    @cached_property
    def opt_out_words(self) -> frozenset[str]:
        """Words, folded, by which a buyer gets no more messages that were not asked for."""
        return opt_out_words(self.program.languages)

    @cached_property
    def irreversible(self) -> frozenset[int]:
        """Nodes from which an order is placed or money taken before the buyer is asked anything more."""
        nodes = self.program.nodes
        found = {i for i, node in enumerate(nodes) if isinstance(node, p.PlaceOrder | p.Pay)}
        waiting = p.Menu | p.Ask | p.HandOver | p.Request
        changed = True
        while changed:
            changed = False
            for index, node in enumerate(nodes):
                if index in found or isinstance(node, waiting):
                    continue
                if any(target in found for _, target in p.edges(node, "voice")):
                    found.add(index)
                    changed = True
        return frozenset(found)

    # --- wordings ---

    def row(self, wording: int) -> tuple[str | Callable[[Turn], str], ...]:
        """A wording's texts by column, each a text or a function that gives it."""
        row = self._rows.get(wording)
        if row is None:
            row = self._rows[wording] = tuple(self._text(i) for i in self.program.wordings[wording])
        return row

    def _text(self, index: int) -> str | Callable[[Turn], str]:
        text = self._texts.get(index)
        if text is None:
            try:
                text = self.renderer.text(self.program.texts[index])
            except (TemplateError, ExpressionError) as error:
                text = _refused(error.message)
            self._texts[index] = text
        return text

    def evaluate(self, expression: str) -> Evaluate:
        """An expression as a function; one that the checker would refuse fails when it is reached."""
        try:
            return self.renderer.expression(expression)
        except ExpressionError as error:
            return _refused(error.message)

    def say(self, turn: Turn, wording: int) -> str:
        """The text of a wording in this turn."""
        text = self.row(wording)[turn.w]
        return text if text.__class__ is str else text(turn)[:RENDERED_CHARACTERS_MAX]  # type: ignore[operator]

    # --- nodes ---

    def _run(self, node: p.AnyNode) -> Run:
        match node:
            case p.Say(wording, following, to_its_end):
                said = _announced if to_its_end else effects.Say
                return self._say(wording, following, said)
            case p.SendSms(wording, following):
                return self._say(wording, following, effects.SendSms)
            case p.TellShop(wording, following):
                return self._tell_shop(self._say(wording, following, effects.TellShop))
            case p.Menu():
                return self._menu(node)
            case p.Ask():
                return self._ask(node)
            case p.Branch(condition, yes, no):
                test = self.evaluate(condition)
                return lambda t: yes if test(t) else no
            case p.Assign():
                return self._assign(node)
            case p.Add(amount, product, following):
                return self._add(self.evaluate(amount), product, following)
            case p.Remove(product, following):
                return self._remove(product, following)
            case p.Empty(following):
                return self._empty(following)
            case p.PlaceOrder():
                return self._place_order(node)
            case p.HandOver():
                return self._hand_over(node)
            case p.Request():
                return self._request(node)
            case p.Pay():
                return self._pay(node)
            case p.Call():
                return self._call(node)
            case p.Return():
                return self._return
            case p.Goodbye():
                return lambda _: END

    def _say(self, wording: int, following: int, effect: Callable[[str], Effect]) -> Run:
        row: tuple[Any, ...] = ()

        def run(t: Turn) -> int:
            nonlocal row
            if not row:
                row = self.row(wording)
            text = row[t.w]
            t.effects.append(
                effect(text if text.__class__ is str else text(t)[:RENDERED_CHARACTERS_MAX])
            )
            return following

        return run

    def _tell_shop(self, tell: Run) -> Run:
        """The seller reads the shop's first language, whatever the buyer speaks."""
        own = self.program.languages[0]

        def run(t: Turn) -> int:
            spoken, index = t.language, t.l
            set_language(t, own, 0)
            try:
                return tell(t)
            finally:
                set_language(t, spoken, index)

        return run

    def _assign(self, node: p.Assign) -> Run:
        path, following = node.path, node.next
        evaluate = self.evaluate(node.value)
        languages = self.languages

        def variable(t: Turn) -> int:
            t.values[path] = evaluate(t)
            return following

        def language(t: Turn) -> int:
            value = evaluate(t)
            if value in languages and value != t.language:
                set_language(t, value, languages[value])
                t.effects.append(effects.KeepBuyer("language", value))
            return following

        def cart(t: Turn) -> int:
            products = self.products
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

    def _add(self, amount: Evaluate, product: str, following: int) -> Run:
        def run(t: Turn) -> int:
            quantity = amount(t)
            if quantity > 0:
                t.put(str(t.values[product]), quantity)
            return following

        return run

    def _remove(self, product: str, following: int) -> Run:
        def run(t: Turn) -> int:
            code = t.values[product]
            t.cart = tuple(line for line in t.cart if line.code != code)
            return following

        return run

    def _empty(self, following: int) -> Run:
        def run(t: Turn) -> int:
            t.cart = ()
            t.placed = False
            return following

        return run

    def _place_order(self, node: p.PlaceOrder) -> Run:
        name, outcomes = node.id, node.outcomes

        def run(t: Turn) -> int:
            if not t.cart or t.placed:
                t.effects.append(effects.Trouble("order.empty", "there is nothing in the cart"))
                return outcomes.get("failed", END)
            t.at = name
            t.effects.append(effects.PlaceOrder(t.cart, t.total(t.cart), t.buyer.address))
            return WAIT

        return run

    def _hand_over(self, node: p.HandOver) -> Run:
        name, queue, wordings = node.id, node.queue, node.wordings

        def run(t: Turn) -> int:
            for wording in wordings:
                t.effects.append(effects.Say(self.say(t, wording)))
            t.at = name
            t.effects.append(effects.HandOver(queue))
            return WAIT

        return run

    def _request(self, node: p.Request) -> Run:
        name, service, operation = node.id, node.service, node.operation
        arguments = [self.evaluate(argument) for argument in node.arguments]

        def run(t: Turn) -> int:
            t.at = name
            values = tuple(argument(t) for argument in arguments)
            t.effects.append(effects.Request(service, operation, values))
            return WAIT

        return run

    def _pay(self, node: p.Pay) -> Run:
        name = node.id
        amount = self.evaluate(node.amount)

        def run(t: Turn) -> int:
            t.at = name
            t.effects.append(effects.Pay(amount(t)))
            return WAIT

        return run

    def _call(self, node: p.Call) -> Run:
        name, target = node.id, node.target
        arguments = [self.evaluate(argument) for argument in node.arguments]
        parameters = node.parameters

        def run(t: Turn) -> int:
            if len(t.calls) >= CALLS_MAX:
                raise FlowTroubleError("call.depth", f"steps are called more than {CALLS_MAX} deep")
            values = [argument(t) for argument in arguments]
            t.values.update(zip(parameters, values, strict=False))
            t.calls = (*t.calls, name)
            return target

        return run

    def _return(self, t: Turn) -> int:
        if not t.calls:
            return END
        *rest, name = t.calls
        t.calls = tuple(rest)
        index = self.program.waits.get(name)
        node = self.program.nodes[index] if index is not None else None
        if index is None or not isinstance(node, p.Call):
            return END
        if self.trace is not None:
            self.trace.edge(index, "return")
        return node.next

    # --- questions ---

    def _menu(self, menu: p.Menu) -> Run:
        name = menu.id
        self.questions[name] = menu
        options = menu.options
        guards = [self.evaluate(o.guard) if o.guard is not None else None for o in options]
        targets = [option.target for option in options]
        tables: list[Phrases | None] = [None] * len(p.CHANNELS)

        def answer(t: Turn, text: str) -> int:
            phrases = tables[t.channel]
            if phrases is None:
                phrases = tables[t.channel] = option_phrases(options, p.CHANNELS[t.channel])
            found = phrases.find(text)
            if found is not None:
                guard = guards[found]
                if guard is None or guard(t):
                    t.chosen = found
                    return targets[found]
            anywhere = self._anywhere[t.channel].find(t, text)
            if anywhere != NO_MATCH:
                return anywhere
            found = phrases.find_within(text)
            if found is not None:
                guard = guards[found]
                if guard is None or guard(t):
                    t.chosen = found
                    return targets[found]
            return self._anywhere[t.channel].find_within(t, text)

        self.answers[name] = self.strict[name] = answer
        if any(guards):
            return self._guarded_menu(menu, guards)
        return self._plain_menu(menu)

    def _plain_menu(self, menu: p.Menu) -> Run:
        name = menu.id
        tails: dict[int, str | None] = {}

        def run(t: Turn) -> int:
            w = t.w
            tail = tails.get(w, "")
            if tail == "":
                tail = tails[w] = self._constant_lines(menu, w, t)
            if tail is None:
                tail = self._lines(p.offered(menu.options, p.CHANNELS[t.channel]), t)
            t.effects.append(effects.Say(self._menu_text(menu, tail, t)))
            t.at = name
            return WAIT

        return run

    def _guarded_menu(self, menu: p.Menu, guards: list[Evaluate | None]) -> Run:
        name = menu.id
        kept: dict[tuple[int, tuple[bool, ...]], str] = {}
        constant = all(
            isinstance(text, str) for option in menu.options for text in self.row(option.label)
        )

        def run(t: Turn) -> int:
            shown = tuple([guard is None or bool(guard(t)) for guard in guards])
            tail = kept.get((t.w, shown))
            if tail is None:
                open_now = tuple(o for o, on in zip(menu.options, shown, strict=True) if on)
                tail = self._lines(p.offered(open_now, p.CHANNELS[t.channel]), t)
                if constant:
                    kept[t.w, shown] = tail
            t.effects.append(effects.Say(self._menu_text(menu, tail, t)))
            t.at = name
            return WAIT

        return run

    def _menu_text(self, menu: p.Menu, tail: str, t: Turn) -> str:
        if menu.wording is None:
            return tail
        text = self.row(menu.wording)[t.w]
        head = text if isinstance(text, str) else text(t)[:RENDERED_CHARACTERS_MAX]
        if t.channel == 0:
            return prompts.prompt_with_menu(head, tail, "voice")
        return f"{head}\n{tail}" if head and tail else f"{head}{tail}"

    def _constant_lines(self, menu: p.Menu, w: int, t: Turn) -> str | None:
        options = p.offered(menu.options, p.CHANNELS[t.channel])
        if all(isinstance(self.row(option.label)[w], str) for option in options):
            return self._lines(options, t)
        return None

    def _lines(self, options: tuple[p.Option, ...], t: Turn) -> str:
        listed = [(option.key, self.say(t, option.label)) for option in options]
        return prompts.menu_lines(listed, p.CHANNELS[t.channel], t.language)

    def _ask(self, ask: p.Ask) -> Run:
        name = ask.id
        self.questions[name] = ask
        read: Reader | None = None
        variable, following, confirms = ask.name, ask.next, ask.confirm
        free = ask.type in FREE_TYPES
        offers = ask.type == "address" and ask.group is not None

        def understand(t: Turn, text: str) -> int:
            nonlocal read
            if read is None:
                read = reader(ask, self.program)
            value = read(t, text)
            if value is None:
                return NO_MATCH
            if confirms and t.channel == 0 and not (offers and value in t.buyer.addresses):
                t.pending = value
                t.at = CONFIRM + name
                t.answered = True
                t.effects.append(effects.Say(self.confirmation(t, ask, value)))
                return WAIT
            t.values[variable] = value
            return following

        def typed(t: Turn, text: str) -> int:
            found = understand(t, text)
            if found == NO_MATCH:
                found = self._anywhere[t.channel].find(t, text)
            return found if found != NO_MATCH else self._anywhere[t.channel].find_within(t, text)

        def exact_then_anywhere(t: Turn, text: str) -> int:
            # `101 2` holds the name of a product, and is more than that: a pattern of `anywhere` goes before.
            found = self._anywhere[t.channel].find(t, text)
            return found if found != NO_MATCH else understand(t, text)

        def anywhere_only(t: Turn, text: str) -> int:
            return self._anywhere[t.channel].find(t, text)

        self.answers[name] = exact_then_anywhere if free else typed
        self.strict[name] = anywhere_only if free else typed
        if ask.type in ("product", "choice"):
            self.answers[name] = self.strict[name] = self._named(ask, understand)
        return self._present(ask)

    def _named(self, ask: p.Ask, understand: Answer) -> Answer:
        exact: Phrases | None = None
        meanings: list[str] = []

        def answer(t: Turn, text: str) -> int:
            nonlocal exact, meanings
            if exact is None:
                if ask.type == "product":
                    products = [x for x in self.program.products if ask.group in (None, x.group)]
                    from flows.answers import product_phrases

                    exact, meanings = product_phrases(products), [x.code for x in products]
                else:
                    exact, meanings = (
                        option_phrases(ask.choices),
                        [o.value or "" for o in ask.choices],
                    )
            found = exact.find(text)
            if found is not None and not (ask.confirm and t.channel == 0):
                t.values[ask.name] = meanings[found]
                return ask.next
            if found is None:
                elsewhere = self._anywhere[t.channel].find(t, text)
                if elsewhere != NO_MATCH:
                    return elsewhere
            meant = understand(t, text)
            return meant if meant != NO_MATCH else self._anywhere[t.channel].find_within(t, text)

        return answer

    def _present(self, ask: p.Ask) -> Run:
        name = ask.id
        wordings = ask.wordings
        hint = ask.type == "yesno"
        offers = ask.type == "address" and ask.group is not None

        def run(t: Turn) -> int:
            t.at = name
            for wording in wordings[:-1]:
                t.effects.append(effects.Say(self.say(t, wording)))
            text = self.say(t, wordings[-1]) if wordings else ""
            if hint:
                channel = p.CHANNELS[t.channel]
                text = prompts.prompt_with_menu(
                    text, prompts.yesno_hint(channel, t.language), channel
                )
            elif ask.choices or offers:
                channel = p.CHANNELS[t.channel]
                listed = (
                    offered_addresses(t.buyer.addresses, channel)
                    if offers
                    else [(option.key, self.say(t, option.label)) for option in ask.choices]
                )
                lines = prompts.menu_lines(listed, channel, t.language)
                text = prompts.prompt_with_menu(text, lines, channel)
            if text:
                t.effects.append(effects.Say(text))
            return WAIT

        return run

    def confirmation(self, t: Turn, ask: p.Ask, value: int | str | bool) -> str:
        """The question that reads an answer back."""
        shown = str(value)
        if ask.type == "product":
            shown = self.products[shown].names[t.l]
        elif ask.type == "choice":
            shown = next(self.say(t, o.label) for o in ask.choices if o.value == value)
        elif ask.type == "money":
            shown = self.renderer.names["money"](value)
        elif ask.type == "date":
            shown = self.renderer.names["date_words"](value, t.language)
        elif ask.type in ("digits", "phone", "pin"):
            shown = " ".join(shown)
        text = prompts.word("confirm", t.language).format(value=shown)
        return prompts.prompt_with_menu(text, prompts.yesno_hint("voice", t.language), "voice")

    def reading_back(self, t: Turn, at: str, heard: str) -> str:
        """The question that reads back what was heard, by the label of the option that it chose."""
        question, chosen = self.questions[at], t.chosen
        options = question.options if isinstance(question, p.Menu) else question.choices
        if chosen >= ANYWHERE:
            options, chosen = self.program.anywhere, chosen - ANYWHERE
        shown = self.say(t, options[chosen].label) if 0 <= chosen < len(options) else heard
        text = prompts.word("confirm", t.language).format(value=shown)
        return prompts.prompt_with_menu(text, prompts.yesno_hint("voice", t.language), "voice")


class _Anywhere:
    """Phrases, keys and patterns of `anywhere` that work on one channel."""

    def __init__(self, machine: Machine, channel: str) -> None:
        self.machine = machine
        self.channel = channel
        self.options = machine.program.anywhere
        self.phrases: Phrases | None = None
        self.guards: list[Evaluate | None] = []
        self.patterns: list[tuple[list[tuple[str, Reader]], int]] = []

    def _prepare(self) -> Phrases:
        machine = self.machine
        self.guards = [machine.evaluate(o.guard) if o.guard else None for o in self.options]
        self.patterns = [
            ([(name, slot_reader(kind, machine.program)) for name, kind in option.slots], index)
            for index, option in enumerate(self.options)
            if option.slots and option.channel in (None, self.channel)
        ]
        self.phrases = option_phrases(self.options, self.channel)
        return self.phrases

    def find(self, t: Turn, text: str) -> int:
        """Where a message leads from any question, or NO_MATCH."""
        phrases = self.phrases or self._prepare()
        found = phrases.find(text)
        if found is None and self.patterns:
            found = self._pattern(t, text)
        return self._go(t, found)

    def find_within(self, t: Turn, text: str) -> int:
        """As `find`, for a message that only contains a phrase (`转人工吧`) and means nothing else."""
        phrases = self.phrases or self._prepare()
        return self._go(t, phrases.find_within(text))

    def _go(self, t: Turn, found: int | None) -> int:
        if found is None:
            return NO_MATCH
        guard = self.guards[found]
        if guard is not None and not guard(t):
            return NO_MATCH
        t.calls = ()
        t.chosen = ANYWHERE + found
        return self.options[found].target

    def _pattern(self, t: Turn, text: str) -> int | None:
        words = text.replace("，", " ").replace(",", " ").replace("、", " ").split()
        for slots, index in self.patterns:
            values = _fill(t, slots, words)
            if values is not None:
                t.values.update(values)
                return index
        return None


def _fill(
    t: Turn, slots: list[tuple[str, Reader]], words: list[str]
) -> dict[str, int | str | bool] | None:
    """Values of the slots if the words fill them in order; the first may take several words."""
    count = len(slots)
    if len(words) < count or len(words) > count + 3:
        return None
    # The extra words belong to the first slot, which is the one with names of several words.
    extra = len(words) - count
    parts = [" ".join(words[: extra + 1]), *words[extra + 1 :]]
    values: dict[str, int | str | bool] = {}
    for (name, read), part in zip(slots, parts, strict=True):
        value = read(t, part)
        if value is None:
            return None
        values[name] = value
    return values


def _traced(program: p.Program, index: int, run: Run, trace: Trace) -> Run:
    """A node's function that also tells which edge it took."""
    labels = {target: label for label, target in reversed(p.edges(program.nodes[index]))}
    waits = isinstance(
        program.nodes[index], p.Menu | p.Ask | p.PlaceOrder | p.HandOver | p.Request | p.Pay
    )

    def traced(t: Turn) -> int:
        following = run(t)
        if not waits and following in labels:
            trace.edge(index, labels[following])
        return following

    return traced


def set_language(t: Turn, language: str, index: int) -> None:
    """Speak another language from here on."""
    t.language = language
    t.w = t.w - t.l + index
    t.l = index


def _refused(message: str) -> Callable[[Turn], Any]:
    def fail(_: Turn) -> Any:
        raise FlowTroubleError("text.failed", message)

    return fail
