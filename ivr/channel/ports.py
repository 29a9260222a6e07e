"""What a call needs of its surroundings: a line, a media plane, voices, recognisers, time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from ivr.media.arena import Audio
from ivr.media.client import Heard
from ivr.speech.fragments import Codec
from ivr.speech.recognition import Hypothesis, Listening


class Line(Protocol):
    """How a call reached us: a SIP call, a browser."""

    def hang_up(self, reason: str) -> None:
        """End it. A line that is down already stays so."""
        ...

    def said(self, text: str) -> None:
        """What is being said, for a line that shows it."""
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
