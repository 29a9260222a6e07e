"""Connections are open files, of which many systems allow a process 1,024 until it asks for more."""

from __future__ import annotations

import contextlib
import logging
import resource
from typing import Final

OPEN_FILES: Final = 16_384
"""The pages, the operators' port and SIP may have some 4,000 connections each; carriers, files and media take the rest."""

log = logging.getLogger("dialcart")


def allow_open_files() -> None:
    """Let this process, and those that it starts, have as many open, or as many as it may: past them no carrier could be reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    is_firm = hard != resource.RLIM_INFINITY and hard < OPEN_FILES
    wanted = hard if is_firm else OPEN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Some systems have a lower limit than they tell.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if is_firm:
        log.warning(
            "%d files and connections may be open, where %d may be needed; see LimitNOFILE, or `ulimit -Hn`",
            hard,
            OPEN_FILES,
        )
