"""Functions of menus and questions: how they are put, and what an answer to them means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import effects, prompts
from flows import program as p
from flows.answers import (
    FREE_TYPES,
    Phrases,
    Reader,
    offered_addresses,
    option_phrases,
    product_phrases,
    reader,
)
from flows.machine.signs import ANYWHERE, CONFIRM, NO_MATCH, WAIT, Answer, Run
from flows.render import RENDERED_CHARACTERS_MAX, Evaluate
from flows.turn import Turn

if TYPE_CHECKING:
    from flows.machine.machine import Machine


def menu(machine: Machine, menu: p.Menu) -> Run:
    """Put a menu; what its answers mean is noted in the machine."""
    name = menu.id
    options = menu.options
    guards = [machine.evaluate(o.guard) if o.guard is not None else None for o in options]
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
        anywhere = machine.elsewhere[t.channel].find(t, text)
        if anywhere != NO_MATCH:
            return anywhere
        found = phrases.find_within(text)
        if found is not None:
            guard = guards[found]
            if guard is None or guard(t):
                t.chosen = found
                return targets[found]
        return machine.elsewhere[t.channel].find_within(t, text)

    machine.answers[name] = machine.strict[name] = answer
    if any(guards):
        return _guarded_menu(machine, menu, guards)
    return _plain_menu(machine, menu)


def _plain_menu(machine: Machine, menu: p.Menu) -> Run:
    name = menu.id
    tails: dict[int, str | None] = {}

    def run(t: Turn) -> int:
        w = t.w
        tail = tails.get(w, "")
        if tail == "":
            tail = tails[w] = _constant_lines(machine, menu, w, t)
        if tail is None:
            tail = _lines(machine, p.offered(menu.options, p.CHANNELS[t.channel]), t)
        t.effects.append(effects.Say(_menu_text(machine, menu, tail, t)))
        t.at = name
        return WAIT

    return run


def _guarded_menu(machine: Machine, menu: p.Menu, guards: list[Evaluate | None]) -> Run:
    name = menu.id
    kept: dict[tuple[int, tuple[bool, ...]], str] = {}
    constant = all(machine.is_constant(option.label) for option in menu.options)

    def run(t: Turn) -> int:
        shown = tuple([guard is None or bool(guard(t)) for guard in guards])
        tail = kept.get((t.w, shown))
        if tail is None:
            open_now = tuple(o for o, on in zip(menu.options, shown, strict=True) if on)
            tail = _lines(machine, p.offered(open_now, p.CHANNELS[t.channel]), t)
            if constant:
                kept[t.w, shown] = tail
        t.effects.append(effects.Say(_menu_text(machine, menu, tail, t)))
        t.at = name
        return WAIT

    return run


def _menu_text(machine: Machine, menu: p.Menu, tail: str, t: Turn) -> str:
    if menu.wording is None:
        return tail
    text = machine.row(menu.wording)[t.w]
    head = text if isinstance(text, str) else text(t)[:RENDERED_CHARACTERS_MAX]
    if t.channel == 0:
        return prompts.prompt_with_menu(head, tail, "voice")
    return f"{head}\n{tail}" if head and tail else f"{head}{tail}"


def _constant_lines(machine: Machine, menu: p.Menu, w: int, t: Turn) -> str | None:
    options = p.offered(menu.options, p.CHANNELS[t.channel])
    if all(isinstance(machine.row(option.label)[w], str) for option in options):
        return _lines(machine, options, t)
    return None


def _lines(machine: Machine, options: tuple[p.Option, ...], t: Turn) -> str:
    listed = [(option.key, machine.say(t, option.label)) for option in options]
    return prompts.menu_lines(listed, p.CHANNELS[t.channel], t.language)


def ask(machine: Machine, ask: p.Ask) -> Run:
    """Put a question; what its answers mean is noted in the machine."""
    name = ask.id
    read: Reader | None = None
    variable, following, confirms = ask.name, ask.next, ask.confirm
    free = ask.type in FREE_TYPES
    offers = ask.type == "address" and ask.group is not None

    def understand(t: Turn, text: str) -> int:
        nonlocal read
        if read is None:
            read = reader(ask, machine.program)
        value = read(t, text)
        if value is None:
            return NO_MATCH
        if confirms and t.channel == 0 and not (offers and value in t.buyer.addresses):
            t.pending = value
            t.at = CONFIRM + name
            t.answered = True
            t.effects.append(effects.Say(confirmation(machine, t, ask, value)))
            return WAIT
        t.values[variable] = value
        return following

    def typed(t: Turn, text: str) -> int:
        found = understand(t, text)
        if found == NO_MATCH:
            found = machine.elsewhere[t.channel].find(t, text)
        return found if found != NO_MATCH else machine.elsewhere[t.channel].find_within(t, text)

    def exact_then_anywhere(t: Turn, text: str) -> int:
        # `101 2` holds the name of a product, and is more than that: a pattern of `anywhere` goes before.
        found = machine.elsewhere[t.channel].find(t, text)
        return found if found != NO_MATCH else understand(t, text)

    def anywhere_only(t: Turn, text: str) -> int:
        return machine.elsewhere[t.channel].find(t, text)

    machine.answers[name] = exact_then_anywhere if free else typed
    machine.strict[name] = anywhere_only if free else typed
    if ask.type in ("product", "choice"):
        machine.answers[name] = machine.strict[name] = _named(machine, ask, understand)
    return _present(machine, ask)


def _named(machine: Machine, ask: p.Ask, understand: Answer) -> Answer:
    exact: Phrases | None = None
    meanings: list[str] = []

    def answer(t: Turn, text: str) -> int:
        nonlocal exact, meanings
        if exact is None:
            if ask.type == "product":
                products = [x for x in machine.program.products if ask.group in (None, x.group)]
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
            elsewhere = machine.elsewhere[t.channel].find(t, text)
            if elsewhere != NO_MATCH:
                return elsewhere
        meant = understand(t, text)
        return meant if meant != NO_MATCH else machine.elsewhere[t.channel].find_within(t, text)

    return answer


def _present(machine: Machine, ask: p.Ask) -> Run:
    name = ask.id
    wordings = ask.wordings
    hint = ask.type == "yesno"
    offers = ask.type == "address" and ask.group is not None

    def run(t: Turn) -> int:
        t.at = name
        for wording in wordings[:-1]:
            t.effects.append(effects.Say(machine.say(t, wording)))
        text = machine.say(t, wordings[-1]) if wordings else ""
        if hint:
            channel = p.CHANNELS[t.channel]
            text = prompts.prompt_with_menu(text, prompts.yesno_hint(channel, t.language), channel)
        elif ask.choices or offers:
            channel = p.CHANNELS[t.channel]
            listed = (
                offered_addresses(t.buyer.addresses, channel)
                if offers
                else [(option.key, machine.say(t, option.label)) for option in ask.choices]
            )
            lines = prompts.menu_lines(listed, channel, t.language)
            text = prompts.prompt_with_menu(text, lines, channel)
        if text:
            t.effects.append(effects.Say(text))
        return WAIT

    return run


def confirmation(machine: Machine, t: Turn, ask: p.Ask, value: int | str | bool) -> str:
    """The question that reads an answer back."""
    shown = str(value)
    if ask.type == "product":
        shown = machine.products[shown].names[t.l]
    elif ask.type == "choice":
        shown = next(machine.say(t, o.label) for o in ask.choices if o.value == value)
    elif ask.type == "money":
        shown = machine.renderer.names["money"](value)
    elif ask.type == "date":
        shown = machine.renderer.names["date_words"](value, t.language)
    elif ask.type in ("digits", "phone", "pin"):
        shown = " ".join(shown)
    return heard_back(t, shown)


def reading_back(machine: Machine, t: Turn, at: str, heard: str) -> str:
    """The question that reads back what was heard, by the label of the option that it chose."""
    question, chosen = machine.questions[at], t.chosen
    options = question.options if isinstance(question, p.Menu) else question.choices
    if chosen >= ANYWHERE:
        options, chosen = machine.program.anywhere, chosen - ANYWHERE
    shown = machine.say(t, options[chosen].label) if 0 <= chosen < len(options) else heard
    return heard_back(t, shown)


def heard_back(t: Turn, shown: str) -> str:
    """The question whether that was said."""
    text = prompts.word("confirm", t.language).format(value=shown)
    return prompts.prompt_with_menu(text, prompts.yesno_hint("voice", t.language), "voice")
