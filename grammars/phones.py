"""Telephone numbers as buyers give them, and as logs may show them."""

import re
from typing import Final

from grammars.digits import read_digits
from grammars.folding import TEXT_LENGTH_MAX, normalise

E164_DIGITS_MAX: Final = 15
"""ITU-T E.164, section 6: country code and national number together."""

E164_DIGITS_MIN: Final = 8
"""No country has shorter numbers with its code that a buyer would call from."""

CHINA: Final = "86"

NATIONAL_DIGITS_MIN: Final = 7
NATIONAL_DIGITS_MAX: Final = 11
"""Of a number as it is dialled within its country, the zero before it left out."""

_NATIONAL: Final = re.compile(
    r"1[3-9][0-9]{9}"  # mobile
    r"|0(?:10|2[0-9])[0-9]{8}"  # Beijing and the large cities
    r"|0[3-9][0-9]{2}[0-9]{7,8}"  # all other area codes
    r"|[48]00[0-9]{7}"  # shared-cost and toll-free
)
"""Chinese numbers as they are dialled within China."""

_PREFIX: Final = re.compile(
    r"(?:tel|phone|mobile|my number is|it's|number|我的|电话|手机|号码|号|是|打|联系)*[:,. ]*"
)
_WRITTEN: Final = re.compile(r"(\+)?([0-9() ./-]*[0-9])[,.;!。 ]*")

_MASKED: Final = re.compile(
    r"(?<![0-9０-９])(?![0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))(?:"
    r"[0-9０-９]{7,}+"
    r"|(?:86[ -]?)?1[3-9][0-9][ -][0-9]{4}[ -]?[0-9]{4}"
    r"|(?:86[ -]?)?\(?0?[0-9]{2,3}\)?[ -][0-9]{7,8}"
    r"|[48]00[ -][0-9]{3}[ -]?[0-9]{4}"
    r"|\(?[0-9]{3}\)?[ -][0-9]{3}[ -][0-9]{4}"
    r"|(?<=\+)[0-9]{1,3}(?:[ -][0-9]{2,5}){2,4}"
    r")(?![0-9０-９])"
)
_SHOWN_FIRST_MAX: Final = 5
_SHOWN_LAST: Final = 4
_HIDDEN_MIN: Final = 4


def read_phone(text: str, country: str = CHINA) -> str | None:
    """Read a telephone number. `country` is the country code of numbers that bear none, empty where nobody knows.

    A Chinese number comes back as it is dialled within China, whether +86, 0086 or nothing was
    written before it: 13800138000, 01062345678, 4008001234. Any other number needs + or 00 and
    comes back in E.164 with its plus, +14155550123, so that the two can never be confused. With another country, one as it
    is dialled there comes back so, too: 0712 345 678 in Kenya is +254712345678; with none, its digits as they were given.
    Spoken digits are read too: 幺三八零零幺三八零零零.
    """
    bare = text.removeprefix("+")
    if bare.isascii() and bare.isdigit():
        # As networks write them, with every message.
        return _settle(bare, country, abroad=bare != text)
    if len(text) > TEXT_LENGTH_MAX:
        return None
    even = normalise(text)
    rest = even[_matched_length(even) :]
    if match := _WRITTEN.fullmatch(rest):
        digits = "".join(c for c in match[2] if c.isdigit())
        return _settle(digits, country, abroad=match[1] is not None)
    spoken = read_digits(rest, 10 if country == CHINA else NATIONAL_DIGITS_MIN, E164_DIGITS_MAX)
    return None if spoken is None else _settle(spoken, country, abroad=False)


def is_as_dialled_in_china(number: str) -> bool:
    """Whether `read_phone` gives back this very number, and it has no plus."""
    return _NATIONAL.fullmatch(number) is not None


def mask_phone(text: str) -> str:
    """Hide the middle of every telephone number in a text: 138****8000.

    Anything of 7 digits or more in a row counts, card numbers too; dates and prices stay. Length
    and separators are kept.
    """
    return _MASKED.sub(_mask, text)


def _matched_length(text: str) -> int:
    match = _PREFIX.match(text)
    return match.end() if match else 0


def _settle(digits: str, country: str, *, abroad: bool) -> str | None:
    if not abroad and digits.startswith("00"):
        digits, abroad = digits[2:], True
    if not abroad and country != CHINA:
        return _elsewhere(digits, country)
    if not abroad and _NATIONAL.fullmatch(digits):
        return digits
    if digits.startswith(CHINA):
        return _in_china(digits.removeprefix(CHINA))
    valid = E164_DIGITS_MIN <= len(digits) <= E164_DIGITS_MAX and digits[0] != "0"
    return f"+{digits}" if abroad and valid else None


def _elsewhere(digits: str, country: str) -> str | None:
    """A number without plus in a country that is not China; where none is known, as it was given."""
    if not country:
        return digits if E164_DIGITS_MIN <= len(digits) <= E164_DIGITS_MAX else None
    bare = digits.removeprefix("0")
    if bare == digits and digits.startswith(country) and len(digits) > NATIONAL_DIGITS_MAX - 1:
        bare = digits.removeprefix(country)
    if NATIONAL_DIGITS_MIN <= len(bare) <= NATIONAL_DIGITS_MAX and bare[0] != "0":
        return f"+{country}{bare}"
    return None


def _in_china(digits: str) -> str | None:
    # Abroad the zero of the area code is left out; some write it all the same.
    for dialled in (digits, "0" + digits):
        if _NATIONAL.fullmatch(dialled):
            return dialled
    return None


def _mask(match: re.Match[str]) -> str:
    found = match[0]
    places = [place for place, character in enumerate(found) if character.isdigit()]
    hidden_last = len(places) - _SHOWN_LAST
    shown_first = max(0, min(hidden_last - _HIDDEN_MIN, _SHOWN_FIRST_MAX))
    hidden = set(places[shown_first:hidden_last])
    return "".join("*" if place in hidden else c for place, c in enumerate(found))
