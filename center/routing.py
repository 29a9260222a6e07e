"""Which seller a text is for: by the code it was sent to, by a keyword where sellers share a code."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from center.numbering import Numbering
from flows.program import Program
from grammars.folding import fold

KEYWORDS_SHOWN_MAX = 10
"""Keywords that a buyer who named none is shown."""
NO_KEYWORDS = (
    "几家店共用这个号码，发到这里分不清是哪家：请向店家要它自己的号码。 / "
    "Several shops share this number and cannot be told apart here. Please ask your shop for its own number."
)
"""What a buyer reads who texts a code of several shops that have none."""


class Routed(msgspec.Struct, frozen=True, gc=False):
    """A text on its way to a seller."""

    seller: str
    rest: str
    """The text without the keyword that brought it there."""
    named: bool
    """Whether the buyer named the seller by its keyword."""


class Routes:
    """Codes and keywords of all sellers."""

    def __init__(
        self, programs: Iterable[tuple[str, Program]], numbering: Numbering | None = None
    ) -> None:
        self.numbering = numbering or Numbering()
        """How channels keep the numbers of those who come by these ways."""
        self.codes: set[str] = set()
        """All that any seller has."""
        self._only: dict[str, str] = {}
        """The seller of each code that one has alone."""
        self._shared: dict[str, dict[str, None]] = {}
        """Sellers of each code that several have, all that there are perhaps."""
        self._keywords: dict[str, dict[str, str]] = {}
        self._shown: dict[str, list[str]] = {}
        self._numbers: dict[str, str] = {}
        """By the number that is dialled, as it is kept; the seller that had it first keeps it."""
        self._outrung: dict[str, str] = {}
        """Sellers whose number another had first."""
        for seller, program in programs:
            self.add(seller, program)

    def add(self, seller: str, program: Program) -> None:
        """A seller's codes and number; published again they stay."""
        number = self._kept(program.number)
        rings = number and "voice" in program.channels
        if rings and self._numbers.setdefault(number, seller) != seller:
            self._outrung[seller] = number
        for code in (*program.codes.get("sms", ()), *program.codes.get("ussd", ())):
            self._add_code(code, seller)
            words = program.codes.get("keyword", ())
            for word in words:
                self._keywords.setdefault(code, {}).setdefault(fold(word), seller)
            shown = self._shown.setdefault(code, []) if words else []
            if words and len(shown) < KEYWORDS_SHOWN_MAX and words[0] not in shown:
                shown.append(words[0])

    def _add_code(self, code: str, seller: str) -> None:
        self.codes.add(code)
        shared = self._shared.get(code)
        if shared is None:
            only = self._only.setdefault(code, seller)
            if only == seller:
                return
            del self._only[code]
            shared = self._shared[code] = {only: None}
        shared[seller] = None

    def by_number(self, number: str) -> str | None:
        """The seller that a number dialled on a telephone is for."""
        return self._numbers.get(self._kept(number))

    def serves(self, code: str) -> bool:
        """Whether any seller has this code."""
        return code in self.codes

    def is_shared(self, code: str) -> bool:
        """Whether several sellers have this code."""
        return code in self._shared

    def find(self, code: str, text: str, last: str | None) -> Routed | None:
        """The seller for a text; `last` is the one that this buyer talked to before on this code.

        A keyword alone, or before other words, names a seller; without one a buyer stays where they were. None if
        nobody can be told.
        """
        stripped = text.strip()
        keywords = self._keywords.get(code)
        if keywords:
            whole = keywords.get(fold(stripped))
            if whole is not None:
                return Routed(whole, "", True)
            head, _, rest = stripped.partition(" ")
            named = keywords.get(fold(head)) if rest else None
            if named is not None:
                return Routed(named, rest.strip(), True)
        only = self._only.get(code)
        if only is not None:
            return Routed(only, stripped, False)
        if last is None or last not in self._shared.get(code, ()):
            return None
        return Routed(last, stripped, False)

    def unnamed(self) -> list[tuple[str, list[str]]]:
        """Codes that sellers share, each with those of them that no keyword leads to."""
        found: list[tuple[str, list[str]]] = []
        for code, sellers in self._shared.items():
            led_to = set(self._keywords.get(code, {}).values())
            if lost := [seller for seller in sellers if seller not in led_to]:
                found.append((code, lost))
        return found

    def outrung(self) -> list[tuple[str, str, str]]:
        """Sellers whom nobody can call: each with its number, and who had that first."""
        return [(seller, number, self._numbers[number]) for seller, number in self._outrung.items()]

    def help(self, code: str) -> str:
        """What a buyer who named no seller is told: which words name one, or that none does (`config check` tells the operator)."""
        words = self._shown.get(code, [])[:KEYWORDS_SHOWN_MAX]
        if not words:
            return NO_KEYWORDS
        return "请回复店铺关键词 / Reply with a shop's keyword: " + ", ".join(words)

    def _kept(self, number: str) -> str:
        """400-800-1234 and +864008001234 are 4008001234."""
        kept = self.numbering.of(number)
        return "".join(sign for sign in kept if sign == "+" or (sign.isascii() and sign.isdigit()))
