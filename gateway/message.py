"""What is asked of a partner, and what its answer means: JSON over HTTP, of which nothing is believed.

A request is `POST url/path` with `{"seller": ..., "arguments": {...}}`. Amounts are whole numbers of the currency's smallest
unit, both ways. An answer of 2xx is a JSON object with what the flow declares, of those types; what else it holds is not read.
The key is shown in Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): however often it is asked, it is to be done once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import msgspec

from flows.effects import Request
from flows.inputs import Outcome

BODY_BYTES_MAX = 65_536
"""Of an answer. A longer one is not read to its end."""
TEXT_CHARACTERS_MAX = 500
"""Of a text in an answer: as much as a buyer may say."""
NUMBER_MAX = 2**53 - 1
"""JSON's numbers are exact up to there (RFC 8259, section 6)."""
KEY_OCTETS = 16

Value = int | str | bool

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Certainty(Enum):
    """What is known of whether a partner did what a try asked."""

    NOT_DONE = "not done"
    """It never had it, or said no."""
    PERHAPS = "perhaps"
    """It may have had it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try."""

    status: int = 0
    """Of HTTP; 0: none came."""
    body: bytes = b""
    trouble: str = ""
    """Where there is no answer that can be read: why, in words for an operator's log. None of the partner's are in it."""
    certainty: Certainty = Certainty.PERHAPS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means."""

    told: str
    """For the count: ok, refused, unreadable; again: it is worth another try."""
    outcome: Outcome | None = None
    """The flow's; None: it is worth another try."""
    why: str = ""
    """For the log, where it is not ok."""
    is_alive: bool = True
    """Whether the partner's own program has answered."""
    certainty: Certainty = Certainty.PERHAPS


FAILED = Outcome("failed")
TIMEOUT = Outcome("timeout")
AGAIN = frozenset({408, 409, 425, 429})
"""Of 4xx, those that say `not now`: 409 is said while the same key is still being worked on (section 2.6 of the draft)."""


def body_of(seller: str, request: Request) -> bytes:
    """What is sent."""
    names = request.parameters or tuple(map(str, range(1, len(request.arguments) + 1)))
    arguments = dict(zip(names, request.arguments, strict=False))
    return _encode({"seller": seller, "arguments": arguments})


def key_of(key: str, secret: bytes) -> str:
    """The key as it is shown: the same each time, and it tells nobody a buyer's number.

    A structured header's string stands in quotes (RFC 8941, section 3.3.3; section 2.1 of the draft).
    """
    return f'"{hmac.digest(secret, key.encode(), hashlib.sha256)[:KEY_OCTETS].hex()}"'


def judge(answer: Answer, results: Sequence[tuple[str, str]]) -> Verdict:
    """What a try came to."""
    status = answer.status
    if not status:
        return Verdict("again", None, answer.trouble, is_alive=False, certainty=answer.certainty)
    if status in AGAIN:
        return Verdict("again", None, f"HTTP {status}")
    if status >= 500:
        return Verdict("again", None, f"HTTP {status}", is_alive=False)
    if status >= 400:
        return Verdict("refused", FAILED, f"HTTP {status}", certainty=Certainty.NOT_DONE)
    if status >= 300:
        why = f"HTTP {status}: redirects are not followed; write the url that it leads to"
        return Verdict("unreadable", FAILED, why, is_alive=False)
    if answer.trouble:
        return Verdict("unreadable", FAILED, answer.trouble, is_alive=False)
    try:
        return Verdict("ok", Outcome("ok", read(answer.body, results)))
    except ValueError as error:
        return Verdict("unreadable", FAILED, str(error), is_alive=False)


def read(body: bytes, results: Sequence[tuple[str, str]]) -> dict[str, Value]:
    """What a flow declares, out of an answer. Raises ValueError, with nothing of the answer in its words."""
    if not results:
        return {}
    try:
        found = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError("the answer is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("the answer is no JSON object")
    values: dict[str, Value] = {}
    for name, kind in results:
        if name not in found:
            raise ValueError(f"the answer lacks `{name}`, which the flow declares")
        value = _typed(found[name], kind)  # pyright: ignore[reportUnknownArgumentType]
        if value is None:
            raise ValueError(f"`{name}` in the answer is no {kind}; {_WRITE[kind]}")
        values[name] = value
    return values


_WRITE = {
    "number": "write a whole number",
    "money": "write a whole number of the smallest unit, 1250 for 12.50",
    "yesno": "write true or false",
    "date": 'write "2026-11-26"',
    "text": f"write at most {TEXT_CHARACTERS_MAX} characters in quotes",
}
_is_date = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII).fullmatch


def _typed(value: object, kind: str) -> Value | None:
    """A value of an answer, if it is of that type."""
    match kind:
        case "number" | "money":
            if not isinstance(value, int) or isinstance(value, bool):
                return None
            return value if abs(value) <= NUMBER_MAX else None
        case "yesno":
            return value if isinstance(value, bool) else None
        case "date":
            return value if isinstance(value, str) and _is_day(value) else None
        case _:
            if not isinstance(value, str) or len(value) > TEXT_CHARACTERS_MAX:
                return None
            # What no phone can show, such as a line feed that would begin a line of the log, is a space.
            return "".join(c if c.isprintable() else " " for c in value).strip()


def _is_day(text: str) -> bool:
    if _is_date(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
