"""A figure says where it is from, or is not read."""

import msgspec
import pytest

from center.uap.figures import Figure


def test_a_sourced_figure_is_its_own_range():
    figure = msgspec.convert({"value": 30, "source": "ITU-T G.704"}, Figure)
    assert (figure.low, figure.value, figure.high) == (30, 30, 30)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"value": 30}, "either source, or assumed"),
        ({"value": 30, "source": "a", "assumed": "b"}, "either source, or assumed"),
        ({"value": 30, "assumed": "b"}, "write low and high"),
        ({"value": 30, "assumed": "b", "low": 31, "high": 40}, "30 does not lie between 31 and 40"),
        ({"value": -1, "source": "a"}, "a number from 0 up"),
        ({"value": float("nan"), "source": "a"}, "a number from 0 up"),
        ({"value": 1, "source": "a", "from": "b"}, "unknown field `from`"),
        ({"source": "a"}, "missing required field `value`"),
    ],
)
def test_what_does_not_say_where_it_is_from_is_told_what_to_write(entry, told):
    with pytest.raises(msgspec.ValidationError, match=told):
        msgspec.convert(entry, Figure)
