"""The screen, drawn again every while and cut to the terminal, or once for a script.

A shop that was there and answers no more is waited for, with what it said last on the screen: it is being started again.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn, TextIO

import typer

from commands.top.scrape import PAGE_OCTETS_MAX, Reading, read_page
from commands.top.view import view

TIMEOUT_S = 5.0
HOME, CLEAR_REST, CLEAR_LINE = "\x1b[H", "\x1b[J", "\x1b[K"
"""What every terminal since the VT100 knows."""
NOBODY = (OSError, ValueError, http.client.HTTPException)
"""No answer, or none that is ours; an address that is none."""


def fetch(address: str) -> Reading:
    """Read the page, and of a shop that is not ready why. Raises one of NOBODY."""
    if not address.startswith(("http://", "https://")):
        address = f"http://{address}"
    with urllib.request.urlopen(f"{address.rstrip('/')}/metrics", timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked above
        page = answer.read(PAGE_OCTETS_MAX).decode("utf-8", "replace")
    reading = read_page(page, time.monotonic())
    return replace(reading, why=_why(address)) if reading.not_ready() else reading


def _why(address: str) -> dict[str, str]:
    """What /ready says of each service that is not; nothing where it says nothing that we know."""
    try:
        urllib.request.urlopen(f"{address.rstrip('/')}/ready", timeout=TIMEOUT_S).close()  # noqa: S310 - as above
    except urllib.error.HTTPError as error:
        try:
            with error:
                why = json.loads(error.read(PAGE_OCTETS_MAX))["why"]
            return {str(service): str(told) for service, told in why.items()}
        except (*NOBODY, LookupError, TypeError, AttributeError):
            return {}
    except NOBODY:
        return {}
    return {}


def top(
    address: str,
    every_s: float,
    *,
    once: bool,
    get: Callable[[str], Reading] = fetch,
    pause: Callable[[float], None] = time.sleep,
    screen: TextIO | None = None,
    size: Callable[[], os.terminal_size] = shutil.get_terminal_size,
) -> int:
    """Show until interrupted, or once, over two readings; the exit status."""
    screen = screen if screen is not None else sys.stdout
    assert screen is not None
    try:
        before = get(address)
        pause(every_s)
        if once:
            screen.write("\n".join(view(get(address), before)) + "\n")
            return 0
        _show(screen, size, address, every_s, get, pause, before)
    except KeyboardInterrupt:
        return 0
    except NOBODY as error:
        typer.echo(
            f"nobody answers at {address}: {_reason(error)};"
            " give `serve` an [operations] section or --operations-port, and name its port or --config",
            err=True,
        )
        return 1


def _show(
    screen: TextIO,
    size: Callable[[], os.terminal_size],
    address: str,
    every_s: float,
    get: Callable[[str], Reading],
    pause: Callable[[float], None],
    before: Reading,
) -> NoReturn:
    """Until interrupted."""
    screen.write(HOME + CLEAR_REST)
    shown: list[str] = []
    while True:
        told = ""
        try:
            now = get(address)
            shown, before = view(now, before, size().columns - 1), now
        except NOBODY as error:
            told = f"nobody answers: {_reason(error)}; this is what was said last"
        lines = [f"dialcart at {address}, every {every_s:g} s; Ctrl-C ends", told, *shown]
        screen.write(HOME + "".join(cut(lines, size())) + CLEAR_REST)
        screen.flush()
        pause(every_s)


def cut(lines: list[str], size: os.terminal_size) -> list[str]:
    """What fits: a line that wraps, or a screen that scrolls, would be drawn anew beside what is there.

    The last column stays free, since CLEAR_LINE would take its character away; so does the last line, for the cursor.
    """
    room = max(1, size.lines - 1)
    shown = lines[:room]
    if len(lines) > room:
        shown[-1] = f"... and {len(lines) - room + 1} more lines, in a taller terminal"
    return [f"{line[: max(1, size.columns - 1)]}{CLEAR_LINE}\n" for line in shown]


def _reason(error: Exception) -> object:
    """In words, without the system's number for it."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror[:1].lower() + reason.strerror[1:]
    return reason
