"""What a buyer's words mean at a question: a reader for each type of `ask`.

Sellers of one template share their readers, so what is a seller's own, the goods, comes from the turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache

from flows.inputs import ADDRESSES_MAX
from flows.phrases import option_phrases
from flows.program import CHANNELS, Ask, Option, Program
from flows.settings import COUNTRY_CODES
from flows.turn import Turn
from grammars.dates import read_date
from grammars.digits import read_digits
from grammars.folding import fold
from grammars.money import read_money
from grammars.numbers import read_number
from grammars.phones import read_phone
from grammars.yesno import read_yesno

ANSWER_CHARACTERS_MAX = 1_000
"""More of a message than this is not read."""
ADDRESS_CHARACTERS_MAX = 120
"""An address is kept to this length; it goes into texts, whose parts the checker counts."""
ADDRESS_SHOWN_CHARACTERS_MAX = 30
"""Of an address that is offered, so much is shown; it is enough to tell one's own from another."""
NOTE_CHARACTERS_MAX = 500
"""A free text is kept to this length."""

FREE_TYPES = frozenset({"address", "text"})
"""Types that take any words: `anywhere` is tried before them."""

PRIVATE_TYPES = frozenset({"address", "phone", "pin", "text"})
"""Types whose answers the log does not show."""

Value = int | str | bool
Reader = Callable[[Turn, str], Value | None]

_SMS = CHANNELS.index("sms")


def reader(ask: Ask, program: Program) -> Reader:
    """The reader of an `ask`'s type: a message to a value, None if it was not understood.

    Of the program only what sellers of its works share is looked at; see flows.machine.works.
    """
    lower, upper = ask.lower, ask.upper
    match ask.type:
        case "product":
            return _product(ask.group)
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
            return _named_product
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


def _named_product(t: Turn, text: str) -> Value | None:
    phrases, codes = t.shop.goods(None)
    found = phrases.find(text)
    return None if found is None else codes[found]


def _product(group: str | None) -> Reader:
    def read(t: Turn, text: str) -> Value | None:
        phrases, codes = t.shop.goods(group)
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
