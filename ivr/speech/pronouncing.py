"""How a word that no dictionary has is said: espeak-ng's phonemes in the letters of the CMU dictionary."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache

from ivr.speech.voices import find_program

WORD_CHARACTERS_MAX = 40
PRONOUNCE_S_MAX = 2.0

_PHONES = {
    "ɑː": "AA", "ɑ": "AA", "ɒ": "AA", "æ": "AE", "a": "AE", "ʌ": "AH", "ə": "AH", "ɐ": "AH", "əl": "AH L",
    "ɔː": "AO", "ɔ": "AO", "aʊ": "AW", "aɪ": "AY", "b": "B", "tʃ": "CH", "d": "D", "ð": "DH", "ɛ": "EH", "e": "EH",
    "ɚ": "ER", "ɜː": "ER", "ɜ": "ER", "eɪ": "EY", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "ɪ": "IH", "ᵻ": "IH",
    "iː": "IY", "i": "IY", "dʒ": "JH", "k": "K", "x": "K", "l": "L", "m": "M", "n": "N", "ŋ": "NG", "oʊ": "OW",
    "o": "OW", "oː": "OW", "ɔɪ": "OY", "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T",
    "ʔ": "T", "θ": "TH", "ʊ": "UH", "uː": "UW", "u": "UW", "v": "V", "w": "W", "j": "Y", "z": "Z", "ʒ": "ZH",
    "ɑːɹ": "AA R", "ɔːɹ": "AO R", "oːɹ": "AO R", "ɛɹ": "EH R", "ɪɹ": "IH R", "ʊɹ": "UH R", "aɪɚ": "AY ER",
    "iə": "IY AH", "aɪə": "AY AH", "n̩": "AH N",
}  # fmt: skip
_STRESS = re.compile("[ˈˌ\u0361\u200d ]")


class PronouncingError(Exception):
    """espeak-ng did not answer: another time it may."""


@lru_cache(maxsize=10_000)
def pronounce(word: str) -> str:
    """Phones between spaces; empty where there is no espeak-ng or it says what English has no phones for. Raises PronouncingError."""
    program = find_program("espeak-ng")
    if program is None or not word[:1].isalpha() or len(word) > WORD_CHARACTERS_MAX:
        return ""
    try:
        said = subprocess.run(  # noqa: S603  # the word goes in as input
            [program, "-q", "--ipa", "--sep=_", "-v", "en-us", "--stdin"],
            input=word.encode(),
            capture_output=True,
            timeout=PRONOUNCE_S_MAX,
            check=True,
        ).stdout.decode()
    except (OSError, subprocess.SubprocessError) as error:
        raise PronouncingError from error
    phones = [
        _PHONES.get(_STRESS.sub("", each))
        for each in said.strip().replace(" ", "_").split("_")
        if each
    ]
    return " ".join(phone for phone in phones if phone) if phones and all(phones) else ""
