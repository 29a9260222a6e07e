"""What the USSD channel counts, for operators."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class UssdCounters:
    """Since the start."""

    dialled: int = 0
    answers: int = 0
    screens: int = 0
    ended: int = 0
    """By the shop."""
    hung_up: int = 0
    """By the phone or its network."""
    dropped: int = 0
    """Idle too long, or a screen that the carrier would not take."""
    repeated: int = 0
    late: int = 0
    """Of a dialog that was given up."""
    unrouted: int = 0
    not_phones: int = 0
    """From names, short codes and ourselves; acknowledged, and nothing else."""
    notices: int = 0
    """That a notice was shown, or a response: acknowledged, and nothing else."""
    unknown: int = 0
    """By an operation that is none of the profile's; refused."""
    unreadable: int = 0
    """That we stumbled over, and refused for good."""
