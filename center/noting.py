"""What became of texts, written a while after it is noted where no batch has written it: a crash before sends them once more."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from center.outbox import Outbox
from center.ports import Later, StoreError, Timer
from center.text_news import TextNews

WRITTEN_S = 0.1
"""After so long, and again as long as the store has no room or is busy."""

log = logging.getLogger(__name__)


class Noting:
    """Notes in an outbox."""

    def __init__(self, outbox: Outbox, *, later: Later) -> None:
        self._outbox = outbox
        self._later = later
        self._timer: Timer | None = None
        self._is_stopped = False

    def note_sent(self, carrier: str, texts: Sequence[int], names: Sequence[str]) -> None:
        """That a carrier has these, as center.outbox.Outbox.note_sent says: it is written soon."""
        self._outbox.note_sent(carrier, texts, names)
        self._write_soon()

    def note(self, news: Sequence[TextNews], delivered: Sequence[int] = ()) -> None:
        """What became of texts, and which others phones have: it is written soon."""
        if news:
            self._outbox.note_texts(news)
        if delivered:
            self._outbox.note_delivered(delivered)
        self._write_soon()

    def stop(self) -> None:
        """The outbox is closed soon, and writes then what was noted."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _write_soon(self) -> None:
        if self._timer is None and not self._is_stopped:
            self._timer = self._later(WRITTEN_S, self._write)

    def _write(self) -> None:
        self._timer = None
        try:
            is_written = self._outbox.write_noted()
        except StoreError as error:
            log.error("what became of texts was not written: %s", error)
            is_written = False
        if not is_written:
            self._write_soon()
