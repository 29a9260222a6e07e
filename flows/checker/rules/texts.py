"""T403, T405, T407: lines of texts, and whether each suits those who get it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flows import syntax as s
from flows.checker.rule import Finding, rule
from flows.checker.subject import Subject
from flows.checker.written.wording import (
    SENTENCES,
    Line,
    Written,
    texts_of,
)
from grammars.names import nearest

WORDS_MIN = 3
"""Latin words that make a sentence; fewer are a name, such as Wi-Fi."""
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}")
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
_WRITTEN_IN_SPEECH = (
    (
        re.compile(r"(?:请|^|，|。|或)(?:直接)?(?:短信)?回复(?!您|你|时间|您的)"),
        "a call is not replied to",
    ),
    (
        re.compile(r"\b(?:please reply|reply (?:with|by|to this|yes|no|stop|\d))", re.IGNORECASE),
        "a call is not replied to",
    ),
    (
        re.compile(r"https?://\S+|\bwww\.\w+\S*", re.IGNORECASE),
        "an address is not understood by ear",
    ),
    (re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50]"), "a picture is not spoken"),
)
_SPOKEN_IN_WRITING = (
    (
        re.compile(
            r"按(?:\s*[0-9０-９*#＊＃](?![0-9０-９.]*\s*[份个元折斤克件公千人天周月年小%])|下?(?:井号|星号)|任意键)"
        ),
        "a message is answered in words, not with keys",
    ),
    (
        re.compile(
            r"\bpress\s+(?:[0-9*#]|the |any |hash|star|pound|one\b|two\b|zero\b)", re.IGNORECASE
        ),
        "a message is answered in words, not with keys",
    ),
)


@rule("T403", "unused-variant", "warning")
def unused_variant(subject: Subject) -> Iterator[Finding]:
    """A line of a text for a channel or language that the shop does not have, or that another line hides.

    What it does
    Compares every `sms:`, `en:`, `voice zh:`, and every option that is `on sms`, with `channels` and `languages` of the
    shop. Files that the flow includes are left alone: other shops may share them.

    Why
    Nobody ever gets it: either the setting lacks a word, or the line is a leftover.

    Example
    ```flow
    shop 老王面馆
      languages zh
      channels sms

    step start
      say 您好。
        en: Hello.
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
    if subject.shop is None:
        return
    languages, channels = subject.program.languages, subject.program.channels
    own = {key for key, place in subject.flow.starts.items() if place.file == _file(subject)}
    for written in texts_of(subject):
        if written.text.span.block not in own:
            continue
        if written.part == "option" and not written.channels:
            yield Finding(
                written.text.span,
                "this option is on a channel that the shop does not have",
                f"write `on {channels[0]}`, or take the option out",
            )
            continue
        seen: dict[tuple[str | None, str | None], s.Span] = {}
        for variant in written.text.variants:
            if variant.language is not None and variant.language not in languages:
                close = nearest(variant.language, languages)
                advice = f"did you mean `{close[0]}:`?" if close else "add it to `languages`"
                yield Finding(variant.span, f"the shop does not speak `{variant.language}`", advice)
            elif variant.channel is not None and variant.channel not in channels:
                yield Finding(
                    variant.span,
                    f"the shop is not on {variant.channel}",
                    f"add {variant.channel} to `channels`, or take the line out",
                )
            elif written.part == "option" and variant.channel not in (None, *written.channels):
                yield Finding(
                    variant.span,
                    f"this option is on {written.channels[0]} alone",
                    "take the line out, or take away `on` before the option",
                )
            key = (variant.channel, variant.language)
            if key in seen:
                yield Finding(
                    variant.span,
                    "this text has two lines for the same channel and language",
                    "take one of them out",
                    ((seen[key], "the other stands here"),),
                )
            seen.setdefault(key, variant.span)


@rule("T405", "wrong-script", "warning")
def wrong_script(subject: Subject) -> Iterator[Finding]:
    """A line for one language is written in the script of another.

    What it does
    In sentences (not in labels and names), finds lines for English and other Latin languages that are mostly Chinese
    characters, and lines for Chinese that have none.

    Why
    Two lines were swapped, or a translation was pasted in the wrong place.

    Example
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      say 您好，欢迎光临。
        en: 您好，欢迎光临。
      goodbye
    ```

    Write instead
    ```flow
    shop 老王面馆
      en: Lao Wang Noodles
      languages zh, en
      channels sms

    step start
      say 您好，欢迎光临。
        en: Hello and welcome.
      goodbye
    ```
    """
    base = subject.program.languages[0]
    for written in texts_of(subject):
        if written.part not in SENTENCES:
            continue
        spoken = [(written.text.base, written.text.span, base), *(
            (v.text, v.span, v.language or base) for v in written.text.variants
        )]  # fmt: skip
        if any(v.language == base and v.channel is None for v in written.text.variants):
            # The base line is in no language of its own: every one has a line.
            spoken = spoken[1:]
        for text, span, language in spoken:
            script = _script(text)
            if language in _LATIN and script == "han":
                yield Finding(
                    span, f"this `{language}` line is in Chinese", "translate it, or swap the lines"
                )
            elif language in _CHINESE and script == "latin":
                yield Finding(
                    span,
                    f"this `{language}` line has no Chinese in it",
                    "translate it, or swap the lines",
                )


@rule("T407", "sms-only-word-in-voice", "warning")
def word_of_another_channel(subject: Subject) -> Iterator[Finding]:
    """A text tells the buyer to do what the channel cannot: reply to a call, press a key in a message.

    What it does
    Looks at each line with the channels that get it: "reply with", "请回复", web addresses and pictures in speech;
    "press 1", "按井号" in SMS and USSD.

    Why
    A buyer who is told to press the hash key in a text message sends something else, or nothing.

    Example
    ```flow
    shop Green Tea House
      languages en
      channels voice, sms

    step start
      ask addr as address
        say Say your address, then press hash.
        confirm
      set buyer.address = addr
      goodbye
    ```

    Write instead
    ```flow
    shop Green Tea House
      languages en
      channels voice, sms

    step start
      ask addr as address
        say Say your address, then press hash.
          sms: Send us your address.
        confirm
      set buyer.address = addr
      goodbye
    ```
    """
    for written, line in _given(subject):
        if written.part == "sms":
            heard, read = False, ("sms",)
        else:
            heard = "voice" in line.channels
            read = tuple(channel for channel in line.channels if channel != "voice")
        found = _unfit(line.text, heard, bool(read))
        if found is not None:
            word, why, spoken = found
            channels = ("voice",) if spoken else read
            yield Finding(
                line.span,
                f"“{word}” is told on {' and '.join(channels)}: {why}",
                f"write a `{channels[0]}:` line that says it otherwise",
            )


def _file(subject: Subject) -> str:
    """The file of the shop, which is the flow's own."""
    return "" if subject.shop is None else subject.flow.starts[subject.shop.span.block].file


@lru_cache(maxsize=50_000)
def _script(text: str) -> str | None:
    """`han` or `latin` where a sentence is clearly in one of the two."""
    words = _BRACES.sub("", text)
    han, latin = len(_HAN.findall(words)), len(_LATIN_WORD.findall(words))
    if han >= 2 and han > 2 * latin:
        # A Chinese word has two characters, more or less.
        return "han"
    return "latin" if han == 0 and latin >= WORDS_MIN else None


def _given(subject: Subject) -> Iterator[tuple[Written, Line]]:
    for written in texts_of(subject):
        if written.part in SENTENCES:
            for line in written.lines:
                if line.readers:
                    yield written, line


@lru_cache(maxsize=50_000)
def _unfit(text: str, heard: bool, read: bool) -> tuple[str, str, bool] | None:
    """The word that does not fit, why, and whether it is in speech."""
    if heard:
        for pattern, why in _WRITTEN_IN_SPEECH:
            if found := pattern.search(text):
                return found[0].strip("，。"), why, True
    if read:
        for pattern, why in _SPOKEN_IN_WRITING:
            if found := pattern.search(text):
                return found[0].strip(), why, False
    return None
