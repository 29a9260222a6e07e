"""Calls that we make: written down, dialled, their answer listened to, and then begun like any other.

1. The key is kept first (center.calling_out): only what is on disk is dialled, so a crash dials nobody a second time.
2. The seller's list, the operator's and the trunk's must each hold the number.
3. At the answer it is heard whether a person or a machine answered; a machine is hung up on.
4. For a person the call begins; from there on it is like one that came in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from center.batch import TurnBatch
from center.calling_out import CallOut, Reached
from center.numbering import Numbering
from center.ports import Later, Timer
from center.shops import Shops
from center.taken import Fate
from ivr.channel.channel import CHANNEL, Kept, VoiceChannel
from ivr.channel.greeting import QUIET_S, Greeting
from ivr.channel.trunk_calls import NoRoomError, TrunkCalls
from ivr.media.client import PlaneFullError
from ivr.media.link import PlaneBehindError
from ivr.sip.errors import CommandError, NotAllowedError
from ivr.sip.events import Cause
from ivr.sip.numbers import AllowList

KEYS_KEPT_S = 172_800
"""Two days: no errand waits longer to be dialled."""
NOTE = "voice called "
"""Names of the notes begin so; each holds when it was dialled."""

_BUSY = frozenset({486, 600})
_AGAIN = frozenset({408, 480, 487, 500, 502, 503, 504})
"""What may be otherwise in a while; all other refusals are for good (RFC 3261, section 21)."""

log = logging.getLogger("dialcart.calls")

Then = Callable[[Reached], object]


@dataclass(frozen=True, slots=True)
class Way:
    """What we may dial, and over which trunks, the best liked first."""

    trunks: tuple[str, ...]
    allowed: AllowList
    """The operator's list."""
    numbering: Numbering = field(default_factory=Numbering)
    """How sellers write theirs."""


class CallsMade:
    """See center.calling_out.CallsOut."""

    def __init__(
        self,
        calls: TrunkCalls,
        channel: VoiceChannel,
        shops: Shops,
        turns: TurnBatch,
        way: Way,
        *,
        later: Later,
        clock: Callable[[], float],
        ticks: Callable[[], float],
    ) -> None:
        self.calls = calls
        self.channel = channel
        self.later = later
        self.ticks = ticks
        self._shops = shops
        self._turns = turns
        self._way = way
        self._clock = clock
        self._dialled: dict[str, int] = {}
        self._under_way: dict[str, Outgoing] = {}

    def restore(self, notes: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Keys that were dialled before a start; those that are too old are to be forgotten."""
        now, old = int(self._clock()), dict[str, bytes | None]()
        for name, at in notes.items():
            if now - int.from_bytes(at) > KEYS_KEPT_S:
                old[name] = None
            else:
                self._dialled[name.removeprefix(NOTE)] = int.from_bytes(at)
        return old

    def call(self, errand: CallOut, then: Then) -> None:
        """See CallsOut."""
        if errand.key in self._dialled:
            self._tell(then, Reached.REPEATED)
            return
        machine = self._shops.current(errand.contact.seller)
        number = errand.contact.number
        allowed = machine.program.calling.back if machine is not None else ()
        if not self._is_allowed(number, allowed):
            self._tell(then, Reached.NOT_ALLOWED)
            return
        if not self._trunks(""):
            self._tell(then, Reached.NO_TRUNK)
            return
        if self.channel.call_of(errand.contact) is not None:
            self._tell(then, Reached.BUSY)
            return
        now = int(self._clock())
        self._dialled[errand.key] = now
        outgoing = self._under_way[errand.key] = Outgoing(self, errand, then)

        def kept(fate: Fate) -> None:
            if fate is not Fate.KEPT:
                del self._dialled[errand.key]
                outgoing.over(Reached.NO_ROOM)
            else:
                self._dial(outgoing, self._allowed(allowed))

        notes: dict[str, bytes | None] = {NOTE + errand.key: now.to_bytes(8)}
        self._turns.hold(CHANNEL, Kept(kept), notes=notes | self._outdated(now))

    def may_call(self, number: str, allowed: Sequence[str]) -> bool:
        """See CallsOut."""
        return bool(self._trunks("")) and self._is_allowed(number, allowed)

    def _is_allowed(self, number: str, allowed: Sequence[str]) -> bool:
        """Whether it is dialled once a trunk takes calls."""
        return (
            bool(self._way.trunks)
            and self._allowed(allowed).holds(number)
            and self._way.allowed.holds(number)
        )

    def _allowed(self, entries: Sequence[str]) -> AllowList:
        """A seller's list."""
        return AllowList(entries, self._way.numbering)

    def give_up(self, key: str) -> None:
        """See CallsOut."""
        outgoing = self._under_way.get(key)
        if outgoing is not None:
            outgoing.give_up()

    def forget(self, key: str) -> None:
        """It is no longer under way."""
        self._under_way.pop(key, None)

    def _tell(self, then: Then, reached: Reached) -> None:
        self.later(0.0, lambda: then(reached))

    def _trunks(self, liked: str) -> Sequence[str]:
        """Those that take calls now, the one that the buyer came by first."""
        up = [name for name in self._way.trunks if self.calls.trunks.takes_calls(name)]
        return sorted(up, key=lambda name: name != liked)

    def _outdated(self, now: int) -> dict[str, bytes | None]:
        """The oldest keys, once they are too old; they were dialled in order."""
        old: dict[str, bytes | None] = {}
        for key, at in list(self._dialled.items())[:2]:
            if now - at > KEYS_KEPT_S:
                del self._dialled[key]
                old[NOTE + key] = None
        return old

    def _dial(self, outgoing: Outgoing, allowed: AllowList) -> None:
        """Over the first trunk that has a line."""
        for trunk in self._trunks(outgoing.errand.carrier):
            try:
                self.calls.place(trunk, outgoing, allowed)
            except (CommandError, PlaneFullError, PlaneBehindError) as error:
                log.warning("no call over %s: %s", trunk, str(error) or type(error).__name__)
            except NotAllowedError:
                outgoing.over(Reached.NOT_ALLOWED)
                return
            except NoRoomError:
                log.warning("no call: the platform has no room for it")
                break
            else:
                return
        self._take_back(outgoing.errand.key)
        outgoing.over(Reached.NO_ROOM)

    def _take_back(self, key: str) -> None:
        """It was not dialled after all. A crash before that is on disk leaves a try that rang nowhere, as one between note and dialling does."""
        del self._dialled[key]
        self._turns.hold(CHANNEL, None, notes={NOTE + key: None})


class Outgoing:
    """One call of ours until a person answers. See ivr.channel.ports.OnLeg."""

    def __init__(self, made: CallsMade, errand: CallOut, then: Then) -> None:
        self.errand = errand
        self.name = ""
        """Signalling's, once it is dialled."""
        self._made = made
        self._then: Then | None = then
        self._leg = 0
        self._greeting: Greeting | None = None
        self._timer: Timer | None = None
        self._keys = ""
        self._reached = Reached.NO_ANSWER
        self._given_up = False

    def dialled(self, name: str) -> None:
        """It is on its way."""
        self.name = name
        if self._given_up:
            self._made.calls.hang_up(name, "given up")

    def give_up(self) -> None:
        """Nobody wants it any more."""
        self._given_up = True
        if self.name and self._then is not None:
            self._made.calls.hang_up(self.name, "given up")

    def answered(self, leg: int) -> None:
        """Somebody, or something, has answered."""
        self._leg = leg
        self._greeting = Greeting(self._made.ticks())
        self._made.channel.watch(self._leg, self, QUIET_S)
        self._wait()

    def ended(self, cause: Cause, status: int) -> None:
        """The line is down before a person was reached."""
        if self._given_up:
            self.over(Reached.NO_ANSWER)
        elif self._greeting is not None:
            # Answered, and hung up at once or by us: a machine, or nobody who wants to talk.
            self.over(self._reached if self._reached is Reached.MACHINE else Reached.REFUSED)
        elif cause is Cause.REFUSED:
            self.over(
                Reached.BUSY
                if status in _BUSY
                else Reached.NO_ANSWER
                if status in _AGAIN
                else Reached.REFUSED
            )
        else:
            self.over(Reached.NO_ANSWER if cause in _UNANSWERED else Reached.FAILED)

    def over(self, reached: Reached) -> None:
        """Tell what became of it, once."""
        self._cancel_timer()
        self._unwatch()
        then, self._then = self._then, None
        self._made.forget(self.errand.key)
        if then is not None:
            then(reached)

    # --- ivr.channel.ports.OnLeg, while the greeting is heard ---

    def pressed(self, keys: str) -> None:
        """See OnLeg."""
        self._keys += keys
        if self._greeting is not None:
            self._greeting.pressed()
            self._decide()

    def played_out(self, play: int) -> None:
        """Nothing is played yet."""

    def speech_started(self, frame: int) -> None:
        """See OnLeg."""
        del frame
        if self._greeting is not None:
            self._greeting.speech_started(self._made.ticks())
            self._wait()

    def speech_ended(self, frame: int) -> None:
        """See OnLeg."""
        del frame
        if self._greeting is not None:
            self._greeting.speech_ended(self._made.ticks())
            self._decide()

    def fell_silent(self) -> None:
        """See OnLeg."""
        self._made.calls.hang_up(self.name, "no media came")

    # --- within ---

    def _wait(self) -> None:
        self._cancel_timer()
        if self._greeting is not None:
            delay_s = max(0.0, self._greeting.due() - self._made.ticks())
            self._timer = self._made.later(delay_s, self._run_out)

    def _run_out(self) -> None:
        if self._greeting is not None:
            self._greeting.run_out(self._made.ticks())
            self._decide()

    def _decide(self) -> None:
        if self._greeting is None or self._then is None or self._greeting.is_person is None:
            return
        self._cancel_timer()
        if self._greeting.is_person and not self._given_up:
            self._unwatch()
            call = self._made.calls.begin_ours(self.name, opens=self.errand.opens)
            call.pressed(self._keys)
            self.over(Reached.PERSON)
        else:
            self._reached = Reached.MACHINE
            self._made.calls.hang_up(self.name, "no person")

    def _unwatch(self) -> None:
        leg, self._leg = self._leg, 0
        if leg:
            self._made.channel.unwatch(leg)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_UNANSWERED = frozenset({Cause.NO_ANSWER, Cause.CLOSED, Cause.CANCELLED})
