"""K: keys and phrases, and whether each means one thing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flows import expression as e
from flows import prompts
from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.wording import resolve, statements_of
from flows.compiler import SLOT, phrases_of
from grammars.folding import fold
from grammars.names import nearest, sounds_like
from grammars.srgs.errors import GrammarError

DIGITS_WITHOUT_CONFIRM_MAX = 6
"""Keys that most callers press without a slip."""
SOUND_PAIRS_MAX = 300
"""Phrases of one question compared by ear; a longer menu is C506's."""

OPT_OUT_WORDS = frozenset({"stop", "stopall", "unsubscribe", "退订", "td", "tdhf"})
"""What carriers and regulators have buyers send to get no more messages, folded."""
HELP_WORDS = frozenset({"help", "帮助"})

_SLOT_KINDS = ("product", "number", "digits", "phone", "money", "date", "text", "address", "yesno")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One way to answer a question: an option of a menu, of `anywhere`, or a choice."""

    key: str | None
    label: s.Text
    channel: str | None
    goal: str
    """Where it leads, or the value it gives: two entries with the same goal do not clash."""
    leads: bool
    """Whether the goal is a step."""
    span: s.Span
    phrases: tuple[str, ...]
    """In every language, as written; none for a pattern of slots."""
    folded: tuple[str, ...]
    """The same, as buyers' messages are compared."""


@lru_cache(maxsize=4)
def _tables(subject: Subject) -> tuple[tuple[_Entry, ...], ...]:
    """The entries of every menu and choice, and last those of `anywhere`."""
    found: list[tuple[_Entry, ...]] = []
    for _, statement in statements_of(subject):
        match statement:
            case s.Menu(options=options):
                found.append(tuple(_option(option) for option in options))
            case s.Ask(choices=choices) if choices:
                found.append(
                    tuple(_entry(c.key, c.label, None, c.value, False, c.span) for c in choices)
                )
            case _:
                pass
    found.append(tuple(_option(option) for option in subject.anywhere))
    return tuple(found)


def _option(option: s.Option) -> _Entry:
    return _entry(option.key, option.label, option.channel, option.target, True, option.span)


def _entry(
    key: str | None,
    label: s.Text,
    channel: str | None,
    goal: str,
    leads: bool,
    span: s.Span,
) -> _Entry:
    phrases = () if "<" in label.base and SLOT.search(label.base) else tuple(phrases_of(label))
    return _Entry(key, label, channel, goal, leads, span, phrases, tuple(map(fold, phrases)))


def _meet(one: _Entry, other: _Entry) -> bool:
    """Whether some channel has both."""
    return one.channel is None or other.channel is None or one.channel == other.channel


@rule("K201", "duplicate-key", "error")
def duplicate_key(subject: Subject) -> Iterator[Finding]:
    """One key stands twice in one menu.

    What it does
    Compares the keys of the options of each menu, of each choice, and of `anywhere`. Options for different channels
    may share a key.

    Why
    Only the first of the two is ever reached, even when its guard is false.

    Example
    ```flow
    step start
      menu 请选择：
        1 下单 -> start
        1 查订单 -> start
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 下单 -> start
        2 查订单 -> start
    ```
    """
    for table in _tables(subject):
        seen: dict[str, list[_Entry]] = {}
        for entry in table:
            if entry.key is None:
                continue
            before = next((b for b in seen.get(entry.key, ()) if _meet(b, entry)), None)
            seen.setdefault(entry.key, []).append(entry)
            if before is not None:
                free = next(k for k in map(str, range(1, 100)) if k not in {x.key for x in table})
                yield Finding(
                    entry.span,
                    f"key {entry.key} is already taken in this menu",
                    f"use a free key, such as {free}",
                    ((before.span, f"{entry.key} first stands here"),),
                )


@rule("K202", "key-shadows-anywhere", "warning")
def key_shadows_anywhere(subject: Subject) -> Iterator[Finding]:
    """A key of a question hides a key that `anywhere` promises at every question.

    What it does
    Compares the keys of menus and choices, and the range of `ask ... as number`, with the keys of `anywhere`. A key
    that leads to the same step is fine.

    Why
    A buyer who learned that 0 gives a person presses 0, and gets something else.

    Example
    ```flow
    anywhere
      0 人工 -> agent
    step start
      menu 请选择：
        1 下单 -> start
        0 返回 -> start
    step agent
      goodbye
    ```

    Write instead
    ```flow
    anywhere
      0 人工 -> agent
    step start
      menu 请选择：
        1 下单 -> start
        9 返回 -> start
    step agent
      goodbye
    ```
    """
    *tables, anywhere = _tables(subject)
    kept = {entry.key: entry for entry in anywhere if entry.key is not None}
    if not kept:
        return
    for table in tables:
        for entry in table:
            before = kept.get(entry.key) if entry.key is not None else None
            if before is not None and before.goal != entry.goal and _meet(before, entry):
                yield Finding(
                    entry.span,
                    f"key {entry.key} means `{before.goal}` everywhere else",
                    "use another key here",
                    ((before.span, "it works at every question"),),
                )
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Ask) or statement.type.kind != "number":
            continue
        lower, upper = statement.type.lower, statement.type.upper
        for key, before in kept.items():
            taken = key.isascii() and key.isdigit()
            if taken and lower is not None and upper is not None and lower <= int(key) <= upper:
                yield Finding(
                    statement.type.span,
                    f"{key} is a number from {lower} to {upper}, so it no longer means"
                    f" `{before.goal}` at this question",
                    f"ask for {int(key) + 1}..{upper}"
                    if int(key) == lower
                    else f"give `{before.goal}` another key in `anywhere`",
                    ((before.span, "it works at every other question"),),
                )


@rule("K203", "same-phrase", "error")
def same_phrase(subject: Subject) -> Iterator[Finding]:
    """One phrase leads to two options of the same question.

    What it does
    Compares the phrases of all languages, and the keys, as buyers' messages are compared: without width, case, spaces,
    marks and the difference between simplified and traditional characters.

    Why
    The first option always wins; the second looks reachable and is not.

    Example
    ```flow
    step start
      menu 请选择：
        1 下单 | 点餐 -> start
        2 查订单 | 點餐 -> other
    step other
      goodbye
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 下单 | 点餐 -> start
        2 查订单 -> other
    step other
      goodbye
    ```
    """
    for table in _tables(subject):
        seen: dict[str, list[tuple[_Entry, str]]] = {}
        for entry in table:
            said = list(zip(entry.phrases, entry.folded, strict=True))
            for phrase, folded in [(entry.key, entry.key), *said] if entry.key else said:
                for before, earlier in seen.get(folded, ()):
                    keys = phrase == entry.key and earlier == before.key
                    if before.goal != entry.goal and _meet(before, entry) and not keys:
                        shown = f"`{phrase}`" if phrase == earlier else f"`{phrase}` (`{earlier}`)"
                        yield Finding(
                            entry.span,
                            f"{shown} already leads to `{before.goal}`",
                            "take it out of one of the two options",
                            ((before.span, "it first stands here"),),
                        )
                        break
                seen.setdefault(folded, []).append((entry, phrase))


@rule("K204", "prefix-phrase", "info")
def prefix_phrase(subject: Subject) -> Iterator[Finding]:
    """A caller who pauses in the middle of a phrase says another one.

    What it does
    On voice, looks for a phrase of an option that begins a phrase of another option of the same question.

    Why
    A recogniser takes a pause for the end. A written message is read whole, so that nothing is lost there.

    Example
    ```flow
    shop Green Tea House
      languages en
      channels voice
    step start
      menu Please choose:
        1 order -> start
        2 order status -> status
    step status
      goodbye
    ```

    Write instead
    ```flow
    shop Green Tea House
      languages en
      channels voice
    step start
      menu Please choose:
        1 order -> start
        2 where is it -> status
    step status
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for table in _tables(subject):
        spoken = _spoken(table)
        for phrase, entry in spoken:
            for longer, other in spoken:
                if (
                    other.goal != entry.goal
                    and len(longer) > len(phrase)
                    and _begins(longer, phrase)
                ):
                    yield Finding(
                        entry.span,
                        f"`{phrase}` is how `{longer}` begins: a caller who pauses gets `{entry.goal}`",
                        "begin the two with different words",
                        ((other.span, f"`{longer}` stands here"),),
                    )


@rule("K205", "sound-alike", "warning")
def sound_alike(subject: Subject) -> Iterator[Finding]:
    """Two phrases of one question sound alike on the phone.

    What it does
    On voice, compares the phrases of each language by ear: pinyin without tones, with z/zh, c/ch, s/sh, n/l, f/h and
    an/ang as one; for English a code of consonants and the first vowel.

    Why
    A telephone line loses what tells them apart: 四 and 十 are the classic.

    Example
    ```flow
    shop 老王面馆
      channels voice
    step start
      menu 几份？
        1 四份 -> start
        2 十份 -> other
    step other
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice
    step start
      ask qty as number 1..20
        say 几份？
      if qty > 10 -> other
      goodbye
    step other
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for table in _tables(subject):
        told: set[tuple[str, str]] = set()
        for language in subject.program.languages:
            yield from _alike_entries(table, language, told)


def _alike_entries(
    table: tuple[_Entry, ...], language: str, told: set[tuple[str, str]]
) -> Iterator[Finding]:
    spoken = [
        (phrase, entry)
        for entry in table
        if entry.channel in (None, "voice")
        for phrase in _phrases_in(entry, language)
    ]
    pairs = 0
    for position, (phrase, entry) in enumerate(spoken):
        for earlier, before in spoken[:position]:
            if before.goal == entry.goal or not _may_sound_alike(phrase, earlier, language):
                continue
            pairs += 1
            if pairs > SOUND_PAIRS_MAX:
                return
            if (phrase, earlier) not in told and _sounds_like(phrase, earlier, language):
                told.add((phrase, earlier))
                yield Finding(
                    entry.span,
                    f"`{phrase}` and `{earlier}` sound alike on the phone",
                    "use another word for one of them",
                    ((before.span, f"`{earlier}` stands here"),),
                )


@rule("K207", "ambiguous-digits", "warning")
def ambiguous_digits(subject: Subject) -> Iterator[Finding]:
    """A caller who presses one key may be about to press another.

    What it does
    On voice, looks for a key of a menu that begins another (1 and 12), and for a product code that begins another.

    Why
    The system must wait after the first digit, and a caller who is slow gets the wrong one.

    Example
    ```flow
    shop 老王面馆
      channels voice
    step start
      menu 请选择：
        1 下单 -> start
        12 查订单 -> other
    step other
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice
    step start
      menu 请选择：
        1 下单 -> start
        2 查订单 -> other
    step other
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for table in _tables(subject):
        keyed = [
            (entry.key, entry) for entry in table if entry.key and entry.channel in (None, "voice")
        ]
        for span, short, long, note in _prefixes(keyed):
            yield Finding(
                span,
                f"key {short} is how {long} begins, so a caller has to wait after it",
                "use keys of one length",
                ((note, f"{long} stands here"),),
            )
    asks = any(
        isinstance(statement, s.Ask) and statement.type.kind == "product"
        for _, statement in statements_of(subject)
    )
    if asks:
        coded = [(item.code, item) for item in subject.items]
        for span, short, long, note in _prefixes(coded):
            yield Finding(
                span,
                f"product {short} is how {long} begins, so a caller has to wait after it",
                "give all products codes of one length",
                ((note, f"{long} stands here"),),
            )


def _prefixes(
    keyed: Iterable[tuple[str, _Entry | s.Item]],
) -> Iterator[tuple[s.Span, str, str, s.Span]]:
    """Each key of digits that begins another, with the one it begins: sorted, they stand side by side."""
    digits = sorted(
        {key: entry for key, entry in keyed if key.isascii() and key.isdigit()}.items(),
        key=lambda pair: pair[0],
    )
    for (short, entry), (long, other) in itertools.pairwise(digits):
        if long.startswith(short):
            yield entry.span, short, long, other.span


@rule("K208", "unusual-agent-key", "info")
def unusual_agent_key(subject: Subject) -> Iterator[Finding]:
    """A caller who presses 0 does not get a person, though the shop has one.

    What it does
    In a shop with voice and a `hand over`, looks at what 0 means in `anywhere`.

    Why
    On every phone menu in the world 0 is the way to a person. `*` is left alone: shops use it for back, again and
    start over alike.

    Example
    ```flow
    shop 老王面馆
      channels voice
    anywhere
      8 人工 -> agent
    step start
      menu 请选择：
        1 下单 -> start
    step agent
      hand over to sales
        when busy -> start
        when timeout -> start
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice
    anywhere
      0 人工 -> agent
    step start
      menu 请选择：
        1 下单 -> start
    step agent
      hand over to sales
        when busy -> start
        when timeout -> start
    ```
    """
    if "voice" not in subject.program.channels:
        return
    people = {step.name for step, each in statements_of(subject) if isinstance(each, s.HandOver)}
    if not people:
        return
    options = [option for option in subject.anywhere if option.channel in (None, "voice")]
    if any(option.key == "0" and option.target in people for option in options):
        return
    for option in options:
        if option.key == "0":
            yield Finding(
                option.span,
                f"0 leads to `{option.target}`, and callers expect a person",
                f"write `0 ... -> {min(people)}`",
            )
        elif option.key is not None and option.target in people:
            yield Finding(
                option.span,
                f"key {option.key} leads to a person, and callers expect 0",
                f"write `0 ... -> {option.target}`",
            )


@rule("K209", "reserved-word", "error")
def reserved_word(subject: Subject) -> Iterator[Finding]:
    """A phrase is a word that buyers send to get no more messages, or to ask for help.

    What it does
    In a shop with SMS, looks for STOP, UNSUBSCRIBE, 退订 and TD among the phrases of options that do not lead to
    `set buyer.opted_out = yes`, and for those and HELP among products and choices.

    Why
    Carriers and the law give these words their meaning: many gateways never pass them on, and a buyer who sends one
    wants out, not an order.

    Example
    ```flow
    shop Green Tea House
      languages en
      channels sms
    step start
      menu Please choose:
        1 Go on | go -> start
        2 Cancel the order | stop -> bye
    step bye
      goodbye
    ```

    Write instead
    ```flow
    shop Green Tea House
      languages en
      channels sms
    step start
      menu Please choose:
        1 Go on | go -> start
        2 Cancel the order | cancel -> bye
    step bye
      goodbye
    ```
    """
    if "sms" not in subject.program.channels:
        return
    leaving = opt_out_steps(subject)
    for table in _tables(subject):
        for entry in table:
            # A choice leads nowhere: its value is all that it means.
            words = OPT_OUT_WORDS if entry.leads else OPT_OUT_WORDS | HELP_WORDS
            if entry.channel in (None, "sms") and not (entry.leads and entry.goal in leaving):
                yield from _reserved(entry.phrases, entry.folded, entry.span, words)
    for item in subject.items:
        phrases = phrases_of(item.label)
        folded = tuple(map(fold, phrases))
        yield from _reserved(phrases, folded, item.span, OPT_OUT_WORDS | HELP_WORDS)


def _reserved(
    phrases: Sequence[str], folded: Sequence[str], span: s.Span, words: frozenset[str]
) -> Iterator[Finding]:
    if words.isdisjoint(folded):
        return
    for phrase, plain in zip(phrases, folded, strict=True):
        if plain in words:
            asks_help = plain in HELP_WORDS
            yield Finding(
                span,
                f"`{phrase}` is what buyers send "
                f"{'to ask for help' if asks_help else 'to get no more messages'}",
                "use another word"
                if asks_help
                else "use another word, or lead it to a step that says `set buyer.opted_out = yes`",
            )


def opt_out_steps(subject: Subject) -> frozenset[str]:
    """Steps that take the buyer off the list, and those that only lead there."""
    found = {
        step.name
        for step, statement in statements_of(subject)
        if isinstance(statement, s.Assign) and statement.path == "buyer.opted_out"
    }
    for _ in range(8):
        more = {
            step.name
            for step in subject.steps
            if any(isinstance(x, s.Jump | s.Call) and x.target in found for x in step.body)
        }
        if more <= found:
            break
        found |= more
    return frozenset(found)


@rule("K210", "grammar-error", "error")
def grammar_error(subject: Subject) -> Iterator[Finding]:
    """A grammar or a pattern cannot be read, or nothing a buyer says can match it.

    What it does
    Reads every `grammar ... from FILE` as SRGS 1.0 and says where it is wrong, whether it accepts nothing at all, and,
    on voice, whether a rule begins with itself. Checks that `ask ... as grammar` names a grammar, and that the
    patterns of `anywhere` are made of `<name:type>` alone.

    Why
    A question whose grammar is broken understands nobody.

    Example
    ```flow
    anywhere
      on sms <dish:produce> <qty:number> -> start
    step start
      ask dish as product of catalog
        say 想吃什么？
      goodbye
    ```

    Write instead
    ```flow
    anywhere
      on sms <dish:product> <qty:number> -> start
    step start
      ask dish as product of catalog
        say 想吃什么？
      goodbye
    ```
    """
    names: dict[str, s.GrammarFile] = {}
    for block in subject.flow.blocks:
        if isinstance(block, s.GrammarFile):
            names[block.name] = block
            content = subject.flow.files.get(block.source)
            if content is not None:
                for message, advice, warns in _grammar_problems(block.source, content):
                    if warns and "voice" not in subject.program.channels:
                        continue
                    yield Finding(
                        block.span, message, advice or None, severity="warning" if warns else None
                    )
    for _, statement in statements_of(subject):
        match statement:
            case s.Ask(type=s.AnswerType(kind="grammar", name=name, span=span)) if (
                name not in names
            ):
                close = nearest(name or "", names)
                yield Finding(
                    span,
                    f"there is no grammar `{name}`",
                    f"did you mean `{close[0]}`?" if close else f"write `grammar {name} from FILE`",
                )
            case s.Menu(options=options):
                for option in options:
                    if SLOT.search(option.label.base):
                        yield Finding(
                            option.span,
                            "a pattern of slots works only in `anywhere`",
                            "write a phrase, or move the option to `anywhere`",
                        )
            case _:
                pass
    for option in subject.anywhere:
        if "<" in option.label.base:
            yield from _pattern_problems(option)


def _pattern_problems(option: s.Option) -> Iterator[Finding]:
    slots = SLOT.findall(option.label.base)
    rest = SLOT.sub("", option.label.base).strip()
    if rest:
        yield Finding(
            option.span,
            f"`{rest}` in a pattern is not read",
            "make the pattern of slots such as `<dish:product>` alone",
        )
    for name, kind in slots:
        if kind not in _SLOT_KINDS:
            close = nearest(kind, _SLOT_KINDS)
            yield Finding(
                option.span,
                f"`{kind}` is no type of a slot",
                f"did you mean `{close[0]}`?" if close else f"types are {', '.join(_SLOT_KINDS)}",
            )
        if sum(other == name for other, _ in slots) > 1:
            yield Finding(
                option.span, f"`{name}` is in the pattern twice", "give each slot its own name"
            )
            return


@lru_cache(maxsize=1_000)
def _grammar_problems(source: str, content: bytes) -> tuple[tuple[str, str, bool], ...]:
    """(message, help, whether it is only a warning) of a grammar file."""
    from grammars.srgs.analysis import is_empty_language, left_recursive
    from grammars.srgs.reader import read_grammar

    try:
        # Without `resolve`, as the engine reads it: a grammar of a flow stands alone.
        grammar = read_grammar(content, uri=source)
    except GrammarError as error:
        return ((f"{source}:{error.line}:{error.column}: {error.message}", error.help, False),)
    found: list[tuple[str, str, bool]] = []
    if is_empty_language(grammar):
        found.append(
            (
                f"{source} accepts nothing that a buyer can say",
                "give it an alternative that ends",
                False,
            )
        )
    if recursive := left_recursive(grammar):
        named = ", ".join(f"`{name}`" for name in recursive)
        found.append(
            (
                f"{source}: rule {named} begins with itself, which recognisers may refuse",
                "put a word before it, or write a repeat",
                True,
            )
        )
    return tuple(found)


@rule("K211", "missing-no-match", "warning")
def missing_no_match(subject: Subject) -> Iterator[Finding]:
    """A buyer who is not understood is answered in English, in a language that is not English.

    What it does
    The platform has its own replies to nonsense and silence in Chinese and English. In a shop with another language,
    looks for questions without `no match` (and on voice `no input`) of their own.

    Why
    The buyer reads a language that the shop promised not to need.

    Example
    ```flow
    shop Chez Marie
      languages fr
      channels sms
    step start
      ask qty as number 1..20
        say Combien ?
      goodbye
    ```

    Write instead
    ```flow
    shop Chez Marie
      languages fr
      channels sms
    step start
      ask qty as number 1..20
        say Combien ?
        no match Un nombre de 1 à 20, s'il vous plaît.
      goodbye
    ```
    """
    foreign = [x for x in subject.program.languages if x not in prompts.LANGUAGES]
    if not foreign:
        return
    voice = "voice" in subject.program.channels
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Menu | s.Ask):
            continue
        retry = statement.retry
        missing = [
            *(["no match"] if not retry.no_match else []),
            *(["no input"] if voice and not retry.no_input else []),
        ]
        if missing:
            yield Finding(
                statement.span,
                f"this question has no `{'` and no `'.join(missing)}`, so that buyers are answered in English"
                f" ({', '.join(foreign)})",
                f"write `{missing[0]} ...` under the question",
            )


@rule("K212", "long-collect-without-confirm", "warning")
def long_collect_without_confirm(subject: Subject) -> Iterator[Finding]:
    """A caller gives more than six digits, a phone number or an address, and it is not read back.

    What it does
    On voice, looks for `ask` of a phone number, of more than six digits, of an address, and of a text that the flow
    then computes with or sends to a partner, without `confirm`. A message for a person needs none: the recording is
    kept.

    Why
    One wrong key, or one name misheard, and the goods go elsewhere.

    Example
    ```flow
    shop 老王面馆
      channels voice
    step start
      ask addr as address
        say 请说出送货地址。
      set buyer.address = addr
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice
    step start
      ask addr as address
        say 请说出送货地址。
        confirm
      set buyer.address = addr
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for _, statement in statements_of(subject):
        if not isinstance(statement, s.Ask) or statement.confirm:
            continue
        kind, upper = statement.type.kind, statement.type.upper
        match kind:
            case "phone" | "address":
                what = "a phone number" if kind == "phone" else "an address"
            case "digits" if upper is None or upper > DIGITS_WITHOUT_CONFIRM_MAX:
                what = f"{upper} digits" if upper else "any number of digits"
            case "text" if statement.name in _computed_with(subject):
                what = "free speech"
            case _:
                continue
        yield Finding(
            statement.type.span,
            f"a caller gives {what}, and it is not read back",
            "write `confirm` under the question",
        )


@lru_cache(maxsize=4)
def _computed_with(subject: Subject) -> frozenset[str]:
    """Names that `set` keeps elsewhere and that `request` sends."""
    found: set[str] = set()
    for _, statement in statements_of(subject):
        try:
            match statement:
                case s.Assign(value=value):
                    found |= {path.parts[0] for path in e.paths(e.parse_expression(value))}
                case s.Request(call=call):
                    for argument in e.parse_service_call(call).arguments:
                        found |= {path.parts[0] for path in e.paths(argument)}
                case _:
                    pass
        except e.ExpressionError:
            continue
    return frozenset(found)


@rule("K213", "phrase-shadows-anywhere", "warning")
def phrase_shadows_anywhere(subject: Subject) -> Iterator[Finding]:
    """A phrase of a question hides the same phrase of `anywhere`.

    What it does
    Compares phrases of menus and choices with those of `anywhere`, folded as K203 does. One that leads to the same
    step is fine.

    Why
    A buyer who says 客服 gets a person at every question but this one.

    Example
    ```flow
    anywhere
      0 人工 | 客服 -> agent
    step start
      menu 请选择：
        1 下单 -> start
        2 客服 -> start
    step agent
      goodbye
    ```

    Write instead
    ```flow
    anywhere
      0 人工 | 客服 -> agent
    step start
      menu 请选择：
        1 下单 -> start
        2 客服 -> agent
    step agent
      goodbye
    ```
    """
    *tables, anywhere = _tables(subject)
    kept = {phrase: entry for entry in anywhere for phrase in entry.folded}
    if not kept:
        return
    for table in tables:
        for entry in table:
            for phrase, folded in zip(entry.phrases, entry.folded, strict=True):
                before = kept.get(folded)
                if before is not None and before.goal != entry.goal and _meet(before, entry):
                    yield Finding(
                        entry.span,
                        f"`{phrase}` means `{before.goal}` everywhere else",
                        "use another phrase here",
                        ((before.span, "it works at every question"),),
                    )
                    break


# --- phrases by ear ---


def _spoken(table: tuple[_Entry, ...]) -> list[tuple[str, _Entry]]:
    """Folded phrases that a caller can say, each with its option."""
    return [
        (phrase, entry)
        for entry in table
        if entry.channel in (None, "voice")
        for phrase in entry.folded
    ]


def _begins(longer: str, phrase: str) -> bool:
    """Whether a phrase begins another at the end of a word; every Chinese character is one."""
    if not longer.startswith(phrase):
        return False
    following = longer[len(phrase)]
    return not (following.isascii() and following.isalnum() and phrase[-1].isascii())


def _phrases_in(entry: _Entry, language: str) -> list[str]:
    """Phrases of an option in the line that callers of a language hear."""
    label = entry.label
    if "<" in label.base:
        return []
    index = resolve(label, "voice", language)
    line = label.base if index < 0 else label.variants[index].text
    return [phrase.strip() for phrase in re.split(r"[|｜]", line) if phrase.strip()]


def _may_sound_alike(one: str, other: str, language: str) -> bool:
    """A quick no: Chinese phrases that sound alike have as many characters, English ones as many words."""
    if fold(one) == fold(other) or one.isascii() != other.isascii():
        return False
    if language == "zh":
        return not one.isascii() and (len(one) == len(other) or any(map(str.isdigit, one + other)))
    return language == "en" and one.isascii() and one.count(" ") == other.count(" ")


@lru_cache(maxsize=100_000)
def _sounds_like(one: str, other: str, language: str) -> bool:
    return sounds_like(one, other, language)
