"""Events on their way to a signalling process that is busy."""

import numpy as np

from ivr.media.counting import Count
from ivr.media.memory import COUNTS, EVENT_BYTES, EVENTS_PER_CALL, RING_HEAD_BYTES
from ivr.media.messages import FirstPacket, PlayedOut, SpeechStarted, Stats, decode_event, encode
from ivr.media.ring import Ring
from ivr.media.telling import Teller


def plane_and_signalling(calls):
    buffer = memoryview(bytearray(RING_HEAD_BYTES + calls * EVENTS_PER_CALL * EVENT_BYTES))
    counts = np.zeros(COUNTS, np.uint64)
    return Teller(Ring(buffer, EVENT_BYTES), counts), Ring(buffer, EVENT_BYTES), counts


def tell(teller, events):
    for event in events:
        teller.tell(event)


def read(ring):
    events = []
    while (message := ring.peek()) is not None:
        events.append(decode_event(message))
        ring.advance()
    return events


def begun(calls):
    """What happens when all begin to speak at once."""
    return [
        event
        for call in range(1, calls + 1)
        for event in (
            FirstPacket(call, 1.0),
            PlayedOut(call, call, False, 1.0),
            SpeechStarted(call, 1.0, 5),
        )
    ]


def test_three_thousand_calls_begin_to_speak_at_once_and_all_of_it_is_told():
    teller, signalling, counts = plane_and_signalling(3_000)
    events = begun(3_000)
    tell(teller, events)
    assert teller.is_news()
    assert not teller.is_news()
    assert read(signalling) == events
    assert counts[Count.WAITED] == counts[Count.UNTOLD] == 0


def test_what_finds_no_room_waits_and_comes_in_order():
    teller, signalling, counts = plane_and_signalling(10)
    events = begun(100)[: 2 * 160]
    tell(teller, events)
    assert counts[Count.WAITED] == counts[Count.WAITING] == 140
    assert read(signalling) == events[:160]
    later = FirstPacket(999, 2.0)
    teller.tell(later)
    assert teller.is_news()
    assert read(signalling) == [*events[160:], later]
    assert not teller.is_news()
    assert (counts[Count.WAITING], counts[Count.UNTOLD]) == (0, 0)


def test_past_the_bound_the_newest_are_dropped_and_counted():
    teller, signalling, counts = plane_and_signalling(10)
    events = begun(200)[: 2 * 160 + 7]
    tell(teller, events)
    assert counts[Count.UNTOLD] == 7
    first = read(signalling)
    teller.is_news()
    assert first + read(signalling) == events[:320]


def test_what_waited_in_a_killed_plane_is_counted_as_lost():
    teller, _, counts = plane_and_signalling(10)
    tell(teller, begun(100)[:170])
    Teller(Ring(memoryview(bytearray(RING_HEAD_BYTES + EVENT_BYTES)), EVENT_BYTES), counts)
    assert (counts[Count.WAITING], counts[Count.UNTOLD]) == (0, 10)


def test_the_longest_event_fits_its_slot():
    biggest = Stats(
        2**63, 2**32 - 1, 2**32 - 1, 2**32 - 1, 2**32 - 1, 1e9, 1.0, 1e9, closed=False, at=1e9
    )
    assert len(encode(biggest)) <= EVENT_BYTES - 4
