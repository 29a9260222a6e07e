"""Which receipt belongs to which message we sent, in whatever order they come.

One book serves a carrier, whatever its binds: a receipt may come before the submit_sm_resp, on
another bind, or twice. State is bounded; `now` is an argument; `submitted` and `early` give it
as values to keep.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from sms.receipts import IdForm, Receipt, canonical

SUBMITTED_MAX: Final = 500_000
EARLY_MAX: Final = 10_000
EARLY_S: Final = 300.0
"""How long a receipt waits for the response that it overtook."""
DONE_MAX: Final = 100_000
"""Finished messages remembered, to know a repeated receipt."""
VALIDITY_S: Final = 3 * 86_400.0
"""How long a message waits for its receipt."""


class Submitted(msgspec.Struct, frozen=True):
    """A message that the carrier took."""

    message_id: str
    """Canonical."""
    reference: str
    """Ours: what the caller knows the message by."""
    at: float


class Matched(msgspec.Struct, frozen=True):
    """A receipt and whose it is."""

    reference: str
    receipt: Receipt


class Early(msgspec.Struct, frozen=True):
    """Kept until the response tells whose it is."""

    message_id: str
    receipt: Receipt
    at: float


class Repeated(msgspec.Struct, frozen=True):
    """The last word on this message had been said."""

    reference: str
    receipt: Receipt


class Forgotten(msgspec.Struct, frozen=True):
    """A message that got no receipt, or a receipt that found no message, given up."""

    what: Submitted | Early


class ReceiptBook:
    """Messages that wait for receipts, and receipts that wait for messages."""

    def __init__(self, id_form: IdForm = "same", *, validity_s: float = VALIDITY_S) -> None:
        self._form: IdForm = id_form
        self._validity_s = validity_s
        self._submitted: dict[str, Submitted] = {}
        self._early: dict[str, list[Early]] = {}
        self._early_count = 0
        self._done: dict[str, str] = {}

    def submit(self, message_id: str, reference: str, now: float) -> list[Matched | Forgotten]:
        """Note a submit_sm_resp. Receipts that came before it are told now, in their order."""
        key = canonical(message_id, self._form, where="response")
        told: list[Matched | Forgotten] = []
        self._done.pop(key, None)  # A carrier that counts ids round begins again.
        self._submitted.pop(key, None)
        self._submitted[key] = Submitted(key, reference, now)
        early = self._early.pop(key, [])
        self._early_count -= len(early)
        for waiting in early:
            told.append(Matched(reference, waiting.receipt))
            self._settle(key, reference, waiting.receipt)
        if len(self._submitted) > SUBMITTED_MAX:
            told.append(Forgotten(self._submitted.pop(next(iter(self._submitted)))))
        return told

    def receive(self, receipt: Receipt, now: float) -> Matched | Early | Repeated:
        """Take a receipt."""
        key = canonical(receipt.message_id, self._form, where="receipt")
        if key in self._done:
            return Repeated(self._done[key], receipt)
        submitted = self._submitted.get(key)
        if submitted:
            self._settle(key, submitted.reference, receipt)
            return Matched(submitted.reference, receipt)
        early = Early(key, receipt, now)
        self._keep_early(early)
        return early

    def expire(self, now: float) -> list[Forgotten]:
        """Give up what has waited too long."""
        late: list[Submitted | Early] = []
        for submitted in self._submitted.values():
            if submitted.at + self._validity_s > now:
                break
            late.append(submitted)
        for waiting in self._early.values():
            if waiting[0].at + EARLY_S > now:
                break
            late.extend(waiting)
        for what in late:
            if isinstance(what, Submitted):
                del self._submitted[what.message_id]
            else:
                self._early_count -= len(self._early.pop(what.message_id, ()))
        return [Forgotten(what) for what in late]

    @property
    def submitted(self) -> tuple[Submitted, ...]:
        """Messages without a last word, oldest first."""
        return tuple(self._submitted.values())

    @property
    def early(self) -> tuple[Early, ...]:
        """Receipts without a message."""
        return tuple(early for waiting in self._early.values() for early in waiting)

    def restore(self, submitted: Iterable[Submitted], early: Iterable[Early] = ()) -> None:
        """Take up what `submitted` and `early` gave."""
        for message in sorted(submitted, key=lambda message: message.at)[-SUBMITTED_MAX:]:
            self._submitted[message.message_id] = message
        for waiting in sorted(early, key=lambda waiting: waiting.at)[-EARLY_MAX:]:
            self._keep_early(waiting)

    def _keep_early(self, early: Early) -> None:
        self._early.setdefault(early.message_id, []).append(early)
        self._early_count += 1
        while self._early_count > EARLY_MAX:
            self._early_count -= len(self._early.pop(next(iter(self._early))))

    def _settle(self, key: str, reference: str, receipt: Receipt) -> None:
        """After the last word the message leaves the book, and is remembered for repeats."""
        if not receipt.state.is_final:
            return
        self._submitted.pop(key, None)
        self._done[key] = reference
        if len(self._done) > DONE_MAX:
            del self._done[next(iter(self._done))]
