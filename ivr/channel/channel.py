"""The voice channel: all calls, whatever line they came by; what the media plane and the turn batch tell, each to its call."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from center.batch import TurnBatch
from center.contact import ContactKey
from center.failing import kind_of
from center.ports import Later
from center.shops import Shops
from center.taken import Fate, Taken
from flows.program import Program
from ivr.channel.call import Call
from ivr.channel.notes import Notes
from ivr.channel.ports import Hearing, Line, OnLeg, Speaking
from ivr.channel.surroundings import CHANNEL, Reached, Surroundings
from ivr.media.client import MediaClient
from ivr.media.messages import (
    Digit,
    Event,
    PlayedOut,
    Resumed,
    RtpTimeout,
    SpeechEnded,
    SpeechStarted,
)
from ivr.speech.fragments import Codec

SILENT_S = 2.0
"""A telephone of which nothing has come for so long is not there, when another call comes from its number."""
CUT_OFF_MAX = 10_000
"""Numbers whose second call was cut off that are remembered."""
DELAYS_MAX = 10_000
"""Latest delays from key to prompt that are kept for measuring."""

LINGER_S = 0.01
"""A caller waits on the line for each answer, so turns of calls wait for others less long than texts do."""

log = logging.getLogger("dialcart.calls")


Voices = Callable[[str, Program], Speaking]
"""Gives the voice of a seller's program."""


@dataclass(slots=True)
class VoiceCounters:
    """For operators."""

    calls: int = 0
    refused: int = 0
    """For want of a row in the plane, a number, or shared media."""
    ended: int = 0
    lost: int = 0
    """No packet came for too long."""
    resumed: int = 0
    """Times that a media plane took over from one that died."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A ticket for what is kept without a turn: `then` is called once it is on disk, or is not."""

    then: Callable[[Fate], object]


class VoiceChannel:
    """See center.ports.Channel."""

    def __init__(
        self,
        turns: TurnBatch,
        shops: Shops,
        media: MediaClient,
        hearing: Hearing,
        notes: Notes,
        voices: Voices,
        *,
        later: Later,
        clock: Callable[[], float],
        ticks: Callable[[], float],
    ) -> None:
        self.counters = VoiceCounters()
        self.first_audio_s: deque[float] = deque(maxlen=DELAYS_MAX)
        """Of calls that ended; see Call."""
        self._shops = shops
        self._media = media
        self._voices = voices
        self._tasks: set[asyncio.Task[None]] = set()
        self._around = Surroundings(
            turns, media, hearing, notes, later, clock, ticks, self._spawn, self.call_of
        )
        self._by_leg: dict[int, Call] = {}
        self._by_contact: dict[ContactKey, Call] = {}
        self._cut_off: OrderedDict[ContactKey, ContactKey] = OrderedDict()
        """Sessions of second and further calls that were cut off last, by their number's first."""
        self._watched: dict[int, OnLeg] = {}
        turns.open(CHANNEL, self, linger_s=LINGER_S)

    @property
    def calls(self) -> int:
        """Calls that are up."""
        return len(self._by_leg)

    # --- calls, whatever line they come by ---

    def begin(
        self,
        line: Line,
        *,
        contact: ContactKey,
        dialled: str,
        carrier: str,
        leg: int,
        codec: Codec,
        opens: bool = True,
    ) -> Call:
        """A call that is up. Raises KeyError for a seller that is not open.

        `opens`: its flow begins, where this number's last call was cut off or anew. If not, its session stands at a hand-over, and it
        hears music until an agent has it. A number whose other calls are up gets a session of its own (decision 0071).
        """
        machine = self._shops.current(contact.seller)
        if machine is None:
            raise KeyError(contact.seller)
        if opens:
            contact = self._place(contact)
        before = self._by_contact.get(contact)
        if before is not None:
            # The same telephone called again before its first call was seen to be over.
            before.hang_up("called again")
            self._forget(before)
        reached = Reached(contact, dialled, carrier, leg, codec)
        voice = self._voices(contact.seller, machine.program)
        call = Call(self._around, reached, line, voice, self._shops.machine)
        self._by_leg[leg] = call
        self._by_contact[contact] = call
        self.counters.calls += 1
        if opens:
            call.begin()
        else:
            call.wait_for_agent()
        return call

    def _place(self, contact: ContactKey) -> ContactKey:
        """Where a call of this number begins: the session that was cut off last, else the first that no call has.

        One whose telephone has fallen silent has none: whoever was cut off and calls again is here before the network has told us.
        """
        first = contact.further(1)
        wanted = self._cut_off.pop(first, first)
        places = itertools.chain([wanted], map(first.further, itertools.count(1)))
        return next(place for place in places if not self._talks(place))

    def _talks(self, contact: ContactKey) -> bool:
        call = self._by_contact.get(contact)
        return call is not None and (
            call.over is False and self._media.silent_s(call.reached.leg) < SILENT_S
        )

    def watch(self, leg: int, who: OnLeg, quiet_s: float) -> None:
        """Tell somebody what is heard on a leg that no call has yet."""
        self._watched[leg] = who
        self._media.listen(leg, quiet_s=quiet_s)

    def unwatch(self, leg: int) -> None:
        """No more."""
        if self._watched.pop(leg, None) is not None:
            self._media.ignore(leg)

    def call_of(self, contact: ContactKey) -> Call | None:
        """The call of a contact, if it is up."""
        return self._by_contact.get(contact)

    def end(self, call: Call) -> None:
        """The line of a call that `begin` gave is down."""
        call.lost()
        self._forget(call)

    def _forget(self, call: Call) -> None:
        if self._by_leg.pop(call.reached.leg, None) is not None:
            self.counters.ended += 1
            self.first_audio_s += call.first_audio_s
        contact = call.reached.contact
        if self._by_contact.get(contact) is call:
            del self._by_contact[contact]
            if not call.ended and contact != contact.further(1):
                self._cut_off[contact.further(1)] = contact
                if len(self._cut_off) > CUT_OFF_MAX:
                    self._cut_off.popitem(last=False)

    def hang_up_all(self, reason: str) -> None:
        """End every call from here; their sessions go on when they call again."""
        for call in list(self._by_leg.values()):
            call.hang_up(reason)

    # --- the media plane ---

    def heard(self) -> None:
        """Take what the plane has to tell; call it when MediaClient.fileno is readable."""
        for event in self._media.events():
            try:
                self._media_event(event)
            except Exception as error:  # noqa: BLE001 - whatever one call does, the others are heard
                self._broke(
                    None if isinstance(event, Resumed) else self._by_leg.get(event.call), error
                )

    def _media_event(self, event: Event) -> None:
        if isinstance(event, Resumed):
            self.counters.resumed += 1
            return
        call: OnLeg | None = self._by_leg.get(event.call) or self._watched.get(event.call)
        if call is None:
            return
        match event:
            case Digit(_, key):
                call.pressed(key)
            case PlayedOut(_, play):
                call.played_out(play)
            case SpeechStarted(_, _, frame):
                call.speech_started(frame)
            case SpeechEnded(_, _, frame):
                call.speech_ended(frame)
            case RtpTimeout():
                self.counters.lost += 1
                call.fell_silent()
            case _:
                pass

    # --- the turn batch ---

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        for one in taken:
            call = self._call_told(one)
            try:
                if isinstance(one.ticket, Kept):
                    one.ticket.then(one.fate)
                elif call is not None:
                    call.took(one)
            except Exception as error:  # noqa: BLE001 - whatever one call does, the others are told
                self._broke(call, error)

    def _call_told(self, one: Taken) -> Call | None:
        """Whom it concerns: of an outcome that somebody else brought, the call of its contact."""
        if isinstance(one.ticket, Call):
            return one.ticket
        return self._by_contact.get(one.arrival.contact) if one.arrival is not None else None

    def _broke(self, call: Call | None, error: Exception) -> None:
        """A call, or who listens on a leg, could not bear what came: the call alone is hung up, and goes on when its buyer calls again."""
        log.error("what came for a call was not borne: %s", kind_of(error))
        if call is not None:
            try:
                call.hang_up("something failed")
            except Exception as again:  # noqa: BLE001 - its silence, or its hour, ends it
                log.error("nor was it hung up: %s", kind_of(again))

    # --- tasks ---

    def _spawn(self, work: Coroutine[Any, Any, None]) -> object:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("something beside a call failed: %s", kind_of(error))
