"""What is wrong with a grammar, where, and what to write instead."""

from __future__ import annotations


class GrammarError(ValueError):
    """The grammar is not legal SRGS 1.0, or it is larger than this reader accepts."""

    def __init__(
        self,
        message: str,
        *,
        uri: str = "",
        line: int = 1,
        column: int = 1,
        help: str = "",  # noqa: A002 - the word a diagnostic uses
    ) -> None:
        super().__init__(message)
        self.message = message
        """One sentence without a full stop."""
        self.uri = uri
        """The document the mistake is in: not always the one that was asked for, it may import it."""
        self.line = line
        """From 1."""
        self.column = column
        """From 1, in characters."""
        self.help = help
        """What to write instead, or empty."""

    def __str__(self) -> str:
        text = f"{self.uri}:{self.line}:{self.column}: {self.message}"
        return f"{text}; {self.help}" if self.help else text
