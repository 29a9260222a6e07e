"""What a buyer's words mean at a question: a reader for each type of `ask`, and the table of phrases and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from flows.inputs import ADDRESSES_MAX
from flows.program import CHANNELS, Ask, Option, Product, Program
from flows.settings import COUNTRY_CODES
from grammars.dates import read_date
from grammars.digits import read_digits
from grammars.folding import fold
from grammars.money import read_money
from grammars.numbers import read_number
from grammars.phones import read_phone
from grammars.yesno import read_yesno

if TYPE_CHECKING:
    from flows.turn import Turn

ANSWER_CHARACTERS_MAX = 1_000
"""More of a message than this is not read."""
ADDRESS_CHARACTERS_MAX = 120
"""An address is kept to this length; it goes into texts, whose parts the checker counts."""
ADDRESS_SHOWN_CHARACTERS_MAX = 30
"""Of an address that is offered, so much is shown; it is enough to tell one's own from another."""
NOTE_CHARACTERS_MAX = 500
"""A free text is kept to this length."""
LOOSE_CHARACTERS_MAX = 24
"""In a longer message a name is not looked for: it may say anything about it."""
PHRASES_MAX = 64
"""Products or options compared when a message only contains a name."""

FREE_TYPES = frozenset({"address", "text"})
"""Types that take any words: `anywhere` is tried before them."""

PRIVATE_TYPES = frozenset({"address", "phone", "pin", "text"})
"""Types whose answers the log does not show."""

Value = int | str | bool
Reader = Callable[["Turn", str], Value | None]

_SMS = CHANNELS.index("sms")
_NEGATIONS = ("不", "别", "没", "勿", "not ", "n't", "no ", "never", "without")


class Phrases:
    """Phrases to what they stand for: exact first, then the one name that a short message contains."""

    def __init__(self, entries: Iterable[tuple[str, int]]) -> None:
        self.exact: dict[str, int] = {}
        for phrase, meaning in entries:
            self.exact.setdefault(phrase, meaning)
            self.exact.setdefault(fold(phrase), meaning)
        self.exact.pop("", None)
        self.contained = sorted(
            ((phrase, meaning) for phrase, meaning in self.exact.items() if _worth(phrase)),
            key=lambda entry: -len(entry[0]),
        )

    def find(self, text: str) -> int | None:
        """The meaning of a message that says a phrase and nothing else."""
        found = self.exact.get(text)
        return self.exact.get(fold(text)) if found is None else found

    def find_within(self, text: str) -> int | None:
        """The meaning of the one phrase that a short message contains; None if two differ, or if it says no."""
        folded = fold(text)
        if len(folded) > LOOSE_CHARACTERS_MAX or any(word in folded for word in _NEGATIONS):
            return None
        found: int | None = None
        for phrase, meaning in self.contained:
            at = folded.find(phrase)
            if at < 0 or not _stands_alone(folded, at, phrase):
                continue
            if found is not None and meaning != found:
                return None
            found = meaning
            # A longer name hides the shorter ones inside it: 牛肉面 is not also 牛肉.
            folded = folded[:at] + "\n" + folded[at + len(phrase) :]
        return found


def _worth(phrase: str) -> bool:
    return len(phrase) >= (3 if phrase.isascii() else 2) and not phrase.isdigit()


def _stands_alone(text: str, at: int, phrase: str) -> bool:
    """An ASCII phrase must be a word of its own; Chinese has no spaces between words."""
    if not phrase.isascii():
        return True
    before = text[at - 1 : at]
    after = text[at + len(phrase) : at + len(phrase) + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def product_phrases(products: Sequence[Product]) -> Phrases:
    """Codes, names and synonyms of products; a meaning is an index into them."""
    return Phrases(
        (phrase, index)
        for index, product in enumerate(products)
        for phrase in (product.code, *product.phrases)
    )


def option_phrases(options: Sequence[Option], channel: str | None = None) -> Phrases:
    """Keys and phrases of the options that a channel has; a meaning is an index into all of them."""
    entries = [
        (phrase, index)
        for index, option in enumerate(options)
        if channel is None or option.channel in (None, channel)
        for phrase in ((option.key, *option.phrases) if option.key is not None else option.phrases)
    ]
    return _kept_phrases(tuple(entries))


PHRASES_KEPT_MAX = 2_000
"""Menus whose phrases are kept ready: sellers of one template differ in their goods, not in these."""
_kept_phrases = lru_cache(PHRASES_KEPT_MAX)(Phrases)


def reader(ask: Ask, program: Program) -> Reader:
    """The reader of an `ask`'s type: a message to a value, None if it was not understood."""
    lower, upper = ask.lower, ask.upper
    match ask.type:
        case "product":
            return _product(program, ask.group)
        case "number":
            return _number(lower, upper)
        case "digits" | "pin":
            least, most = lower or 1, upper or 32
            return lambda _, text: read_digits(text, least, most)
        case "phone":
            country = COUNTRY_CODES.get(program.currency, "")
            return lambda _, text: read_phone(text, country)
        case "money":
            return _money(program.decimals)
        case "yesno":
            return lambda _, text: read_yesno(text)
        case "date":
            return _date
        case "choice":
            return _choice(ask.choices)
        case "grammar":
            return _grammar(program, ask.group or "")
        case "address":
            return _known_or_free_address if ask.group else _address
        case _:
            return lambda _, text: _free(text, NOTE_CHARACTERS_MAX, shortest=1)


def _money(decimals: int) -> Reader:
    """By keys, on a call or by USSD, `*` is the decimal point: `18*50`."""

    def read(t: Turn, text: str) -> Value | None:
        return read_money(
            text if t.channel == _SMS else text.rstrip("*").replace("*", "."), decimals
        )

    return read


def offered_addresses(addresses: Sequence[str], channel: str) -> list[tuple[str | None, str]]:
    """The addresses that `ask ... as address of buyer` offers, each with its key and as much of it as is shown."""
    offered = addresses[: 1 if channel == "ussd" else ADDRESSES_MAX]
    return [
        (str(key), address[:ADDRESS_SHOWN_CHARACTERS_MAX])
        for key, address in enumerate(offered, start=1)
    ]


def _address(_: Turn, text: str) -> str | None:
    return _free(text, ADDRESS_CHARACTERS_MAX, shortest=2)


def _known_or_free_address(t: Turn, text: str) -> str | None:
    key = fold(text)
    known = t.buyer.addresses
    if key.isascii() and key.isdigit() and len(key) == 1 and 0 < int(key) <= len(known):
        return known[int(key) - 1]
    return _address(t, text)


def slot_reader(kind: str, program: Program) -> Reader:
    """The reader of a slot such as `<dish:product>`; it takes no loose matches."""
    match kind:
        case "product":
            phrases = product_phrases(program.products)
            codes = [product.code for product in program.products]

            def product(_: Turn, text: str) -> Value | None:
                found = phrases.find(text)
                return None if found is None else codes[found]

            return product
        case "phone":
            country = COUNTRY_CODES.get(program.currency, "")
            return lambda _, text: read_phone(text, country)
        case "money":
            decimals = program.decimals
            return lambda _, text: read_money(text, decimals)
        case "date":
            return _date
        case "digits":
            return lambda _, text: read_digits(text, 1, 32)
        case "number":
            return _number(1, 9_999)
        case _:
            return lambda _, text: _free(text, NOTE_CHARACTERS_MAX, shortest=1)


def _product(program: Program, group: str | None) -> Reader:
    products = [product for product in program.products if group is None or product.group == group]
    phrases = product_phrases(products)
    codes = [product.code for product in products]

    def read(_: Turn, text: str) -> Value | None:
        found = phrases.find(text)
        if found is None:
            found = phrases.find_within(text)
        return None if found is None else codes[found]

    return read


def _choice(options: Sequence[Option]) -> Reader:
    phrases = option_phrases(options)
    values = [option.value or "" for option in options]

    def read(_: Turn, text: str) -> Value | None:
        found = phrases.find(text)
        if found is None:
            found = phrases.find_within(text)
        return None if found is None else values[found]

    return read


def _number(lower: int | None, upper: int | None) -> Reader:
    least = lower if lower is not None else 0
    most = upper if upper is not None else 999_999_999

    def read(_: Turn, text: str) -> Value | None:
        number = (
            int(text)
            if len(text) < 10 and text.isdecimal() and text.isascii()
            else read_number(text)
        )
        return number if number is not None and least <= number <= most else None

    return read


def _date(turn: Turn, text: str) -> Value | None:
    found = read_date(text, date.fromisoformat(turn.today()))
    return None if found is None else found.isoformat()


def _free(text: str, longest: int, *, shortest: int) -> str | None:
    plain = " ".join(text.split())[:longest]
    return plain if len(plain) >= shortest else None


def _grammar(program: Program, name: str) -> Reader:
    if name not in program.grammars:
        return lambda _turn, _text: None
    read = _grammar_reader(*program.grammars[name])

    def answer(_: Turn, text: str) -> Value | None:
        return read(text)

    return answer


@lru_cache(maxsize=1_000)
def _grammar_reader(source: str, content: bytes) -> Callable[[str], str | None]:
    from grammars.srgs.matcher import match
    from grammars.srgs.reader import GrammarError, read_grammar

    try:
        grammar = read_grammar(content, uri=source)
    except GrammarError:
        # The checker refuses such a flow (K210); one that was never checked understands nothing here.
        return lambda _text: None

    def read(text: str) -> str | None:
        parse = match(grammar, text[:ANSWER_CHARACTERS_MAX])
        return None if parse is None else str(parse.value)

    return read
