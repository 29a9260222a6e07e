"""What may be asked of a running simulator, and its answers: one JSON object a line.

`{"do":"listen","number":"13800138000"}` then `{"do":"text","number":"13800138000",
"code":"10690","text":"1"}`; messages come as `{"got":"heard",...}` between the answers.
"""

from typing import Final, Literal, Protocol

import msgspec

from sms.smsc.handset import Heard, Said

LINE_OCTETS_MAX: Final = 64 * 1024
"""A line longer than this is refused and the link closed."""
NUMBER_MAX: Final = 20
"""SMPP 3.4, section 5.2.9: an address is 21 octets with its NUL."""


class Listen(msgspec.Struct, frozen=True, tag_field="do", tag="listen", forbid_unknown_fields=True):
    """Hear what comes to this phone from now on."""

    number: str


class Text(msgspec.Struct, frozen=True, tag_field="do", tag="text", forbid_unknown_fields=True):
    """Write a text from a phone to a code."""

    number: str
    code: str
    text: str
    ussd: Literal["dial", "answer", "hang up"] | None = None
    """What to do in a USSD dialog, instead of writing an SMS."""
    session: int = 0
    """The dialog's number."""


class SetFaults(
    msgspec.Struct, frozen=True, tag_field="do", tag="faults", forbid_unknown_fields=True
):
    """Change what goes wrong, as `parse_faults` reads it; no words to be told only."""

    words: str = ""


class AskStatus(
    msgspec.Struct, frozen=True, tag_field="do", tag="status", forbid_unknown_fields=True
):
    """Ask who is bound and what waits."""


class Listening(msgspec.Struct, frozen=True, tag_field="got", tag="listening"):
    """This phone is heard."""

    number: str


class Status(msgspec.Struct, frozen=True, tag_field="got", tag="status"):
    """Who is bound and what waits."""

    binds: tuple[str, ...]
    """`system_id mode codes`, in order of binding."""
    waiting: int
    """Texts that wait for an ESME to bind."""
    submitted: int
    delivered: int
    faults: str


class Refused(msgspec.Struct, frozen=True, tag_field="got", tag="refused"):
    """Not done, and why."""

    why: str


Request = Listen | Text | SetFaults | AskStatus
Answer = Listening | Said | Status | Refused
Told = Answer | Heard

_requests: Final = msgspec.json.Decoder(Request)
_told: Final = msgspec.json.Decoder(Told)
_encoder: Final = msgspec.json.Encoder()


class LineClosedError(ConnectionError):
    """The simulator has gone."""


class Line(Protocol):
    """A way to a simulator, in this process or over its control port."""

    async def ask(self, request: Request) -> Answer:
        """Ask, and wait for the answer. Raises LineClosedError."""
        ...

    async def hear(self) -> Heard:
        """Wait for the next message to a phone listened to. Raises LineClosedError."""
        ...


def read_request(line: bytes) -> Request | Refused:
    """Read a line of the control port. What is wrong with it is said, not raised."""
    try:
        return _requests.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Refused(f"not a request: {error}")


def read_told(line: bytes) -> Told:
    """Read an answer or a message. Raises msgspec.DecodeError."""
    return _told.decode(line)


def write(message: Request | Told) -> bytes:
    """Write one line."""
    return _encoder.encode(message) + b"\n"
