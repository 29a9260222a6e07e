"""Functions of menus and questions: how they are put, and what an answer to them means."""

from __future__ import annotations

from flows import effects, prompts
from flows import program as p
from flows.answers import FREE_TYPES, Reader, offered_addresses, reader
from flows.machine.anywhere import Anywhere
from flows.machine.signs import ANYWHERE, CONFIRM, NO_MATCH, WAIT, Answer, Question, Run
from flows.machine.texts import evaluated, text_of
from flows.phrases import Phrases, option_phrases
from flows.render import Evaluate, Renderer, date_words, money
from flows.turn import Turn


def menu(menu: p.Menu, renderer: Renderer, elsewhere: list[Anywhere]) -> Question:
    """A menu, by its phrases and keys, and by what works at every question."""
    options = menu.options
    guards = [evaluated(renderer, o.guard) if o.guard is not None else None for o in options]
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
        anywhere = elsewhere[t.channel].find(t, text)
        if anywhere != NO_MATCH:
            return anywhere
        found = phrases.find_within(text)
        if found is not None:
            guard = guards[found]
            if guard is None or guard(t):
                t.chosen = found
                return targets[found]
        return elsewhere[t.channel].find_within(t, text)

    put = _guarded_menu(menu, guards) if any(guards) else _plain_menu(menu)
    return Question(menu.id, put, answer, answer)


def _plain_menu(menu: p.Menu) -> Run:
    name, options = menu.id, menu.options

    def run(t: Turn) -> int:
        shown = name, t.w
        lines = t.shop.menus.get(shown)
        if lines is None:
            lines = _lines(p.offered(options, p.CHANNELS[t.channel]), t, shown)
        t.effects.append(effects.Say(_menu_text(menu, lines, t)))
        t.at = name
        return WAIT

    return run


def _guarded_menu(menu: p.Menu, guards: list[Evaluate | None]) -> Run:
    name, options = menu.id, menu.options

    def run(t: Turn) -> int:
        held = tuple([guard is None or bool(guard(t)) for guard in guards])
        shown = name, t.w, held
        lines = t.shop.menus.get(shown)
        if lines is None:
            open_now = tuple(o for o, on in zip(options, held, strict=True) if on)
            lines = _lines(p.offered(open_now, p.CHANNELS[t.channel]), t, shown)
        t.effects.append(effects.Say(_menu_text(menu, lines, t)))
        t.at = name
        return WAIT

    return run


def _menu_text(menu: p.Menu, lines: str, t: Turn) -> str:
    if menu.wording is None:
        return lines
    head = text_of(t, menu.wording)
    if t.channel == 0:
        return prompts.prompt_with_menu(head, lines, "voice")
    return f"{head}\n{lines}" if head and lines else f"{head}{lines}"


def _lines(options: tuple[p.Option, ...], t: Turn, shown: object) -> str:
    """Options as they are shown; kept as `shown` if they say the same in every turn."""
    listed = [(option.key, text_of(t, option.label)) for option in options]
    lines = prompts.menu_lines(listed, p.CHANNELS[t.channel], t.language)
    if all(isinstance(t.column[option.label], str) for option in options):
        t.shop.menus[shown] = lines
    return lines


def ask(ask: p.Ask, program: p.Program, elsewhere: list[Anywhere]) -> Question:
    """A question for a value, by its reader and by what works at every question."""
    name = ask.id
    read: Reader | None = None
    variable, following, confirms = ask.name, ask.next, ask.confirm
    offers = ask.type == "address" and ask.group is not None

    def understand(t: Turn, text: str) -> int:
        nonlocal read
        if read is None:
            read = reader(ask, program)
        value = read(t, text)
        if value is None:
            return NO_MATCH
        if confirms and t.channel == 0 and not (offers and value in t.buyer.addresses):
            t.pending = value
            t.at = CONFIRM + name
            t.answered = True
            t.effects.append(effects.Say(confirmation(t, ask, value, program.decimals)))
            return WAIT
        t.values[variable] = value
        return following

    def typed(t: Turn, text: str) -> int:
        found = understand(t, text)
        if found == NO_MATCH:
            found = elsewhere[t.channel].find(t, text)
        return found if found != NO_MATCH else elsewhere[t.channel].find_within(t, text)

    def exact_then_anywhere(t: Turn, text: str) -> int:
        # `101 2` holds the name of a product, and is more than that: a pattern of `anywhere` goes before.
        found = elsewhere[t.channel].find(t, text)
        return found if found != NO_MATCH else understand(t, text)

    def anywhere_only(t: Turn, text: str) -> int:
        return elsewhere[t.channel].find(t, text)

    put = _present(ask)
    if ask.type in FREE_TYPES:
        return Question(name, put, exact_then_anywhere, anywhere_only)
    if ask.type in ("product", "choice"):
        named = _named(ask, understand, elsewhere)
        return Question(name, put, named, named)
    return Question(name, put, typed, typed)


def _named(ask: p.Ask, understand: Answer, elsewhere: list[Anywhere]) -> Answer:
    choices: tuple[Phrases, list[str]] | None = None
    if ask.type == "choice":
        choices = option_phrases(ask.choices), [option.value or "" for option in ask.choices]

    def answer(t: Turn, text: str) -> int:
        exact, meanings = choices if choices is not None else t.shop.goods(ask.group)
        found = exact.find(text)
        if found is not None and not (ask.confirm and t.channel == 0):
            t.values[ask.name] = meanings[found]
            return ask.next
        if found is None:
            somewhere = elsewhere[t.channel].find(t, text)
            if somewhere != NO_MATCH:
                return somewhere
        meant = understand(t, text)
        return meant if meant != NO_MATCH else elsewhere[t.channel].find_within(t, text)

    return answer


def _present(ask: p.Ask) -> Run:
    name = ask.id
    wordings = ask.wordings
    hint = ask.type == "yesno"
    offers = ask.type == "address" and ask.group is not None

    def run(t: Turn) -> int:
        t.at = name
        for wording in wordings[:-1]:
            t.effects.append(effects.Say(text_of(t, wording)))
        text = text_of(t, wordings[-1]) if wordings else ""
        if hint:
            channel = p.CHANNELS[t.channel]
            text = prompts.prompt_with_menu(text, prompts.yesno_hint(channel, t.language), channel)
        elif ask.choices or offers:
            channel = p.CHANNELS[t.channel]
            listed = (
                offered_addresses(t.buyer.addresses, channel)
                if offers
                else [(option.key, text_of(t, option.label)) for option in ask.choices]
            )
            lines = prompts.menu_lines(listed, channel, t.language)
            text = prompts.prompt_with_menu(text, lines, channel)
        if text:
            t.effects.append(effects.Say(text))
        return WAIT

    return run


def confirmation(t: Turn, ask: p.Ask, value: int | str | bool, decimals: int) -> str:
    """The question that reads an answer back; `decimals` are those of money."""
    shown = str(value)
    if ask.type == "product":
        shown = t.shop.products[shown].names[t.l]
    elif ask.type == "choice":
        shown = next(text_of(t, o.label) for o in ask.choices if o.value == value)
    elif ask.type == "money":
        shown = money(int(value), decimals)
    elif ask.type == "date":
        shown = date_words(shown, t.language)
    elif ask.type in ("digits", "phone", "pin"):
        shown = " ".join(shown)
    return heard_back(t, shown)


def reading_back(t: Turn, question: p.Question, anywhere: tuple[p.Option, ...], heard: str) -> str:
    """The question that reads back what was heard, by the label of the option that it chose."""
    chosen = t.chosen
    options = question.options if isinstance(question, p.Menu) else question.choices
    if chosen >= ANYWHERE:
        options, chosen = anywhere, chosen - ANYWHERE
    shown = text_of(t, options[chosen].label) if 0 <= chosen < len(options) else heard
    return heard_back(t, shown)


def heard_back(t: Turn, shown: str) -> str:
    """The question whether that was said."""
    text = prompts.word("confirm", t.language).format(value=shown)
    return prompts.prompt_with_menu(text, prompts.yesno_hint("voice", t.language), "voice")
