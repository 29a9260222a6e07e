"""Agents' softphones and the calls that are on them: who hears whom, as the switchboard says it.

An agent's line is a browser's leg and a row in the media plane, up for the working day; a call is put on it by letting
the two rows hear one another. So answering, holding, handing on and listening in are changes of a small table
(ivr.desk.talk), and no signalling is needed for any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from center.calling_out import CallOut, CallsOut, Reached
from center.contact import ContactKey
from center.desk.card import Recording
from center.desk.desk import RefusedError
from center.desk.ports import ListenMode
from center.recordings import parts
from ivr.channel.call import Call
from ivr.channel.notes import Notes
from ivr.desk.talk import Parties
from ivr.media.client import MediaClient, PlaneFullError
from ivr.media.link import PlaneBehindError
from ivr.webrtc.description import OfferError
from ivr.webrtc.leg import BrowserLeg, LegState, Reception
from ivr.webrtc.row import put_on_plane

RECORDINGS_MAX = 20
"""Of one buyer, on one card."""
LINES_MAX = 5_000
"""Softphones at once, agents' and supervisors'."""
ALL_TAKEN = "every line is taken; try again in a while"


class CallsUp(Protocol):
    """The part of ivr.channel.channel.VoiceChannel that desks use."""

    def call_of(self, contact: ContactKey) -> Call | None:
        """The call of a contact, if it is up."""
        ...


@dataclass(slots=True)
class _Line:
    """An agent's softphone."""

    leg: BrowserLeg
    call: int
    """The row in the plane."""


@dataclass(slots=True)
class _Talk:
    """A call that an agent has."""

    call: Call
    agents: list[str]
    ears: dict[str, ListenMode]
    """Softphones of supervisors."""
    is_held: bool = False


class AgentLines:
    """See center.desk.ports.Voice."""

    def __init__(
        self,
        calls: CallsUp,
        media: MediaClient,
        reception: Reception,
        notes: Notes,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self.out: CallsOut | None = None
        """Makes calls, where any can be made."""
        self._calls = calls
        self._ringing: dict[str, str] = {}
        """Keys of errands, by the switchboard's name of the contact."""
        self._media = media
        self._reception = reception
        self._notes = notes
        self._spawn = spawn
        self._lines: dict[str, _Line] = {}
        self._talks: dict[str, _Talk] = {}
        """By the switchboard's name of the contact."""
        self._lost: Callable[[str], object] = lambda _: None
        self._found: Callable[[str], object] = lambda _: None

    # --- lines ---

    def watch(self, lost: Callable[[str], object], found: Callable[[str], object]) -> None:
        """See Voice."""
        self._lost, self._found = lost, found

    async def line(self, agent: str, offer: str) -> str:
        """See Voice."""
        if agent not in self._lines and len(self._lines) >= LINES_MAX:
            raise RefusedError(ALL_TAKEN)
        self.hang_up(agent)
        leg = BrowserLeg(self._reception, lambda state: self._moved(agent, leg, state))
        try:
            # An agent may say nothing all day.
            answer, row, _ = await put_on_plane(leg, self._media, offer, first_limit_s=0, limit_s=0)
        except OfferError as error:
            raise RefusedError("the headset cannot be connected: {why}", why=str(error)) from None
        except (PlaneFullError, PlaneBehindError):
            raise RefusedError(ALL_TAKEN) from None
        # A page that was loaded anew meanwhile has brought up another.
        self.hang_up(agent)
        self._lines[agent] = _Line(leg, row.call)
        leg.watch()
        if leg.state is LegState.DOWN:
            self.hang_up(agent)
        for name, talk in self._talks.items():
            if agent in talk.agents or agent in talk.ears:
                self._mix(name)
        return answer

    def has_line(self, agent: str) -> bool:
        """See Voice."""
        line = self._lines.get(agent)
        return line is not None and line.leg.state not in (LegState.QUIET, LegState.DOWN)

    def hang_up(self, agent: str) -> None:
        """See Voice."""
        line = self._lines.pop(agent, None)
        if line is not None:
            self._media.close(line.call)
            self._spawn(line.leg.close())

    def _moved(self, agent: str, leg: BrowserLeg, state: LegState) -> None:
        line = self._lines.get(agent)
        if line is None or line.leg is not leg:
            return
        if state is LegState.DOWN:
            self.hang_up(agent)
        if state is LegState.UP:
            self._found(agent)
        elif state in (LegState.QUIET, LegState.DOWN):
            self._lost(agent)

    # --- calls ---

    def connect(self, contact: str, agent: str) -> None:
        """See Voice."""
        call = self._calls.call_of(contact_of(contact))
        if call is None:
            # The buyer has hung up, which the flow is being told.
            return
        call.person.join()
        self._talks[contact] = _Talk(call, [agent], {})
        self._mix(contact)

    def hold(self, contact: str) -> None:
        """See Voice."""
        talk = self._talk(contact)
        talk.is_held = True
        self._mix(contact)
        talk.call.person.hold()

    def resume(self, contact: str) -> None:
        """See Voice."""
        talk = self._talk(contact)
        talk.is_held = False
        talk.call.person.join()
        self._mix(contact)

    def release(self, contact: str) -> None:
        """See Voice."""
        key = self._ringing.pop(contact, None)
        if key is not None and self.out is not None:
            self.out.give_up(key)
        talk = self._talks.pop(contact, None)
        if talk is None:
            return
        for leg in self._parties(talk).heard():
            self._media.mix(leg, ())
        talk.call.person.leave()

    def keys(self, contact: str, keys: str) -> None:
        """See Voice."""
        try:
            self._media.keys(self._talk(contact).call.reached.leg, keys)
        except ValueError as error:
            raise RefusedError("{why}", why=str(error)) from None

    def transfer(self, contact: str, number: str, failed: Callable[[str], object]) -> None:
        """See Voice."""
        self._talk(contact).call.person.send_on(number, failed)

    def invite(self, contact: str, agent: str) -> None:
        """See Voice."""
        if not self.has_line(agent):
            raise RefusedError("{agent} has no headset connected", agent=agent)
        talk = self._talk(contact)
        if agent not in talk.agents:
            talk.agents.append(agent)
            self._mix(contact)

    def dismiss(self, contact: str, agent: str) -> None:
        """See Voice."""
        talk, line = self._talks.get(contact), self._lines.get(agent)
        if talk is None or agent not in talk.agents:
            return
        talk.agents.remove(agent)
        self._mix(contact)
        if line is not None:
            self._media.mix(line.call, ())

    def say(self, contact: str, prompt: str, wait_s: float) -> None:
        """See Voice."""
        call = self._calls.call_of(contact_of(contact))
        if call is not None:
            call.person.say(prompt, wait_s)

    def tell(self, contact: str, texts: Sequence[str]) -> None:
        """See Voice."""
        call = self._calls.call_of(contact_of(contact))
        if call is not None:
            call.person.tell(texts)

    def ask(self, contact: str, prompt: str, wait_s: float) -> None:
        """See Voice."""
        call = self._calls.call_of(contact_of(contact))
        if call is not None:
            call.person.ask(prompt, wait_s)

    def farewell(self, contact: str, prompt: str) -> None:
        """See Voice."""
        call = self._calls.call_of(contact_of(contact))
        if call is not None:
            call.farewell(prompt)

    def is_up(self, contact: str) -> bool:
        """See Voice."""
        call = self._calls.call_of(contact_of(contact))
        return call is not None and not call.over and not call.ended

    def can_phone(self, number: str, allowed: Sequence[str]) -> bool:
        """See Voice."""
        return self.out is not None and self.out.may_call(number, allowed)

    def phone(self, contact: str, errand: CallOut, then: Callable[[Reached], object]) -> None:
        """See Voice."""
        if self.out is None:
            raise RefusedError("no call can be made from here")

        def told(reached: Reached) -> None:
            self._ringing.pop(contact, None)
            then(reached)

        self._ringing[contact] = errand.key
        self.out.call(errand, told)

    def call_with(self, agent: str) -> str:
        """See Voice."""
        name = next((n for n, talk in self._talks.items() if agent in talk.agents), None)
        if name is None:
            raise RefusedError("{agent} is on no call", agent=agent)
        return name

    def listen(self, ear: str, contact: str, mode: ListenMode) -> None:
        """See Voice."""
        self._talk(contact).ears[ear] = mode
        self._mix(contact)

    def listens(self, ear: str) -> bool:
        """See Voice."""
        return any(ear in talk.ears for talk in self._talks.values())

    def stop_listening(self, ear: str) -> None:
        """See Voice."""
        for name, talk in self._talks.items():
            if talk.ears.pop(ear, None) is not None:
                self._mix(name)
                line = self._lines.get(ear)
                if line is not None:
                    self._media.mix(line.call, ())

    def recorded(self, seller: str, texts: Sequence[str]) -> tuple[Recording, ...]:
        """See Voice."""
        found: dict[str, Recording] = {}
        for text in texts:
            for number, is_recording in parts(text):
                about = self._notes.about(seller, number) if is_recording else None
                if about is not None:
                    found[number] = Recording(number, *about)
        return tuple(found.values())[:RECORDINGS_MAX]

    def recording(self, contact: str, recording: str) -> bytes:
        """See Voice."""
        path = self._notes.find(contact_of(contact).seller, recording)
        if path is None:
            raise RefusedError("there is no such recording any more")
        try:
            return path.read_bytes()
        except OSError:
            raise RefusedError("the recording cannot be read") from None

    # --- within ---

    def _talk(self, contact: str) -> _Talk:
        talk = self._talks.get(contact)
        if talk is None or talk.call.over:
            raise RefusedError("the buyer has hung up")
        return talk

    def _parties(self, talk: _Talk) -> Parties:
        lines = self._lines
        return Parties(
            talk.call.reached.leg,
            [lines[agent].call for agent in talk.agents if agent in lines],
            {lines[ear].call: mode for ear, mode in talk.ears.items() if ear in lines},
            talk.is_held,
        )

    def _mix(self, contact: str) -> None:
        for leg, heard in self._parties(self._talks[contact]).heard().items():
            self._media.mix(leg, heard)


def contact_of(name: str) -> ContactKey:
    """The contact of a name that the switchboard gave it: seller, buyer, channel, serial, turn and perhaps a leg."""
    seller, buyer, channel, *_ = name.split("/")
    return ContactKey(seller, buyer, channel)
