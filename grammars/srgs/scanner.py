"""Where the ABNF reader stands in its text: what is next, and which line it is on."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NoReturn

from grammars.srgs.errors import GrammarError
from grammars.srgs.model import Span

_SKIP = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*(?s:.*?)\*/)*")
_DOCUMENTATION = re.compile(r"/\*\*(?!/)(?s:(.*?))\*/")


class Scanner:
    """A text, a place in it, and the last documentation comment that was passed."""

    def __init__(self, text: str, uri: str) -> None:
        self.text = text
        self.at = 0
        self.documentation: tuple[int, str] | None = None
        """The comment, after the place where what follows it begins."""
        self._uri = uri
        self._lines: list[int] | None = None

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the pattern matches here; the place moves past it."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def take_mark(self, mark: str) -> bool:
        """Whether the mark stands here; the place moves past it."""
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def here(self) -> Span:
        """The place as line and column."""
        return self.span(self.at)

    def skip(self) -> None:
        """Pass white space and comments, noting the last documentation comment."""
        text = self.text
        start = self.at
        found = _SKIP.match(text, start)
        assert found is not None
        self.at = end = found.end()
        if end > start and "/**" in text[start:end]:
            for comment in _DOCUMENTATION.finditer(text, start, end):
                self.documentation = (end, comment[1])
        if text.startswith("/*", end):
            self.fail("this comment is never closed", self.span(end), "write */")

    def span(self, at: int) -> Span:
        """A place as line and column."""
        if self._lines is None:
            self._lines = [0]
            self._lines.extend(found.end() for found in re.finditer(r"\r\n?|\n", self.text))
        line = bisect_right(self._lines, at)
        return Span(line, at - self._lines[line - 1] + 1)

    def fail(self, message: str, span: Span, advice: str) -> NoReturn:
        """Raise GrammarError about this document."""
        raise GrammarError(message, uri=self._uri, line=span.line, column=span.column, help=advice)
