"""T401, T402, T404, T408: languages, and whether every text speaks them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import expression as e
from flows import syntax as s
from flows import template as tpl
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.wording import (
    resolve,
    statements_of,
    texts_of,
)
from flows.same import Same
from grammars.names import nearest

PRODUCTS_NAMED_MAX = 3
"""Products named in one finding; the others are counted."""
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_CHINESE = frozenset({"zh"})
_LATIN = frozenset(
    [
        "en",
        "fr",
        "es",
        "de",
        "pt",
        "it",
        "nl",
        "id",
        "ms",
        "vi",
        "sw",
        "pl",
        "tr",
        "ro",
        "cs",
        "hu",
        "sv",
        "da",
        "nb",
        "fi",
        "tl",
    ]
)
"""Languages whose script is known here; T405 says nothing of others."""


@rule("T401", "missing-translation", "warning")
def missing_translation(subject: Subject) -> Iterator[Finding]:
    """A text lacks one of the languages that the shop declares.

    What it does
    For every text that a buyer is told, and every label, product and the shop's name, looks whether each language of
    `languages` gets a line of its own. Texts without words (`{{ shop.name }}`), messages for the seller, and Latin
    names such as `OK` in a Chinese flow need none. Products are reported together.

    Why
    The buyer gets the base language, which may be unreadable.

    Example
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      say 您好。
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      say 您好。
        en: Hello.
      goodbye
    ```
    """
    languages = subject.program.languages
    if len(languages) < 2:
        return
    products: dict[str, list[s.Item]] = {}
    for item in subject.items:
        for language in _missing(Same(item.label), languages, subject.program.channels):
            products.setdefault(language, []).append(item)
    for language, items in products.items():
        named = ", ".join(
            f"{item.code} {_shown(item.label.base)}" for item in items[:PRODUCTS_NAMED_MAX]
        )
        more = len(items) - PRODUCTS_NAMED_MAX
        yield Finding(
            items[0].span,
            f"{len(items)} {'product has' if len(items) == 1 else 'products have'} no `{language}` name:"
            f" {named}{f' and {more} more' if more > 0 else ''}",
            f"write `{language}: NAME` under the product, or a column `name:{language}` in its CSV file",
        )
    for written in texts_of(subject):
        if written.part in ("product", "tell") or not any(line.readers for line in written.lines):
            continue
        missing = _missing(Same(written.text), languages, written.channels)
        if missing:
            yield Finding(
                written.text.span,
                f"this text has no `{'`, `'.join(missing)}` wording",
                f"write `{missing[0]}: ...` under it",
            )


@rule("T402", "unreachable-language", "warning")
def unreachable_language(subject: Subject) -> Iterator[Finding]:
    """A declared language that no buyer can get.

    What it does
    A buyer begins in the first of `languages`, or in the one that they chose on an earlier visit. Looks for a
    `set lang = ...` that gives each of the others.

    Why
    All its translations are written for nobody.

    Example
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      say 您好。
        en: Hello.
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      menu 请选择：
        en: Please choose:
        9 English  -> switch
          en: 中文

    step switch
      if lang == "zh"
        set lang = "en"
      else
        set lang = "zh"
      -> start
    ```
    """
    others = subject.program.languages[1:]
    if not others:
        return
    given: set[str] = set()
    for _, _, value in _languages_set(subject):
        if value is None:
            return
        given.add(value)
    missing = [language for language in others if language not in given]
    if missing and subject.shop is not None:
        yield Finding(
            _setting_span(subject, "languages"),
            f"nothing in the flow switches to `{'`, `'.join(missing)}`",
            f'write an option that leads to `set lang = "{missing[0]}"`',
        )


@rule("T404", "placeholder-mismatch", "warning")
def placeholder_mismatch(subject: Subject) -> Iterator[Finding]:
    """A translation shows other values than the text that it translates.

    What it does
    Compares what `{{ }}` shows in a language's line with the line it stands for: `en:` with the base, `sms en:` with
    `sms:`. The shop's name may be left out.

    Why
    One of the two buyers is not told the price.

    Example
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      ask qty as number 1..20
        say 几份？
          en: How many?
      say 您要{{ qty }}份。
        en: Thank you.
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      ask qty as number 1..20
        say 几份？
          en: How many?
      say 您要{{ qty }}份。
        en: You want {{ qty }}.
      goodbye
    ```
    """
    if len(subject.program.languages) < 2:
        return
    for written in texts_of(subject):
        text = written.text
        if "{" not in text.base and not any("{" in variant.text for variant in text.variants):
            continue
        by_channel = {v.channel: v.text for v in text.variants if v.language is None}
        for variant in text.variants:
            original = by_channel.get(variant.channel) if variant.channel else text.base
            if variant.language is None or original is None:
                continue
            here, there = _shows(variant.text), _shows(original)
            if here is None or there is None or here == there:
                continue
            lacks, adds = sorted(there - here), sorted(here - there)
            said = [
                *([f"lacks `{'`, `'.join(lacks)}`"] if lacks else []),
                *([f"adds `{'`, `'.join(adds)}`"] if adds else []),
            ]
            yield Finding(
                variant.span,
                f"this translation {' and '.join(said)}",
                "show the same values in every language",
                ((text.span, "the text it translates"),),
            )


@rule("T408", "undeclared-language", "error")
def undeclared_language(subject: Subject) -> Iterator[Finding]:
    """`set lang` names a language that the shop does not have.

    What it does
    Compares the literal in `set lang = "..."` with `languages`.

    Why
    Nothing happens when it is reached: the buyer stays in the old language and wonders.

    Example
    ```flow
    shop 老王面馆
      languages zh
      channels sms

    step start
      set lang = "en"
      say 您好。
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      languages zh
      channels sms

    step start
      say 您好。
      goodbye
    ```
    """
    languages = subject.program.languages
    for span, _, value in _languages_set(subject):
        if value is not None and value not in languages:
            close = nearest(value, languages)
            yield Finding(
                span,
                f"the shop does not speak `{value}`",
                f'write `"{close[0]}"`' if close else f"add `{value}` to `languages`",
            )


@lru_cache(maxsize=50_000)
def _missing(
    kept: Same[s.Text], languages: tuple[str, ...], channels: tuple[str, ...]
) -> tuple[str, ...]:
    text = kept.value
    base, *others = languages
    found: list[str] = []
    for language in others:
        for channel in channels:
            index = resolve(text, channel, language)
            variant = text.variants[index] if index >= 0 else None
            if variant is not None and variant.language == language:
                continue
            if _needs_translation(variant.text if variant else text.base, base, language):
                found.append(language)
                break
    return tuple(found)


@lru_cache(maxsize=50_000)
def _needs_translation(text: str, base: str, language: str) -> bool:
    words = _BRACES.sub("", text)
    if base in _CHINESE and language in _LATIN:
        return _HAN.search(words) is not None
    return any(map(str.isalpha, words))


def _languages_set(subject: Subject) -> Iterator[tuple[s.Span, str, str | None]]:
    """Every `set lang`: where, as written, and the language, None if it is computed."""
    for _, statement in statements_of(subject):
        if isinstance(statement, s.Assign) and statement.path == "lang":
            try:
                tree = e.parse_expression(statement.value)
            except e.ExpressionError:
                continue
            value = tree.value if isinstance(tree, e.Literal) else None
            yield statement.value_span, statement.value, value


def _setting_span(subject: Subject, name: str) -> s.Span:
    assert subject.shop is not None
    return next((x.span for x in subject.shop.settings if x.name == name), subject.shop.span)


@lru_cache(maxsize=50_000)
def _shows(text: str) -> frozenset[str] | None:
    """The paths that a text shows; None if it cannot be read."""
    try:
        template = tpl.parse_template(text)
    except tpl.TemplateError:
        return None
    found = {str(path) for tree in tpl.outputs(template) for path in e.paths(tree)}
    # What only decides or counts in a loop is grammar of the language, not news for the buyer.
    return frozenset(found - {"shop.name", "lang", "loop.last", "loop.first", "loop.index"})


def _shown(label: str) -> str:
    return re.split(r"[|｜]", label)[0].strip()
