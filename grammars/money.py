"""Amounts of money as buyers write and say them, in minor units and never a float."""

from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from grammars.folding import KEPT_LENGTH_MAX, KEPT_TEXTS_MAX, TEXT_LENGTH_MAX
from grammars.languages import LANGUAGES
from grammars.languages.language import phrases
from grammars.lexicon import DECIMAL, Word, cutter
from grammars.numbers import NUMBER_MAX, count

DECIMALS_MAX: Final = 4
"""Decimals of a currency. ISO 4217 has none with more."""

_SIGNS: Final = (*"¥$€£₩₹฿₽₫", "/=", "/-")

_WRITTEN: Final = phrases(
    "aud|bdt|bhd|brl|clp|egp|ghs|idr|inr|jod|jpy|kes|krw|kwd|mxn|myr|ngn|php|pkr|rub|sgd|thb|tnd|twd|tzs|ugx|vnd|xaf|xof|zar|"
    "ksh|tsh|ush|shilling|shillings|bob|naira|rs|rupee|rupees|peso|pesos|rand|cedi|cedis|baht|taka|ringgit|rupiah|dong|yen|"
    "won|dinar|dinars|franc|francs|ruble|rubles"
)
"""Further names of currencies, as they are typed. Recognisers are not listening for them."""

_WORDS: Final = {
    **{word: "courtesy" for language in LANGUAGES.values() for word in language.openers},
    **{word: "courtesy" for language in LANGUAGES.values() for word in language.closers},
    **{word: code for code, language in LANGUAGES.items() for word in language.numerals},
    **{word: "point" for language in LANGUAGES.values() for word in language.points},
    **{word: "major" for language in LANGUAGES.values() for word in language.major_units},
    **{word: "tenth" for language in LANGUAGES.values() for word in language.tenths},
    **{word: "hundredth" for language in LANGUAGES.values() for word in language.hundredths},
    **dict.fromkeys(_WRITTEN, "major"),
    **dict.fromkeys(_SIGNS, "sign"),
    "整": "courtesy",
}
_UNITS: Final = {"major": 0, "tenth": 1, "hundredth": 2}
_cut = cutter(_WORDS, DECIMAL)
_SPOKEN_DIGITS: Final = {
    word: digit for language in LANGUAGES.values() for word, digit in language.digits.items()
}


class _Term(NamedTuple):
    """A number and the unit behind it, or "" where none was said."""

    run: tuple[Word, ...]
    unit: str


def read_money(text: str, decimals: int = 2) -> int | None:
    """Read an amount in minor units: "18.5" is 1850, 十八块五毛 too, 一百二 is 12000.

    `decimals` is the currency's, 0 to 4. An amount with more decimals is None, as are signs
    before numbers, two amounts and words that are not about money. The name of a currency is
    accepted, whichever it is: the flow says in what it sells.
    """
    if text.isascii() and text.isdigit() and len(text) < len(str(NUMBER_MAX)):
        return int(text) * 10**decimals
    return _read_kept(text, decimals) if len(text) <= KEPT_LENGTH_MAX else _read(text, decimals)


def write_money(minor: int, decimals: int = 2) -> str:
    """Write 1850 as 18.50 for a currency of two decimals, as 1850 for one of none."""
    sign, digits = "-" if minor < 0 else "", str(abs(minor)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits


def _read(text: str, decimals: int) -> int | None:
    words = _cut(text) if len(text) <= TEXT_LENGTH_MAX else None
    if not words or not 0 <= decimals <= DECIMALS_MAX:
        return None
    terms = _terms([word for word in words if word.kind != "courtesy"])
    if not terms:
        return None
    amount, last_unit = 0, ""
    for term in terms:
        unit = term.unit or ("major" if len(terms) == 1 else _left_out(term, last_unit))
        if not unit or (last_unit and _UNITS[unit] <= _UNITS[last_unit]):
            return None
        minor = _minor(term, decimals - _UNITS[unit])
        if minor is None or (last_unit and minor >= 10 ** (decimals - _UNITS[last_unit])):
            return None
        amount, last_unit = amount + minor, unit
    return amount if amount <= NUMBER_MAX * 10**decimals else None


_read_kept = lru_cache(KEPT_TEXTS_MAX)(_read)


def _terms(words: list[Word]) -> list[_Term]:
    """Return numbers with their units, in the order said; none when the words do not alternate."""
    if words and (words[0].kind == "sign" or _is_code(words[0])):
        words = words[1:]
    elif words and words[-1].kind == "sign":
        words = words[:-1]
    terms = list[_Term]()
    for numeral, group in groupby(words, lambda word: word.kind not in ("sign", *_UNITS)):
        run = tuple(group)
        if numeral:
            # "five dollars and fifty cents": the word joins two terms.
            terms.append(_Term(run[1:] if terms and run[0].text == "and" else run, ""))
        elif len(run) == 1 and run[0].kind in _UNITS and terms and not terms[-1].unit:
            terms[-1] = _Term(terms[-1].run, run[0].kind)
        else:
            return []
    return terms


def _is_code(word: Word) -> bool:
    """Say whether a word may stand before the number: RMB 18, unlike 块18."""
    return word.kind == "major" and word.text.isascii()


def _left_out(term: _Term, last_unit: str) -> str:
    """Return the unit that 十八块五, 三毛五 and "five dollars fifty" leave out."""
    value = count(term.run) if term.run else None
    if value is None:
        return ""
    first = term.run[0]
    if last_unit == "tenth":
        return "hundredth" if value < 10 else ""
    if first.text[0] in "0零〇" or 10 <= value < 100:
        return "hundredth" if value < 100 else ""
    return "tenth" if value < 10 and first.kind != "en" else ""


def _minor(term: _Term, places: int) -> int | None:
    """Return a term's value in minor units, `places` decimals below its own unit."""
    whole, fraction = _parts(term.run)
    if whole is None or fraction is None or len(fraction) > places:
        return None
    return int(str(whole) + fraction.ljust(places, "0"))


def _parts(run: tuple[Word, ...]) -> tuple[int | None, str | None]:
    """Cut 18.5, 十八点五 or "eighteen point five" into a whole number and the digits behind."""
    kinds = [word.kind for word in run]
    if "point" in kinds:
        at = kinds.index("point")
        digits = [_SPOKEN_DIGITS.get(word.text, word.text) for word in run[at + 1 :]]
        spoken = "".join(digits)
        valid = spoken.isascii() and spoken.isdigit()
        return (count(_zero_led(run[:at])), spoken) if valid else (None, None)
    if len(run) == 1 and "." in run[0].text:
        whole, _, fraction = run[0].text.partition(".")
        return (int(whole), fraction) if len(whole) < len(str(NUMBER_MAX)) else (None, None)
    return count(_zero_led(run)), ""


def _zero_led(run: tuple[Word, ...]) -> tuple[Word, ...]:
    """Drop the zero of 零五分, which only says that the unit before is empty."""
    return run[1:] if len(run) == 2 and run[0].text in ("零", "〇") else run
