"""`dialcart prompts`: what a shop says on the phone, what of it is recorded, and a script for the studio."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from commands.flows_on_disk import load
from commands.voicing import wanted_voices
from flows.diagnostic import render as shown
from ivr.speech.fragments import Fragments, Spoken
from ivr.speech.pieces import Fragment
from ivr.speech.recordings import FOLDER, Recordings
from ivr.speech.speaker import ShopVoice, Voicebox
from ivr.speech.studio import Take, studio_script, takes
from ivr.speech.voices import TOOLS, VoiceError, find_voices, missing_languages


def prompts(
    flow: Path,
    language: str,
    cache: Path,
    export: Path | None,
    *,
    render: bool,
    values: bool,
    config: Path | None = None,
) -> int:
    """List, export or render, with the voices of a settings file; the exit status."""
    wanted = wanted_voices(config)
    if wanted is None:
        return 2
    found = load(flow)
    compiled = found.compile()
    errors = [diagnostic for diagnostic in found.diagnostics if diagnostic.severity == "error"]
    for diagnostic in errors:
        typer.echo(shown(found.flow, diagnostic), err=True)
    if errors:
        return 1
    program = compiled.program
    if language and language not in program.languages:
        typer.echo(
            f"{flow} does not speak `{language}`; it speaks {', '.join(program.languages)}",
            err=True,
        )
        return 2
    try:
        voices = find_voices(wanted)
    except VoiceError as error:
        typer.echo(str(error), err=True)
        return 1
    for lacking in missing_languages(program.languages, voices):
        typer.echo(
            f"no voice for {lacking}: install espeak-ng, or let scripts/debian espeak-ng=espeak-ng put it into {TOOLS}",
            err=True,
        )
    recordings = Recordings(found.path.resolve().parent / FOLDER)
    voicebox = Voicebox(Fragments(cache, voices))
    shop = ShopVoice(program, recordings, voicebox)
    if render:
        done = shop.render()
        typer.echo(
            f"rendered {done.fragments} fragments, {done.seconds:.0f} s of speech, into {cache}",
            err=True,
        )
        if done.failed:
            typer.echo(f"{done.failed} fragments could not be rendered", err=True)
            return 1
    listed: list[Take] = []
    for heard in [language] if language else program.languages:
        phrasing = shop.script.phrasing(heard)

        def measured(fragment: Fragment, spoken: Spoken = phrasing.spoken) -> float | None:
            fragments = voicebox.fragments
            audio = fragments.find(fragment, recordings)
            if audio is None and recordings.find(fragment.text, fragment.language) is not None:
                try:
                    audio = fragments.load(fragment, recordings, spoken)
                except (VoiceError, OSError, ValueError) as error:
                    typer.echo(f"{fragment.text!r} cannot be read: {error}", err=True)
            return len(audio["al"]) / 8_000 if audio is not None else None

        phrases = shop.script.phrases(heard) + (shop.script.value_words(heard) if values else ())
        listed += takes(
            phrases, recordings, phrasing.spoken, measured, has_voice=phrasing.language in voices
        )
    voicebox.close()
    _tell_others(recordings, shop, program.languages)
    if export is not None:
        export.write_text(studio_script(listed), "utf-8", newline="")
        typer.echo(
            f"{len(listed)} texts are in {export}; recordings go into {found.path.parent / FOLDER}"
        )
        return 0
    _list(listed)
    return 0


def _tell_others(recordings: Recordings, shop: ShopVoice, languages: Iterable[str]) -> None:
    """Recordings that nobody hears."""
    texts = [
        (fragment.text, fragment.language)
        for language in languages
        for fragment in shop.known(language)
    ]
    for path in recordings.others(texts):
        typer.echo(
            f"{path} is of no text of this flow: `--export` tells the name that each recording has",
            err=True,
        )


def _list(listed: list[Take]) -> None:
    for take in listed:
        phrase = take.phrase
        typer.echo(
            f"{phrase.language} {take.number:>4}  {take.source:<11} {take.seconds:>5.1f} s  "
            f"{phrase.where or 'values':<20} {phrase.text}"
        )
    for source in ("recorded", "synthesised", "no voice"):
        of = [take for take in listed if take.source == source]
        if of:
            typer.echo(f"{source}: {len(of)} texts, {sum(take.seconds for take in of):.0f} s")
