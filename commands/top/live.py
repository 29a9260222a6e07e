"""The screen, drawn again every while, or once for a script."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TextIO

import typer

from commands.top.scrape import PAGE_OCTETS_MAX, Reading, read_page
from commands.top.view import view

TIMEOUT_S = 5.0
HOME, CLEAR_REST, CLEAR_LINE = "\x1b[H", "\x1b[J", "\x1b[K"
"""What every terminal since the VT100 knows."""


def fetch(address: str) -> Reading:
    """Read the page. Raises OSError."""
    if not address.startswith(("http://", "https://")):
        address = f"http://{address}"
    with urllib.request.urlopen(f"{address.rstrip('/')}/metrics", timeout=TIMEOUT_S) as answer:  # noqa: S310 - checked above
        page = answer.read(PAGE_OCTETS_MAX).decode("utf-8", "replace")
    return read_page(page, time.monotonic())


def top(
    address: str,
    every_s: float,
    *,
    once: bool,
    get: Callable[[str], Reading] = fetch,
    pause: Callable[[float], None] = time.sleep,
    screen: TextIO | None = None,
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
        screen.write(HOME + CLEAR_REST)
        while True:
            now = get(address)
            lines = [
                f"dialcart at {address}, every {every_s:g} s; Ctrl-C ends",
                "",
                *view(now, before),
            ]
            screen.write(HOME + "".join(f"{line}{CLEAR_LINE}\n" for line in lines) + CLEAR_REST)
            screen.flush()
            before = now
            pause(every_s)
    except KeyboardInterrupt:
        return 0
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        typer.echo(
            f"nobody answers at {address}: {reason}; give `serve` an [operations] section or --operations-port",
            err=True,
        )
        return 1
