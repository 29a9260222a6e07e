import pytest

from ivr.media import messages as m
from ivr.media.memory import COMMAND_BYTES, SEGMENTS_MAX

CALL = 2**47


@pytest.mark.parametrize(
    "command",
    [
        m.Open(CALL, 8, 1, 2, 3, True, True, False, ((101, 8000),), 30.0, 20.0, True, 1, 2, 3),
        m.Seal(CALL, 10, bytes(30), bytes(range(30))),
        m.Play(CALL, 1, ((1, 2), (3, 4)), True, False),
        m.Stop(CALL, 0),
        m.Listen(CALL, True, 0.8),
        m.Record(CALL, False),
        m.Mix(CALL, (5, 6)),
        m.SendKeys(CALL, "12#"),
        m.Report(CALL),
        m.Close(CALL),
    ],
)
def test_commands_cross_as_they_are(command):
    assert m.decode_command(m.encode(command)) == command


def test_events_cross_as_they_are():
    for event in (m.Digit(CALL, "5", "event", 1.5, 1, 160), m.Resumed(12.5, 3.0)):
        assert m.decode_event(m.encode(event)) == event


def test_the_longest_command_fits_into_the_ring():
    pieces = ((2**31, 2**31),) * SEGMENTS_MAX
    assert len(m.encode(m.Play(CALL, 2**32 - 1, pieces, True, True))) <= COMMAND_BYTES - 4
    events = tuple((n, 48_000) for n in range(96, 128))
    longest = m.Open(
        CALL, 8, 2**32 - 1, 65_535, 65_535, True, True, True, events, 1.5, 1.5, True, 1, 2, 3
    )
    assert len(m.encode(longest)) <= COMMAND_BYTES - 4
