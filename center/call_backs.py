"""Calls that were missed, and when each is called back: never against the seller's list, at night, or again and again.

Pure: what happened and the time come in, what is to be kept and whom to call goes out. What is kept is a note a contact, written
before anything is dialled; a call is named by its key, and a key is dialled once (center.calling_out). One that a crash cut off before it was
known whom it reached counts as a try that reached nobody: none is lost, and none is tried more often.

1. A missed call waits FIRST_AFTER_S, then for the shop to be open and the quiet hours to be over, KEPT_S at most.
2. It is tried TRIES_MAX times, AGAIN_AFTER_S apart, while nobody answers or it is busy. Without a trunk or a free line it waits as long, and has not been tried.
3. Who calls by itself meanwhile is no longer called. Who misses us is no missed call: it cannot set off another.
4. A number is called `a_day` times in a day, whatever shops it called: whoever forges it annoys its owner no more than that.
5. All numbers together are called `an_hour` times in an hour: whoever forges many costs no more than that. The others wait.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from center.allowed import Allowed
from center.calling_out import CallOut, Reached
from center.contact import ContactKey
from center.numbering import Numbering
from flows.program import Program
from flows.settings import is_open, is_quiet

FIRST_AFTER_S = 5
"""The caller has hung up by then, and a second try of theirs has come through."""
AGAIN_AFTER_S = 600
TRIES_MAX = 2
KEPT_S = 50_400
"""Fourteen hours: what was missed in the evening is called back in the morning, and not later."""
HOUR_S = 3_600
DAY_S = 86_400
KEPT_MAX = 10_000
"""Numbers remembered; past it those that are through are forgotten, and then no new ones taken."""
FORGOTTEN_AT_ONCE = 8
LOOK_S = 900
"""Shops open and quiet hours end at quarters of an hour."""
NOTE = "voice back "
"""Names of the notes begin so."""


class Step(StrEnum):
    """Where a call-back is."""

    WAITING = "waiting"
    CALLING = "calling"
    OVER = "over"


class Event(StrEnum):
    """What moves it."""

    MISSED = "missed"
    DUE = "due"
    CAME = "came by itself"
    LATE = "too late"
    UNREACHED = "unreached"
    """Worth another try."""
    THROUGH = "through"
    """Reached, or not to be reached at all."""


TRANSITIONS: Mapping[Step, Mapping[Event, Step]] = {
    Step.WAITING: {
        Event.MISSED: Step.WAITING,
        Event.DUE: Step.CALLING,
        Event.CAME: Step.OVER,
        Event.LATE: Step.OVER,
    },
    Step.CALLING: {
        Event.MISSED: Step.CALLING,
        Event.CAME: Step.CALLING,
        Event.UNREACHED: Step.WAITING,
        Event.THROUGH: Step.OVER,
    },
    Step.OVER: {Event.MISSED: Step.WAITING, Event.CAME: Step.OVER},
}
"""Where each event leads. What is missing cannot happen."""

_UNDIALLED = frozenset({Reached.NO_TRUNK, Reached.NO_ROOM})
"""Its telephone has not rung. Calls are missed when all lines are taken, and they are still taken when the first ones are due."""
_AGAIN = _UNDIALLED | {Reached.BUSY, Reached.NO_ANSWER, Reached.FAILED, Reached.REPEATED}
_UNHEARD = frozenset({Reached.BUSY, Reached.NO_ANSWER, Reached.MACHINE, Reached.REPEATED})


class CallBack(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of one."""

    code: str
    carrier: str
    step: Step
    missed_at: int
    due_at: int
    tries: int = 0
    calls: tuple[int, ...] = ()
    """Unix seconds of calls within a day."""


class Missed(msgspec.Struct, frozen=True):
    """A call that came and was not served."""

    contact: ContactKey
    code: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What operators set."""

    at_once: int = 5
    a_day: int = 3
    an_hour: int = 120


@dataclass(slots=True)
class Counters:
    """For operators."""

    missed: int = 0
    """Calls, whether or not they are called back."""
    called: int = 0
    reached: int = 0
    too_often: int = 0
    """Not called back, for the number was called enough today."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a call came to."""

    notes: Mapping[str, bytes | None]
    unheard: bool
    """Nobody was reached, and nobody will be called again: worth a text."""


Notes = dict[str, bytes | None]


@dataclass(slots=True)
class CallBacks:
    """All that are open, and those of the last day."""

    limits: Limits = field(default_factory=Limits)
    counters: Counters = field(default_factory=Counters)
    numbering: Numbering = field(default_factory=Numbering)
    """How sellers write the numbers that may be called."""
    _kept: OrderedDict[ContactKey, CallBack] = field(
        default_factory=OrderedDict[ContactKey, CallBack]
    )
    _of_number: dict[str, set[ContactKey]] = field(default_factory=dict[str, set[ContactKey]])
    _due: list[tuple[int, ContactKey]] = field(default_factory=list[tuple[int, ContactKey]])
    _calling: int = 0
    _this_hour: deque[int] = field(default_factory=deque[int])
    """When calls of the last hour ended, in order."""

    def restore(self, notes: Mapping[str, bytes], now: int) -> Notes:
        """What was kept, after a start; what is to be kept instead."""
        changed: Notes = {}
        for name, data in notes.items():
            contact = _contact_of(name)
            try:
                kept = _DECODER.decode(data)
            except msgspec.DecodeError:
                # Of an older or a newer program: nobody is called on a guess.
                changed[name] = None
                continue
            if now - max(kept.missed_at, *kept.calls, 0) > DAY_S:
                changed[name] = None
                continue
            # Called when the program stopped: the key says whether it was dialled.
            self._put(contact, _at(kept, Step.WAITING) if kept.step is Step.CALLING else kept)
        self._this_hour.extend(sorted(at for kept in self._kept.values() for at in kept.calls))
        return changed

    def missed(self, call: Missed, program: Program, now: int, *, is_wanted: bool = True) -> Notes:
        """A call was missed; `is_wanted` says that its number is none of ours and wants to hear from the shop."""
        self.counters.missed += 1
        contact = call.contact
        if not is_wanted or not self._may_call(program, contact.number):
            return {}
        before = self._kept.get(contact)
        if before is not None and TRANSITIONS[before.step][Event.MISSED] is before.step:
            return {}
        if self._called_today(contact.number, now) >= self.limits.a_day:
            self.counters.too_often += 1
            return {}
        due_at = next_time(program, now + FIRST_AFTER_S)
        changed = self._make_room(now)
        if due_at is None or len(self._kept) >= KEPT_MAX:
            return changed
        calls = before.calls if before is not None else ()
        kept = CallBack(call.code, call.carrier, Step.WAITING, now, due_at, 0, calls)
        return changed | self._put(contact, kept)

    def came(self, contact: ContactKey) -> Notes:
        """The number called by itself, and was served."""
        changed: Notes = {}
        for same in list(self._of_number.get(contact.number, ())):
            if same.seller == contact.seller:
                changed |= self._move(same, Event.CAME)
        return changed

    def due(
        self, now: int, program_of: Callable[[str], Program | None]
    ) -> tuple[list[CallOut], Notes]:
        """Whom to call now, each to be ended by `ended`; and what is to be kept of those who are not called after all.

        Nothing is kept of a call before it is made: its key says whether it was dialled.
        """
        found: list[CallOut] = []
        changed: Notes = {}
        while self._due and self._due[0][0] <= now and self._is_free(now):
            due_at, contact = heapq.heappop(self._due)
            kept = self._kept.get(contact)
            if kept is None or kept.step is not Step.WAITING or kept.due_at != due_at:
                continue
            program = program_of(contact.seller)
            if program is None or not self._may_call(program, contact.number):
                changed |= self._move(contact, Event.LATE)
                continue
            # Others were called first, or the seller has other hours since.
            due_at = next_time(program, now)
            if due_at is None or due_at - kept.missed_at > KEPT_S:
                changed |= self._move(contact, Event.LATE)
            elif due_at > now:
                changed |= self._put(contact, msgspec.structs.replace(kept, due_at=due_at))
            else:
                self._put(contact, _at(kept, TRANSITIONS[kept.step][Event.DUE]))
                self._calling += 1
                key = f"{'/'.join(contact.parts)}/{kept.missed_at}/{kept.tries}"
                found.append(CallOut(key, contact, kept.code, kept.carrier))
        return found, changed

    def ended(
        self, contact: ContactKey, reached: Reached, program: Program | None, now: int
    ) -> Done:
        """What became of one that was due."""
        kept = self._kept[contact]
        self._calling -= 1
        tries, calls = kept.tries + (reached not in _UNDIALLED), kept.calls
        if reached not in _UNDIALLED and reached not in (Reached.NOT_ALLOWED, Reached.FAILED):
            calls = (*calls, now)[-self.limits.a_day :]
            self._this_hour.append(now)
            self.counters.called += 1
        self.counters.reached += reached is Reached.PERSON
        again = None
        if program is not None and reached in _AGAIN and tries < TRIES_MAX:
            again = next_time(program, now + AGAIN_AFTER_S)
            if again is not None and again - kept.missed_at > KEPT_S:
                again = None
        event = Event.THROUGH if again is None else Event.UNREACHED
        kept = msgspec.structs.replace(
            kept,
            step=TRANSITIONS[kept.step][event],
            due_at=again or kept.due_at,
            tries=tries,
            calls=calls,
        )
        return Done(self._put(contact, kept), again is None and reached in _UNHEARD)

    def timer(self) -> int | None:
        """When `due` has something to say; None while nothing waits, or as many are called as may be."""
        if not self._due or self._calling >= self.limits.at_once:
            return None
        if len(self._this_hour) + self._calling < self.limits.an_hour:
            return self._due[0][0]
        # Where those that are being called now fill the hour, one of them has to end first.
        return max(self._due[0][0], self._this_hour[0] + HOUR_S) if self._this_hour else None

    # --- within ---

    def _may_call(self, program: Program, number: str) -> bool:
        return Allowed(program.calling.back, self.numbering).holds(number)

    def _is_free(self, now: int) -> bool:
        """Whether one more may be called now."""
        while self._this_hour and now - self._this_hour[0] >= HOUR_S:
            self._this_hour.popleft()
        called = len(self._this_hour) + self._calling
        return self._calling < self.limits.at_once and called < self.limits.an_hour

    def _called_today(self, number: str, now: int) -> int:
        return sum(
            now - at < DAY_S
            for contact in self._of_number.get(number, ())
            for at in self._kept[contact].calls
        )

    def _move(self, contact: ContactKey, event: Event) -> Notes:
        kept = self._kept.get(contact)
        if kept is None:
            return {}
        to = TRANSITIONS[kept.step][event]
        return self._put(contact, _at(kept, to)) if to is not kept.step else {}

    def _put(self, contact: ContactKey, kept: CallBack) -> Notes:
        self._kept[contact] = kept
        self._kept.move_to_end(contact)
        self._of_number.setdefault(contact.number, set()).add(contact)
        if kept.step is Step.WAITING:
            heapq.heappush(self._due, (kept.due_at, contact))
        return {note_of(contact): msgspec.msgpack.encode(kept)}

    def _make_room(self, now: int) -> Notes:
        """Forget those that are through since a day, and where it is full the oldest that are through."""
        changed: Notes = {}
        for _ in range(FORGOTTEN_AT_ONCE):
            contact, kept = next(iter(self._kept.items()), (None, None))
            if contact is None or kept is None:
                break
            is_old = now - max(kept.missed_at, *kept.calls, 0) > DAY_S
            if kept.step is not Step.OVER or not (is_old or len(self._kept) >= KEPT_MAX):
                break
            del self._kept[contact]
            same = self._of_number[contact.number]
            same.discard(contact)
            if not same:
                del self._of_number[contact.number]
            changed[note_of(contact)] = None
        return changed


def next_time(program: Program, at: int) -> int | None:
    """The first time from `at` on at which a seller's buyers may be called; None within KEPT_S."""
    zone = ZoneInfo(program.timezone)
    end = at + KEPT_S
    while at <= end:
        local = datetime.fromtimestamp(at, UTC).astimezone(zone)
        minute = _minute(local)
        today, yesterday = local.date(), local.date() - timedelta(days=1)
        if not is_quiet(program.calling.quiet, minute) and is_open(
            program.hours, local.weekday(), minute, today.isoformat(), yesterday.isoformat()
        ):
            return at
        at += LOOK_S - at % LOOK_S
    return None


def is_quiet_at(program: Program, at: int) -> bool:
    """Whether a seller's buyers must not be called at this time, open or not."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(program.timezone))
    return is_quiet(program.calling.quiet, _minute(local))


def _minute(local: datetime) -> int:
    """Of the day."""
    return local.hour * 60 + local.minute


def note_of(contact: ContactKey) -> str:
    """The name of a contact's note."""
    return f"{NOTE}{contact.seller}/{contact.buyer}"


def _contact_of(name: str) -> ContactKey:
    seller, _, buyer = name.removeprefix(NOTE).rpartition("/")
    return ContactKey(seller, buyer, "voice")


def _at(kept: CallBack, step: Step) -> CallBack:
    return msgspec.structs.replace(kept, step=step)


_DECODER = msgspec.msgpack.Decoder(CallBack)
