"""What a caller is saying in their own voice, on its way into a file: an address or a message, one at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from center.contact import ContactKey
from ivr.channel.notes import Notes
from ivr.channel.ports import Media

log = logging.getLogger("dialcart.calls")


class Recorder:
    """The recorder of one call."""

    def __init__(
        self,
        media: Media,
        notes: Notes,
        contact: ContactKey,
        leg: int,
        clock: Callable[[], float],
    ) -> None:
        self._media = media
        self._notes = notes
        self._contact = contact
        self._leg = leg
        self._clock = clock
        self._current: tuple[str, Path] | None = None

    @property
    def runs(self) -> bool:
        """Whether something is being recorded."""
        return self._current is not None

    def start(self) -> None:
        """Begin, unless it runs already. A disk that takes nothing is told to operators; the call goes on."""
        if self._current is not None:
            return
        try:
            number, path = self._notes.new(self._contact.seller)
            self._media.record(self._leg, path)
        except OSError as error:
            log.error("nothing is recorded: %s", error.strerror)
            return
        self._current = number, path

    def keep(self, question: str) -> str | None:
        """End it, and write beside it what it answers; its number, or None where nothing of it is on file."""
        if self._current is None:
            return None
        number, path = self._current
        self._current = None
        seconds = self._media.end_recording(self._leg)
        if not seconds:
            path.unlink(missing_ok=True)
            return None
        about: dict[str, object] = {
            "seller": self._contact.seller,
            "buyer": self._contact.number,
            "question": question,
            "seconds": round(seconds, 1),
            "at": int(self._clock()),
        }
        try:
            self._notes.describe(path, about)
        except OSError as error:
            # The voice is there, which is what counts.
            log.error("a recording is not described: %s", error.strerror)
        return number

    def drop(self) -> None:
        """End it, and keep nothing."""
        if self._current is not None:
            _, path = self._current
            self._current = None
            self._media.end_recording(self._leg)
            path.unlink(missing_ok=True)
