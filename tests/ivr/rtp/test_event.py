import pytest

from ivr.rtp.event import KEYS, LOST_END_S, Packet, Pressed, Released, expire, hear

STEP_S = 0.02


def event(
    key="5", *, at=1000, ms=20, ended=False, marker=False, rate=8000, payload_type=101, ssrc=7
):
    payload = bytes([KEYS.index(key), 0x80 | 10 if ended else 10])
    payload += (ms * rate // 1000).to_bytes(2, "big")
    return Packet(payload_type, rate, ssrc, marker, at, payload)


def told(packets, last=None, now=0.0):
    """What the packets tell, 20 ms apart."""
    events = []
    for packet in packets:
        last, more = expire(last, now)
        events += more
        last, more = hear(last, packet, now)
        events += more
        now += STEP_S
    return events


def press(key="5", *, at=1000, packets=5, rate=8000, **given):
    held = [
        event(key, at=at, ms=20 * n, marker=n == 1, rate=rate, **given)
        for n in range(1, packets + 1)
    ]
    return held + [event(key, at=at, ms=20 * packets, ended=True, rate=rate, **given)] * 3


def test_a_press_is_told_once_at_its_first_packet():
    assert told(press()[:1]) == [Pressed("5")]
    assert told(press()) == [Pressed("5"), Released("5", 100)]


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_the_duration_is_counted_by_the_payload_types_own_clock(rate):
    assert told(press(rate=rate)) == [Pressed("5"), Released("5", 100)]


def test_a_missing_marker_changes_nothing():
    assert told(press()[1:]) == [Pressed("5"), Released("5", 100)]


def test_one_packet_of_three_that_tell_the_end_is_enough_for_a_press():
    assert told(press()[-1:]) == [Pressed("5"), Released("5", 100)]


def test_one_recording_of_a_key_played_twice_is_two_presses():
    last, events = None, []
    for now, packets in (
        (0.0, press("1", at=9000)),
        (0.7, press("1", at=9000)),
        (1.4, press("0", at=5000)),
    ):
        for n, packet in enumerate(packets):
            last, more = hear(last, packet, now + n * STEP_S)
            events += more
    keys = [one.key for one in events if isinstance(one, Pressed)]
    assert keys == ["1", "1", "0"]


def test_a_first_packet_that_overtakes_nobody_but_comes_twice_is_one_press():
    packets = press()
    assert told([packets[0], *packets, packets[0]]) == [Pressed("5"), Released("5", 100)]


def test_two_presses_of_one_key_are_two():
    assert told([*press(at=1000), *press(at=3400)]) == [
        Pressed("5"),
        Released("5", 100),
        Pressed("5"),
        Released("5", 100),
    ]


def test_two_presses_are_two_though_all_ends_of_the_first_are_lost():
    first, second = press("1")[:5], press("2", at=3000)
    assert told([*first, *second]) == [
        Pressed("1"),
        Released("1", 100),
        Pressed("2"),
        Released("2", 100),
    ]


def test_a_lost_end_releases_the_key_after_a_while():
    last, events = hear(None, event(), 0.0)
    assert events == [Pressed("5")]
    assert expire(last, LOST_END_S / 2) == (last, [])
    last, events = expire(last, LOST_END_S)
    assert events == [Released("5", 20)]
    assert expire(last, 9.0) == (last, [])


def test_late_and_repeated_packets_of_a_press_are_passed_over():
    packets = press("1", at=1000)
    later = press("2", at=3000)
    assert told([*packets, packets[2], later[0], packets[7], *later[1:]]) == [
        Pressed("1"),
        Released("1", 100),
        Pressed("2"),
        Released("2", 100),
    ]


def test_packets_out_of_order_tell_the_longest_duration():
    packets = press(packets=4)
    packets[1], packets[3] = packets[3], packets[1]
    assert told(packets) == [Pressed("5"), Released("5", 80)]


def test_a_long_press_goes_on_in_a_further_segment():
    # Section 2.5.1.3: the duration is full at 0xFFFF, so the timestamp moves on and it starts anew.
    first = Packet(101, 8000, 7, True, 1000, bytes([5, 10, 0xFF, 0xFF]))
    second = Packet(101, 8000, 7, False, 1000 + 0xFFFF, bytes([5, 10, 0, 160]))
    end = Packet(101, 8000, 7, False, 1000 + 0xFFFF, bytes([5, 0x8A, 1, 64]))
    assert told([first, second, end]) == [Pressed("5"), Released("5", round((0xFFFF + 320) / 8))]


def test_a_sender_that_moves_the_timestamp_with_each_packet_presses_once():
    packets = [event(at=1000 + 160 * n, ms=20, marker=n == 0) for n in range(5)]
    packets.append(event(at=1000 + 160 * 5, ms=20, ended=True))
    assert [type(each) for each in told(packets)] == [Pressed, Released]


def test_the_timestamp_wraps():
    near = 2**32 - 80
    assert told([*press("1", at=near), *press("2", at=720)]) == [
        Pressed("1"),
        Released("1", 100),
        Pressed("2"),
        Released("2", 100),
    ]


def test_a_sender_that_begins_anew_is_heard():
    assert told([*press("1", at=2**31, ssrc=7), *press("2", at=160, ssrc=8)]) == [
        Pressed("1"),
        Released("1", 100),
        Pressed("2"),
        Released("2", 100),
    ]


@pytest.mark.parametrize("payload", [b"", b"\5\x0a", bytes([16, 10, 0, 160]), b"\xff" * 4])
def test_what_is_no_key_is_passed_over(payload):
    assert hear(None, Packet(101, 8000, 7, True, 1000, payload), 0.0) == (None, [])
