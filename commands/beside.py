"""What stands beside a flow on disk: its transcripts, its recordings, the words of recognisers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from commands.flows_on_disk import FoundFlow, flow_name
from flows.checker import Beside
from flows.checker.beside import Unrecorded, read_vocabulary
from flows.program import Program
from flows.transcript.coverage import CoverageLine, summarise, tracing_machine
from flows.transcript.replay import replay
from flows.transcript.talk import TalkError, read_talks

TALK_FILES_MAX = 1_000
VOCABULARY_BYTES_MAX = 100_000_000


def beside(found: FoundFlow, vocabularies: Mapping[str, frozenset[str]]) -> Beside:
    """Everything that a check can look at besides the flow."""
    if any(diagnostic.severity == "error" for diagnostic in found.diagnostics):
        # What could not be read would only be missed here a second time.
        return Beside(vocabularies=vocabularies)
    folder = found.path.resolve().parent
    program = found.compile().program
    return Beside(
        vocabularies=vocabularies,
        covered=_covered(folder, flow_name(found.path), program),
        unrecorded=_unrecorded(folder, program),
    )


def vocabularies_of(named: Sequence[str]) -> dict[str, frozenset[str]]:
    """`zh=words.txt` to the words by language. Raises ValueError, with what to write instead, and OSError."""
    found: dict[str, frozenset[str]] = {}
    for text in named:
        language, equals, file = text.partition("=")
        if not equals or not language.isalpha():
            raise ValueError(f"`{text}` is no vocabulary: write `--vocabulary zh=words.txt`")
        path = Path(file)
        if path.stat().st_size > VOCABULARY_BYTES_MAX:
            raise ValueError(f"{file} is larger than any list of words")
        words = read_vocabulary(path.read_text("utf-8", errors="replace"))
        if not words:
            raise ValueError(f"{file} has no words: name a list with a word a line")
        found[language] = words
    return found


def _covered(folder: Path, name: str, program: Program) -> tuple[CoverageLine, ...]:
    """What the transcripts beside a flow cover; nothing where there are none."""
    files = sorted(folder.glob("*.talk"))[:TALK_FILES_MAX]
    if not files:
        return ()
    machine, coverage = tracing_machine(program)
    for file in files:
        try:
            for talk in read_talks(file.read_text("utf-8"), name):
                # A talk that fails still takes its ways; `replay` is there to tell that it fails.
                replay(machine, talk)
        except (OSError, ValueError, TalkError):
            continue
    return tuple(summarise(coverage))


def _unrecorded(folder: Path, program: Program) -> dict[str, tuple[Unrecorded, ...]]:
    """By language, what has no recording; nothing where there are no recordings at all."""
    if "voice" not in program.channels or not (folder / "prompts").is_dir():
        return {}
    from ivr.speech.recordings import FOLDER, Recordings
    from ivr.speech.script import Script

    recordings = Recordings(folder / FOLDER)
    script = Script(program)
    return {
        language: tuple(
            [
                Unrecorded(phrase.text, phrase.where)
                for phrase in script.phrases(language)
                if recordings.find(phrase.text, language) is None
            ]
        )
        for language in program.languages
    }
