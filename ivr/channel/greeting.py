"""Who answered a call of ours: a person says a word and listens, a machine talks on.

Pure: what was heard and when comes in. Silence is a person, who waits for us to speak; so is a key. A machine's greeting is longer
than anybody's hello: the bound is wrong for who answers with a sentence of three seconds, and they are texted instead.
"""

from __future__ import annotations

SILENT_S = 2.0
"""Nobody has said anything."""
HELLO_S_MAX = 3.0
"""Longer than this without a pause is a recording."""
QUIET_S = 0.5
"""Quiet that ends a hello."""


class Greeting:
    """One answer. `is_person` is None while it is not known."""

    def __init__(self, now: float) -> None:
        self.is_person: bool | None = None
        self._due = now + SILENT_S

    def speech_started(self, now: float) -> None:
        """Somebody began to speak."""
        self._due = now + HELLO_S_MAX
        self._speaks = True

    _speaks = False

    def speech_ended(self, now: float) -> None:
        """It was quiet for QUIET_S."""
        if self.is_person is None:
            self.is_person = now < self._due + QUIET_S

    def pressed(self) -> None:
        """A key."""
        self.is_person = True

    def due(self) -> float:
        """When `run_out` knows."""
        return self._due

    def run_out(self, now: float) -> None:
        """Nothing more came until then."""
        if self.is_person is None and now >= self._due:
            self.is_person = not self._speaks
