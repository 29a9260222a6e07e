"""What a call needs of its surroundings: signalling, a line, a media plane, voices, recognisers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from center.call_backs import Missed
from center.calling_out import CallOut
from center.contact import ContactKey
from ivr.media.arena import Audio
from ivr.media.heard import Heard
from ivr.media.leg import Leg
from ivr.sip.events import Cause
from ivr.sip.numbers import AllowList
from ivr.sip.sdp import Sdp
from ivr.speech.fragments import Codec
from ivr.speech.recognition import Hypothesis, Listening


class Signalling(Protocol):
    """The part of ivr.signalling.endpoint.Endpoint that calls use."""

    def progress(self, call: str, status: int = 180) -> None:
        """See Endpoint."""
        ...

    def answer(self, call: str, sdp: Sdp) -> None:
        """See Endpoint."""
        ...

    def dial(
        self,
        trunk: str,
        number: str,
        sdp: Sdp | None,
        allowed: AllowList,
        *,
        caller: str = "",
        ring_s: float = 60.0,
    ) -> str:
        """See Endpoint."""
        ...

    def refuse(
        self, call: str, status: int, *, reason: str = "", retry_after_s: int | None = None
    ) -> None:
        """See Endpoint."""
        ...

    def hang_up(self, call: str, reason: str = "") -> None:
        """See Endpoint."""
        ...

    def accept(self, call: str, sdp: Sdp) -> None:
        """See Endpoint."""
        ...

    def reject(self, call: str, status: int = 488) -> None:
        """See Endpoint."""
        ...

    def report_transfer(self, call: str, status: int) -> None:
        """See Endpoint."""
        ...

    def refer(self, call: str, target: str, allowed: AllowList) -> None:
        """See Endpoint."""
        ...


class Line(Protocol):
    """How a call reached us: a SIP call, a browser."""

    def hang_up(self, reason: str) -> None:
        """End it. A line that is down already stays so."""
        ...

    def said(self, text: str) -> None:
        """What is being said, for a line that shows it."""
        ...

    def enter(self, phase: str) -> None:
        """It takes of the platform what another phase takes: `menu` with a flow, `wait` for a person, `talk` with one."""
        ...

    def may_hear(self) -> bool:
        """Whether the platform has a recogniser for it now."""
        ...

    def send_to(self, number: str) -> None:
        """Have the caller's telephone call another number instead. Raises RefusedError."""
        ...


class OnLeg(Protocol):
    """Who is told what the media plane hears on a leg."""

    def pressed(self, keys: str) -> None:
        """Keys, by telephone-event or tone."""
        ...

    def played_out(self, play: int) -> None:
        """A prompt is over, for whatever reason."""
        ...

    def speech_started(self, frame: int) -> None:
        """The other end began to speak."""
        ...

    def speech_ended(self, frame: int) -> None:
        """It has been quiet for a while."""
        ...

    def fell_silent(self) -> None:
        """No packet has come for too long."""
        ...


class Missing(Protocol):
    """Who is told of calls that were missed: see ivr.channel.missed."""

    def missed(self, call: Missed) -> None:
        """Its caller went, or was turned away, before anybody had answered."""
        ...

    def served(self, contact: ContactKey) -> None:
        """A call of this number has been answered."""
        ...


class Ours(Protocol):
    """A call of ours, until a person has answered it: see ivr.channel.outgoing."""

    errand: CallOut

    def dialled(self, name: str) -> None:
        """It is on its way, under this name."""
        ...

    def answered(self, leg: int) -> None:
        """Somebody, or something, has answered, and is heard on that leg."""
        ...

    def ended(self, cause: Cause, status: int) -> None:
        """It is over before a person had it."""
        ...

    def pressed(self, keys: str) -> None:
        """Keys, by SIP INFO."""
        ...


class Rows(Protocol):
    """The part of ivr.media.client.MediaClient that takes rows and agrees on them."""

    def open(self, *, codec: int) -> Leg:
        """See MediaClient."""
        ...

    def seal(self, call: int, *, suite: str, key_out: bytes, key_in: bytes) -> None:
        """See MediaClient."""
        ...

    def change(
        self,
        call: int,
        *,
        codec: int | None = None,
        remote: tuple[str, int] | None = None,
        control_port: int | None = None,
        sends: bool | None = None,
        hears: bool | None = None,
        events: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        """See MediaClient."""
        ...

    def close(self, call: int) -> None:
        """See MediaClient."""
        ...


class Media(Protocol):
    """The part of ivr.media.client.MediaClient that a call uses."""

    def play(self, call: int, audio: Sequence[Audio], *, barge_in: bool, loop: bool = False) -> int:
        """See MediaClient."""
        ...

    def stop(self, call: int, play: int = 0) -> None:
        """See MediaClient."""
        ...

    def listen(
        self, call: int, sink: Callable[[Heard], None] | None = None, *, quiet_s: float = 0.8
    ) -> None:
        """See MediaClient."""
        ...

    def ignore(self, call: int) -> None:
        """See MediaClient."""
        ...

    def record(self, call: int, path: Path) -> None:
        """See MediaClient."""
        ...

    def end_recording(self, call: int) -> float:
        """See MediaClient."""
        ...

    def silent_s(self, call: int) -> float:
        """See MediaClient."""
        ...

    def close(self, call: int) -> None:
        """See MediaClient."""
        ...


class Speaking(Protocol):
    """The part of ivr.speech.speaker.ShopVoice that a call uses."""

    def ready(self, text: str, language: str, codec: Codec) -> bytes | None:
        """See ShopVoice."""
        ...

    async def speak(self, text: str, language: str, codec: Codec) -> bytes:
        """See ShopVoice."""
        ...


class Hearing(Protocol):
    """The part of ivr.speech.recognisers.Recognisers that a call uses."""

    def languages(self) -> frozenset[str]:
        """See Recognisers."""
        ...

    async def hear(self, listening: Listening, codes: bytes, payload_type: int) -> Hypothesis:
        """See Recognisers."""
        ...
