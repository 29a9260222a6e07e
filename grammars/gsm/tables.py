"""The GSM 7-bit tables of 3GPP TS 23.038: default, extension and national language shifts.

A locking table is a string of 128 characters with HOLE where the standard has none; a single
shift table maps the code after ESC to its character. The ten Indian scripts are laid out by one
rule in the standard (annexes A.2 and A.3): code points of the Unicode block in order, on the
codes that ASCII leaves free. So each is written here as its block, the places that were not
assigned in Unicode 5.1, and its tail.

Two misprints of annex A.3 are set right, as handsets do: a comma at 0x2C (not a second
apostrophe) and KANNADA LETTER DDA at 0x24 (not a second PA).
"""

from typing import Final

ESC: Final = 0x1B
HOLE: Final = "\ufffe"

DEFAULT: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Section 6.2.1."""

EXTENSION: Final[dict[int, str]] = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
"""Section 6.2.1.1: the table that ESC opens."""

LANGUAGES: Final[dict[str, int]] = {
    "turkish": 1,
    "spanish": 2,
    "portuguese": 3,
    "bengali": 4,
    "gujarati": 5,
    "hindi": 6,
    "kannada": 7,
    "malayalam": 8,
    "oriya": 9,
    "punjabi": 10,
    "tamil": 11,
    "telugu": 12,
    "urdu": 13,
}
"""National language identifiers, section 6.2.1.2.4. Zero is the default alphabet."""

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def _amended(table: str, changes: dict[int, str]) -> str:
    return "".join(changes.get(code, character) for code, character in enumerate(table))


def _placed(fixed: dict[int, str], tail: str, codes: list[int]) -> dict[int, str]:
    """Fixed characters, and the tail on the codes in order."""
    return fixed | {
        code: character for code, character in zip(codes, tail, strict=False) if character != HOLE
    }


# --- Locking shift tables, annex A.3 --------------------------------------------------------

_ASCII_IN_A_SCRIPT: Final[dict[int, str]] = (
    {0x0A: "\n", 0x0D: "\r", ESC: "\x1b", 0x20: " ", 0x21: "!", 0x28: ")", 0x29: "(", 0x2C: ","}
    | {0x2E: ".", 0x3F: "?"}
    | {0x30 + place: digit for place, digit in enumerate("0123456789:;")}
    | {0x61 + place: letter for place, letter in enumerate(LETTERS)}
)
"""What every Indian script and Urdu keep of ASCII; the parentheses do stand the wrong way round."""

_LETTER_CODES: Final = [code for code in range(0x80) if code not in _ASCII_IN_A_SCRIPT]
_BLOCK: Final = (*range(0x01, 0x04), *range(0x05, 0x3A), *range(0x3C, 0x4E))
"""Places in a script's Unicode block in the standard's order, up to the virama."""


def _script_locking(block: int, unassigned: str, tail: str) -> str:
    """A script's table: its block in order less the unassigned, and six characters more."""
    missing = {int(place, 16) for place in unassigned.split()}
    letters = [HOLE if place in missing else chr(block + place) for place in _BLOCK]
    table = _placed(_ASCII_IN_A_SCRIPT, "".join(letters) + tail, _LETTER_CODES)
    return "".join(table.get(code, HOLE) for code in range(0x80))


def _at(block: int, places: str) -> str:
    return "".join(chr(block + int(place, 16)) for place in places.split())


_BENGALI, _PUNJABI, _GUJARATI, _ORIYA, _TAMIL = 0x980, 0xA00, 0xA80, 0xB00, 0xB80
_HINDI, _TELUGU, _KANNADA, _MALAYALAM = 0x900, 0xC00, 0xC80, 0xD00

_URDU_LETTERS: Final = (
    "اآبٻڀپڦتۂٿٹٽٺټثجځڄڃڅچڇحخدڌڈډڊڏڍذرڑړڙزږژښسش"
    "صضطظعفقکڪګگڳڱلمنںڻڼوۄەہھءیېے\u064d\u0650\u064f\u0657\u0654"
    "\u0655\u0651\u0653\u0656\u0670"
)

LOCKING: Final[dict[int, str]] = {
    0: DEFAULT,
    1: _amended(
        DEFAULT,
        {0x04: "€", 0x07: "ı", 0x0B: "Ğ", 0x0C: "ğ", 0x1C: "Ş", 0x1D: "ş", 0x40: "İ", 0x60: "ç"},
    ),
    3: _amended(
        DEFAULT,
        {0x04: "ê", 0x06: "ú", 0x07: "í", 0x08: "ó", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á"}
        | {0x0F: "á", 0x12: "ª", 0x13: "Ç", 0x14: "À", 0x15: "∞", 0x16: "^", 0x17: "\\"}
        | {0x18: "€", 0x19: "Ó", 0x1A: "|", 0x1C: "Â", 0x1D: "â", 0x1E: "Ê", 0x24: "º"}
        | {0x40: "Í", 0x5B: "Ã", 0x5C: "Õ", 0x5D: "Ú", 0x60: "~", 0x7B: "ã", 0x7C: "õ", 0x7D: "`"},
    ),
    4: _script_locking(
        _BENGALI,
        "0d 0e 11 12 29 31 33 34 35 3a 3b 45 46 49 4a",
        _at(_BENGALI, "4e 57 5c 5d 70 71"),
    ),
    5: _script_locking(_GUJARATI, "0e 12 29 31 34 46 4a", _at(_GUJARATI, "50 60 61 62 63 71")),
    6: _script_locking(_HINDI, "", _at(_HINDI, "50 72 7b 7c 7e 7f")),
    7: _script_locking(_KANNADA, "01 0d 11 29 34 45 49", _at(_KANNADA, "55 56 60 61 62 63")),
    8: _script_locking(_MALAYALAM, "01 0d 11 29 3c 45 49", _at(_MALAYALAM, "57 60 61 62 63 79")),
    9: _script_locking(
        _ORIYA, "0d 0e 11 12 29 31 34 45 46 49 4a", _at(_ORIYA, "56 57 60 61 62 63")
    ),
    10: _script_locking(
        _PUNJABI,
        "0b 0c 0d 0e 11 12 29 31 34 37 3d 43 44 45 46 49 4a",
        _at(_PUNJABI, "51 70 71 72 73 74"),
    ),
    11: _script_locking(
        _TAMIL,
        "01 0b 0c 0d 11 16 17 18 1b 1d 20 21 22 25 26 27 2b 2c 2d 3c 3d 43 44 45 49",
        _at(_TAMIL, "50 57 70 71 72 79"),
    ),
    12: _script_locking(_TELUGU, "0d 11 29 34 3c 45 49", _at(_TELUGU, "55 56 60 61 62 63")),
    13: "".join(
        _placed(_ASCII_IN_A_SCRIPT, _URDU_LETTERS, _LETTER_CODES).get(code, HOLE)
        for code in range(0x80)
    ),
}
"""By national language. Spanish (2) has no locking table."""

# --- Single shift tables, annex A.2 ---------------------------------------------------------

_SYMBOLS: Final = "@£$¥¿\"¤%&'\f*+" + HOLE + "-/<=>¡^¡_#*"
_SCRIPT_SINGLE: Final[dict[int, str]] = (
    {code: symbol for code, symbol in enumerate(_SYMBOLS) if symbol != HOLE}
    | {code: EXTENSION[code] for code in EXTENSION if code >= 0x28}
    | {0x41 + place: letter for place, letter in enumerate(LETTERS.upper())}
)
_SIGN_CODES: Final = [
    code for code in range(0x19, 0x3F) if code not in _SCRIPT_SINGLE and code != ESC
]
_DANDAS: Final = "\u0964\u0965"


def _digits(zero: int) -> str:
    return "".join(chr(zero + value) for value in range(10))


def _script_single(signs: str) -> dict[int, str]:
    return _placed(_SCRIPT_SINGLE, signs, _SIGN_CODES)


SINGLE: Final[dict[int, dict[int, str]]] = {
    0: EXTENSION,
    1: EXTENSION | {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"},
    2: EXTENSION
    | {0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú"}
    | {0x61: "á", 0x69: "í", 0x6F: "ó", 0x75: "ú"},
    3: EXTENSION
    | {0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "Φ", 0x13: "Γ"}
    | {0x15: "Ω", 0x16: "Π", 0x17: "Ψ", 0x18: "Σ", 0x19: "Θ", 0x1F: "Ê", 0x41: "À", 0x49: "Í"}
    | {0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã", 0x5C: "Õ", 0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú"}
    | {0x7B: "ã", 0x7C: "õ", 0x7F: "â"},
    4: _script_single(
        _digits(_BENGALI + 0x66) + _at(_BENGALI, "5f 60 61 62 63 72 73 74 75 76 77 78 79 7a")
    ),
    5: _script_single(_DANDAS + _digits(_GUJARATI + 0x66)),
    6: _script_single(
        _DANDAS
        + _digits(_HINDI + 0x66)
        + _at(_HINDI, "51 52 53 54 58 59 5a 5b 5c 5d 5e 5f 60 61 62 63 70 71")
    ),
    7: _script_single(_DANDAS + _digits(_KANNADA + 0x66) + _at(_KANNADA, "5e 71 72")),
    8: _script_single(
        _DANDAS
        + _digits(_MALAYALAM + 0x66)
        + _at(_MALAYALAM, "70 71 72 73 74 75 7a 7b 7c 7d 7e 7f")
    ),
    9: _script_single(_DANDAS + _digits(_ORIYA + 0x66) + _at(_ORIYA, "5c 5d 5f 70 71")),
    10: _script_single(_DANDAS + _digits(_PUNJABI + 0x66) + _at(_PUNJABI, "59 5a 5b 5c 5e 75")),
    11: _script_single(_DANDAS + _digits(_TAMIL + 0x66) + _at(_TAMIL, "73 74 75 76 77 78 7a")),
    12: _script_single(
        HOLE + HOLE + _digits(_TELUGU + 0x66) + _at(_TELUGU, "58 59 78 79 7a 7b 7c 7d 7e 7f")
    ),
    13: _script_single(
        "\u0600\u0601"
        + _digits(0x6F0)
        + _at(0x600, "0c 0d 0e 0f 10 11 12 13 14 1b 1f 40 52 58 6b 6c 72 73 cd")
    )
    | {0x3F: "\u06d4"},
}
"""By national language."""
