"""Whoever keeps all calls: what one of them asks of the rest of signalling."""

from __future__ import annotations

from typing import Protocol, TypeVar

from ivr.sip.dialog import Dialog
from ivr.sip.events import SipEvent
from ivr.sip.layer import Layer
from ivr.sip.peers import Peers

CallT = TypeVar("CallT", contravariant=True)


class Keeper(Protocol[CallT]):
    """See ivr.sip.callbook.CallBook, which is the one."""

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

    def keep(self, dialog: Dialog, call: CallT) -> None:
        """Requests of this dialog are this call's."""
        ...

    def drop(self, dialog: Dialog) -> None:
        """No more."""
        ...

    def over(self, call: CallT) -> None:
        """The call has ended."""
        ...
