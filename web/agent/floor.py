"""What the desk's page needs of the outside: the floor that its person works on.

center.desk.floor.Floor is one. The page itself decides nothing: it shows what it is told and passes on what its person
does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from center.desk.card import BasketLine
from center.desk.desk import Desk, FloorView, RefusedError
from center.desk.ports import ListenMode

TransferKind = Literal["agent", "queue", "step", "outside"]


class Floor(Protocol):
    """What a desk may ask for. Each call raises RefusedError when it cannot be, and says what could be."""

    def sign_in(self, agent: str, desk: Desk) -> None:
        """Sit down. A desk that sits down elsewhere takes the place of the one before, with its contacts."""
        ...

    def sign_out(self, agent: str, desk: Desk) -> None:
        """Leave. Talks wait a while for the next desk of this agent; then they go back to their queue."""
        ...

    def leave(self, agent: str) -> None:
        """Sign out for good: whoever is with this agent goes back to the queue at once."""
        ...

    def ready(self, agent: str) -> None:
        """Take contacts."""
        ...

    def not_ready(self, agent: str, reason: str) -> None:
        """Take no new ones."""
        ...

    def accept(self, agent: str, contact: str) -> None:
        """Answer an offer. A call is heard on the desk's line, see `line`."""
        ...

    def decline(self, agent: str, contact: str) -> None:
        """Refuse an offer."""
        ...

    async def line(self, agent: str, offer: str) -> str:
        """Bring up the desk's softphone: the browser's description in, ours out (SDP). Calls are put on it."""
        ...

    def write(self, agent: str, contact: str, text: str) -> None:
        """Send the buyer a message."""
        ...

    def basket(self, agent: str, contact: str, lines: Sequence[BasketLine]) -> None:
        """Change what the buyer would order."""
        ...

    def order(self, agent: str, contact: str, address: str) -> None:
        """Place the order for the buyer; its number is told by `said` and the new card."""
        ...

    def hold(self, agent: str, contact: str) -> None:
        """The buyer hears music, and the agent nothing."""
        ...

    def resume(self, agent: str, contact: str) -> None:
        """Talk again."""
        ...

    def keys(self, agent: str, contact: str, keys: str) -> None:
        """Press keys into the call."""
        ...

    def transfer(self, agent: str, contact: str, kind: TransferKind, to: str) -> None:
        """Hand on: to an agent or queue, back to a step of the flow, or outside to an allowed number."""
        ...

    def invite(self, agent: str, contact: str, other: str) -> None:
        """Ask another agent into the call, who accepts or declines, and finishes to leave."""
        ...

    def call_again(self, agent: str, contact: str) -> None:
        """Phone a buyer once more who did not answer."""
        ...

    def phone(self, agent: str, contact: str) -> None:
        """Phone a buyer who writes; the conversation goes on beside the call."""
        ...

    def hang_up(self, agent: str, contact: str) -> None:
        """End that call, or its ringing; the conversation goes on."""
        ...

    def colleagues(self, agent: str, contact: str) -> tuple[str, ...]:
        """Others who are ready now and may serve this buyer, by name."""
        ...

    def finish(self, agent: str, contact: str) -> None:
        """End the talk; wrap-up begins."""
        ...

    def wrap_up(self, agent: str, contact: str, code: str, note: str) -> None:
        """Say what it was about; the slot is free again."""
        ...

    def view(self, supervisor: str, wanted: str = "") -> FloorView:
        """The floor as it is now, as far as this supervisor leads it; of agents those who have `wanted` in their names."""
        ...

    async def put_on_ear(self, ear: str, offer: str) -> str:
        """Bring up the softphone of a supervisor's page, as `line` does a desk's; they may have a desk besides."""
        ...

    def listen(
        self,
        supervisor: str,
        ear: str,
        agent: str,
        mode: ListenMode,
        told: Callable[[RefusedError], object],
    ) -> None:
        """Hear the call of an agent whom they lead; be heard by the agent alone, or by both. `told` why, if it has to end."""
        ...

    def listens(self, ear: str) -> tuple[str, ListenMode] | None:
        """The agent whose call is heard now."""
        ...

    def stop_listening(self, ear: str) -> None:
        """No more."""
        ...

    def take_off_ear(self, ear: str) -> None:
        """The page is gone, and its softphone with it."""
        ...

    def recording(self, agent: str, contact: str, recording: str) -> bytes:
        """A recording of a contact on this desk, as a WAV file."""
        ...
