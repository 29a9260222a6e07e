"""What a desk's page says: JSON objects told apart by `kind`. What it hears is written by web.agent.desk."""

from __future__ import annotations

import msgspec

from center.desk.card import BasketLine
from center.desk.desk import RefusedError
from center.desk.ports import ListenMode
from web.agent.floor import TransferKind

TEXT_CHARACTERS_MAX = 1_000
NOTE_CHARACTERS_MAX = 2_000
WORD_CHARACTERS_MAX = 200
"""Names, reasons, codes and addresses."""
BASKET_LINES_MAX = 50


class _Message(msgspec.Struct, frozen=True, tag_field="kind"):
    """From the page."""


class _OfContact(_Message, frozen=True):
    """About one contact on this desk."""

    contact: str


class Leave(_Message, frozen=True, tag="leave"):
    """Sign out."""


class Ready(_Message, frozen=True, tag="ready"):
    """Take contacts."""


class NotReady(_Message, frozen=True, tag="not ready"):
    """Take no new ones."""

    reason: str


class PutOnLine(_Message, frozen=True, tag="line"):
    """The desk's softphone."""

    offer: str
    number: int = 0
    """The page's own, which the answer bears: it may have hung up on this one by then."""


class Accept(_OfContact, frozen=True, tag="accept"):
    """Answer."""


class Decline(_OfContact, frozen=True, tag="decline"):
    """Refuse."""


class Write(_OfContact, frozen=True, tag="write"):
    """Send a message."""

    text: str


class SetBasket(_OfContact, frozen=True, tag="basket"):
    """Change the basket."""

    lines: tuple[BasketLine, ...]


class PlaceOrder(_OfContact, frozen=True, tag="order"):
    """Place the order."""

    address: str


class Hold(_OfContact, frozen=True, tag="hold"):
    """Music for the buyer."""


class Resume(_OfContact, frozen=True, tag="resume"):
    """Talk again."""


class Press(_OfContact, frozen=True, tag="keys"):
    """Keys into the call."""

    keys: str


class Transfer(_OfContact, frozen=True, tag="transfer"):
    """Hand on."""

    way: TransferKind
    to: str


class Invite(_OfContact, frozen=True, tag="invite"):
    """Another agent into the call."""

    other: str


class CallAgain(_OfContact, frozen=True, tag="call again"):
    """Phone a buyer once more who did not answer."""


class Phone(_OfContact, frozen=True, tag="phone"):
    """Phone a buyer who writes."""


class HangUp(_OfContact, frozen=True, tag="hang up"):
    """End that call; the conversation goes on."""


class Colleagues(_OfContact, frozen=True, tag="colleagues"):
    """Who is ready now."""


class Finish(_OfContact, frozen=True, tag="finish"):
    """End the talk."""


class WrapUp(_OfContact, frozen=True, tag="wrap up"):
    """What it was about."""

    code: str
    note: str = ""


class Listen(_Message, frozen=True, tag="listen"):
    """A supervisor on an agent's call."""

    agent: str
    mode: ListenMode


class Find(_Message, frozen=True, tag="find"):
    """A supervisor looks for agents by a part of their names; for none in particular where it is empty."""

    text: str


class StopListening(_Message, frozen=True, tag="stop listening"):
    """No more."""


DeskMessage = (
    Leave
    | Ready
    | NotReady
    | PutOnLine
    | Accept
    | Decline
    | Write
    | SetBasket
    | PlaceOrder
    | Hold
    | Resume
    | Press
    | Transfer
    | Invite
    | CallAgain
    | Phone
    | HangUp
    | Colleagues
    | Finish
    | WrapUp
)
LeadMessage = Listen | StopListening | PutOnLine | Find


def check_lengths(message: DeskMessage) -> None:
    """Raise RefusedError if something of a message is longer than it may be."""
    match message:
        case Write(text=text) if len(text) > TEXT_CHARACTERS_MAX:
            most = str(TEXT_CHARACTERS_MAX)
            raise RefusedError("a message has at most {most} characters", most=most)
        case WrapUp(note=note) if len(note) > NOTE_CHARACTERS_MAX:
            most = str(NOTE_CHARACTERS_MAX)
            raise RefusedError("a note has at most {most} characters", most=most)
        case SetBasket(lines=lines) if len(lines) > BASKET_LINES_MAX:
            raise RefusedError("a basket has at most {most} lines", most=str(BASKET_LINES_MAX))
        case (
            NotReady(reason=word)
            | PlaceOrder(address=word)
            | Transfer(to=word)
            | Invite(other=word)
            | Press(keys=word)
            | WrapUp(code=word)
        ) if len(word) > WORD_CHARACTERS_MAX:
            raise RefusedError("that has at most {most} characters", most=str(WORD_CHARACTERS_MAX))
        case _:
            pass
