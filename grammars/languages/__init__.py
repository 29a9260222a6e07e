"""The languages whose everyday words are read. A third is one more file and one more line."""

from typing import Final

from grammars.languages.chinese import CHINESE
from grammars.languages.english import ENGLISH
from grammars.languages.language import Language

LANGUAGES: Final[dict[str, Language]] = {language.code: language for language in (CHINESE, ENGLISH)}
"""By code, in the order in which they are tried."""

__all__ = ["LANGUAGES", "Language"]
