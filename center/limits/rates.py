"""How much came from each of many in the last while, in bounded memory.

Time is cut into windows. What came in this one counts in full and what came in the one before by the share of it that
is still within the window's length, as if it had come evenly: never off by more than one window's amount.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

KEYS_MAX = 200_000
"""Of those who did nothing longest the oldest give way. They were then quieter than KEYS_MAX others."""

Key = TypeVar("Key")


class Rates(Generic[Key]):
    """Amounts by key. No clock: `now` is an argument, in seconds."""

    __slots__ = ("_kept", "_keys_max", "_left_s", "_now", "_window", "_window_s")

    def __init__(self, window_s: int, keys_max: int = KEYS_MAX) -> None:
        self._window_s = window_s
        self._keys_max = keys_max
        self._kept: OrderedDict[Key, list[int]] = OrderedDict()
        """Number of the window, what came in it, what came in the one before."""
        self._look(0)

    def _look(self, now: int) -> None:
        """Work out in which window this is, once for all that comes in a second."""
        self._now = now
        self._window, into = divmod(now, self._window_s)
        self._left_s = self._window_s - into

    def add(self, key: Key, amount: int, now: int) -> int:
        """Count an amount; what has come in the window now, this included; a negative one makes it less."""
        if now != self._now:
            self._look(now)
        all_kept, window = self._kept, self._window
        kept = all_kept.get(key)
        if kept is None:
            all_kept[key] = [window, amount, 0]
            if len(all_kept) > self._keys_max:
                all_kept.popitem(last=False)
            return amount
        all_kept.move_to_end(key)
        if kept[0] != window:
            _begin(kept, window)
        kept[1] = came = kept[1] + amount
        before = kept[2]
        return came + before * self._left_s // self._window_s if before else came

    def add_all(self, amounts: Mapping[Key, int], now: int) -> None:
        """Count many that came in one second."""
        if now != self._now:
            self._look(now)
        all_kept, window = self._kept, self._window
        for key, amount in amounts.items():
            kept = all_kept.get(key)
            if kept is None:
                all_kept[key] = [window, amount, 0]
                continue
            all_kept.move_to_end(key)
            if kept[0] != window:
                _begin(kept, window)
            kept[1] += amount
        while len(all_kept) > self._keys_max:
            all_kept.popitem(last=False)

    def take_back(self, amounts: Mapping[Key, int], at: int) -> None:
        """Undo amounts that were counted in one second, this window's or the one's before; who was forgotten since, or began anew, has nothing of it.

        It is no time of its own: a window that has begun meanwhile goes on.
        """
        window = at // self._window_s
        for key, amount in amounts.items():
            kept = self._kept.get(key)
            if kept is None:
                continue
            if kept[0] == window:
                kept[1] -= amount
            elif kept[0] == window + 1:
                kept[2] -= amount

    def total(self, key: Key, now: int) -> int:
        """What has come in the window now."""
        kept = self._kept.get(key)
        if kept is None:
            return 0
        if now != self._now:
            self._look(now)
        window, came, before = kept
        if window == self._window:
            return came + before * self._left_s // self._window_s if before else came
        return came * self._left_s // self._window_s if window + 1 == self._window else 0

    def amounts(self) -> Iterator[tuple[Key, int, int]]:
        """Key, amount and time: what brings empty rates to the same totals, when it is added there in this order."""
        window_s = self._window_s
        for key, (window, amount, before) in self._kept.items():
            if before:
                yield key, before, (window - 1) * window_s
            yield key, amount, window * window_s

    def __len__(self) -> int:
        return len(self._kept)


def _begin(kept: list[int], window: int) -> None:
    """A window begins. A clock that jumped back begins anew rather than for ever counting in the future."""
    kept[2] = kept[1] if window == kept[0] + 1 else 0
    kept[0], kept[1] = window, 0
