import numpy as np
import pytest

from ivr.media.arena import Audio
from ivr.media.buffering import DELAY_FRAMES_MAX, EARLY_FRAMES_MAX, START_FRAMES
from ivr.media.counting import Count
from ivr.media.listening import Listener, Wants
from ivr.media.memory import BUFFER_FRAMES, HEARD_FRAMES
from ivr.media.messages import (
    Digit,
    Listen,
    Mix,
    Play,
    PlayedOut,
    Record,
    SpeechEnded,
    SpeechStarted,
)
from ivr.media.receiving import ROUNDS_MAX
from ivr.rtp.codec import PCMA, PCMU, decode, encode
from ivr.rtp.tones import make
from tests.ivr.media.paper import CALL, OTHER, Paper, key, rtp

FULL = 32_768


def noise(rms, seed=0, frames=1):
    """Frames of white noise."""
    samples = np.random.default_rng(seed).normal(0, rms, frames * 160)
    codes = encode(PCMA, np.clip(samples, -FULL, FULL - 1).astype(np.int16))
    return [codes[at : at + 160].tobytes() for at in range(0, len(codes), 160)]


def listening(**given):
    paper = Paper()
    paper.open(**given)
    paper.do(Listen(CALL, True, 0.2))
    return paper


def handed_on(paper):
    """What the ring to the recognisers holds."""
    return paper.memory.heard[: int(paper.memory.heard_ends[0])]


def firsts(paper):
    return [int(codes[0]) for codes in handed_on(paper)["codes"]]


def test_frames_come_in_order_a_little_later():
    paper = listening()
    for n in range(1, 7):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    delay = [0xD5] * (START_FRAMES - 1)
    assert firsts(paper) == [*delay, 1, 2, 3, 4, 5]
    assert handed_on(paper)["frame"].tolist() == list(range(6))
    assert set(handed_on(paper)["call"].tolist()) == {CALL}


def test_packets_out_of_order_are_put_right():
    paper = listening()
    for n in (1, 3, 2, 4, 6, 5, 7):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    assert firsts(paper)[-6:] == [1, 2, 3, 4, 5, 6]


def test_one_lost_frame_is_bridged_by_the_one_before():
    paper = listening()
    for n in (1, 2, None, 4, 5, 6):
        if n:
            paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    assert firsts(paper)[-5:] == [1, 2, 2, 4, 5]


def test_a_pause_is_silence_and_speech_after_it_is_whole():
    paper = listening()
    for n in (1, 2):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    paper.frames(6)
    for n in (9, 10, 11):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    heard = [value for value in firsts(paper) if value != 0xD5]
    assert heard == [1, 2, 9, 10]


@pytest.mark.parametrize("milliseconds", [10, 30, 40, 60])
def test_packets_of_other_lengths_are_cut_into_frames(milliseconds):
    paper = listening()
    size = milliseconds * 8
    codes = bytes(n // 160 % 200 for n in range(160 * 24))
    taken = 0
    for n in range(len(codes) // size):
        paper.hear(rtp(n, size * n, codes[size * n : size * n + size]))
        while taken < (n + 1) * milliseconds // 20:
            paper.frame()
            taken += 1
    whole = handed_on(paper)["codes"].tobytes().lstrip(b"\xd5")
    assert len(whole) > 160 * 12
    assert codes.startswith(whole.rstrip(b"\xd5"))


def test_the_other_law_is_understood():
    paper = listening()
    said = encode(PCMU, np.full(160, 1000, np.int16)).tobytes()
    for n in range(3):
        paper.hear(rtp(n, 160 * n, said, kind=PCMU))
        paper.frame()
    heard = decode(PCMA, handed_on(paper)["codes"][-1])
    assert np.abs(heard.astype(int) - 1000).max() <= 32


def test_a_clock_that_jumps_is_followed():
    paper = listening()
    for n in (1, 2, 3, 4, 5):
        at = n if n < 3 else n + 9_999
        paper.hear(rtp(n, 160 * at, bytes([n] * 160)))
        paper.frame()
    assert firsts(paper)[-1] == 4


def test_a_faster_clock_does_not_fill_the_buffer():
    paper = listening()
    sent = 0
    for tick in range(2000):
        # 2 % fast: a frame more than is taken each second.
        for _ in range(2 if tick % 50 == 0 else 1):
            paper.hear(rtp(sent % 2**16, 160 * sent, bytes([sent % 200] * 160)))
            sent += 1
        paper.frame()
    depth = int(paper.columns.newest[0] - paper.columns.next[0])
    assert depth <= START_FRAMES + 3
    assert paper.columns.late[0] == 0


def test_a_slower_clock_does_not_starve_it_for_long():
    paper = listening()
    sent = 0
    for tick in range(2000):
        if tick % 50:
            paper.hear(rtp(sent % 2**16, 160 * sent, bytes(160)))
            sent += 1
        paper.frame()
    silent = firsts(paper).count(0xD5)
    assert silent <= 2000 // 50 * 3
    assert paper.columns.lost[0] == 0


def test_a_line_that_jitters_gets_a_deeper_buffer():
    chance = np.random.default_rng(3)
    arrivals = sorted((n * 0.02 + float(chance.uniform(0, 0.06)), n) for n in range(1500))
    paper = listening()
    start = paper.now
    for _ in range(1500):
        while arrivals and arrivals[0][0] <= paper.now - start:
            _, n = arrivals.pop(0)
            paper.hear(rtp(n, 160 * n, bytes([1] * 160)))
        paper.frame()
    assert paper.columns.lost[0] + paper.columns.late[0] < 60
    assert paper.columns.newest[0] - paper.columns.next[0] <= DELAY_FRAMES_MAX


def test_a_burst_beyond_the_buffer_is_no_trouble():
    paper = listening()
    for n in range(BUFFER_FRAMES * 2):
        paper.hear(rtp(n, 160 * n, bytes([1] * 160)))
    paper.frames(DELAY_FRAMES_MAX + 2)
    assert firsts(paper)[-1] == 1


def test_frames_that_find_no_room_are_counted():
    paper = Paper()
    paper.open()
    paper.do(Record(CALL, True))
    paper.memory.heard_ends[0] = HEARD_FRAMES - 1
    paper.frames(3)
    assert paper.memory.counts[Count.UNHEARD] == 2


def test_nobody_listens_any_more():
    paper = listening()
    paper.do(Record(CALL, True), Listen(CALL, False, 0))
    assert paper.columns.wants[0] == Wants.RECORDING
    paper.do(Record(CALL, False))
    paper.frames(2)
    assert len(handed_on(paper)) == 0


def test_a_pause_sounds_like_the_line_where_the_other_end_told_how():
    paper = listening()
    paper.hear(rtp(1, 160, bytes([1] * 160)), rtp(2, 320, b"\x32", kind=13))
    paper.frames(12)
    heard = decode(PCMA, handed_on(paper)["codes"][-8:]).astype(float)
    # 50 dB below full scale.
    assert np.sqrt((heard**2).mean()) == pytest.approx(104, rel=0.15)
    assert len({frame.tobytes() for frame in handed_on(paper)["codes"][-4:]}) == 4


# --- what is late ---


def told_late(paper):
    """Which frames were late, and by how many."""
    return [(n, int(late)) for n, late in enumerate(handed_on(paper)["late"]) if late]


def whole(paper):
    """What was said, without the silence that a late line put into it."""
    said = []
    for codes, late in zip(firsts(paper), handed_on(paper)["late"].tolist(), strict=True):
        assert all(code == 0xD5 for code in said[len(said) - late :])
        del said[len(said) - late :]
        said.append(codes)
    return said


def test_a_line_that_stands_still_for_a_while_is_late_by_as_much_and_nobody_paused():
    paper = listening()
    for n in (1, 2, 3):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    paper.frames(9)
    paper.hear(*(rtp(n, 160 * n, bytes([n] * 160)) for n in range(4, 10)))
    paper.frames(20)
    assert whole(paper)[:11] == [0xD5, *range(1, 10), 0xD5]
    # Those that were made up until they came, and until as many lay there again as should on a line that jitters.
    assert len(told_late(paper)) == 1


def test_who_paused_was_not_late():
    paper = listening()
    for n in (1, 2, 3):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    paper.frames(9)
    # Nothing is sent in a pause, over which the clock goes on.
    for n in range(13, 17):
        paper.hear(rtp(n - 9, 160 * n, bytes([n] * 160)))
        paper.frame()
    paper.frames(2)
    assert whole(paper) == [0xD5, 1, 2, 3, *[0xD5] * 9, 13, 14, 15, 16, 0xD5]


def test_a_pause_on_a_line_that_was_late_is_as_long_as_it_was_made():
    paper = listening()
    paper.hear(*(rtp(n, 160 * n, bytes([n] * 160)) for n in (1, 2, 3)))
    paper.frames(14)
    paper.hear(*(rtp(n - 4, 160 * n, bytes([n] * 160)) for n in (8, 9, 10)))
    paper.frames(20)
    assert whole(paper)[1:11] == [1, 2, 3, *[0xD5] * 4, 8, 9, 10]


@pytest.mark.parametrize("change", [{"ssrc": 78, "at": 7}, {"ssrc": 77, "at": -500}])
def test_another_clock_tells_nothing_of_what_was_late(change):
    paper = listening()
    for n in (1, 2, 3):
        paper.hear(rtp(n, 8_000 + 160 * n, bytes([n] * 160)))
        paper.frame()
    paper.frames(9)
    for n in (4, 5, 6):
        at = 8_000 + 160 * n + change["at"]
        paper.hear(rtp(n, at, bytes([n] * 160), ssrc=change["ssrc"]))
    paper.frames(20)
    assert firsts(paper).count(6) == 1
    assert told_late(paper) == []


def test_who_is_listened_to_once_more_was_not_late_in_between():
    paper = listening()
    for n in (1, 2, 3):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    paper.do(Listen(CALL, False, 0), Listen(CALL, True, 0.2))
    paper.frames(9)
    paper.hear(*(rtp(n, 160 * n, bytes([n] * 160)) for n in (4, 5, 6)))
    paper.frames(20)
    assert firsts(paper).count(6) == 1
    assert told_late(paper) == []


def test_more_than_a_buffer_holds_is_heard_when_it_comes_together():
    paper = listening()
    paper.hear(rtp(1, 160, bytes([1] * 160)), rtp(2, 320, bytes([2] * 160)))
    paper.frames(60)
    paper.hear(*(rtp(n, 160 * n, bytes([n] * 160)) for n in range(3, 63)))
    paper.frames(BUFFER_FRAMES)
    assert whole(paper)[:64] == [0xD5, *range(1, 63), 0xD5]


@pytest.mark.parametrize("milliseconds", [10, 30, 60])
def test_so_it_is_with_packets_of_other_lengths(milliseconds):
    paper = listening()
    size = milliseconds * 8
    codes = bytes(n // 160 % 200 for n in range(160 * 60))
    packets = [
        rtp(n, size * n, codes[size * n : size * n + size]) for n in range(len(codes) // size)
    ]
    for at in range(0, len(packets), ROUNDS_MAX):
        paper.hear(*packets[at : at + ROUNDS_MAX])
    paper.frames(BUFFER_FRAMES)
    assert whole(paper)[:60] == list(range(60))


def test_what_a_plane_that_stood_still_is_late_with_is_taken_of_all_calls_together(monkeypatch):
    taken = []
    more = Listener.more
    monkeypatch.setattr(
        Listener,
        "more",
        lambda self, slots, now: taken.append(len(slots)) or more(self, slots, now),
    )
    paper = listening()
    paper.open(call=OTHER)
    paper.do(Listen(OTHER, True, 0.2))
    frames = [rtp(n, 160 * n, bytes([n] * 160)) for n in range(1, 63)]
    for said in frames[:3]:
        paper.hear(said, others=(OTHER,))
    taken.clear()
    paper.hear(*frames[3:], others=(OTHER,))
    assert taken == [2] * (len(frames) - BUFFER_FRAMES)


def test_who_sends_more_than_is_spoken_has_a_frame_more_a_tick_and_no_more():
    paper = listening()
    ticks = 40
    for tick in range(ticks):
        at = tick * ROUNDS_MAX
        paper.hear(*(rtp(n, 160 * n, bytes([7] * 160)) for n in range(at, at + ROUNDS_MAX)))
        paper.frame()
    assert len(handed_on(paper)) <= EARLY_FRAMES_MAX + 3 * ticks + BUFFER_FRAMES


def test_what_lies_too_long_is_heard_sooner_and_none_of_it_is_dropped():
    paper = listening()
    paper.hear(*(rtp(n, 160 * n, bytes([n] * 160)) for n in range(1, 31)))
    paper.frames(1)
    for n in range(31, 120):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    depth = int(paper.columns.newest[0] - paper.columns.next[0])
    assert depth <= DELAY_FRAMES_MAX + START_FRAMES
    assert firsts(paper)[1:] == list(range(1, len(firsts(paper))))


def test_people_hear_a_frame_each_20_ms_and_one_is_dropped_where_too_many_lie():
    paper = Paper()
    paper.open()
    paper.open(call=OTHER, remote=("192.0.2.8", 4_000))
    paper.do(Mix(OTHER, (CALL,)), Listen(CALL, True, 0.2))
    paper.hear(*(rtp(n, 160 * n, bytes([n] * 160)) for n in range(1, 31)))
    paper.frames(1)
    for n in range(31, 120):
        paper.hear(rtp(n, 160 * n, bytes([n] * 160)))
        paper.frame()
    assert len(firsts(paper)) == 90
    assert len(set(range(1, firsts(paper)[-1])) - set(firsts(paper))) == 1


# --- the end-pointer ---


def say(paper, frames, start=0):
    for n, codes in enumerate(frames, start):
        paper.hear(rtp(n % 2**16, 160 * n, codes))
        paper.frame()
    return paper.told()


def speech_of(events):
    return [type(e) for e in events if isinstance(e, SpeechStarted | SpeechEnded)]


def test_speech_begins_within_a_tenth_of_a_second_and_ends_after_quiet():
    paper = listening()
    quiet, loud = noise(30, frames=100), noise(1500, frames=40)
    assert speech_of(say(paper, quiet)) == []
    began = paper.now
    events = say(paper, loud, start=100)
    assert speech_of(events) == [SpeechStarted]
    # One frame of the delay is the buffer's.
    assert next(e for e in events if isinstance(e, SpeechStarted)).at - began <= 0.1 + 1e-6
    events = say(paper, noise(30, seed=2, frames=30), start=140)
    assert speech_of(events) == [SpeechEnded]
    ended = next(e for e in events if isinstance(e, SpeechEnded))
    assert ended.frame == 140 + START_FRAMES - 1


@pytest.mark.parametrize("rms", [20, 100, 300, 1000, 3000])
def test_steady_noise_is_no_speech_and_a_voice_over_it_is(rms):
    paper = listening()
    assert speech_of(say(paper, noise(rms, frames=300))) == []
    events = say(paper, noise(10 * rms, seed=1, frames=10), start=300)
    assert speech_of(events) == [SpeechStarted]


def test_noise_that_sets_in_is_taken_for_speech_for_no_longer_than_two_seconds_and_the_quiet():
    paper = listening()
    say(paper, noise(30, frames=100))
    events = say(paper, noise(1000, frames=200), start=100)
    assert speech_of(events) == [SpeechStarted, SpeechEnded]
    assert speech_of(say(paper, noise(1000, seed=1, frames=200), start=300)) == []


def test_a_long_answer_is_one_answer():
    paper = listening()
    say(paper, noise(30, frames=100))
    word, breath = noise(1500, frames=35), noise(100, frames=5)
    events = say(paper, (word + breath) * 8, start=100)
    assert speech_of(events) == [SpeechStarted]


@pytest.mark.parametrize("rms", [140, 1000])
def test_hum_is_no_speech(rms):
    samples = rms * np.sqrt(2) * np.sin(2 * np.pi * 50 * np.arange(160 * 200) / 8000)
    codes = encode(PCMA, samples.astype(np.int16)).tobytes()
    paper = listening()
    frames = [codes[at : at + 160] for at in range(0, len(codes), 160)]
    assert speech_of(say(paper, frames)) == []


@pytest.mark.parametrize("echo_db", [-18, -24, -30])
def test_the_echo_of_our_own_prompt_is_no_speech_and_a_voice_over_it_is(echo_db):
    paper = listening()
    prompt = noise(3000, frames=150)
    segment = paper.arena.take(Audio(b"".join(prompt), PCMA), PCMA)
    paper.do(Play(CALL, 1, (segment,), True, False))
    echo = [noise(3000 * 10 ** (echo_db / 20), seed=4, frames=1)[0] for _ in range(60)]
    assert speech_of(say(paper, echo)) == []
    events = say(paper, noise(2500, seed=5, frames=20), start=60)
    assert speech_of(events) == [SpeechStarted]
    assert [e.whole for e in events if isinstance(e, PlayedOut)] == [False]


def test_a_line_that_stands_still_in_a_breath_ends_no_answer():
    paper = listening()
    say(paper, noise(30, frames=100))
    word, breath = noise(1500, frames=20), noise(100, frames=5)
    assert speech_of(say(paper, word + breath, start=100)) == [SpeechStarted]
    paper.frames(3)
    paper.hear(*(rtp(n, 160 * n, codes) for n, codes in enumerate(breath[:3], 125)))
    assert speech_of(say(paper, word[:5], start=128)) == []


def test_an_answer_ends_with_its_last_loud_frame_though_the_line_stands_still_after_that():
    paper = listening()
    say(paper, noise(30, frames=100))
    quiet = noise(30, seed=2, frames=40)
    say(paper, noise(1500, frames=20) + quiet[:2], start=100)
    paper.frames(4)
    paper.hear(*(rtp(n, 160 * n, codes) for n, codes in enumerate(quiet[:4], 122)))
    events = say(paper, quiet, start=126)
    assert speech_of(events) == [SpeechEnded]
    assert [late for _, late in told_late(paper)] != []
    ended = next(e for e in events if isinstance(e, SpeechEnded))
    assert ended.frame == 120 + START_FRAMES - 1


def test_a_click_is_no_speech():
    paper = listening()
    say(paper, noise(30, frames=50))
    events = say(paper, noise(8000, frames=2) + noise(30, frames=20), start=50)
    assert speech_of(events) == []


# --- keys as tones ---


def sounded(keys):
    """Keys as a telephone plays them: 80 ms each, 80 ms apart."""
    gap = np.zeros(640, np.float32)
    samples = np.concatenate([part for key in keys for part in (make(key, 640, 3000), gap)])
    codes = encode(PCMA, samples.astype(np.int16)).tobytes()
    return [codes[at : at + 160] for at in range(0, len(codes), 160)]


def test_keys_are_heard_as_tones_where_no_events_were_agreed():
    paper = Paper()
    paper.open(events=(), tones=True)
    paper.do(Play(CALL, 1, (paper.audio(*[0xD5] * 60),), True, False))
    events = say(paper, [*sounded("159D"), *noise(10, frames=4)])
    assert [(e.key, e.how) for e in events if isinstance(e, Digit)] == [
        (key, "tone") for key in "159D"
    ]
    assert [e.whole for e in events if isinstance(e, PlayedOut)] == [False]


def test_a_call_that_sends_events_is_not_heard_twice():
    paper = Paper()
    paper.open(tones=True)
    paper.hear(key(0, 0, 7, ended=True))
    events = say(paper, [*sounded("7"), *noise(10, frames=4)], start=1)
    assert [e.how for e in events if isinstance(e, Digit)] == ["event"]


def test_a_plane_that_died_amid_a_tone_tells_the_key_once():
    paper = Paper()
    paper.open(events=(), tones=True)
    frames = [*sounded("5"), *noise(10, frames=4)]
    events = say(paper, frames[:3])
    paper.restart()
    events += say(paper, frames[3:], start=3)
    assert [e.key for e in events if isinstance(e, Digit)] == ["5"]
