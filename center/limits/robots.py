"""Other robots: a sender that says one and the same sentence again and again is a machine answering ours.

Two machines that answer one another never stop, and somebody pays for each message. People repeat `1` and `2`, not
sentences.
"""

from __future__ import annotations

from collections import OrderedDict

CHARACTERS_MIN = 12
"""Shorter texts are a person's: keys, names of goods."""
REPEATS_MAX = 4
"""The same sentence in a row that a person may send."""
QUIET_S = 3_600
"""Repeats farther apart than this are not in a row; a machine is left without an answer for as long."""
SENDERS_MAX = 50_000


class Robots:
    """The last sentence of each sender."""

    def __init__(self) -> None:
        self._said: OrderedDict[tuple[str, str], tuple[int, int, int]] = OrderedDict()
        """By seller and buyer: the sentence's hash, how often in a row, when last."""

    def is_robot(self, seller: str, buyer: str, text: str, now: int) -> bool:
        """Whether this text is one more of the same than a person sends."""
        key = (seller, buyer)
        if len(text) < CHARACTERS_MIN:
            self._said.pop(key, None)
            return False
        mark = hash(text)
        before = self._said.pop(key, None)
        again = before is not None and before[0] == mark and now - before[2] <= QUIET_S
        count = before[1] + 1 if again and before is not None else 1
        self._said[key] = (mark, count, now)
        if len(self._said) > SENDERS_MAX:
            self._said.popitem(last=False)
        return count > REPEATS_MAX
