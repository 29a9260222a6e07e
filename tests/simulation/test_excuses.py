"""What excuses a word excuses no other."""

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from center.contact import Repeats
from sms.redelivery import KEPT_S, Redeliveries
from tests.crash.buyers import Buyer
from tests.simulation import excuses
from tests.simulation.excuses import Excuses, counting_what_is_doubted

ANN = "13800000000"


@pytest.mark.parametrize(("apart_s", "doubted"), [(10.0, 1), (KEPT_S + 1, 0)])
def test_a_word_that_seemed_to_come_again_excuses_that_it_is_said_once_more_and_no_more(
    apart_s: float, doubted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    likely = SimpleNamespace(repeats=Repeats.LIKELY)
    monkeypatch.setattr(Redeliveries, "judge", lambda *_: likely)
    monkeypatch.setattr(excuses, "_delivery_of", lambda answer, _: answer.delivery)
    found, judges = Excuses(), cast("Any", object.__new__(Redeliveries))
    pen = SimpleNamespace(number=ANN, text=lambda *_: None)
    buyer = Buyer(cast("Any", pen), random.Random(1))
    monkeypatch.setattr(buyer, "_say", lambda: None)
    buyer.lines = [("1", "Order ")]
    with counting_what_is_doubted(found, {}):
        judges.judge(_read(1, 0.0))
        judges.judge(_read(2, apart_s))
        for _ in range(3):
            assert buyer.say_again()
    assert found.doubted == doubted


def _read(serial: int, came_at: float) -> Any:
    """Our answer to a `1` that we read then."""
    segment = SimpleNamespace(short_message=b"1")
    delivery = SimpleNamespace(source=ANN, serial=serial, segment=segment, tlvs=())
    return SimpleNamespace(came_at=came_at, delivery=delivery)
