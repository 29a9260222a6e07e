"""`dialcart replay`: transcripts played and held against what happens; coverage; missing ones written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import typer

from commands.flows_on_disk import (
    SELLER_FILE,
    flow_name,
    load,
    read_bounded,
    told,
    write_whole,
)
from flows.compiler import Compiled
from flows.machine import Machine
from flows.source import decode
from flows.transcript.coverage import Coverage, report, summarise, tracing_machine
from flows.transcript.generator import generate
from flows.transcript.replay import Replayed, difference, replay, rewrite
from flows.transcript.talk import Talk, TalkError, fenced_talks, read_talks

GENERATED = "generated.talk"
TALK_BYTES_MAX = 20_000_000
"""A transcript of more is refused."""


@dataclass(slots=True)
class _Played:
    """A flow with its machine and what of it was covered."""

    path: Path
    compiled: Compiled
    machine: Machine
    coverage: Coverage


@dataclass(slots=True)
class _Results:
    talks: int = 0
    failed: int = 0
    unread: int = 0
    """Files that could not be read, or written."""
    files: dict[Path, list[Replayed]] = field(default_factory=dict[Path, list[Replayed]])


class _Replaying:
    def __init__(self) -> None:
        self.flows: dict[Path, _Played] = {}
        self.results = _Results()

    def play(self, file: Path) -> None:
        try:
            talks = _read(file)
        except OSError as error:
            self._pass_over(told(file, error))
            return
        except ValueError as error:
            self._pass_over(f"{file}: {error}")
            return
        for talk in talks:
            self.results.talks += 1
            played = self._flow_of(file, talk)
            if played is None:
                self._fail(f"{file}:{talk.first_line}: there is no flow `{talk.flow}`")
                continue
            self._play_one(file, talk, played)

    def _play_one(self, file: Path, talk: Talk, played: _Played) -> None:
        try:
            result = replay(played.machine, talk)
        except TalkError as error:
            self._fail(f"{file}: {error}")
            return
        self.results.files.setdefault(file, []).append(result)
        if not result.passed:
            self.results.failed += 1
            typer.echo(f"{file}:{talk.first_line}: {talk.title or 'a talk'}")
            typer.echo(difference(result, str(file)) + "\n")

    def _fail(self, message: str) -> None:
        typer.echo(message, err=True)
        self.results.failed += 1

    def _pass_over(self, message: str) -> None:
        typer.echo(message, err=True)
        self.results.unread += 1

    def _flow_of(self, file: Path, talk: Talk) -> _Played | None:
        """The flow that a transcript names, of those beside it; else the one beside it, or a sample seller.

        A folder that was copied to begin with still names the sample in its transcripts: its own flow is what is tried.
        """
        beside = file.resolve().parent / SELLER_FILE
        if beside.exists() and (not talk.flow or flow_name(beside) == talk.flow):
            return self.flow(beside)
        named = file.resolve().parent / f"{talk.flow}.flow"
        if named.exists():
            return self.flow(named)
        if beside.exists():
            return self.flow(beside)
        try:
            return self.flow(Path(talk.flow)) if talk.flow else None
        except OSError:
            return None

    def flow(self, path: Path) -> _Played:
        found = load(path)
        played = self.flows.get(found.path.resolve())
        if played is None:
            compiled = found.compile()
            machine, coverage = tracing_machine(compiled.program)
            played = _Played(found.path.resolve(), compiled, machine, coverage)
            self.flows[found.path.resolve()] = played
        return played


def _read(file: Path) -> tuple[Talk, ...]:
    text = decode(read_bounded(file, TALK_BYTES_MAX), TALK_BYTES_MAX)
    beside = file.resolve().parent / SELLER_FILE
    flow = flow_name(beside) if beside.exists() else ""
    return fenced_talks(text, flow) if file.suffix == ".md" else read_talks(text, flow)


def _talk_files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.talk"))
        else:
            yield path


def replay_paths(paths: list[Path], *, accept: bool, cover: bool, write: bool) -> int:
    """Play transcripts; the exit status: 1 if one fails, if there is none, or if coverage is not whole."""
    replaying = _Replaying()
    if write or cover:
        # A flow without any transcript must show as not covered, not be passed over.
        for path in paths:
            if path.is_dir():
                for file in sorted(path.rglob(SELLER_FILE)):
                    replaying.flow(file)
    for file in _talk_files(paths):
        if write and file.name == GENERATED:
            # They are written anew, for what the seller's own talks leave.
            continue
        replaying.play(file)
    results = replaying.results
    if write:
        _write_missing(replaying)
    if accept:
        _accept(results)
    whole = _cover(replaying) if cover else True
    if not results.talks and not write:
        if not results.unread:
            typer.echo("no transcript was found: nothing was tested", err=True)
        return 1
    passed = results.talks - results.failed
    talks = "talk" if results.talks == 1 else "talks"
    typer.echo(f"{passed} of {results.talks} {talks} passed")
    return 0 if (accept or not results.failed) and not results.unread and whole else 1


def _accept(results: _Results) -> None:
    for file, replayed in results.files.items():
        if file.suffix != ".talk" or all(result.passed for result in replayed):
            continue
        try:
            write_whole(file, rewrite(file.read_text("utf-8"), replayed))
        except OSError as error:
            typer.echo(told(file, error), err=True)
            results.unread += 1
            continue
        typer.echo(f"{file}: rewritten to what happens; read the difference before you keep it")


def _cover(replaying: _Replaying) -> bool:
    whole = True
    for played in replaying.flows.values():
        for line in report(played.compiled, played.coverage):
            typer.echo(line)
        whole &= all(not line.missing for line in summarise(played.coverage))
    return whole


def _write_missing(replaying: _Replaying) -> None:
    for played in list(replaying.flows.values()):
        talks = generate(played.compiled.program, played.coverage.taken)
        file = played.path.parent / GENERATED
        if talks:
            head = "# Written by `dialcart replay --generate`: edges that no other talk takes.\n\n"
            try:
                write_whole(file, head + "\n".join(talks))
            except OSError as error:
                typer.echo(told(file, error), err=True)
                replaying.results.unread += 1
                continue
        elif file.exists():
            file.unlink()
        typer.echo(f"{file}: {len(talks)} talk{'s' * (len(talks) != 1)} written")
        if talks:
            replaying.play(file)
