"""Which calls are up: by name, by dialog, by the INVITE that made them, and how many lines of each trunk they take."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.sip.call import Call
from ivr.sip.dialog import Dialog
from ivr.sip.events import SipEvent
from ivr.sip.layer import Layer
from ivr.sip.peers import Peer, Peers, peers_of
from ivr.sip.trunk import Trunk

Initial = tuple[str, str, int]
"""Call-ID, From tag and number of an INVITE from outside: what a fork of one shares (RFC 3261, section 8.2.2.2)."""


class CallBook:
    """See ivr.sip.keeper.Keeper."""

    def __init__(
        self,
        layer: Layer,
        trunks: tuple[Trunk, ...],
        found: Mapping[str, tuple[Peer, ...]],
        now: float,
    ) -> None:
        """`found` are the peers that were looked up, by trunk; of others those that they name."""
        self.layer = layer
        self.calls: dict[str, Call] = {}
        """By name."""
        self.events: list[SipEvent] = []
        """What happened, in order."""
        self.all_peers = {
            t.name: Peers(t, layer, self.emit, found.get(t.name, peers_of(t)), now) for t in trunks
        }
        """By trunk."""
        self._dialogs: dict[tuple[str, str, str], Call] = {}
        self._initial: dict[Initial, Call] = {}
        self._lines: dict[str, int] = {}

    def begin(self, call: Call) -> None:
        """One more is up."""
        self.calls[call.name] = call
        self._lines[call.trunk.name] = self.lines(call.trunk.name) + 1

    def remember(self, initial: Initial, call: Call) -> None:
        """This INVITE made the call, or took its place."""
        self._initial[initial] = call
        call.initial.append(initial)

    def has_come(self, initial: Initial) -> bool:
        """Whether an INVITE is another branch of one that is a call already."""
        return initial in self._initial

    def of_dialog(self, call_id: str, local_tag: str, remote_tag: str) -> Call | None:
        """Whose requests those are."""
        return self._dialogs.get((call_id, local_tag, remote_tag))

    def lines(self, trunk: str) -> int:
        """Lines of a trunk that are taken."""
        return self._lines.get(trunk, 0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept of any call."""
        return not (self.calls or self._dialogs or self._initial)

    # --- what calls use: see Keeper ---

    def peers(self, trunk: str) -> Peers:
        """See Keeper."""
        return self.all_peers[trunk]

    def emit(self, event: SipEvent) -> None:
        """See Keeper."""
        self.events.append(event)

    def keep(self, dialog: Dialog, call: Call) -> None:
        """See Keeper."""
        self._dialogs[dialog.key] = call

    def drop(self, dialog: Dialog) -> None:
        """See Keeper."""
        self._dialogs.pop(dialog.key, None)

    def over(self, call: Call) -> None:
        """See Keeper."""
        if self.calls.pop(call.name, None) is None:
            return
        self._lines[call.trunk.name] -= 1
        for initial in call.initial:
            self._initial.pop(initial, None)
