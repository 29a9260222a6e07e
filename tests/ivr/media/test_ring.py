import pytest

from ivr.media.memory import RING_HEAD_BYTES
from ivr.media.ring import Ring

SLOTS, SLOT_BYTES = 4_096, 128


def two_ends():
    buffer = memoryview(bytearray(RING_HEAD_BYTES + SLOTS * SLOT_BYTES))
    return Ring(buffer, SLOT_BYTES), Ring(buffer, SLOT_BYTES)


def drain(ring):
    messages = []
    while (message := ring.peek()) is not None:
        messages.append(message)
        ring.advance()
    return messages


def test_messages_come_out_as_they_went_in_however_often_it_goes_round():
    writer, reader = two_ends()
    for start in range(0, 3 * SLOTS, 1000):
        sent = [str(n).encode() for n in range(start, start + 1000)]
        assert all(map(writer.push, sent))
        assert drain(reader) == sent


def test_a_full_ring_refuses_until_there_is_room():
    writer, reader = two_ends()
    assert all(writer.push(b"x") for _ in range(SLOTS))
    assert not writer.push(b"one more")
    reader.advance()
    assert writer.push(b"one more")
    assert drain(reader)[-1] == b"one more"


def test_a_message_stays_until_it_is_done_with():
    writer, reader = two_ends()
    writer.push(b"once")
    assert reader.peek() == b"once"
    assert reader.peek() == b"once"
    reader.advance()
    assert reader.peek() is None


def test_the_longest_message_fits_and_a_longer_is_refused():
    writer, reader = two_ends()
    longest = b"x" * writer.message_bytes_max
    assert writer.push(longest)
    assert reader.peek() == longest
    with pytest.raises(ValueError, match="fit"):
        writer.push(longest + b"x")


def test_too_small_a_memory_is_refused():
    with pytest.raises(ValueError, match="no ring"):
        Ring(memoryview(bytearray(100)), SLOT_BYTES)
