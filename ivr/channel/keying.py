"""Keys pressed one after the other, as whole answers.

An answer is whole when a key ends it (`#`), when nothing longer could be meant, or when no further key comes for BETWEEN_S. A code that is
wrong is waited for to the length of a right one: 999 is one mistake, not three, and the rest of it is no answer to what is asked next.
`*` takes back what was typed. In an amount of money it is the decimal point at first, and takes back when it comes again.
Time is an argument; whoever owns the clock asks `due` and calls `run_out`.
"""

from __future__ import annotations

from center.reply import Expected

BETWEEN_S = 3.0
"""After a key another one is waited for so long."""
KEYS_MAX = 64
"""Keys of one answer; more are taken for an answer of their own."""
END = "#"
AGAIN = POINT = "*"


class Keying:
    """The keys of one question."""

    def __init__(self, expected: Expected) -> None:
        self._keys = frozenset(expected.keys)
        self._longest = max(map(len, self._keys), default=0)
        self._digits_max = expected.digits_max
        self._decimals = expected.decimals
        self._typed = ""
        self._pressed_at = 0.0

    @property
    def typed(self) -> str:
        """Keys that are no answer yet."""
        return self._typed

    def press(self, key: str, now: float) -> str | None:
        """The answer that this key makes whole, if it does."""
        self._pressed_at = now
        if key == END:
            return self._take() or END
        is_point = self._decimals and self._typed and POINT not in self._typed
        if key == AGAIN and not is_point:
            # What was typed before it is taken back; alone it is a key like the others.
            typed = self._take()
            return key if not typed or key in self._keys else None
        self._typed += key
        return self._take() if self._is_whole() else None

    def due(self) -> float | None:
        """When what was typed is whole by itself."""
        return self._pressed_at + BETWEEN_S if self._typed else None

    def run_out(self, now: float) -> str | None:
        """What was typed, once no further key came in time."""
        due = self.due()
        return self._take() if due is not None and now >= due else None

    def _is_whole(self) -> bool:
        typed = self._typed
        if len(typed) >= KEYS_MAX:
            return True
        if POINT in typed:
            return len(typed.partition(POINT)[2]) >= self._decimals
        longer = any(key.startswith(typed) and key != typed for key in self._keys)
        if self._digits_max:
            return len(typed) >= self._digits_max and not longer
        return not longer and (typed in self._keys or len(typed) >= self._longest)

    def _take(self) -> str:
        typed, self._typed = self._typed, ""
        return typed
