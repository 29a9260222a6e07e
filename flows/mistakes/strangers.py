"""Words in the wrong place, misspelt words, and words of other languages."""

from __future__ import annotations

import difflib
import re
import unicodedata

from flows.mistakes.arrows import NAME, REAL_ARROW
from flows.mistakes.mistake import Line, Mistake
from flows.mistakes.places import (
    CLOSE_ENOUGH,
    HOMES,
    LISTED_MAX,
    OPTIONS,
    OUTCOME_PLACES,
    PLACES,
    SAMPLES,
    STATEMENT_PLACES,
    setting,
    spellings,
    suits,
)
from grammars.foreign import FOREIGN
from grammars.keywords import BLOCKS, KEYWORDS, OUTCOMES, head


def wide_letters(line: Line) -> Mistake | None:
    """`ｓａｙ Hello`."""
    plain = unicodedata.normalize("NFKC", line.word)
    if plain != line.word and plain.isascii() and head(plain + " ") not in (None, "KEY"):
        return line.mistake(
            f"`{line.word}` is written in full-width letters",
            f"write `{plain}`",
            line.word,
            plain + line.text[len(line.word) :],
        )
    return None


def column_zero(line: Line) -> Mistake | None:
    """A first line that is no block."""
    if line.parent is not None or line.block is not None:
        return None
    word = head(line.text)
    if word is not None and word not in BLOCKS:
        name = line.word if word != "KEY" else "an option"
        quoted = f"`{name}`" if word != "KEY" else name
        return line.mistake(
            f"{quoted} cannot begin a block",
            "put it under its step, indented by two spaces"
            if word not in HOMES
            else f"it stands {HOMES[word]}, indented by two spaces",
            line.word,
        )
    return None


def else_alone(line: Line) -> Mistake | None:
    """`else` and `else if` that follow no `if`."""
    word = head(line.text)
    if word not in ("ELSE", "ELSE_IF") or line.parent not in STATEMENT_PLACES:
        return None
    if line.before in ("IF", "ELSE_IF"):
        return None
    spelling = next(s for s in KEYWORDS[word] if line.text.startswith(s))
    if line.before == "ELSE":
        return line.mistake(
            f"`{spelling}` comes after `else`", "put every `else if` before the `else`", spelling
        )
    return line.mistake(
        f"there is no `if` above this `{spelling}`",
        "put it right below the lines of its `if`, indented as the `if` is",
        spelling,
    )


def elsewhere(line: Line) -> Mistake | None:
    """A word of the language in the wrong place."""
    word = head(line.text)
    if word is None and line.parent not in ("SHOP", "DEFAULTS", *OPTIONS):
        word = setting(line.text)
    if word is None or suits(line, word) or line.block is None:
        return None
    spelling = line.word
    if word in KEYWORDS:
        spelling = next((s for s in KEYWORDS[word] if line.text.startswith(s)), spelling)
    if word == "JUMP" and line.parent in STATEMENT_PLACES:
        return None
    if line.parent in ("KEY", "OPTION") or (line.parent == "ON"):
        return line.mistake(
            f"`{spelling}` cannot stand under an option",
            "only other wordings such as `en: Order` do; put the line in the step that it leads to",
            spelling,
        )
    if word == "KEY" and line.parent in (*OPTIONS, "ASK"):
        return None
    if word in HOMES:
        name = "an option" if word == "KEY" else f"`{spelling}`"
        return line.mistake(
            f"{name} cannot stand here",
            f"it stands {HOMES[word]}, indented by two spaces",
            spelling,
        )
    if word in BLOCKS:
        return line.mistake(
            f"`{spelling}` begins a block and cannot be indented",
            "begin the line in column 1",
            spelling,
        )
    if line.parent in OPTIONS or line.parent == "ASK":
        where = f"`{KEYWORDS[line.parent][0]}`"
        return line.mistake(
            f"`{spelling}` cannot stand under {where}",
            f"indent it as {where} is, to have it done after the answer"
            if line.parent != "ANYWHERE"
            else "options stand here: `0 agent -> agent`",
            spelling,
        )
    if line.parent in STATEMENT_PLACES:
        return None
    return line.mistake(
        f"`{spelling}` cannot stand here", "it stands in a step, indented by two spaces", spelling
    )


def misspelt_keyword(line: Line) -> Mistake | None:
    """`mneu Please choose:` and `Say hello`."""
    terminals = PLACES.get(line.parent, ())
    words = line.text.split()
    best: tuple[float, str, str] | None = None
    for spelling in spellings(terminals):
        if spelling.isascii():
            count = len(spelling.split())
            tried = [" ".join(words[:count])]
            glued = re.match(r"[A-Za-z]+", line.text)
            hyphened = re.match(r"[A-Za-z]+(?:[-_][A-Za-z]+)+(?=[ :：]|$)", line.text)
            if hyphened and count > 1:
                tried.append(hyphened[0])
            if glued and count > 1:
                tried.append(glued[0])
            if glued and not line.text[len(glued[0]) :].startswith(" "):
                tried.append(glued[0])
            if glued and len(spelling) > 2 and glued[0].lower().startswith(spelling):
                tried.append(line.text[: len(spelling)])
        else:
            tried = [
                line.text[:n]
                for n in (len(spelling), len(spelling) + 1, len(spelling) - 1)
                if n > 1
            ]
        for candidate in tried:
            bare = candidate.rstrip(":：")
            ratio = difflib.SequenceMatcher(None, bare.lower(), spelling).ratio()
            cutoff = _cutoff(spelling)
            if ratio >= cutoff and (best is None or ratio > best[0]):
                best = (ratio, spelling, bare)
    if best is None:
        return None
    _, spelling, seen = best
    if seen == spelling and line.text[len(seen) :].startswith((" ", ":", "：")):
        return None
    rest = (
        line.text[len(seen) :].lstrip(" :：")
        if line.parent != "MENU"
        else line.text[len(seen) :].lstrip()
    )
    if line.parent in OPTIONS and REAL_ARROW.search(line.text) and "TRIES" not in terminals:
        return None
    return line.mistake(
        f"`{seen}` is not a word of the language here",
        f"did you mean `{spelling}`?",
        seen,
        f"{spelling} {rest}".rstrip(),
    )


def _cutoff(spelling: str) -> float:
    """Short words must be more alike: `is` is not `if`."""
    if not spelling.isascii():
        return 0.5 if len(spelling) == 2 else CLOSE_ENOUGH
    return 0.75 if len(spelling) > 3 else 0.66


def foreign(line: Line) -> Mistake | None:
    """A word of another language, or of everyday speech, for one of ours."""
    if line.parent not in (None, *STATEMENT_PLACES):
        return None
    lower = line.text.lower()
    for word, terminal in FOREIGN.items():
        if not lower.startswith(word):
            continue
        rest = line.text[len(word) :]
        if word.isascii() and re.match(r"\w", rest):
            continue
        if (terminal in BLOCKS) != (line.parent is None):
            continue
        rest = rest.strip(" :：")
        spelling = "->" if terminal == "JUMP" else KEYWORDS[terminal][not word.isascii()]
        sample = SAMPLES[terminal]
        fixed = f"{spelling} {rest}".strip() if terminal in _REPAIRED_BY_WORD else None
        if terminal == "JUMP" and not NAME.fullmatch(rest):
            fixed = None
        return line.mistake(
            f"`{word}` is not a word of the language here",
            f"write `{fixed if fixed and len(fixed) < 50 else sample}`",
            line.text[: len(word)],
            fixed,
        )
    assigned = re.match(r"([^\W\d][\w.]*)[ ]*[=＝](?![=＝])[ ]*(\S.*)$", line.text)
    if assigned and line.parent is not None:
        fixed = f"set {assigned[1]} = {assigned[2]}"
        return line.mistake(
            "a value is given with `set`", f"write `{fixed[:60]}`", assigned[1], fixed
        )
    return None


_REPAIRED_BY_WORD = ("SAY", "MENU", "IF", "ELSE_IF", "ELSE", "SET", "GOODBYE", "STEP", "JUMP", "SEND_SMS",
                     "TELL_SHOP", "HAND_OVER", "PLACE_ORDER", "EMPTY_CART", "PAY", "RETURN", "SHOP",
                     "DEFAULTS", "CATALOG", "ANYWHERE", "INCLUDE")  # fmt: skip


def unknown(line: Line) -> Mistake | None:
    if line.column > line.depth + 1:
        return None
    if line.parent in OUTCOME_PLACES:
        for pair in OUTCOMES.items():
            for spelling, when in zip(pair, KEYWORDS["WHEN"], strict=True):
                if line.text.startswith(spelling):
                    fixed = f"{when} {line.text}"
                    return line.mistake(
                        f"an outcome stands after `{when}`",
                        f"write `{fixed[:60]}`",
                        spelling,
                        fixed,
                    )
    if REAL_ARROW.search(line.text) and line.parent in STATEMENT_PLACES and head(line.text) is None:
        return line.mistake(
            "an option stands here without its menu",
            "write `menu` and a text above it, and indent the options under it",
            line.word,
        )
    words = [s for s in spellings(PLACES.get(line.parent, ())) if s.isascii()]
    if not words:
        return None
    if line.parent is None and line.block is None and NAME.fullmatch(line.text):
        return line.mistake(
            f"`{line.text}` begins no block", f"for a step of this name, write `step {line.text}`"
        )
    listed = ", ".join(f"`{s}`" for s in words[:LISTED_MAX])
    more = " and others" if len(words) > LISTED_MAX else ""
    if "SETTING" in PLACES.get(line.parent, ()):
        close = difflib.get_close_matches(line.word.lower(), words, 1, CLOSE_ENOUGH)
        if close:
            listed, more = f"`{close[0]}`", " and others"
        return line.mistake(
            f"there is no setting `{line.word}`", f"settings are {listed}{more}", line.word
        )
    return line.mistake(
        f"`{line.word}` cannot begin a line here",
        f"lines here begin with {listed}{more}",
        line.word,
    )
