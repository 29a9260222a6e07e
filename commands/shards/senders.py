"""Senders, each let into one shard at a time, so that what is counted in one is known when they come to the next.

Who texts sellers of one shard only never waits. Who texts two shards at once waits in the second until the first has on disk
what came there: some hundredths of a second, and in the order in which they texted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

Going = TypeVar("Going")


class _Sender(msgspec.Struct, Generic[Going], eq=False):
    shard: int
    under_way: int = 0
    waiting: deque[tuple[int, Going]] | None = None
    """None for nearly all, who text one shard."""


class Senders(Generic[Going]):
    """Those of whom something is under way. As many as carriers wait for answers, so bounded by their windows."""

    def __init__(self, go: Callable[[int, Going], None]) -> None:
        """`go` brings something to a shard."""
        self._go = go
        self._senders: dict[str, _Sender[Going]] = {}

    def come(self, sender: str, shard: int, going: Going) -> None:
        """Something for a shard: it goes at once, or when what this sender has in another is through."""
        known = self._senders.get(sender)
        if known is None:
            known = self._senders[sender] = _Sender(shard)
        elif known.waiting or known.shard != shard:
            if known.waiting is None:
                known.waiting = deque()
            known.waiting.append((shard, going))
            return
        known.under_way += 1
        self._go(shard, going)

    def through(self, sender: str) -> None:
        """Something of a sender is on disk, or was refused."""
        known = self._senders[sender]
        known.under_way -= 1
        if known.under_way:
            return
        if not known.waiting:
            del self._senders[sender]
            return
        known.shard = known.waiting[0][0]
        goes: list[Going] = []
        while known.waiting and known.waiting[0][0] == known.shard:
            goes.append(known.waiting.popleft()[1])
        # Counted before the first goes: a shard that is not there refuses while we are here.
        known.under_way = len(goes)
        for going in goes:
            self._go(known.shard, going)

    def __len__(self) -> int:
        return len(self._senders)
