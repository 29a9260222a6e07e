"""K203 to K205, K209, K213: phrases, and whether each means one thing to the eye and to the ear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.entries import Entry, meet, tables_of
from flows.checker.written.opting_out import HELP_WORDS, opt_out_steps
from flows.checker.written.wording import resolve
from flows.compiler import phrases_of
from flows.parser import BLOCKS_KEPT_MAX
from flows.same import Same
from grammars.folding import fold
from grammars.names import sounds_like
from grammars.opting_out import opt_out_words

SOUND_PAIRS_MAX = 300
"""Phrases of one question compared by ear; a longer menu is C506's."""


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
        1 下单 | 点餐    -> start
        2 查订单 | 點餐  -> other

    step other
      goodbye
    ```

    Write instead
    ```flow
    step start
      menu 请选择：
        1 下单 | 点餐  -> start
        2 查订单       -> other

    step other
      goodbye
    ```
    """
    for table in tables_of(subject):
        seen: dict[str, list[tuple[Entry, str]]] = {}
        for entry in table:
            said = list(zip(entry.phrases, entry.folded, strict=True))
            for phrase, folded in [(entry.key, entry.key), *said] if entry.key else said:
                for before, earlier in seen.get(folded, ()):
                    keys = phrase == entry.key and earlier == before.key
                    if before.goal != entry.goal and meet(before, entry) and not keys:
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
        1 order         -> start
        2 order status  -> status

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
        1 order        -> start
        2 where is it  -> status

    step status
      goodbye
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for table in tables_of(subject):
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
        1 四份  -> start
        2 十份  -> other

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
    for table in tables_of(subject):
        told: set[tuple[str, str]] = set()
        for language in subject.program.languages:
            for phrase, entry, earlier, before in _alike(Same(table), language):
                if (phrase, earlier) not in told:
                    told.add((phrase, earlier))
                    yield Finding(
                        entry.span,
                        f"`{phrase}` and `{earlier}` sound alike on the phone",
                        "use another word for one of them",
                        ((before.span, f"`{earlier}` stands here"),),
                    )


@rule("K209", "reserved-word", "error")
def reserved_word(subject: Subject) -> Iterator[Finding]:
    """A phrase is a word that buyers send to get no more messages, or to ask for help.

    What it does
    In a shop with SMS, looks for STOP, 退订 and their like in the shop's languages among the phrases of options that do not
    lead to `set buyer.opted_out = yes`, and for those and HELP among products and choices.

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
        1 Go on | go               -> start
        2 Cancel the order | stop  -> bye

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
        1 Go on | go                 -> start
        2 Cancel the order | cancel  -> bye

    step bye
      goodbye
    ```
    """
    if "sms" not in subject.program.channels:
        return
    leaving = opt_out_steps(subject)
    stop = opt_out_words(subject.program.languages)
    for table in tables_of(subject):
        for entry in table:
            # A choice leads nowhere: its value is all that it means.
            words = stop if entry.leads else stop | HELP_WORDS
            if entry.channel in (None, "sms") and not (entry.leads and entry.goal in leaving):
                yield from _reserved(entry.phrases, entry.folded, entry.span, words)
    for item in subject.items:
        phrases = phrases_of(item.label)
        folded = tuple(map(fold, phrases))
        yield from _reserved(phrases, folded, item.span, stop | HELP_WORDS)


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
      0 人工 | 客服  -> agent

    step start
      menu 请选择：
        1 下单  -> start
        2 客服  -> start

    step agent
      goodbye
    ```

    Write instead
    ```flow
    anywhere
      0 人工 | 客服  -> agent

    step start
      menu 请选择：
        1 下单  -> start
        2 客服  -> agent

    step agent
      goodbye
    ```
    """
    *tables, anywhere = tables_of(subject)
    kept = {phrase: entry for entry in anywhere for phrase in entry.folded}
    if not kept:
        return
    for table in tables:
        for entry in table:
            for phrase, folded in zip(entry.phrases, entry.folded, strict=True):
                before = kept.get(folded)
                if before is not None and before.goal != entry.goal and meet(before, entry):
                    yield Finding(
                        entry.span,
                        f"`{phrase}` means `{before.goal}` everywhere else",
                        "use another phrase here",
                        ((before.span, "it works at every question"),),
                    )
                    break


_Alike = tuple[str, Entry, str, Entry]
"""A phrase and its option, and an earlier phrase and its option that it sounds like."""


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def _alike(table: Same[tuple[Entry, ...]], language: str) -> tuple[_Alike, ...]:
    spoken = [
        (phrase, entry)
        for entry in table.value
        if entry.channel in (None, "voice")
        for phrase in _phrases_in(entry, language)
    ]
    found: list[_Alike] = []
    pairs = 0
    for position, (phrase, entry) in enumerate(spoken):
        for earlier, before in spoken[:position]:
            if before.goal == entry.goal or not _may_sound_alike(phrase, earlier, language):
                continue
            pairs += 1
            if pairs > SOUND_PAIRS_MAX:
                return tuple(found)
            if sounds_like(phrase, earlier, language):
                found.append((phrase, entry, earlier, before))
    return tuple(found)


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


def _spoken(table: tuple[Entry, ...]) -> list[tuple[str, Entry]]:
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


def _phrases_in(entry: Entry, language: str) -> list[str]:
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
