import numpy as np
import pytest

from ivr.media.arena import Audio
from ivr.media.buffering import DELAY_FRAMES_MAX, START_FRAMES
from ivr.media.counting import Count
from ivr.media.listening import Wants
from ivr.media.memory import BUFFER_FRAMES, HEARD_FRAMES
from ivr.media.messages import Digit, Listen, Play, PlayedOut, Record, SpeechEnded, SpeechStarted
from ivr.rtp.codec import PCMA, PCMU, decode, encode
from ivr.rtp.tones import make
from tests.ivr.media.paper import CALL, Paper, key, rtp

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
