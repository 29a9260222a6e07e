"""K206: words that the recogniser of calls does not know."""

from __future__ import annotations

from collections.abc import Iterator

from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.entries import tables_of
from flows.checker.written.wording import resolve, statements_of
from flows.compiler import SLOT
from grammars.folding import fold

PHRASE_CHARACTERS_MAX = 64
"""A longer phrase is not said in one breath, and is not looked at."""


@rule("K206", "not-in-recogniser", "warning")
def not_in_recogniser(subject: Subject) -> Iterator[Finding]:
    """A phrase that callers are to say has a word that the recogniser does not know.

    What it does
    Runs where the recogniser's words are given: `dialcart check --vocabulary zh=words.txt`. In a shop with calls it
    looks up the words of every option, choice and product in the language of its line. A Chinese phrase is known if it can
    be made of words of the list. Digits are keys, or said as numbers, and are left out.

    Why
    The recogniser can only hear words that it knows. The caller says the right thing and is not understood.

    Example
    ```flow
    shop 老王面馆
      channels voice

    step start
      menu 请选择：
        1 下单     -> start
        2 biáng面  -> start
    ```
    ```words zh
    下 1
    下单 2
    面 3
    ```

    Write instead
    ```flow
    shop 老王面馆
      channels voice

    step start
      menu 请选择：
        1 下单  -> start
        2 下面  -> start
    ```
    ```words zh
    下 1
    下单 2
    面 3
    ```
    """
    if "voice" not in subject.program.channels:
        return
    for language, known in subject.beside.vocabularies.items():
        if language not in subject.program.languages:
            continue
        for label, span in _spoken(subject):
            index = resolve(label, "voice", language)
            line = label.base if index < 0 else label.variants[index].text
            for phrase in line.replace("｜", "|").split("|"):
                unknown = _unknown(fold(phrase), known)
                if unknown:
                    yield Finding(
                        span,
                        f"the recogniser for `{language}` does not know"
                        f" {', '.join(f'`{word}`' for word in unknown)} in `{phrase.strip()}`",
                        "add a phrase of words that it knows: `... | other words`",
                    )


def _spoken(subject: Subject) -> Iterator[tuple[s.Text, s.Span]]:
    """Labels of what callers can say."""
    for table in tables_of(subject):
        for entry in table:
            if entry.channel in (None, "voice") and not SLOT.search(entry.label.base):
                yield entry.label, entry.span
    asked = {
        statement.type.kind
        for _, statement in statements_of(subject)
        if isinstance(statement, s.Ask)
    }
    slots = {kind for option in subject.program.anywhere for _, kind in option.slots}
    if "product" in asked | slots:
        for item in subject.items:
            yield item.label, item.span


def _unknown(phrase: str, known: frozenset[str]) -> list[str]:
    """The words of a phrase that are not known."""
    found: list[str] = []
    for word in phrase[:PHRASE_CHARACTERS_MAX].split():
        if word in known or word.isdigit() or (not word.isascii() and _made_of(word, known)):
            continue
        if word.isascii():
            found.append(word)
        else:
            found += [c for c in word if c not in known and not c.isdigit()] or [word]
    return list(dict.fromkeys(found))


def _made_of(phrase: str, known: frozenset[str]) -> bool:
    """Whether a phrase without spaces can be made of known words."""
    reached = {0}
    for begin in range(len(phrase)):
        if begin in reached:
            if phrase[begin].isdigit():
                reached.add(begin + 1)
            reached.update(
                end for end in range(begin + 1, len(phrase) + 1) if phrase[begin:end] in known
            )
    return len(phrase) in reached
