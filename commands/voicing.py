"""Which voices speak for a shop: those of the operator's settings file, else the usual ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from commands.config import load_settings
from ivr.speech.programs import DEFAULT_VOICES


def wanted_voices(config: Path | None) -> Mapping[str, str] | None:
    """Voice by language, as `ivr.speech.voices.find_voices` takes them; None for a file that is wrong, which is told."""
    if config is None:
        return DEFAULT_VOICES
    try:
        settings = load_settings(config, connects=False)
    except OSError as error:
        typer.echo(f"{config}: cannot be read: {error.strerror}", err=True)
        return None
    if settings is None:
        return None
    return settings.voice.voices if settings.voice is not None else DEFAULT_VOICES
