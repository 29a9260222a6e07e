"""A seller's own recordings: files in prompts/LANGUAGE, named by the text that they say.

A file's name ends with the text's key (`012-welcome-1f00a9c4.wav`), or is the text itself (`Thank you, goodbye.mp3`). The
key is made of language and text alone: an edit elsewhere leaves a recording where it is, a changed text asks for a new one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from grammars.folding import fold
from ivr.speech.phrasing import trimmed

FOLDER = "prompts"
"""Beside seller.flow, with a folder for each language."""
ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".oga")
FILES_MAX = 20_000

_KEY = re.compile(r"(?:^|[-_. ])([0-9a-f]{8})$")


def text_key(text: str, language: str) -> str:
    """Eight hexadecimal digits that name a text in a language."""
    return hashlib.sha256(f"{language}\0{trimmed(text)}".encode()).hexdigest()[:8]


class Recordings:
    """Recordings under a folder, by language and text. A folder that is not there holds none."""

    def __init__(self, folder: Path | None) -> None:
        self._by_key: dict[tuple[str, str], Path] = {}
        self._by_text: dict[tuple[str, str], Path] = {}
        self._stamps: dict[Path, str] = {}
        if folder is None or not folder.is_dir():
            return
        for path in sorted(folder.glob("*/*"))[:FILES_MAX]:
            if path.suffix.lower() not in ENDINGS:
                continue
            language, about = path.parent.name, path.stat()
            self._stamps[path] = f"{about.st_mtime_ns}-{about.st_size}"
            self._by_text.setdefault((language, fold(trimmed(path.stem))), path)
            if found := _KEY.search(path.stem):
                self._by_key.setdefault((language, found[1]), path)

    def others(self, texts: Iterable[tuple[str, str]]) -> list[Path]:
        """Recordings of none of these texts, each with its language: of a text that changed, or misnamed."""
        used = {self.find(text, language) for text, language in texts}
        return [path for path in self._stamps if path not in used]

    def __len__(self) -> int:
        return len(self._by_text)

    def find(self, text: str, language: str) -> Path | None:
        """The recording of a text, if there is one."""
        if not self._by_text:
            return None
        found = self._by_key.get((language, text_key(text, language)))
        return found or self._by_text.get((language, fold(trimmed(text))))

    def stamp(self, path: Path) -> str:
        """Time and size of a recording when the folder was read: another take has another stamp."""
        return self._stamps[path]
