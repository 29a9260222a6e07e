"""Which receipt belongs to which text, in whatever order they come.

One book serves a carrier, whatever its binds: a receipt may come before the submit_sm_resp, on another bind, or twice. A
text of several segments is delivered when all of them are, and has failed when one has. State is bounded; `now` is an
argument. A receipt of no text that is known waits EARLY_S for one: what was told before, or never asked for, is forgotten
so.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice, repeat
from typing import Final, NamedTuple, cast

from sms.receipts import (
    ID_BASES,
    IdForm,
    Receipt,
    State,
    canonical,
    canonical_all,
    verdict,
)
from sms.smpp.tlv import Tlvs

TEXTS_MAX: Final = 200_000
"""Segments that wait for a receipt; of more the oldest are given up, and what became of them is not learnt."""
FORGOTTEN_AT_ONCE: Final = TEXTS_MAX // 10
"""That many of them: finding the first of a dict costs as much as was taken out before it. A carrier may tell of nothing."""
EARLY_MAX: Final = 10_000
EARLY_S: Final = 300.0
"""How long a receipt waits for the response that it overtook."""


class Told(NamedTuple):
    """A receipt and whose it is."""

    text: int
    state: State
    """Of the whole text: not final while segments wait."""
    error: str
    left: tuple[str, ...]
    """The carrier's names of segments whose receipts are still to come."""


class ReceiptBook:
    """Texts that wait for receipts, and receipts that wait for texts."""

    def __init__(self, id_form: IdForm = "same") -> None:
        self._response_base, self._receipt_base = ID_BASES[id_form]
        self._texts: dict[str, int] = {}
        """By what the carrier calls each segment, oldest first."""
        self._left: dict[int, dict[str, str]] = {}
        """Of texts of several segments: names of those that wait, by the spelling that receipts are known by."""
        self._early: OrderedDict[str, tuple[Receipt, float]] = OrderedDict()
        """And when each came, oldest first."""
        self.unknown = 0
        """Receipts that found no text: told twice, or not ours."""

    def __len__(self) -> int:
        return len(self._texts)

    def submit(self, text: int, names: Sequence[str]) -> list[Told]:
        """A carrier has all segments of a text, by these names. What came of them before is told now."""
        if len(names) == 1:
            # By far the commonest.
            key = canonical(names[0], self._response_base)
            if key not in self._texts and key not in self._early and len(self._texts) < TEXTS_MAX:
                self._texts[key] = text
                return []
        named = {canonical(name, self._response_base): name for name in names}
        early: list[str] = []
        for key in named:
            # A carrier that counts its names round begins again: the text before has waited for long.
            self._forget(key)
            self._texts[key] = text
            if key in self._early:
                early.append(key)
        if len(named) > 1:
            self._left[text] = named
        if len(self._texts) > TEXTS_MAX:
            for key in list(islice(self._texts, FORGOTTEN_AT_ONCE)):
                self._forget(key)
        told = [self._settle(key, self._early.pop(key)[0]) for key in early]
        return [one for one in told if one is not None]

    def submit_alone(self, texts: Sequence[int], names: Sequence[str]) -> list[Told]:
        """The same of many texts of one segment each, by far the commonest."""
        known, keys = self._texts, canonical_all(names, self._response_base)
        if (
            known.keys().isdisjoint(keys)
            and self._early.keys().isdisjoint(keys)
            and len(set(keys)) == len(keys) <= TEXTS_MAX - len(known)
        ):
            known.update(zip(keys, texts, strict=True))
            return []
        told: list[Told] = []
        for text, name in zip(texts, names, strict=True):
            told += self.submit(text, (name,))
        return told

    def receive_all(
        self, receipts: Sequence[str | bytes], now: float
    ) -> tuple[list[int], list[Told]]:
        """Take receipts, each the name of a message that was delivered, or its text: which texts of one segment phones have, by far
        the commonest, and what the others tell.
        """
        have: list[int] = []
        told: list[Told] = []
        begin = 0
        # In their order: what says otherwise of the same message counts if it comes first.
        for end in [place for place, one in enumerate(receipts) if one.__class__ is bytes]:
            self._take_delivered(cast("Sequence[str]", receipts[begin:end]), now, have, told)
            told += self.receive_alone(cast("bytes", receipts[end]), (), now)
            begin = end + 1
        self._take_delivered(cast("Sequence[str]", receipts[begin:]), now, have, told)
        return have, told

    def _take_delivered(
        self, names: Sequence[str], now: float, have: list[int], told: list[Told]
    ) -> None:
        texts, left = self._texts, self._left
        keys = canonical_all(names, self._receipt_base)
        found = list(map(texts.pop, keys, repeat(None)))
        if None not in found and left.keys().isdisjoint(found):
            have += cast("list[int]", found)
            return
        for name, key, text in zip(names, keys, found, strict=True):
            if text is not None and text not in left:
                have.append(text)
                continue
            if text is not None:
                texts[key] = text
            one = self.receive(Receipt(name, State.DELIVERED), now)
            told += [one] if one is not None else []

    def receive_alone(self, message: bytes, tlvs: Tlvs, now: float) -> list[Told]:
        """Take a receipt by its text and parameters: what it tells, if anything."""
        receipt = verdict(message, tlvs)
        told = self.receive(receipt, now) if receipt is not None else None
        return [told] if told is not None else []

    def receive(self, receipt: Receipt, now: float) -> Told | None:
        """Take a receipt; None if there is nothing to tell."""
        key = canonical(receipt.message_id, self._receipt_base)
        if key in self._texts:
            return self._settle(key, receipt)
        self._keep_early(key, receipt, now)
        return None

    def _settle(self, key: str, receipt: Receipt) -> Told | None:
        """What a receipt says of its text."""
        state = receipt.state
        if not state.is_final or key not in self._texts:
            return None
        text = self._texts.pop(key)
        left = self._left.get(text)
        if left is None:
            return Told(text, state, receipt.error, ())
        left.pop(key, None)
        if state is State.DELIVERED and left:
            return Told(text, State.ACCEPTED, "", tuple(left.values()))
        # Its last segment, or one that failed: what becomes of the others does not matter.
        for other in left:
            self._texts.pop(other, None)
        del self._left[text]
        return Told(text, state, receipt.error, ())

    def _forget(self, key: str) -> None:
        text = self._texts.pop(key, None)
        if text is not None and (left := self._left.pop(text, None)):
            for other in left:
                self._texts.pop(other, None)

    def _keep_early(self, key: str, receipt: Receipt, now: float) -> None:
        if not receipt.state.is_final:
            return
        early = self._early
        self.unknown += early.pop(key, None) is not None
        early[key] = receipt, now
        while len(early) > EARLY_MAX or next(iter(early.values()))[1] + EARLY_S <= now:
            early.popitem(last=False)
            self.unknown += 1
