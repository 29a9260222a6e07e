"""The turn batch: one loop for every channel. Arrivals are collected, stepped and kept in one transaction, then told.

1. A channel `open`s itself under its name, then `add`s arrivals, each with a ticket of its own making (the answer that a
   carrier waits for, a call, a USSD dialog). What needs no turn but must be kept, or only answered once all before it is
   kept, is `hold`ed.
2. LINGER_S after the first of them, or at once past BATCH_MAX, `flush` steps them all and commits.
3. Only then each channel is told with `taken` what became of its tickets, in their order, and the texts go to the
   outbox's sender. A ticket is told exactly once. Nothing of what a REFUSED ticket asked for was kept.
4. On a channel other than SMS the `Reply` of an arrival says what to perform: texts to say with their languages, hand
   over, goodbye, and what the buyer may do next. Silence, keys, speech and hang-ups are arrivals in their turn.
5. Effects whose outcome comes later (see Performer) suspend the session: what is awaited is kept in the same transaction,
   handed to the performer after it, and its outcome comes by `settle` as one more arrival. The reply to it goes to the
   contact's channel with ticket None.

If the store cannot keep a batch, all of it is REFUSED. If an arrival makes a seller's program fail, the others are taken
without it: each alone, with what was held kept too. It is REFUSED until TRIES_MAX, then SET_ASIDE for the seller to read.

No clock, no sockets: arrivals bring their time, and `later` (asyncio's `loop.call_later`) calls when the batch is due.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from center.awaited import Awaited
from center.changes import Changes, OutgoingText, ShopMessage, Talk
from center.contact import Arrival, ContactKey
from center.desk.heard import Heard
from center.nobody import NOBODY
from center.ports import (
    Channel,
    Later,
    Performer,
    Store,
    StoreBusyError,
    StoreError,
    StoreFullError,
    Timer,
)
from center.reply import Reply
from center.shops import Shops
from center.taken import Fate, Taken
from center.turns import take_turns
from center.world import Seen
from flows.inputs import Outcome, Text

LINGER_S = 0.003
"""Arrivals are collected so long. Measured on a prototype: at 800 orders a second it halves the work."""
BATCH_MAX = 512
"""Tickets that are not made to wait for more."""
TRIES_MAX = 3
"""Times that an arrival which makes a program fail is tried before a person has it."""
OUTCOME_AGAIN_S = 1.0
"""An outcome that the store could not keep is tried again after so long."""
FAILING_MAX = 10_000
"""Such arrivals whose tries are counted."""

SendTexts = Callable[[list[tuple[int, OutgoingText]]], None]
"""Takes texts that the outbox keeps, with its ids for them."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class BatchCounters:
    """For operators."""

    batches: int = 0
    turns: int = 0
    refused: int = 0
    set_aside: int = 0
    """Arrivals that made a program fail and were given to the seller to read."""


@dataclass(slots=True)
class _Entry:
    """What a channel brought."""

    channel: str
    ticket: object
    arrival: Arrival | None
    notes: Mapping[str, bytes | None]
    texts: Sequence[OutgoingText]
    talks: Sequence[Talk] = ()


@dataclass(slots=True)
class _Kept:
    """What one transaction kept."""

    replies: list[Reply | None]
    texts: list[tuple[int, OutgoingText]]
    awaited: list[Awaited]
    heard: list[Heard]


_NOTHING = _Kept([None], [], [], [])


class TurnBatch:
    """Collects, steps, keeps, tells."""

    def __init__(
        self,
        store: Store,
        shops: Shops,
        *,
        later: Later,
        performer: Performer = NOBODY,
        linger_s: float = LINGER_S,
    ) -> None:
        self.store = store
        self.shops = shops
        self.performer = performer
        self.linger_s = linger_s
        self.counters = BatchCounters()
        self._later = later
        self._channels: dict[str, Channel] = {}
        self._send: SendTexts | None = None
        self._entries: list[_Entry] = []
        self._timer: Timer | None = None
        self._failing: OrderedDict[bytes, int] = OrderedDict()
        """Tries of arrivals that made a program fail."""

    # --- wiring ---

    def open(self, name: str, channel: Channel) -> None:
        """From now on this channel is told of arrivals whose contact bears its name."""
        self._channels[name] = channel

    def send_texts_by(self, send: SendTexts) -> None:
        """Who sends the texts, after the tickets are told. Without one they wait in the outbox."""
        self._send = send

    # --- in ---

    def add(
        self,
        arrival: Arrival,
        ticket: object,
        *,
        notes: Mapping[str, bytes | None] | None = None,
        told: str | None = None,
    ) -> None:
        """Something that a buyer did. `notes` are kept if, and only if, the arrival is.

        `told` names the channel that is told, where that is not the contact's own: an agent's deed.
        """
        channel = told if told is not None else arrival.contact.channel
        self._put(_Entry(channel, ticket, arrival, notes or {}, ()))

    def hold(
        self,
        channel: str,
        ticket: object,
        *,
        notes: Mapping[str, bytes | None] | None = None,
        texts: Sequence[OutgoingText] = (),
    ) -> None:
        """Something to keep without a turn; with nothing to keep, its ticket is told when all before it is kept."""
        self._put(_Entry(channel, ticket, None, notes or {}, texts))

    def note(self, contact: ContactKey, serial: int, line: str, at: int) -> None:
        """A line for the log of a session, such as an agent's wrap-up."""
        self._put(_Entry("", None, None, {}, (), (Talk(contact, serial, 0, at, line),)))

    def settle(self, awaited: Awaited, outcome: Outcome, at: int) -> None:
        """The outcome of what a session waits for, at Unix second `at`. Late or doubled, it is dropped."""
        self.add(
            Arrival(
                awaited.contact,
                outcome,
                awaited.code,
                awaited.carrier,
                b"",
                0,
                at,
                (awaited.serial, awaited.turn),
            ),
            None,
        )

    def _put(self, entry: _Entry) -> None:
        self._entries.append(entry)
        waiting = len(self._entries)
        if waiting == BATCH_MAX and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._later(self.linger_s if waiting < BATCH_MAX else 0.0, self.flush)

    # --- the batch ---

    def flush(self) -> None:
        """Step what was collected, keep it, then tell."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        entries, self._entries = self._entries, []
        if not entries:
            return
        fates: list[Fate] = []
        kept = _Kept([], [], [], [])
        try:
            kept = self._take(entries)
            fates = [Fate.KEPT] * len(entries)
        except (StoreBusyError, StoreFullError) as error:
            log.error("a batch of %d was refused: %s", len(entries), error)
            kept.replies = [None] * len(entries)
            fates = [Fate.REFUSED] * len(entries)
        except Exception as error:  # noqa: BLE001 - whatever one arrival does, the others are taken
            log.error("a batch of %d is taken one by one: %s", len(entries), _kind(error))
            fates = self._take_each(entries, kept)
        self.counters.refused += fates.count(Fate.REFUSED)
        self._tell(entries, fates, kept)

    def _take(self, entries: Sequence[_Entry]) -> _Kept:
        """Step and keep entries. Raises StoreError, and whatever a program does."""
        arrivals = [entry.arrival for entry in entries if entry.arrival is not None]
        if not arrivals and not any(entry.notes or entry.texts or entry.talks for entry in entries):
            return _Kept([None] * len(entries), [], [], [])
        with self.store.batch(arrivals) as batch:
            changes = take_turns(arrivals, batch.world, self.shops, self.performer)
            for entry in entries:
                changes.texts.extend(entry.texts)
                changes.notes.update(entry.notes)
                changes.talks.extend(entry.talks)
            batch.commit(changes)
            texts = list(zip(batch.text_ids, changes.texts, strict=True))
        self.counters.batches += 1
        self.counters.turns += len(arrivals)
        stepped = iter(changes.replies)
        replies = [next(stepped) if entry.arrival is not None else None for entry in entries]
        awaited = [a for a in changes.awaited.values() if a is not None]
        return _Kept(replies, texts, awaited, changes.heard)

    def _take_each(self, entries: Sequence[_Entry], kept: _Kept) -> list[Fate]:
        """Entries of a batch that failed, each by itself, until the store refuses one."""
        fates: list[Fate] = []
        refused: set[ContactKey] = set()
        for entry in entries:
            contact = entry.arrival.contact if entry.arrival is not None else None
            # What this buyer wrote before comes again, and so must what they wrote after.
            fate, one = (Fate.REFUSED, _NOTHING) if contact in refused else self._alone(entry)
            if contact is not None and fate is Fate.REFUSED:
                refused.add(contact)
            fates.append(fate)
            kept.replies += one.replies
            kept.texts += one.texts
            kept.awaited += one.awaited
            kept.heard += one.heard
        return fates

    def _alone(self, entry: _Entry) -> tuple[Fate, _Kept]:
        try:
            return Fate.KEPT, self._take([entry])
        except (StoreBusyError, StoreFullError) as error:
            log.error("one of a batch was refused: %s", error)
            return Fate.REFUSED, _NOTHING
        except Exception as error:  # noqa: BLE001 - counted, logged and kept for a person
            return self._failed(entry, error), _NOTHING

    def _failed(self, entry: _Entry, error: Exception) -> Fate:
        """An arrival that makes a program fail: once more, or to the seller."""
        arrival = entry.arrival
        if arrival is None:
            # A note or a text that the store will not have, whoever asks: nobody can do better by sending it again.
            log.error("what %s held is dropped: %s", entry.channel, _kind(error))
            return Fate.SET_ASIDE
        tries = self._failing.pop(arrival.key, 0) + 1
        log.error("a message to %s fails, try %d: %s", arrival.contact.seller, tries, _kind(error))
        if tries < TRIES_MAX and arrival.key:
            self._failing[arrival.key] = tries
            if len(self._failing) > FAILING_MAX:
                self._failing.popitem(last=False)
            return Fate.REFUSED
        seller, buyer, _ = arrival.contact
        said = arrival.input.text if isinstance(arrival.input, Text) else ""
        message = ShopMessage(seller, buyer, f"[not understood] {said}", arrival.at)
        try:
            with self.store.batch([arrival]) as batch:
                changes = Changes(messages=[message], notes=dict(entry.notes))
                if arrival.key:
                    changes.seen[arrival.key] = Seen(arrival.at, arrival.stamp)
                batch.commit(changes)
        except StoreError as refused:
            log.error("a message for a seller was refused: %s", refused)
            return Fate.REFUSED
        self.counters.set_aside += 1
        return Fate.SET_ASIDE

    # --- out ---

    def _tell(self, entries: Sequence[_Entry], fates: Sequence[Fate], kept: _Kept) -> None:
        by_channel: dict[str, list[Taken]] = {}
        for entry, fate, reply in zip(entries, fates, kept.replies, strict=True):
            by_channel.setdefault(entry.channel, []).append(
                Taken(entry.ticket, fate, entry.arrival, reply)
            )
        for name, taken in by_channel.items():
            channel = self._channels.get(name)
            if channel is not None:
                channel.taken(taken)
        for entry, fate in zip(entries, fates, strict=True):
            if fate is Fate.REFUSED and entry.arrival is not None and entry.arrival.asked:
                # Nobody brings an outcome again.
                self._later(OUTCOME_AGAIN_S, partial(self._put, entry))
        if kept.texts and self._send is not None:
            self._send(kept.texts)
        if kept.awaited:
            self.performer.perform(kept.awaited)
        if kept.heard:
            self.performer.heard(kept.heard)


def _kind(error: Exception) -> str:
    """An error for the log: its words may hold a buyer's, its kind does not."""
    return type(error).__name__
