"""Values as they are said aloud: numbers, money, dates, times, codes, as words that one voice can record once.

Each function returns what is said in order. Words come from a small closed set, so that every one of them can be rendered
before the first call: whole numbers below a hundred, hundreds and thousands, months, days, hours, minutes, digits.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from grammars.languages import LANGUAGES
from grammars.numbers import NUMBER_MAX

SAID_DIGITS_MAX: Final = 64
"""Characters of the longest code that is said."""
GROUPS: Final[Mapping[int, tuple[int, ...]]] = {11: (3, 4, 4), 10: (3, 3, 4), 8: (4, 4), 7: (3, 4)}
"""How digits of a telephone number are grouped, by their count."""

_CHUNKS: Final = {
    "zh": re.compile(
        "[零一二两三四五六七八九][百千]|[一二三四五六七八九]?十[一二三四五六七八九]?|."
    ),
    "en": re.compile(r"[a-z]+ (?:hundred)|[a-z]+(?:-[a-z]+)?"),
}
_CURRENCIES: Final[dict[str, tuple[str, str, str, str]]] = {
    # One, several, hundredths of it in English ("" where nobody says one), name in Chinese.
    "CNY": ("yuan", "yuan", "", "元"), "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cents", "港币"),
    "TWD": ("Taiwan dollar", "Taiwan dollars", "", "新台币"), "USD": ("dollar", "dollars", "cents", "美元"),
    "EUR": ("euro", "euros", "cents", "欧元"), "GBP": ("pound", "pounds", "pence", "英镑"),
    "INR": ("rupee", "rupees", "paise", "卢比"), "PKR": ("rupee", "rupees", "paise", "卢比"),
    "KES": ("shilling", "shillings", "cents", "先令"), "TZS": ("shilling", "shillings", "", "先令"),
    "UGX": ("shilling", "shillings", "", "先令"), "NGN": ("naira", "naira", "kobo", "奈拉"),
    "PHP": ("peso", "pesos", "centavos", "比索"), "MXN": ("peso", "pesos", "centavos", "比索"),
    "CLP": ("peso", "pesos", "", "比索"), "IDR": ("rupiah", "rupiah", "", "印尼盾"),
    "BRL": ("real", "reais", "centavos", "雷亚尔"), "ZAR": ("rand", "rand", "cents", "兰特"),
    "THB": ("baht", "baht", "satang", "泰铢"), "MYR": ("ringgit", "ringgit", "sen", "林吉特"),
    "SGD": ("dollar", "dollars", "cents", "新加坡元"), "AUD": ("dollar", "dollars", "cents", "澳元"),
    "RUB": ("rouble", "roubles", "kopecks", "卢布"), "BDT": ("taka", "taka", "", "塔卡"),
    "GHS": ("cedi", "cedis", "pesewas", "塞地"), "EGP": ("pound", "pounds", "piastres", "埃镑"),
    "JPY": ("yen", "yen", "", "日元"), "KRW": ("won", "won", "", "韩元"), "VND": ("dong", "dong", "", "越南盾"),
    "XOF": ("franc", "francs", "", "法郎"), "XAF": ("franc", "francs", "", "法郎"),
    "KWD": ("dinar", "dinars", "", "第纳尔"), "BHD": ("dinar", "dinars", "", "第纳尔"),
    "JOD": ("dinar", "dinars", "", "第纳尔"), "TND": ("dinar", "dinars", "", "第纳尔"),
}  # fmt: skip
_ONE_HUNDREDTH: Final = {
    "cents": "cent", "pence": "penny", "paise": "paisa", "centavos": "centavo", "kopecks": "kopeck", "pesewas": "pesewa",
    "piastres": "piastre",
}  # fmt: skip
_SIGNS: Final = {
    "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "$": ("USD", "HKD", "TWD", "SGD", "AUD", "MXN", "CLP"), "€": ("EUR",),
    "£": ("GBP", "EGP"), "₹": ("INR", "PKR"), "₩": ("KRW",), "₽": ("RUB",), "₦": ("NGN",), "฿": ("THB",), "₫": ("VND",),
}  # fmt: skip
"""What a sign before an amount stands for: the shop's own currency if it is among these, else the first."""
MONTHS: Final = ("January", "February", "March", "April", "May", "June", "July", "August",
                 "September", "October", "November", "December")  # fmt: skip
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
                    "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
                    "seventeenth", "eighteenth", "nineteenth", "twentieth")  # fmt: skip
_TELEPHONE_DIGITS: Final = {"zh": "零幺二三四五六七八九"}


def say_number(value: int, language: str) -> tuple[str, ...]:
    """105 as 一百 零 五, or one hundred, and, five. Raises ValueError outside -10**12 to 10**12."""
    if not -NUMBER_MAX <= value <= NUMBER_MAX:
        raise ValueError(f"{value} is no number from {-NUMBER_MAX} to {NUMBER_MAX}")
    words = tuple(_chunks(LANGUAGES[language].spell(abs(value)), language))
    return ("负" if language == "zh" else "minus", *words) if value < 0 else words


def say_count(value: int, language: str) -> tuple[str, ...]:
    """A number before a measure word: 2份 is 两份, and 12 stays 十二."""
    return ("两",) if language == "zh" and value == 2 else say_number(value, language)


def say_digits(text: str, language: str) -> tuple[str, ...]:
    """A code one sign at a time: 101 is 幺 零 幺, A7 is A, seven. Signs that nobody says are left out."""
    names = _TELEPHONE_DIGITS.get(language)
    said: list[str] = []
    for sign in text[:SAID_DIGITS_MAX]:
        if sign.isascii() and sign.isdigit():
            said.append(names[int(sign)] if names else LANGUAGES[language].spell(int(sign)))
        elif sign.isalpha():
            said.append(sign.upper())
    return tuple(said)


def say_decimal(minor: int, decimals: int, language: str) -> tuple[str, ...]:
    """An amount without its currency: 1850 of two decimals is eighteen point five. Zeros at the end are not said."""
    whole, rest = divmod(abs(minor), 10**decimals)
    sign: tuple[str, ...] = ("负" if language == "zh" else "minus",) if minor < 0 else ()
    words = (*sign, *say_number(whole, language))
    if not rest:
        return words
    digits = str(rest).rjust(decimals, "0").rstrip("0")
    point = "点" if language == "zh" else "point"
    return (*words, point, *(_chunk(int(digit), language) for digit in digits))


def say_money(minor: int, decimals: int, currency: str, language: str) -> tuple[str, ...]:
    """3650 as 三十六 元 五 角, or thirty-six, yuan, fifty; another currency by its name or its letters."""
    names = _CURRENCIES.get(currency)
    one, several, hundredths, chinese = names or (currency, currency, "", currency)
    whole, rest = divmod(abs(minor), 10**decimals)
    if language == "zh":
        if currency != "CNY" or minor < 0:
            return (*say_decimal(minor, decimals, language), chinese)
        jiao, fen = divmod(rest, 10)
        words = (*say_count(whole, language), chinese) if whole or not rest else ()
        if jiao:
            words += (_chunk(jiao, language), "角")
        elif fen and whole:
            words += ("零",)
        return (*words, _chunk(fen, language), "分") if fen else words
    unit = one if whole == 1 else several
    if decimals != 2 or minor < 0 or not rest:
        plain = several if rest or minor < 0 else unit
        return (*say_decimal(minor, decimals, language), plain)
    words = (*say_number(whole, language), unit)
    if hundredths:
        named = _ONE_HUNDREDTH.get(hundredths, hundredths) if rest == 1 else hundredths
        parts = (*say_number(rest, language), named)
        return (*words, "and", *parts) if whole else parts
    if not whole:
        return (*say_decimal(minor, decimals, language), several)
    # "thirty-six yuan fifty", and "oh five" where fifty could be meant.
    return (
        (*words, "oh", *say_number(rest, language))
        if rest < 10
        else (*words, *say_number(rest, language))
    )


def signed_currency(sign: str, shop: str) -> str | None:
    """The currency that a sign before an amount stands for; None for what is no such sign."""
    known = _SIGNS.get(sign)
    if known is None:
        return None
    return shop if shop in known else known[0]


def say_place(value: int) -> str:
    """21 as twenty-first: the English word for a place, from 1 to 39."""
    return _ordinal(value)


def say_day(month: int, day: int, language: str) -> tuple[str, ...]:
    """11, 24 as 十一月 二十四日, or November, the twenty-fourth."""
    if language == "zh":
        return f"{_chunk(month, 'zh')}月", f"{_chunk(day, 'zh')}日"
    return MONTHS[month - 1], f"the {_ordinal(day)}"


def say_year(year: int, language: str) -> tuple[str, ...]:
    """2026 as 二 零 二 六 年, or twenty, twenty-six; 1905 as nineteen, oh, five."""
    if language == "zh":
        return *(_chunk(int(digit), "zh") for digit in str(year)), "年"
    century, rest = divmod(year, 100)
    if year // 10 == 200 or not century:
        return say_number(year, language)
    if not rest:
        return (*say_number(century, language), "hundred")
    return (
        *say_number(century, language),
        *(("oh",) if rest < 10 else ()),
        *say_number(rest, language),
    )


def say_percent(minor: int, decimals: int, language: str) -> tuple[str, ...]:
    """12.5 % as 百分之 十二 点 五, or twelve, point, five, percent."""
    words = say_decimal(minor, decimals, language)
    return ("百分之", *words) if language == "zh" else (*words, "percent")


def say_time(hour: int, minute: int, language: str) -> tuple[str, ...]:
    """21:05 as 二十一点 零五分, or nine, oh five, p m."""
    if language == "zh":
        words = (f"{_chunk(hour, 'zh') if hour != 2 else '两'}点",)
        if not minute:
            return words
        return (*words, f"{'零' if minute < 10 else ''}{_chunk(minute, 'zh')}分")
    half = "p m" if hour % 24 >= 12 else "a m"
    named = say_number((hour - 1) % 12 + 1, language)
    if not minute:
        return (*named, half)
    return (*named, *(("oh",) if minute < 10 else ()), *say_number(minute, language), half)


def closed_words(language: str, currency: str) -> tuple[str, ...]:
    """Every word that the functions above can put together, for rendering them all ahead."""
    numbers = [*range(110), *range(110, 120), *range(100, 1_000, 100), *range(1_000, 10_000, 1_000)]
    said: list[str] = []
    for value in numbers:
        said += say_number(value, language)
    said += say_number(110_115, language) + say_number(1_000_000, language)
    said += [
        *say_digits("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", language),
        *say_number(-1, language),
    ]
    said += [*say_money(10_000, 2, currency, language), *say_money(125, 2, currency, language)]
    said += [*say_money(105, 2, currency, language), *say_decimal(150, 2, language)]
    said += [*say_money(101, 2, currency, language), *say_money(50, 2, currency, language)]
    for month in range(1, 13):
        said += say_day(month, month, language)
    for day in range(1, 32):
        said += say_day(1, day, language)
    for hour in range(25):
        said += say_time(hour, 0, language)
    for minute in range(60):
        said += say_time(12, minute, language)
    if language == "zh":
        said += [
            "两",
            "二百",
            "二千",
            "万",
            "亿",
            "年",
            "至",
            "百分之",
            *(f"一{_chunk(n, 'zh')}" for n in range(10, 20)),
        ]
    else:
        said += ["to", "percent", "hundred", "thousand", "million", "billion"]
        said += map(say_place, range(1, 32))
    return tuple(dict.fromkeys(said))


def written_currency(currency: str, language: str) -> frozenset[str]:
    """How a text may name the currency behind an amount, so that it is not said twice."""
    one, several, _, chinese = _CURRENCIES.get(currency, (currency, currency, "", currency))
    own = (
        {one.lower(), several.lower(), currency.lower()}
        if language != "zh"
        else {chinese, currency}
    )
    return frozenset(own | LANGUAGES[language].major_units)


def _chunks(spelled: str, language: str) -> Iterable[str]:
    return _CHUNKS[language].findall(spelled)


def _chunk(value: int, language: str) -> str:
    """A number below a hundred as one word."""
    return LANGUAGES[language].spell(value)


def _ordinal(value: int) -> str:
    if value <= 20:
        return _ORDINALS[value - 1]
    tens = "twenty" if value < 30 else "thirty"
    return f"{tens[:-1]}ieth" if value % 10 == 0 else f"{tens}-{_ORDINALS[value % 10 - 1]}"
