"""Whoever keeps all calls: what a call, a registration and a trunk's peers ask of the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ivr.sip.dialog import Dialog
from ivr.sip.events import SipEvent
from ivr.sip.layer import Layer

if TYPE_CHECKING:
    from ivr.sip.call import Call
    from ivr.sip.peers import Peers


class Keeper(Protocol):
    """See Stack, which is the one."""

    @property
    def layer(self) -> Layer:
        """The transactions."""
        ...

    def peers(self, trunk: str) -> Peers:
        """The far ends of that trunk."""
        ...

    def emit(self, event: SipEvent) -> None:
        """Tell the voice channel."""
        ...

    def keep(self, dialog: Dialog, call: Call) -> None:
        """Requests of this dialog are this call's."""
        ...

    def drop(self, dialog: Dialog) -> None:
        """No more."""
        ...

    def over(self, call: Call) -> None:
        """The call has ended."""
        ...
