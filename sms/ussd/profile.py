"""How a carrier's USSD gateway speaks SMPP, as data: where the operation and the dialog stand, and what ends it.

SMPP 3.4 names the parameters (5.3.2.44 ussd_service_op, 5.3.2.43 its_session_info) but not the dialog; gateways differ:

- `standard` takes both as they are written there: the first octet of its_session_info names the dialog, the last bit of
  the second says that it is over, and so does PSSR_RESPONSE.
- `echo` is `standard` with all 16 bits of its_session_info naming the dialog, given back as they came.
- `mica` names the dialog in user_message_reference and hangs up with a vendor's operation, 0x81 (vumi pull requests 753,
  882).
- `tata` says USSR_REQUEST all the time, and only the last bit of its_session_info ends the dialog (vumi's
  update_ussd_pdu).
- `port` names the dialog in source_port.
- `bare` has nothing but the operation (the PDU in jasmin issue 842): a phone has one dialog at a time anyway.

A dialog is always known by the phone's number; what names it is given back with every screen.

What a phone answers comes as USSR_CONFIRM, or as USSR_REQUEST from gateways that know nothing else. Nothing else can be an answer, and
read as one its text would be read at whatever question is asked: USSN is a notice and its receipt, a response is what we say
(section 5.3.2.44), 4 to 15 and 20 to 31 are reserved, and what vendors make of 32 and up (0x81 is a release with `mica`) is known
of a profile or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from sms.smpp.tlv import Tag, Tlvs

SESSION_OCTETS_MAX = 16
"""Of what names a dialog, so much is given back."""
OP_OCTETS_TOLD = 4
"""Of an operation that is longer than the one octet that it is, so much is told."""


class ServiceOp(IntEnum):
    """ussd_service_op. The phone begins with PSSR_INDICATION and answers with USSR_CONFIRM."""

    PSSD_INDICATION = 0
    PSSR_INDICATION = 1
    USSR_REQUEST = 2
    USSN_REQUEST = 3
    PSSD_RESPONSE = 16
    PSSR_RESPONSE = 17
    USSR_CONFIRM = 18
    USSN_CONFIRM = 19


USSREL_INDICATION = 0x81
"""Release, among the operations that are left to vendors."""
VENDORS_FROM = 32
"""The first of those."""


class Move(Enum):
    """What a phone, or its network, does in a dialog."""

    DIAL = "dial"
    ANSWER = "answer"
    HANG_UP = "hang up"
    NOTICE = "notice"
    """What needs no answer and is none: that a notice was shown, or a response, which is ours to give."""
    UNKNOWN = "unknown"
    """By an operation that is none of its profile's."""


_NAMES: dict[int, str] = {
    Tag.ITS_SESSION_INFO: "its_session_info, which `standard`, `echo` and `tata` read",
    Tag.USER_MESSAGE_REFERENCE: "user_message_reference, which `mica` reads",
    Tag.SOURCE_PORT: "source_port, which `port` reads",
}
"""Where gateways name their dialogs."""
_OPS: dict[Move, int] = {
    Move.DIAL: ServiceOp.PSSR_INDICATION,
    Move.ANSWER: ServiceOp.USSR_CONFIRM,
    Move.HANG_UP: ServiceOp.USSR_CONFIRM,
    Move.NOTICE: ServiceOp.USSN_CONFIRM,
}
"""By which a gateway says each, where no other parameter does."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came from a phone's side."""

    move: Move
    session: bytes
    """What names the dialog, as it came."""
    op: bytes = b""
    """The operation, where it says no move that can be taken."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to speak."""

    name: str
    service_type: str = "USSD"
    session_tag: int | None = Tag.ITS_SESSION_INFO
    has_end_bit: bool = True
    """Whether the last bit of what names the dialog says that it is over."""
    ask: int = ServiceOp.USSR_REQUEST
    """Of a screen that waits for an answer."""
    end: int = ServiceOp.PSSR_RESPONSE
    """Of the last screen."""
    dials: frozenset[int] = frozenset({ServiceOp.PSSD_INDICATION, ServiceOp.PSSR_INDICATION})
    answers: frozenset[int] = frozenset({ServiceOp.USSR_REQUEST, ServiceOp.USSR_CONFIRM})
    notices: frozenset[int] = frozenset(
        {
            ServiceOp.USSN_REQUEST,
            ServiceOp.USSN_CONFIRM,
            ServiceOp.PSSD_RESPONSE,
            ServiceOp.PSSR_RESPONSE,
        }
    )
    hang_ups: frozenset[int] = frozenset({USSREL_INDICATION})
    """Operations by which the network says that the dialog is over: cancelled, timed out, out of reach."""

    # --- our end ---

    def hear(self, service_type: str, tlvs: Tlvs) -> Heard | None:
        """What a deliver_sm means, or None if it is no USSD."""
        given = dict(tlvs)
        op = given.get(Tag.USSD_SERVICE_OP, b"")
        session = given.get(self.session_tag or 0, b"")[:SESSION_OCTETS_MAX]
        if not op:
            return None if service_type != self.service_type else Heard(Move.ANSWER, b"")
        if len(op) != 1:
            return Heard(Move.UNKNOWN, session, op[:OP_OCTETS_TOLD])
        if op[0] in self.hang_ups or (self.has_end_bit and session[-1:] and session[-1] & 1):
            return Heard(Move.HANG_UP, session)
        if op[0] in self.dials:
            return Heard(Move.DIAL, session)
        if op[0] in self.answers:
            return Heard(Move.ANSWER, session)
        return Heard(Move.NOTICE if op[0] in self.notices else Move.UNKNOWN, session, op)

    def named_in(self, tlvs: Tlvs) -> str:
        """Where a gateway names its dialogs, and which profiles read that, where this one reads nothing; else empty."""
        if self.session_tag is not None:
            return ""
        return next((_NAMES[tag] for tag, value in tlvs if value and tag in _NAMES), "")

    def name_of(self, session: bytes) -> bytes:
        """What of it names the dialog throughout: the second octet counts its moves (SMPP 3.4, section 5.3.2.43)."""
        return session[:1] if self.has_end_bit else session

    def screen(self, session: bytes, *, over: bool) -> Tlvs:
        """The parameters of a screen in a dialog."""
        tlvs: Tlvs = ((Tag.USSD_SERVICE_OP, bytes((self.end if over else self.ask,))),)
        if self.session_tag is None or not session:
            return tlvs
        if self.has_end_bit:
            session = session[:-1] + bytes(((session[-1] & 0xFE) | over,))
        return (*tlvs, (self.session_tag, session))

    # --- the network's end, for the simulator ---

    def phone(self, move: Move, number: int) -> Tlvs:
        """The parameters of what a phone does in its dialog of this number, from 0 to 255."""
        op = _OPS.get(move, VENDORS_FROM)
        session = self._session(number)
        if move is Move.HANG_UP and self.has_end_bit and session:
            session = session[:-1] + bytes((session[-1] | 1,))
        elif move is Move.HANG_UP:
            op = next(iter(self.hang_ups))
        tlvs: Tlvs = ((Tag.USSD_SERVICE_OP, bytes((op,))),)
        return (*tlvs, (self.session_tag, session)) if self.session_tag is not None else tlvs

    def shown(self, tlvs: Mapping[int, bytes]) -> tuple[int | None, bool] | None:
        """Of a submit_sm: the dialog's number, if it is named, and whether it is over; None if it is no USSD."""
        op = tlvs.get(Tag.USSD_SERVICE_OP, b"")
        if len(op) != 1:
            return None
        session = tlvs.get(self.session_tag, b"") if self.session_tag is not None else b""
        is_over = (self.end != self.ask and op[0] == self.end) or (
            self.has_end_bit and bool(session) and bool(session[-1] & 1)
        )
        return self._number(session) if session else None, is_over

    def _session(self, number: int) -> bytes:
        if self.session_tag is None:
            return b""
        return bytes((number & 0xFF, 0)) if self.has_end_bit else bytes((0x10, number & 0xFF))

    def _number(self, session: bytes) -> int:
        return session[0] if self.has_end_bit else session[-1]


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("standard"),
        Profile("echo", has_end_bit=False),
        Profile("mica", session_tag=Tag.USER_MESSAGE_REFERENCE, has_end_bit=False),
        Profile("tata", end=ServiceOp.USSR_REQUEST),
        Profile("port", session_tag=Tag.SOURCE_PORT, has_end_bit=False),
        Profile("bare", session_tag=None, has_end_bit=False),
    )
}
"""By name, as settings have them."""

STANDARD = PROFILES["standard"]
