"""A browser that calls a shop: its leg, its row in the media plane, and its call on the voice channel."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from center.contact import ContactKey
from center.desk.desk import RefusedError
from flows.program import Program
from ivr.channel.admission import Admission
from ivr.channel.agreement import CODEC_OF
from ivr.channel.call import Call
from ivr.channel.channel import CHANNEL, VoiceChannel
from ivr.media.client import MediaClient, PlaneFullError
from ivr.media.link import PlaneBehindError
from ivr.webrtc.leg import BrowserLeg, LegState, Reception
from ivr.webrtc.row import put_on_plane

BROWSER = "browser "
"""Before the name of a call: how the platform knows it."""


class BusyError(Exception):
    """No line is free; the caller may try again."""


class Listener(Protocol):
    """The page that shows the call."""

    def said(self, text: str) -> None:
        """What is being said."""
        ...

    def ended(self, reason: str) -> None:
        """The call is over."""
        ...


class BrowserCall:
    """See ivr.channel.ports.Line. Up from the moment its sound is."""

    def __init__(
        self,
        channel: VoiceChannel,
        media: MediaClient,
        listener: Listener,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        carrier: str,
        admission: Admission | None = None,
    ) -> None:
        """`carrier` is how texts beside the call get back to it. Without `admission` the plane's room alone counts."""
        self._channel = channel
        self._media = media
        self._listener = listener
        self._spawn = spawn
        self._carrier = carrier
        self._admission = admission
        self._name = BROWSER + secrets.token_hex(8)
        self._leg: BrowserLeg | None = None
        self._row = 0
        self._begin: Callable[[], Call] | None = None
        self._call: Call | None = None
        self._is_over = False

    async def dial(
        self,
        reception: Reception,
        program: Program,
        *,
        seller: str,
        caller: str,
        dialled: str,
        offer: str,
    ) -> str:
        """Our description, for the browser; `program` says what of the platform it may need. Raises OfferError, BusyError."""
        if self._admission is not None and not self._admission.has_room_for_browser(
            self._name, program, seller, self._cut_off
        ):
            raise BusyError
        leg = self._leg = BrowserLeg(reception, self._moved)
        try:
            answer, row, codec = await put_on_plane(leg, self._media, offer)
        except BaseException as error:
            # The page may have gone meanwhile, and this task with it.
            self._give_back()
            if isinstance(error, PlaneFullError | PlaneBehindError):
                raise BusyError from None
            raise
        self._row = row.call
        self._begin = lambda: self._channel.begin(
            self,
            contact=ContactKey(seller, caller, CHANNEL),
            dialled=dialled,
            carrier=self._carrier,
            leg=row.call,
            codec=CODEC_OF[codec],
        )
        if leg.state is LegState.UP:
            self._moved(leg.state)
        return answer

    # --- ivr.channel.ports.Line ---

    def hang_up(self, reason: str) -> None:
        """See Line."""
        self._over(reason)

    def said(self, text: str) -> None:
        """See Line."""
        self._listener.said(text)

    def enter(self, phase: str) -> None:
        """See Line."""
        if self._admission is not None:
            self._admission.enter(self._name, phase)

    def may_hear(self) -> bool:
        """See Line."""
        return self._admission is None or self._admission.may_hear(self._name)

    def send_to(self, number: str) -> None:
        """See Line."""
        del number
        raise RefusedError("only calls from the telephone network can be sent outside")

    # --- the browser ---

    def drop(self, reason: str = "") -> None:
        """The person hung up, or the page is gone, or we lost what the call was on."""
        if self._call is not None and not self._is_over:
            self._channel.end(self._call)
        self._over(reason)

    def _cut_off(self) -> None:
        self.drop("out of service")

    def _moved(self, state: LegState) -> None:
        if state is LegState.UP and self._begin is not None and self._call is None:
            try:
                self._call = self._begin()
            except KeyError:
                self._over("the shop has closed")
        elif state is LegState.DOWN and not self._is_over:
            self.drop()

    def _over(self, reason: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._give_back()
        if self._call is None and self._row:
            # No call has it, so no call lets go of it.
            self._media.close(self._row)
        if self._leg is not None:
            self._spawn(self._leg.close())
        self._listener.ended(reason)

    def _give_back(self) -> None:
        if self._admission is not None:
            self._admission.over(self._name)
