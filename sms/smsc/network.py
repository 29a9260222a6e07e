"""The simulated network: phones on one side, the exchange of ESMEs on the other, faults between.

No sockets and no clock. The server hands in what ESMEs submit and asks what to send; phones come
by a Line, in this process or from the control port.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sms.piece import Piece, join
from sms.receipts import Receipt, State, write, write_tlvs
from sms.segments import Segment, TextTooLongError
from sms.smpp.tlv import Tag
from sms.smsc.control import (
    NUMBER_MAX,
    Answer,
    AskStatus,
    Line,
    LineClosedError,
    Listen,
    Listening,
    Refused,
    Request,
    SetFaults,
    Status,
    Text,
)
from sms.smsc.doorkeeper import Doorkeeper
from sms.smsc.exchange import Account, Delivery, Exchange
from sms.smsc.faults import Answer as FaultAnswer
from sms.smsc.faults import Chance, Fate, FaultError, Faults, describe, parse_faults
from sms.smsc.handset import Handset, Heard, Said
from sms.ussd.profile import STANDARD, Move, Profile

HANDSETS_MAX: Final = 10_000
"""Phones remembered; the one unused longest is forgotten."""
LISTENERS_MAX: Final = 1_000
HEARD_MAX: Final = 1_000
"""Messages that a line keeps for its reader; the oldest gives way."""
MOVES: Final = {"dial": Move.DIAL, "answer": Move.ANSWER, "hang up": Move.HANG_UP}
RECEIPT_ESM_CLASS: Final = 0x04
"""A deliver_sm that is a delivery receipt (SMPP 3.4, section 5.2.12)."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A submit_sm as the network sees it."""

    source: str
    destination: str
    piece: Piece
    registered_delivery: int
    tlvs: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of a submission."""

    fate: Fate
    message_id: str
    receipt: Delivery | None
    """To be posted after `fate.receipt_delay_s`, `fate.receipts` times."""


class Network:
    """Handsets, exchange and chance together."""

    def __init__(
        self,
        accounts: Iterable[Account],
        *,
        faults: Faults | None = None,
        price_per_part: int = 0,
        ussd: Profile = STANDARD,
        clock: Callable[[], float],
    ) -> None:
        self.exchange = Exchange(accounts)
        self.doorkeeper = Doorkeeper()
        self.chance = Chance(faults or Faults())
        self.clock = clock
        self.wake: Callable[[], None] = _nothing
        """Called when something may be sent."""
        self._price_per_part = price_per_part
        self._ussd = ussd
        self._handsets: OrderedDict[str, Handset] = OrderedDict()
        self._listeners: dict[str, list[Callable[[Heard], None]]] = {}
        self._listener_count = 0
        self._named = 0
        self.submitted = 0
        self.delivered = 0

    # --- From ESMEs to phones ---------------------------------------------------------------

    def submit(self, submission: Submission, *, local_time: datetime) -> Taken:
        """Take a message from an ESME. The phone has it at once; answers follow their fate."""
        fate = self.chance.draw()
        if fate.answer is not FaultAnswer.ACCEPT:
            return Taken(fate, "", None)
        self.submitted += 1
        message_id = f"{self.submitted:010d}"
        if fate.delivered:
            self._show(submission)
        return Taken(fate, message_id, _receipt(submission, message_id, fate, local_time))

    def _show(self, submission: Submission) -> None:
        handset = self._handset(submission.destination)
        shown = self._ussd.shown(submission.tlvs)
        heard = handset.receive(submission.source, submission.piece, self.clock(), shown)
        if heard:
            self.delivered += 1
            for listener in tuple(self._listeners.get(heard.number, ())):
                listener(heard)

    def _handset(self, number: str) -> Handset:
        handset = self._handsets.get(number)
        if handset is None:
            handset = Handset(number, price_per_part=self._price_per_part)
            self._handsets[number] = handset
            if len(self._handsets) > HANDSETS_MAX:
                self._handsets.popitem(last=False)
        self._handsets.move_to_end(number)
        return handset

    # --- From phones to ESMEs ---------------------------------------------------------------

    def text(self, request: Text) -> Said | Refused:
        """Write a text from a phone to a code."""
        for address in (request.number, request.code):
            if not 0 < len(address) <= NUMBER_MAX or not (
                address.isascii() and address.isprintable()
            ):
                return Refused(f"{address!r} is no number: 1 to {NUMBER_MAX} ASCII characters")
        try:
            segments, parts = self._handset(request.number).text(request.text)
        except TextTooLongError as error:
            return Refused(str(error))
        tlvs = (
            () if request.ussd is None else self._ussd.phone(MOVES[request.ussd], request.session)
        )
        service_type = "" if request.ussd is None else self._ussd.service_type
        if request.ussd is None and self.chance.is_named():
            self._named = self._named % 0xFFFF + 1
            tlvs = ((int(Tag.USER_MESSAGE_REFERENCE), self._named.to_bytes(2)),)
        posted = self.exchange.post(
            Delivery(request.number, request.code, segment, tlvs, service_type)
            for segment in segments
        )
        if not posted:
            return Refused("too many messages wait for a seller to bind")
        self.wake()
        return Said(parts.parts, parts.units, parts.alphabet.name)

    def listen(self, number: str, hear: Callable[[Heard], None]) -> Callable[[], None] | Refused:
        """Have `hear` called with every message to a phone; call the result to stop."""
        if self._listener_count >= LISTENERS_MAX:
            return Refused(f"{LISTENERS_MAX} phones are heard already")
        self._listener_count += 1
        self._listeners.setdefault(number, []).append(hear)

        def stop() -> None:
            self._listeners[number].remove(hear)
            self._listener_count -= 1
            if not self._listeners[number]:
                del self._listeners[number]

        return stop

    # --- For the operator -------------------------------------------------------------------

    def status(self) -> Status:
        """Who is bound and what waits."""
        return Status(
            binds=self.exchange.binds,
            waiting=self.exchange.waiting,
            submitted=self.submitted,
            delivered=self.delivered,
            faults=describe(self.chance.faults),
        )

    def set_faults(self, words: str) -> Status | Refused:
        """Change what goes wrong."""
        try:
            self.chance.change(parse_faults(words, self.chance.faults))
        except FaultError as error:
            return Refused(str(error))
        return self.status()

    def line(self) -> "LocalLine":
        """A line for a phone in this process."""
        return LocalLine(self)


def _nothing() -> None:
    pass


def _receipt(
    submission: Submission, message_id: str, fate: Fate, local_time: datetime
) -> Delivery | None:
    """The receipt asked for: registered_delivery 1 always, 2 on failure, 3 on success."""
    wanted = {0: False, 1: True, 2: not fate.delivered, 3: fate.delivered}
    if not wanted[submission.registered_delivery & 3]:
        return None
    receipt = Receipt(
        message_id=message_id,
        state=State.DELIVERED if fate.delivered else State.UNDELIVERABLE,
        error="000" if fate.delivered else "001",
        submitted_at=local_time,
        done_at=local_time,
        submitted=1,
        delivered=int(fate.delivered),
        text=join((submission.piece,))[:20].encode("ascii", "replace").decode(),
    )
    segment = Segment(write(receipt).encode("ascii", "replace"), 0, RECEIPT_ESM_CLASS)
    return Delivery(submission.destination, submission.source, segment, write_tlvs(receipt))


class LocalLine(Line):
    """A line in this process; the control port answers through one too."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue(HEARD_MAX)
        self._stops: dict[str, Callable[[], None]] = {}

    async def ask(self, request: Request) -> Answer:
        """Answer at once."""
        return self.answer(request)

    def answer(self, request: Request) -> Answer:
        """What the network says to a request."""
        match request:
            case Text():
                return self._network.text(request)
            case Listen(number):
                return self._listen(number)
            case SetFaults(words):
                return self._network.set_faults(words)
            case AskStatus():
                return self._network.status()

    def _listen(self, number: str) -> Answer:
        if number not in self._stops:
            stop = self._network.listen(number, self._keep)
            if isinstance(stop, Refused):
                return stop
            self._stops[number] = stop
        return Listening(number)

    def _keep(self, heard: Heard | None) -> None:
        if self._heard.full():
            self._heard.get_nowait()
        self._heard.put_nowait(heard)

    async def hear(self) -> Heard:
        """The next message to a phone listened to."""
        heard = await self._heard.get()
        if heard is None:
            raise LineClosedError("the line is closed")
        return heard

    def close(self) -> None:
        """Stop listening; whoever waits in `hear` gets LineClosedError."""
        for stop in self._stops.values():
            stop()
        self._stops.clear()
        self._keep(None)
