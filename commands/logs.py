"""Logs: one event a line, as JSON for machines or as text for people, and never a buyer's number or words.

Whoever logs is careful first; what is here catches what slips: numbers of NUMBER_DIGITS_MIN digits and more are masked
wherever they stand, and of an error its kind and place are told, not its words, which may quote a buyer's. What Python itself
would write past this, of errors that nobody caught and events that cannot be written, goes the same way.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, TextIO, cast

from commands.floods import Floods

NUMBER_DIGITS_MIN: Final = 6
"""A run of as many digits or more is taken for a phone's number, also with blanks or dashes between them."""
LINE_CHARACTERS_MAX: Final = 4_000
FRAMES_MAX: Final = 12
"""Of an error's way through the program, the innermost so many."""

_NUMBER: Final = re.compile(rf"\+?\d(?:[ .()-]?\d){{{NUMBER_DIGITS_MIN - 1},}}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
"""Not told again; uvicorn gives its events a second time, for terminals."""
_ADDRESS: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")

log = logging.getLogger("dialcart")


def masked(text: str) -> str:
    """Text without numbers that may be a buyer's, on one line, of bounded length."""
    parts: list[str] = []
    begin = 0
    for address in _ADDRESS.finditer(text):
        if _is_of_a_network(address[0]):
            parts += [_NUMBER.sub("***", text[begin : address.start()]), address[0]]
            begin = address.end()
    parts.append(_NUMBER.sub("***", text[begin:]))
    return on_one_line("".join(parts))[:LINE_CHARACTERS_MAX]


def _is_of_a_network(address: str) -> bool:
    """Whether it is an IPv4 address and cannot be a telephone number in groups of two."""
    groups = address.split(".")
    return any(len(group) != 2 for group in groups) and all(int(group) < 256 for group in groups)


def on_one_line(text: str) -> str:
    """Text that neither ends a line nor tells a terminal what to do."""
    return _CONTROLS.sub(" ", text)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What a record says, with the `extra` that it was given."""
    fields: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "from": record.name,
        "event": masked(_event(record)),
    }
    for name, value in vars(record).items():
        if name not in _OWN:
            is_number = isinstance(value, int | float) and abs(value) < 10 ** (
                NUMBER_DIGITS_MIN - 1
            )
            fields[name] = value if is_number else masked(str(value))
    if record.exc_info and record.exc_info[0] is not None:
        fields["error"] = record.exc_info[0].__name__
        frames = traceback.extract_tb(record.exc_info[2])[-FRAMES_MAX:]
        fields["where"] = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    return fields


def _event(record: logging.LogRecord) -> str:
    """What happened. asyncio shows the arguments of a callback, or an error's words, which may be a buyer's."""
    told = record.getMessage()
    if record.name == "asyncio" and record.exc_info:
        return told.partition("\n")[0].partition("(")[0]
    return told


class JsonLines(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        return json.dumps(_fields(record), ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """A line for people: the time of day, how grave, who, what."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        fields = _fields(record)
        at, level, name, event = (fields.pop(key) for key in ("at", "level", "from", "event"))
        rest = "".join(f" {key}={value}" for key, value in fields.items())
        return f"{at[11:19]} {level:<7} {name}: {event}{rest}"


class Nowhere(io.TextIOBase):
    """Takes what nobody reads."""

    def write(self, said: str, /) -> int:
        """See io.TextIOBase."""
        return len(said)


class Lines(logging.StreamHandler[TextIO]):
    """Writes events; of one that cannot be written it tells where it is from."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """See logging.Handler, whose own shows the event's arguments."""
        if self.stream.closed or isinstance(sys.exception(), OSError):
            # Nobody reads it any more.
            return
        place = f"{Path(record.pathname).name}:{record.lineno}"
        told = logging.makeLogRecord(
            {
                "name": record.name,
                "levelname": "ERROR",
                "msg": f"an event of {place} cannot be told",
            }
        )
        self.stream.write(self.format(told) + self.terminator)


def log_to(stream: TextIO, level: str, form: Literal["json", "text"]) -> logging.Handler:
    """Write every logger's events to a stream from now on."""
    handler = Lines(stream)
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    handler.addFilter(Floods())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    # asyncio tells of slow callbacks with their arguments, which may be a buyer's.
    logging.getLogger("asyncio").setLevel(max(logging.WARNING, root.level))
    return handler


def log_to_stderr(
    level: str, form: Literal["json", "text"], shard: int | None = None
) -> logging.Handler:
    """Where services log. Several processes share it: a shard's events say whose they are."""
    # None, whatever its type says, where it is closed: a shop serves though nobody reads what it tells.
    stderr: TextIO | None = sys.stderr
    handler = log_to(stderr or cast("TextIO", Nowhere()), level, form)
    if shard is not None:
        handler.addFilter(Shard(shard))
    return handler


def log_uncaught() -> None:
    """From now on an error that nobody catches in this process is an event, whichever thread it is in."""
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda error: _uncaught(
        error.exc_type, error.exc_value, error.exc_traceback
    )
    threading.excepthook = sys.unraisablehook


def _uncaught(
    kind: type[BaseException], error: BaseException | None, where: TracebackType | None
) -> None:
    """An error that nobody caught: Python would write its words, and lines that are no events."""
    log.critical("an error that nobody caught", exc_info=(kind, error or kind(), where))


class Shard(logging.Filter):
    """Marks events with a shard's number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        record.shard = self._number
        return True
