"""How much came from each of many in the last while, in bounded memory.

Time is cut into windows. What came in this one counts in full and what came in the one before by the share of it that
is still within the window's length, as if it had come evenly: never off by more than one window's amount.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

KEYS_MAX = 200_000
"""Of those who did nothing longest the oldest give way. They were then quieter than KEYS_MAX others."""

Key = TypeVar("Key")


class Rates(Generic[Key]):
    """Amounts by key. No clock: `now` is an argument, in seconds."""

    __slots__ = ("_kept", "_keys_max", "_window_s")

    def __init__(self, window_s: int, keys_max: int = KEYS_MAX) -> None:
        self._window_s = window_s
        self._keys_max = keys_max
        self._kept: OrderedDict[Key, list[int]] = OrderedDict()
        """Number of the window, what came in it, what came in the one before."""

    def add(self, key: Key, amount: int, now: int) -> int:
        """Count an amount; what has come in the window now, this included. A negative one takes back."""
        window, into = divmod(now, self._window_s)
        kept = self._kept.get(key)
        if kept is None:
            self._kept[key] = [window, amount, 0]
            if len(self._kept) > self._keys_max:
                self._kept.popitem(last=False)
            return amount
        self._kept.move_to_end(key)
        if kept[0] != window:
            # A clock that jumped back begins anew rather than for ever counting in the future.
            kept[2] = kept[1] if window == kept[0] + 1 else 0
            kept[0], kept[1] = window, 0
        kept[1] += amount
        return kept[1] + kept[2] * (self._window_s - into) // self._window_s

    def total(self, key: Key, now: int) -> int:
        """What has come in the window now."""
        kept = self._kept.get(key)
        if kept is None:
            return 0
        window, into = divmod(now, self._window_s)
        if kept[0] == window:
            return kept[1] + kept[2] * (self._window_s - into) // self._window_s
        return kept[1] * (self._window_s - into) // self._window_s if kept[0] + 1 == window else 0

    def amounts(self) -> Iterator[tuple[Key, int, int]]:
        """Key, amount and time: what brings empty rates to the same totals, when it is added there in this order."""
        window_s = self._window_s
        for key, (window, amount, before) in self._kept.items():
            yield key, before, (window - 1) * window_s
            yield key, amount, window * window_s

    def __len__(self) -> int:
        return len(self._kept)
