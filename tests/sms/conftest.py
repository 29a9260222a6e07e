"""What tests of texts share."""

from collections.abc import Sequence
from typing import Any

import pytest

from center import batch
from center.contact import Arrival
from flows.inputs import Text


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> str:
    """Words that make the engine fail, as a defect of ours would."""
    sound = batch.take_turns

    def fail(arrivals: Sequence[Arrival], *rest: Any) -> Any:
        if any(isinstance(a.input, Text) and a.input.text == "poison" for a in arrivals):
            raise ZeroDivisionError("poison")
        return sound(arrivals, *rest)

    monkeypatch.setattr(batch, "take_turns", fail)
    return "poison"
