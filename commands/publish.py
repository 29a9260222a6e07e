"""`dialcart publish`: a flow goes live; what becomes of buyers in the middle of it; back to an older version."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import typer

from center.ports import StoreError
from commands.config import load_settings
from commands.flows_on_disk import flow_name, load
from commands.queue_names import missing_in
from commands.seller_store import seller_store
from commands.service_names import unset_for
from commands.shards.homes import is_there, stores_of
from commands.shop_clocks import ShopClocks
from commands.voicing import wanted_voices
from flows.checker import Beside, check_flow
from flows.diagnostic import render
from flows.packed import fingerprint
from flows.program import Program
from flows.publish import MARKS, Verdict, compare
from flows.session import ENDED, unpack
from store.sqlite import SqliteStore


def publish(
    path: Path,
    database: Path,
    speech: Path | None = None,
    config: Path | None = None,
    *,
    dry_run: bool,
) -> int:
    """Publish a flow that has no errors; the exit status.

    What it says on calls is rendered into `speech` first, by the voices of a settings file. What that file has buyers told who wait
    for a person, and the flow has no words for, is told, and what the flow asks of partners' systems that the file does not set.
    """
    voices = wanted_voices(config)
    if voices is None:
        return 2
    try:
        found = load(path)
    except OSError as error:
        typer.echo(f"{path}: cannot be read: {error.strerror}", err=True)
        return 1
    seller = flow_name(found.path)
    try:
        older = _live(seller, database)
    except StoreError as error:
        typer.echo(str(error), err=True)
        return 1
    told = check_flow(found.flow, found.diagnostics, Beside(older))
    errors = [d for d in told if d.severity == "error"]
    # D901: what publishing changes for buyers in the middle; `check` alone does not know the older version.
    for diagnostic in (d for d in told if d.severity == "error" or d.code == "D901"):
        typer.echo(render(found.flow, diagnostic), err=True)
    if errors:
        typer.echo(
            f"{path} has {len(errors)} error{'s' * (len(errors) != 1)} and is not published",
            err=True,
        )
        return 1
    program = found.compile().program
    store = stores_of(database, seller)[0]
    try:
        _report(store, seller, program)
        settings = load_settings(config, connects=False) if config is not None else None
        if settings is not None:
            lacking = missing_in(settings, seller, program)
            for told in (*lacking, *unset_for(settings, seller, program)):
                typer.echo(f"{config}: {told}", err=True)
        if dry_run:
            typer.echo("nothing was published")
        else:
            if speech is not None and "voice" in program.channels:
                _speak(program, found.path.resolve().parent, speech, voices)
            name = store.publish(seller, program, int(time.time()))
            typer.echo(f"{seller} is live as {name.hex()}; new sessions run it")
    except StoreError as error:
        typer.echo(str(error), err=True)
        return 1
    finally:
        store.close()
    return 0


def _speak(program: Program, folder: Path, speech: Path, voices: Mapping[str, str]) -> None:
    """Render what a flow says before anybody can call it. A voice that is not there holds up no publication."""
    from ivr.speech.fragments import Fragments
    from ivr.speech.recordings import FOLDER, Recordings
    from ivr.speech.speaker import ShopVoice, Voicebox
    from ivr.speech.voices import VoiceError, find_voices

    try:
        voicebox = Voicebox(Fragments(speech, find_voices(voices)))
    except VoiceError as error:
        typer.echo(f"what it says on calls is not rendered: {error}", err=True)
        return
    done = ShopVoice(program, Recordings(folder / FOLDER), voicebox).render()
    voicebox.close()
    if done.failed:
        typer.echo(f"{done.failed} of what it says on calls could not be rendered", err=True)
    typer.echo(f"{done.fragments} fragments of speech are ready, {done.seconds:.0f} s of audio")


def _live(seller: str, database: Path) -> Program | None:
    """The program that new sessions of a seller run now, if there is one."""
    if not is_there(database):
        return None
    store = stores_of(database, seller)[0]
    try:
        name = store.published().get(seller)
        return store.program(name) if name is not None else None
    finally:
        store.close()


def _report(store: SqliteStore, seller: str, new: Program) -> None:
    """What becomes of live sessions, question by question."""
    waiting: Counter[tuple[bytes, str]] = Counter()
    for packed in store.sessions(seller):
        session = unpack(packed)
        if session.at != ENDED:
            waiting[session.program, session.at.lstrip(MARKS)] += 1
    if not waiting:
        typer.echo("no buyer is in the middle of it")
        return
    going_on = ("buyer goes on in the new version", "buyers go on in the new version")
    finishing = (
        "buyer finishes in the version they began with",
        "buyers finish in the version they began with",
    )
    words = {
        Verdict.SAME: going_on,
        Verdict.COMPATIBLE: going_on,
        Verdict.CHANGED: finishing,
        Verdict.GONE: finishing,
    }
    for (name, at), count in sorted(waiting.items(), key=lambda entry: entry[0][1]):
        old = store.program(name)
        verdict = Verdict.SAME if name == fingerprint(new) else Verdict.GONE
        if old is not None and name != fingerprint(new):
            verdict = compare(old, new).get(at, Verdict.GONE)
        typer.echo(f"  {at:<24} {verdict:<11} {count} {words[verdict][count > 1]}")


def rollback(seller: str, to: str | None, database: Path) -> int:
    """Make an older version live again; without one, list them; the exit status."""
    with seller_store(database, seller) as store:
        publications = store.publications(seller)
        if not publications:
            typer.echo(f"{seller} has published nothing", err=True)
            return 1
        live = store.published().get(seller)
        if to is None:
            clocks = ShopClocks([store])
            for nth, (name, at) in enumerate(publications):
                # The newest is live; where that very version was published before, that is told.
                state = "  live" if nth == 0 else "  published before" if name == live else ""
                typer.echo(f"{name.hex()}  {clocks.tell(seller, at)}{state}")
            return 0
        wanted = [name for name, _ in publications if name.hex().startswith(to)]
        if len(set(wanted)) != 1:
            typer.echo(f"`{to}` is not one of {seller}'s versions", err=True)
            return 1
        program = store.program(wanted[0])
        assert program is not None
        _report(store, seller, program)
        store.publish(seller, program, int(time.time()))
        typer.echo(f"{seller} is back at {wanted[0].hex()}")
    return 0
