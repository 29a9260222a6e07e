"""The turn batch: one loop for every channel. Arrivals are collected, stepped and kept in one transaction, then told.

1. A channel `open`s itself under its name, then `add`s arrivals, each with a ticket of its own making (the answer that a
   carrier waits for, a call, a USSD dialog). What needs no turn but must be kept, or only answered once all before it is
   kept, is `hold`ed.
2. LINGER_S after the first of them (sooner for a channel that opened itself so), or at once past BATCH_MAX, all are stepped and
   committed. While the disk is waited for, what comes is collected for the next batch, which begins half as long after this one is kept.
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
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from center.awaited import Awaited
from center.changes import Changes, OutgoingText, Talk
from center.contact import Arrival, ContactKey
from center.entries import NOTHING, Entry, Kept
from center.failing import Failing, kind_of
from center.inline import Inline
from center.limits.guard import Guard
from center.nobody import NOBODY
from center.ports import (
    Aside,
    Batch,
    Channel,
    Later,
    Performer,
    Store,
    StoreBusyError,
    StoreError,
    StoreFullError,
    Timer,
)
from center.shops import Shops
from center.taken import NOT_NOW, Fate, Taken
from center.turns import take_turns
from flows.effects import PlaceOrder
from flows.inputs import Outcome

LINGER_S = 0.025
"""Arrivals are collected so long, and half as long after a commit. At 800 orders a second that is 41 % of a core with replies within
29 ms (p99); where the next batch followed the last at once 51 % and 38 ms (benchmarks.orders --open 800).
"""
BATCH_MAX = 512
"""Tickets that are not made to wait for more."""
OUTCOME_AGAIN_S = 1.0
"""An outcome that the store could not keep is tried again after so long."""

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
    superseded: int = 0
    """Questions that the start left away, as their buyers had gone past them (center.superseded)."""


@dataclass(slots=True)
class _Stepped:
    """A batch that is written and not on disk yet."""

    batch: Batch
    changes: Changes
    open: ExitStack
    """Closes it."""


class TurnBatch:
    """Collects, steps, keeps, tells."""

    def __init__(
        self,
        store: Store,
        shops: Shops,
        *,
        later: Later,
        performer: Performer = NOBODY,
        aside: Aside | None = None,
        guard: Guard | None = None,
        linger_s: float = LINGER_S,
    ) -> None:
        """`aside` waits for the disk; without one it is waited for here."""
        self.store = store
        self.shops = shops
        self.performer = performer
        self.guard = guard or Guard()
        self.linger_s = linger_s
        self.counters = BatchCounters()
        self._later = later
        self._aside = aside or Inline()
        self._committing = False
        self._channels: dict[str, Channel] = {}
        self._lingers_s: dict[str, float] = {}
        self._armed_s = 0.0
        """What `_timer` was set to."""
        self._send: SendTexts | None = None
        self._entries: list[Entry] = []
        self._timer: Timer | None = None
        self._failing = Failing()
        self._found: Set[int] = frozenset()
        """Stamps of arrivals of the batch that was stepped last that were on disk before."""

    # --- wiring ---

    def open(self, name: str, channel: Channel, *, linger_s: float | None = None) -> None:
        """From now on this channel is told of arrivals whose contact bears its name; they wait for others `linger_s` at most."""
        self._channels[name] = channel
        if linger_s is not None:
            self._lingers_s[name] = min(linger_s, self.linger_s)

    def send_texts_by(self, send: SendTexts, send_waited: SendTexts | None = None) -> None:
        """Who sends the texts, after the tickets are told, and those that have waited in another outbox, of which a batch has none.
        Without one they wait in the outbox.
        """
        del send_waited
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
        self._put(Entry(channel, ticket, arrival, notes or {}, ()))

    def hold(
        self,
        channel: str,
        ticket: object,
        *,
        notes: Mapping[str, bytes | None] | None = None,
        texts: Sequence[OutgoingText] = (),
    ) -> None:
        """Something to keep without a turn. Its ticket is told when that, all before it and what was noted in the outbox is kept."""
        self._put(Entry(channel, ticket, None, notes or {}, texts))

    def note(self, contact: ContactKey, serial: int, line: str, at: int) -> None:
        """A line for the log of a session, such as an agent's wrap-up."""
        self._put(Entry("", None, None, {}, (), (Talk(contact, serial, 0, at, line),)))

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

    def _put(self, entry: Entry) -> None:
        self._entries.append(entry)
        if self._committing:
            return
        delay_s = 0.0
        if len(self._entries) < BATCH_MAX:
            # As `_linger_of` has it, without a call.
            delay_s = self._lingers_s.get(entry.channel, self.linger_s)
        if self._timer is None or delay_s < self._armed_s:
            self._arm(delay_s)

    def _linger_of(self, entry: Entry) -> float:
        return self._lingers_s.get(entry.channel, self.linger_s)

    def _arm(self, delay_s: float) -> None:
        """Be due after so long."""
        self._cancel()
        self._armed_s = delay_s
        self._timer = self._later(delay_s, self._due)

    # --- the batch ---

    @property
    def is_idle(self) -> bool:
        """Whether all that came is told."""
        return not self._entries and not self._committing

    def flush(self) -> None:
        """Step what was collected, keep it and tell, before this returns."""
        if self._committing:
            self._aside.wait()
        self._cancel()
        entries, self._entries = self._entries, []
        if entries:
            self._begin(entries, Inline())

    def _due(self) -> None:
        """The same, but for the disk, which is waited for aside: what comes meanwhile is the next batch."""
        self._timer = None
        entries, self._entries = self._entries, []
        if entries:
            self._begin(entries, self._aside)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self, entries: Sequence[Entry], aside: Aside) -> None:
        try:
            stepped = self._step(entries)
        except Exception as error:  # noqa: BLE001 - whatever one arrival does, the others are taken
            self._end(entries, None, error)
            return
        if stepped is None:
            self._end(entries, Kept([None] * len(entries), [], [], [], []), None)
            return
        self._committing = True
        aside.run(stepped.batch.finish, partial(self._committed, entries, stepped))

    def _committed(
        self, entries: Sequence[Entry], stepped: _Stepped, error: BaseException | None
    ) -> None:
        self._committing = False
        kept: Kept | None = None
        try:
            kept = self._finished(entries, stepped, error)
        except Exception as failed:  # noqa: BLE001 - what the store could not keep, it told
            error = failed
        try:
            self._end(entries, kept, error)
        finally:
            if self._entries:
                # These have waited while the disk was: half as long is enough for more to come along.
                self._cancel()
                again_s = min(map(self._linger_of, self._entries)) / 2
                self._arm(again_s if len(self._entries) < BATCH_MAX else 0.0)

    def _end(
        self, entries: Sequence[Entry], kept: Kept | None, error: BaseException | None
    ) -> None:
        """A batch is through: tell."""
        if kept is None:
            # What came meanwhile may build on what is refused now, such as the first segment of a text.
            late, self._entries = self._entries, []
            entries = [*entries, *late]
            self._cancel()
            if late and isinstance(error, StoreFullError):
                self._found |= self._found_of(late)
        fates = [Fate.KEPT] * len(entries)
        if kept is not None and kept.found:
            fates = list(map(kept.fate_of, entries))
        if kept is None and isinstance(error, StoreBusyError | StoreFullError):
            log.error("a batch of %d was refused: %s", len(entries), error)
            kept = Kept([None] * len(entries), [], [], [], [])
            fates = [self._refusal_of(entry) for entry in entries]
        elif kept is None:
            log.error("a batch of %d is taken one by one: %s", len(entries), kind_of(error))
            kept = Kept([], [], [], [], [])
            fates = self._take_each(entries, kept)
        self.counters.refused += sum(fate in NOT_NOW for fate in fates)
        self._tell(entries, fates, kept)

    def _found_of(self, entries: Sequence[Entry]) -> Set[int]:
        """Which of what came while a batch was under way that is refused now are on disk; nothing is kept of looking."""
        arrivals = [entry.arrival for entry in entries if entry.arrival is not None]
        try:
            with self.store.batch(arrivals) as batch:
                return take_turns(
                    arrivals, batch.world, self.shops, self.performer, self.guard
                ).found
        except Exception as error:  # noqa: BLE001 - they are refused all the same
            log.error("what came meanwhile is not looked for: %s", kind_of(error))
            return frozenset()

    def _refusal_of(self, entry: Entry) -> Fate:
        """What became of one of a batch that the store refused."""
        return Fate.REFUSED_FOUND if entry.is_among(self._found) else Fate.REFUSED

    def _step(self, entries: Sequence[Entry]) -> _Stepped | None:
        """Step entries and write them; None if there is nothing to keep. Raises StoreError, and whatever a program does."""
        self._found = frozenset()
        arrivals = [entry.arrival for entry in entries if entry.arrival is not None]
        if (
            not arrivals
            and not self.store.is_behind
            and not any(entry.notes or entry.texts or entry.talks for entry in entries)
        ):
            return None
        with ExitStack() as stack:
            batch = stack.enter_context(self.store.batch(arrivals))
            changes = take_turns(arrivals, batch.world, self.shops, self.performer, self.guard)
            self._found = changes.found
            for entry in entries:
                if entry.texts:
                    changes.texts.extend(entry.texts)
                if entry.notes:
                    changes.notes.update(entry.notes)
                if entry.talks:
                    changes.talks.extend(entry.talks)
            batch.write(changes)
            return _Stepped(batch, changes, stack.pop_all())

    def _finished(
        self, entries: Sequence[Entry], stepped: _Stepped, error: BaseException | None
    ) -> Kept:
        """What was written is on disk, or it is undone and why is raised."""
        batch, changes = stepped.batch, stepped.changes
        with stepped.open:
            if error is not None:
                raise error
            batch.finished()
        self.guard.keep()
        self.counters.batches += 1
        self.counters.turns += len(changes.replies)
        texts = list(zip(batch.text_ids, changes.texts, strict=True))
        of_arrivals = iter(changes.replies)
        replies = [next(of_arrivals) if entry.arrival is not None else None for entry in entries]
        # An order that waits for its code is the buyer's to settle, not a performer's.
        awaited = [
            one
            for one in changes.awaited.values()
            if one is not None and not isinstance(one.effect, PlaceOrder)
        ]
        return Kept(replies, texts, awaited, changes.heard, changes.turned_away, changes.found)

    def _take(self, entries: Sequence[Entry]) -> Kept:
        """Step and keep entries here and now. Raises StoreError, and whatever a program does."""
        stepped = self._step(entries)
        if stepped is None:
            return Kept([None] * len(entries), [], [], [], [])
        error: BaseException | None = None
        try:
            stepped.batch.finish()
        except StoreError as failed:
            error = failed
        return self._finished(entries, stepped, error)

    def _take_each(self, entries: Sequence[Entry], kept: Kept) -> list[Fate]:
        """Entries of a batch that failed, each by itself, until the store refuses one."""
        fates: list[Fate] = []
        refused: set[ContactKey] = set()
        for entry in entries:
            contact = entry.arrival.contact if entry.arrival is not None else None
            # What this buyer wrote before comes again, and so must what they wrote after.
            fate, one = (Fate.REFUSED, NOTHING) if contact in refused else self._alone(entry)
            if contact is not None and fate in NOT_NOW:
                refused.add(contact)
            fates.append(fate)
            kept.replies += one.replies
            kept.texts += one.texts
            kept.awaited += one.awaited
            kept.heard += one.heard
            kept.turned_away += one.turned_away
        return fates

    def _alone(self, entry: Entry) -> tuple[Fate, Kept]:
        try:
            kept = self._take([entry])
            return kept.fate_of(entry), kept
        except (StoreBusyError, StoreFullError) as error:
            log.error("one of a batch was refused: %s", error)
            return self._refusal_of(entry), NOTHING
        except Exception as error:  # noqa: BLE001 - counted, logged and kept for a person
            fate = self._failing.fate(entry, error, self.store)
            if fate is Fate.SET_ASIDE and entry.arrival is not None:
                self.counters.set_aside += 1
            return fate, NOTHING

    # --- out ---

    def _tell_channels(self, told: Iterable[tuple[str, Taken]]) -> None:
        """Tell each channel all that is its own at once; one that fails is raised when the others are told."""
        by_channel: dict[str, list[Taken]] = {}
        for name, taken in told:
            by_channel.setdefault(name, []).append(taken)
        self._tell_each(by_channel)

    def _tell_each(self, by_channel: dict[str, list[Taken]]) -> None:
        """The same of what is sorted by channel."""
        with ExitStack() as telling:
            for name, taken in reversed(by_channel.items()):
                channel = self._channels.get(name)
                if channel is not None:
                    telling.callback(channel.taken, taken)

    def _tell(self, entries: Sequence[Entry], fates: Sequence[Fate], kept: Kept) -> None:
        """Tell everybody, from the last line to the first: whoever fails is raised only when the others are told.

        All is on disk: a text that is not sent now would wait until the next start.
        """
        with ExitStack() as telling:
            if kept.turned_away:
                telling.callback(self.performer.turned_away, kept.turned_away)
            if kept.heard:
                telling.callback(self.performer.heard, kept.heard)
            if kept.awaited:
                telling.callback(self.performer.perform, kept.awaited)
            if kept.texts and self._send is not None:
                telling.callback(self._send, kept.texts)
            if Fate.REFUSED in fates:
                telling.callback(self._bring_again, entries, fates)
            told: dict[str, list[Taken]] = {}
            for entry, fate, reply in zip(entries, fates, kept.replies, strict=True):
                one = Taken(entry.ticket, fate, entry.arrival, reply)
                of_channel = told.get(entry.channel)
                if of_channel is None:
                    told[entry.channel] = [one]
                else:
                    of_channel.append(one)
            telling.callback(self._tell_each, told)

    def _bring_again(self, entries: Sequence[Entry], fates: Sequence[Fate]) -> None:
        """Outcomes that were refused, which nobody else brings again."""
        for entry, fate in zip(entries, fates, strict=True):
            if fate is Fate.REFUSED and entry.arrival is not None and entry.arrival.asked:
                self._later(OUTCOME_AGAIN_S, partial(self._put, entry))
