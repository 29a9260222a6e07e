"""A delivery receipt: read from text and TLVs as carriers write them, and written.

The text form is SMPP 3.4, appendix B; every vendor has its own order, case, names and dates, so
it is read by its keys. TLVs (5.3.2.12 receipted_message_id, 5.3.2.35 message_state) win over it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import Final, Literal

import msgspec

RECEIPTED_MESSAGE_ID: Final = 0x001E
NETWORK_ERROR_CODE: Final = 0x0423
MESSAGE_STATE: Final = 0x0427

TEXT_MAX: Final = 1024
"""Characters of a receipt that are read."""
ID_MAX: Final = 64
"""SMPP 3.4, section 5.2.23: a message_id is 65 octets with its NUL."""


class State(IntEnum):
    """message_state, SMPP 3.4 section 5.2.28."""

    SCHEDULED = 0
    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8
    SKIPPED = 9

    @property
    def is_final(self) -> bool:
        """Nothing more will be said of the message."""
        return self in _FINAL

    @property
    def word(self) -> str:
        """The seven letters of appendix B."""
        return _WORDS[self]


_FINAL: Final = frozenset(
    {State.DELIVERED, State.EXPIRED, State.DELETED, State.UNDELIVERABLE, State.REJECTED}
    | {State.SKIPPED}
)
_WORDS: Final[dict[State, str]] = {
    State.SCHEDULED: "SCHEDLD",
    State.ENROUTE: "ENROUTE",
    State.DELIVERED: "DELIVRD",
    State.EXPIRED: "EXPIRED",
    State.DELETED: "DELETED",
    State.UNDELIVERABLE: "UNDELIV",
    State.ACCEPTED: "ACCEPTD",
    State.UNKNOWN: "UNKNOWN",
    State.REJECTED: "REJECTD",
    State.SKIPPED: "SKIPPED",
}
_STATES: Final[dict[str, State]] = {word: state for state, word in _WORDS.items()} | {
    "SCHEDULED": State.SCHEDULED,
    "BUFFERED": State.ENROUTE,
    "BUFFERD": State.ENROUTE,
    "BUFFRED": State.ENROUTE,
    "DELIVERED": State.DELIVERED,
    "DELIVERD": State.DELIVERED,
    "UNDELIVERABLE": State.UNDELIVERABLE,
    "UNDELIVERED": State.UNDELIVERABLE,
    "UNDELIVRD": State.UNDELIVERABLE,
    "FAILED": State.UNDELIVERABLE,
    "ACCEPTED": State.ACCEPTED,
    "ACKED": State.ACCEPTED,
    "UNKNOWND": State.UNKNOWN,
    "UNKNOWN_STATE": State.UNKNOWN,
    "REJECTED": State.REJECTED,
    "REJCTD": State.REJECTED,
    "DELETE": State.DELETED,
    "CANCELLED": State.DELETED,
    "CANCELED": State.DELETED,
}


class Receipt(msgspec.Struct, frozen=True):
    """What became of a message that was submitted."""

    message_id: str
    state: State
    error: str = ""
    """The carrier's own code, as it wrote it."""
    submitted_at: datetime | None = None
    """Local time of the SMSC: receipts do not say which zone."""
    done_at: datetime | None = None
    submitted: int | None = None
    """Parts submitted (`sub`)."""
    delivered: int | None = None
    """Parts delivered (`dlvrd`)."""
    text: str = ""
    """The first characters of the message."""


_KEYS: Final = re.compile(
    r"(?<![A-Za-z0-9])(?P<key>id|msg[ _]?id|message[ _]?id|sub|dlvrd|submit[ _]?(?:date|time)"
    r"|done[ _]?(?:date|time)|stat(?:us|e)?|err(?:or)?(?:[ _]?code)?|text)[ ]?[:=]",
    re.IGNORECASE,
)
_STANDARD: Final = re.compile(
    r"id:([0-9A-Za-z-]{1,64}) sub:(\d{1,4}) dlvrd:(\d{1,4}) submit date:(\d{1,32}) done date:(\d{1,32})"
    r" stat:([A-Za-z]+) err:([0-9A-Za-z]+) text:(.*)",
    re.ASCII | re.DOTALL,
)
"""Appendix B to the letter, which most write; read at once."""
_VERDICT: Final = re.compile(
    rb"id:([0-9A-Za-z-]{1,64}+) sub:[0-9]{1,4}+ dlvrd:[0-9]{1,4}+ submit date:[0-9]{1,32}+ done date:[0-9]{1,32}+"
    rb" stat:([A-Za-z]++) err:([0-9A-Za-z]++) text:"
)
"""Of the same, what became of the message. What follows a run is no part of it, so none is looked at twice."""
DELIVERED: Final = (
    r"id:([0-9A-Za-z-]{1,64}+) sub:[0-9]{1,4}+ dlvrd:[0-9]{1,4}+ submit date:[0-9]{1,32}+ done date:[0-9]{1,32}+"
    r" stat:DELIVRD err:[0-9A-Za-z]++ text:"
)
"""Of the same, that it was delivered, as nearly all say; its group is the message's name. See sms.smpp.pdu.message."""
_STANDARD_KEYS: Final = ("id", "sub", "dlvrd", "submitdate", "donedate", "stat", "err", "text")
_NAMES: Final[dict[str, str]] = {
    "msgid": "id",
    "messageid": "id",
    "submittime": "submitdate",
    "donetime": "donedate",
    "status": "stat",
    "state": "stat",
    "error": "err",
    "errcode": "err",
    "errorcode": "err",
}


def parse(text: str, tlvs: Mapping[int, bytes] | None = None) -> Receipt | None:
    """Read a receipt, or None if neither the text nor the TLVs tell an id and a state."""
    standard = _STANDARD.fullmatch(text, 0, TEXT_MAX) if not tlvs else None
    if standard is not None:
        message_id, sub, dlvrd, submitted, done, word, err, quoted = standard.groups()
        return Receipt(
            message_id,
            _STATES.get(word) or _STATES.get(word.upper(), State.UNKNOWN),
            err,
            parse_date(submitted),
            parse_date(done),
            int(sub),
            int(dlvrd),
            quoted.strip(" \r\n\0"),
        )
    fields = _fields(text[:TEXT_MAX])
    given = tlvs or {}
    message_id = _c_octets(given.get(RECEIPTED_MESSAGE_ID, b"")) or fields.get("id", "")
    state = _tlv_state(given.get(MESSAGE_STATE, b""))
    if state is None and "stat" in fields:
        state = _state(fields["stat"])
    if not message_id or state is None:
        return None
    error = fields.get("err", "")
    network = given.get(NETWORK_ERROR_CODE, b"")
    if not error and len(network) == 3:
        error = str(int.from_bytes(network[1:]))
    return Receipt(
        message_id=message_id[:ID_MAX],
        state=state,
        error=error,
        submitted_at=parse_date(fields.get("submitdate", "")),
        done_at=parse_date(fields.get("donedate", "")),
        submitted=_count(fields.get("sub", "")),
        delivered=_count(fields.get("dlvrd", "")),
        text=fields.get("text", ""),
    )


def verdict(message: bytes, tlvs: Sequence[tuple[int, bytes]] = ()) -> Receipt | None:
    """As `parse` reads it, but that dates, counts and text may be left out."""
    found = None if tlvs else _VERDICT.match(message, 0, TEXT_MAX)
    if found is None:
        return parse(message.decode("latin-1"), dict(tlvs))
    name, word, error = found.groups()
    state = State.DELIVERED
    if word != b"DELIVRD":
        state = _STATES.get(word.decode("latin-1").upper(), State.UNKNOWN)
    return Receipt(name.decode("latin-1"), state, error.decode("latin-1"))


def _fields(text: str) -> dict[str, str]:
    """Values by key. `text:` runs to the end once id and state are known, for it is a buyer's."""
    standard = _STANDARD.fullmatch(text)
    if standard is not None:
        fields = dict(zip(_STANDARD_KEYS, standard.groups(), strict=True))
        fields["text"] = fields["text"].strip(" \r\n\0")
        return fields
    found = list(_KEYS.finditer(text))
    fields: dict[str, str] = {}
    for place, match in enumerate(found):
        name = match["key"].lower().replace(" ", "").replace("_", "")
        name = _NAMES.get(name, name)
        if name in fields:
            continue
        ends_here = name == "text" and {"id", "stat"} <= fields.keys()
        if ends_here or place + 1 == len(found):
            fields[name] = text[match.end() :].strip(" \r\n\0")
        else:
            fields[name] = text[match.end() : found[place + 1].start()].strip(" \r\n\0,;")
        if ends_here:
            break
    return fields


def _state(word: str) -> State | None:
    """A state from its word or number; a word that nobody knows is UNKNOWN, not lost."""
    first = word.split()[0].strip(".,;") if word.split() else ""
    if not first:
        return None
    if first.isascii() and first.isdigit():
        return _tlv_state(bytes((int(first[:3]) & 0xFF,)))
    return _STATES.get(first.upper(), State.UNKNOWN)


def _tlv_state(value: bytes) -> State | None:
    if len(value) != 1:
        return None
    return State(value[0]) if value[0] in State.__members__.values() else State.UNKNOWN


def _c_octets(value: bytes) -> str:
    return value.partition(b"\0")[0].decode("latin-1").strip()


def _count(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None


_DATE_LENGTHS: Final[dict[int, tuple[str, ...]]] = {
    10: ("%y%m%d%H%M",),
    12: ("%y%m%d%H%M%S", "%Y%m%d%H%M"),
    14: ("%Y%m%d%H%M%S",),
    15: ("%y%m%d%H%M%S",),
}
_DATE_MAX: Final = 32


@lru_cache(1_024)  # Receipts that come together tell the same minutes.
def parse_date(written: str) -> datetime | None:
    """Read YYMMDDhhmm, with seconds, with a century, with separators, or the SMPP time format.

    No zone is set. None for what is no date.
    """
    plain = written[:_DATE_MAX]
    if re.fullmatch(r"\d{15}[0-9+-]*[R+-]?", plain):
        plain = plain[:12]
    digits = re.sub(r"[-/: T.]", "", plain)
    if not (digits.isascii() and digits.isdigit()):
        return None
    for form in _DATE_LENGTHS.get(len(digits), ()):
        try:
            return datetime.strptime(digits, form)  # noqa: DTZ007 - receipts have no zone
        except ValueError:
            continue
    return None


def write(receipt: Receipt) -> str:
    """Write the text of appendix B."""
    return (
        f"id:{receipt.message_id} sub:{receipt.submitted or 0:03d} "
        f"dlvrd:{receipt.delivered or 0:03d} submit date:{_date(receipt.submitted_at)} "
        f"done date:{_date(receipt.done_at)} stat:{receipt.state.word} "
        f"err:{receipt.error or '000'} text:{receipt.text[:20]}"
    )


def write_tlvs(receipt: Receipt) -> tuple[tuple[int, bytes], ...]:
    """Write the TLVs that say the same."""
    return (
        (RECEIPTED_MESSAGE_ID, receipt.message_id.encode("latin-1", "replace") + b"\0"),
        (MESSAGE_STATE, bytes((receipt.state,))),
    )


def _date(when: datetime | None) -> str:
    return when.strftime("%y%m%d%H%M") if when else "0000000000"


IdForm = Literal["same", "response_hex", "response_decimal"]
"""Whether ids in receipts are written as in submit_sm_resp, or the response has them in
hexadecimal and the receipt in decimal, or the reverse (SMPP 3.3 meets 3.4)."""


ID_BASES: Final[dict[IdForm, tuple[int, int]]] = {
    "same": (0, 0),
    "response_hex": (16, 10),
    "response_decimal": (10, 16),
}
"""The base that ids are written in, in responses and in receipts; 0: in whatever form, it is the same in both."""


def canonical(message_id: str, base: int) -> str:
    """One spelling for an id, so that a response and a receipt about one message are equal. See ID_BASES."""
    plain = message_id.strip()[:ID_MAX].lower()
    if base and plain and all(digit in "0123456789abcdef"[:base] for digit in plain):
        return str(int(plain, base))
    return plain.lstrip("0") or plain[-1:]


def canonical_all(names: Sequence[str], base: int) -> list[str]:
    """The same of many, none of which is longer than a PDU has it."""
    joined = "\0".join(names)
    if base or joined.split() != [joined]:
        return [canonical(name, base) for name in names]
    return [name.lstrip("0") or name[-1:] for name in joined.lower().split("\0")]
