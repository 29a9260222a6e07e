"""How long a text takes to say, before there is a recording to measure."""

from __future__ import annotations

from collections.abc import Mapping

CHARACTERS_PER_S: Mapping[str, float] = {"zh": 4.5}
"""Characters that are said in a second, by language. Assumed: 270 characters a minute, as Mandarin announcers read."""
CHARACTERS_PER_S_OTHER = 15.0
"""Letters, with their spaces, of any other language. Assumed: 150 English words a minute, six characters each."""


def seconds(text: str, language: str) -> float:
    """Seconds to say a text; Chinese punctuation takes no time of its own, Latin spaces do."""
    rate = CHARACTERS_PER_S.get(language)
    if rate is None:
        return len(text) / CHARACTERS_PER_S_OTHER
    return sum(map(str.isalnum, text)) / rate
