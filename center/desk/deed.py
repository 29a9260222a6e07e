"""What the floor does in a buyer's session: inputs like a buyer's own, carried out in the same turn batch.

They go through the batch so that an order placed by an agent reserves its stock, gets its number and is kept in the one
transaction that everything else is kept in.
"""

from __future__ import annotations

from flows.inputs import Input, Line

SENT_TO_STEP = "step"
"""The outcome of a hand-over whose agent sends the buyer back into the flow, at the step named by its value `step`."""


class Deed(Input, frozen=True, tag="deed"):
    """Anything that is done for a buyer whom a flow has handed over."""


class GoOnBySms(Deed, frozen=True, tag="go on by SMS"):
    """Wait for the person by SMS from now on, and hang up: the session moves there as it stands."""


class SetBasket(Deed, frozen=True, tag="set basket"):
    """The basket is this from now on."""

    lines: tuple[Line, ...]


class PlaceForBuyer(Deed, frozen=True, tag="place for buyer"):
    """Order what is in the basket."""

    address: str


class WriteToBuyer(Deed, frozen=True, tag="write to buyer"):
    """Send a message, and log it."""

    text: str
