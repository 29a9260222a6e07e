"""Text to syntax: each block is parsed by itself, and a bad line is reported, left out and stepped over."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from flows.diagnostic import Diagnostic
from flows.grammar import MarginError, parse
from flows.mistakes.explain import explain
from flows.mistakes.mistake import Line, Mistake
from flows.mistakes.places import PLACES, fits
from flows.syntax import Block, Span
from grammars.keywords import ARROW, head

if TYPE_CHECKING:
    from lark import Token

ERRORS_PER_BLOCK_MAX = 8
"""After so many bad lines in one block the rest of it is left alone."""
LEVELS_MAX = 12
"""Levels of indent in a block; the worked example has five."""
BLOCKS_KEPT_MAX = 20_000
"""Parsed blocks kept, by text: sellers share most of theirs, and an editor changes one at a time."""


@lru_cache(maxsize=BLOCKS_KEPT_MAX)
def parse_block(text: str, key: str) -> tuple[Block | None, tuple[Diagnostic, ...]]:
    """One block's text to its syntax, with what was wrong. None if not even its first line could be read.

    Safe to call from several threads: nothing is shared but the grammar, which never changes. What it
    returns is frozen, so the same value may serve every caller.
    """
    return _Reading(text, key).read()


class _Reading:
    """Reads one block: parses, puts right or leaves out the line it stopped at, and parses again."""

    def __init__(self, text: str, key: str) -> None:
        self.lines = text.split("\n")
        self.key = key
        self.found: list[Diagnostic] = []
        self.told: set[int] = set()
        """Lines that were reported: each is reported once, then put right, then left out."""
        self.emptied: set[int] = set()
        """Lines under which something was left out, so that it is no news if nothing is left."""

    def read(self) -> tuple[Block | None, tuple[Diagnostic, ...]]:
        self._bound_depth()
        # Each round reports, puts right or leaves out at least one line, and a block has so many.
        for _ in range(3 * ERRORS_PER_BLOCK_MAX + 1):
            mistake = self._parse()
            if not isinstance(mistake, Mistake):
                return mistake
            if not self._go_on(mistake):
                break
        return None, tuple(self.found)

    def _parse(self) -> tuple[Block | None, tuple[Diagnostic, ...]] | Mistake:
        from lark.exceptions import UnexpectedInput

        from flows.notes import reading

        try:
            with reading(self.key) as notes:
                block = cast("Block", parse("\n".join(self.lines)))
        except MarginError as error:
            return self._uneven(error.line)
        except UnexpectedInput as error:
            return self._explain(error)
        silent = self.told | self.emptied
        self.found += [note for note in notes if note.span.line not in silent]
        return block, tuple(sorted(self.found, key=lambda d: (d.span.line, d.span.column)))

    def _go_on(self, mistake: Mistake) -> bool:
        """Report a mistake and change its line; False if there is nothing more to read."""
        index = mistake.line - 1
        first_time = mistake.line not in self.told
        if first_time:
            self.told.add(mistake.line)
            self.found.append(
                Diagnostic(
                    "E001" if mistake.code is None else mistake.code,
                    "syntax-error" if mistake.code is None else "bad-margin",
                    "error",
                    mistake.message,
                    Span(self.key, mistake.line, mistake.column, mistake.width),
                    mistake.help,
                )
            )
            if len(self.found) >= ERRORS_PER_BLOCK_MAX and index > 0:
                self._leave_out(index, len(self.lines))
                return True
            if mistake.repaired is not None:
                self.lines[index] = mistake.repaired
                return True
        if index <= 0 or index >= len(self.lines) or not self.lines[index].strip():
            return False
        self._leave_out(index, self._end(index))
        return True

    def _leave_out(self, begin: int, end: int) -> None:
        above = depth(self.lines[begin])
        for index in range(begin - 1, -1, -1):
            if self.lines[index].strip() and depth(self.lines[index]) < above:
                self.emptied.add(index + 1)
                above = depth(self.lines[index])
        for index in range(begin, end):
            self.lines[index] = ""

    def _end(self, index: int) -> int:
        """Index after the last line that is indented under a line."""
        margin = depth(self.lines[index])
        for following in range(index + 1, len(self.lines)):
            if self.lines[following].strip() and depth(self.lines[following]) <= margin:
                return following
        return len(self.lines)

    def _bound_depth(self) -> None:
        """Leave out what is indented deeper than anybody could follow."""
        levels = [0]
        for index, line in enumerate(self.lines):
            if not line.strip():
                continue
            while len(levels) > 1 and depth(line) < levels[-1]:
                levels.pop()
            if depth(line) > levels[-1]:
                levels.append(depth(line))
            if len(levels) > LEVELS_MAX:
                self._go_on(
                    Mistake(
                        index + 1,
                        1,
                        depth(line),
                        f"this line is indented more than {LEVELS_MAX - 1} levels deep",
                        "move what is so deep to a step of its own",
                    )
                )
                # It was left out, and with it what stood under it.
                levels.pop()

    def _uneven(self, number: int) -> Mistake:
        crooked = self._crooked(number)
        if crooked is not None:
            return crooked
        margin = depth(self.lines[number - 1])
        above = sorted({depth(line) for line in self.lines[: number - 1] if line.strip()} - {0})
        nearest = min(above, key=lambda level: (abs(level - margin), -level), default=0)
        near = [level for level in above if abs(level - margin) <= 2] or above
        return Mistake(
            number,
            1,
            max(margin, 1),
            f"this line is indented by {_spaces(margin)}, which fits no line above it",
            f"indent it by {' or '.join(map(str, near))} spaces, as a line above is",
            " " * nearest + self.lines[number - 1].lstrip(),
            "E002",
        )

    def _crooked(self, number: int, margin: int | None = None) -> Mistake | None:
        """The line above whose margin is odd: sellers slip there, parsers notice later.

        With a margin, only the lines that a line so indented stands under are looked at.
        """
        unit = min((depth(line) for line in self.lines if depth(line) > 1), default=2)
        openers: list[int] = []
        for index in range(number - 1):
            if self.lines[index].strip():
                _close(openers, self.lines, depth(self.lines[index]))
                openers.append(index)
        if margin is not None:
            _close(openers, self.lines, margin)
        for outer, index in pairwise(openers):
            right = depth(self.lines[outer]) + unit
            if depth(self.lines[index]) != right and index + 1 not in self.told:
                return self._straightened(index, depth(self.lines[index]), right)
        return None

    def _straightened(self, index: int, margin: int, right: int) -> Mistake:
        shift = margin - right
        text = self.lines[index].lstrip()
        below = next((line for line in self.lines[index + 1 :] if line.strip()), "")
        alone = head(text) in _OPENING and not _ARROW_IN.search(text) and depth(below) == margin
        if shift > 0 and not alone:
            for following in range(index + 1, len(self.lines)):
                if self.lines[following].strip():
                    if depth(self.lines[following]) < margin:
                        break
                    self.lines[following] = self.lines[following][shift:]
        return Mistake(
            index + 1,
            1,
            max(margin, 1),
            f"this line is indented by {_spaces(margin)}, which does not fit the lines around it",
            f"indent it by {_spaces(right)}",
            " " * right + text,
            "E002",
        )

    def _explain(self, error: Exception) -> Mistake:
        from lark.exceptions import UnexpectedCharacters, UnexpectedToken

        expected: set[str] = set()
        number, column = len(self.lines), 1
        if isinstance(error, UnexpectedToken):
            expected = set(error.accepts or ()) or set(error.expected)
            number, column = error.line, error.column
            kind = cast("Token", error.token).type
            if kind == "_INDENT":
                return self._unexpected_indent(number)
            if kind in ("_DEDENT", "$END", "_NL"):
                number = self._written(number - (kind == "_DEDENT"))
                column = len(self.lines[number - 1]) + 1
        elif isinstance(error, UnexpectedCharacters):
            expected = set(error.allowed or ())
            number, column = error.line, error.column
        number = self._written(min(max(number, 1), len(self.lines)))
        return self._mistake(number, column, frozenset(expected))

    def _mistake(self, number: int, column: int, expected: frozenset[str]) -> Mistake:
        text = self.lines[number - 1]
        margin = depth(text)
        if margin == 0 and number > 1:
            return self._lost_margin(number)
        parent = before = None
        outer: list[str] = []
        level = margin
        for line in reversed(self.lines[: number - 1]):
            if not line.strip() or depth(line) > margin:
                continue
            if depth(line) < level:
                level = depth(line)
                outer.append(head(line.strip()) or "OPTION")
            elif not outer:
                before = before or head(line.strip()) or "OTHER"
        parent = outer[0] if outer else None
        known = (
            self._crooked(number, margin)
            or self._beside_its_question(number)
            or self._without_its_question(number)
        )
        if known is not None:
            return known
        if len(outer) > 1 and parent not in PLACES and fits(text.strip(), outer[1]):
            return self._too_deep(number)
        block = head(self.lines[0].strip()) or "OTHER" if number > 1 else None
        return explain(Line(number, text.strip(), margin, parent, block, column, expected, before))

    def _beside_its_question(self, number: int) -> Mistake | None:
        """A question whose own lines, this one among them, stand beside it instead of under it."""
        margin = depth(self.lines[number - 1])
        for index in range(number - 2, -1, -1):
            text = self.lines[index]
            if not text.strip() or depth(text) > margin:
                continue
            word = head(text.strip())
            if depth(text) < margin:
                return None
            if word in ("ASK", "MENU"):
                break
            if not any(fits(text.strip(), question) for question in ("ASK", "MENU")):
                return None
        else:
            return None
        if not fits(self.lines[number - 1].strip(), word):
            return None
        question = self.lines[index].split()[0]
        below = next(line for line in self.lines[index + 1 :] if line.strip())
        astray = depth(below) > margin
        begin = number - 1 if astray else index + 1
        for following in range(begin, self._end(number - 1)):
            if self.lines[following].strip():
                self.lines[following] = "  " + self.lines[following]
        if astray:
            return Mistake(
                number,
                1,
                max(margin, 1),
                f"this line stands beside the `{question}` that it belongs to",
                f"indent it by {_spaces(margin + 2)}",
                self.lines[number - 1],
                "E002",
            )
        return Mistake(
            index + 1,
            margin + 1,
            len(question),
            f"what belongs to this `{question}` stands beside it, not under it",
            f"indent the lines of `{question}` two spaces deeper than `{question}` itself",
            self.lines[index],
            "E002",
        )

    def _without_its_question(self, number: int) -> Mistake | None:
        """A `say` that is followed by what only a question has: the line of the question was lost above it."""
        margin = depth(self.lines[number - 1])
        belongs = self.lines[number - 1].strip()
        if head(belongs) not in _OF_A_QUESTION:
            return None
        beside = [
            i for i in range(number - 1) if self._stands(i) and depth(self.lines[i]) <= margin
        ]
        said = beside[-1] if beside else 0
        if depth(self.lines[said]) < margin or head(self.lines[said].strip()) != "SAY":
            return None
        for following in range(number - 1, len(self.lines)):
            if self._stands(following) and depth(self.lines[following]) <= margin:
                if head(self.lines[following].strip()) not in _OF_A_QUESTION:
                    break
                self._leave_out(following, self._end(following))
        return Mistake(
            said + 1,
            margin + 1,
            len(self.lines[said].strip()),
            f"this is said by a question, as `{belongs[:20]}` shows, and the question is missing",
            "write `ask name as text` above, and indent what belongs to it by two spaces more",
            self.lines[said],
        )

    def _stands(self, index: int) -> bool:
        return self.lines[index].strip() != ""

    def _too_deep(self, number: int) -> Mistake:
        """A line that would be right were it not indented under the line above."""
        margin = depth(self.lines[number - 1])
        beside = max(depth(line) for line in self.lines[: number - 1] if depth(line) < margin)
        shift = margin - beside
        for index in range(number, self._end(number - 1)):
            self.lines[index] = self.lines[index][shift:]
        return Mistake(
            number,
            1,
            margin,
            f"this line is indented by {margin} spaces and so belongs to the line above",
            f"indent it by {beside} spaces to have it follow that line",
            self.lines[number - 1][shift:],
            "E002",
        )

    def _lost_margin(self, number: int) -> Mistake:
        above = self._written(number - 1)
        line = self.lines[above - 1]
        opens = head(line.strip()) in _OPENING and not _ARROW_IN.search(line)
        margin = depth(line) + 2 * opens
        return Mistake(
            number,
            1,
            1,
            "this line stands in column 1, where only blocks begin",
            f"indent it by {max(margin, 2)} spaces to have it belong to the block above",
            " " * max(margin, 2) + self.lines[number - 1],
        )

    def _unexpected_indent(self, number: int) -> Mistake:
        above = self._written(number - 1)
        line = self.lines[above - 1]
        if head(self.lines[0]) is None:
            return self._mistake(above, 1, frozenset())
        text = self.lines[number - 1]
        for index in range(number, self._end_of_level(number - 1)):
            if self.lines[index].strip():
                self.lines[index] = self.lines[index][depth(text) - depth(line) :]
        return Mistake(
            number,
            1,
            max(1, depth(text)),
            f"nothing can be indented under `{line.split()[0]}` here",
            f"indent it by {depth(line)} spaces, as the line above is"
            if depth(line)
            else "take the indent away, or put it under the block that it belongs to",
            " " * depth(line) + text.strip(),
        )

    def _end_of_level(self, index: int) -> int:
        margin = depth(self.lines[index])
        for following in range(index + 1, len(self.lines)):
            if self.lines[following].strip() and depth(self.lines[following]) < margin:
                return following
        return len(self.lines)

    def _written(self, number: int) -> int:
        """The last line at or above `number` that is not blank."""
        number = min(number, len(self.lines))
        while number > 1 and not self.lines[number - 1].strip():
            number -= 1
        return max(number, 1)


_OPENING = ("STEP", "IF", "ELSE", "ELSE_IF", "WHEN", "MENU", "ASK", "SHOP", "CATALOG", "DEFAULTS",
            "ANYWHERE")  # fmt: skip
_OF_A_QUESTION = ("CONFIRM", "NO_MATCH", "NO_INPUT", "TRIES")
_ARROW_IN = re.compile(ARROW)


def _close(openers: list[int], lines: list[str], margin: int) -> None:
    """Drop the lines that a line so indented does not stand under."""
    while openers and margin <= depth(lines[openers[-1]]):
        openers.pop()


def _spaces(number: int) -> str:
    return "1 space" if number == 1 else f"{number} spaces"


def depth(line: str) -> int:
    """Spaces in a line's margin."""
    return len(line) - len(line.lstrip(" "))
