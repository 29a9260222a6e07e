"""The line of a call from or to the telephone network: what a call may ask of signalling and of the platform while it is up."""

from __future__ import annotations

import logging
from collections.abc import Callable

from center.desk.desk import RefusedError
from ivr.channel.admission import Admission
from ivr.channel.ports import Signalling
from ivr.sip.errors import CommandError, NotAllowedError
from ivr.sip.numbers import AllowList

log = logging.getLogger("dialcart.calls")


class TrunkLine:
    """See ivr.channel.ports.Line."""

    def __init__(
        self,
        call: str,
        signalling: Signalling,
        admission: Admission | None,
        onward: Callable[[], AllowList],
        outside: AllowList,
    ) -> None:
        """`call` is signalling's name; callers are sent only to what both the seller's list (`onward`, which may change
        during the call) and the operator's (`outside`) hold."""
        self._call = call
        self._signalling = signalling
        self._admission = admission
        self._onward = onward
        self._outside = outside

    def hang_up(self, reason: str) -> None:
        """See Line."""
        try:
            self._signalling.hang_up(self._call, reason)
        except CommandError as error:
            # It ended while this was under way.
            log.debug("too late: %s", error)

    def said(self, text: str) -> None:
        """A telephone shows nothing."""

    def enter(self, phase: str) -> None:
        """See Line."""
        if self._admission is not None:
            self._admission.enter(self._call, phase)

    def may_hear(self) -> bool:
        """See Line."""
        return self._admission is None or self._admission.may_hear(self._call)

    def send_to(self, number: str) -> None:
        """See Line: by REFER."""
        sellers = self._onward()
        if not sellers.entries:
            raise RefusedError("this shop sends no callers outside")
        if not sellers.holds(number):
            raise RefusedError(
                "{to} is no number that this shop sends callers to; there are: {there}",
                to=number,
                there=", ".join(sellers.entries),
            )
        try:
            self._signalling.refer(self._call, number, self._outside)
        except NotAllowedError:
            # The operator's list is of all sellers' needs: an agent of one is not shown it.
            raise RefusedError(
                "{to} is no number that the platform lets callers be sent to", to=number
            ) from None
        except CommandError as error:
            raise RefusedError(
                "the caller cannot be sent there now: {why}", why=str(error)
            ) from None
