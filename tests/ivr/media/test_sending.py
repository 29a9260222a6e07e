import itertools

import numpy as np
import pytest

from ivr.media.messages import Close, Mix, Play, PlayedOut, SendKeys, Stop
from ivr.media.sending import KEY_ENDS, KEY_FRAMES, KEY_GAP_FRAMES
from ivr.rtp.codec import PCMA, PCMU, decode, encode
from tests.ivr.media.paper import CALL, OTHER, Paper, rtp


def header(data):
    return (
        data[1] >> 7,
        data[1] & 0x7F,
        int.from_bytes(data[2:4]),
        int.from_bytes(data[4:8]),
        int.from_bytes(data[8:12]),
    )


def test_a_quiet_call_is_sent_silence_in_order_across_both_wraps():
    paper = Paper()
    paper.open()
    heads = [header(data) for data in paper.frames(10)]
    assert [head[0] for head in heads] == [1] + [0] * 9
    assert {head[1] for head in heads} == {PCMA}
    assert [head[2] for head in heads] == [(65_530 + n) % 2**16 for n in range(10)]
    assert [head[3] for head in heads] == [(2**32 - 800 + 160 * n) % 2**32 for n in range(10)]
    assert {head[4] for head in heads} == {0xABCD}


def test_pieces_of_a_prompt_follow_one_another_without_a_gap():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 7, (paper.audio(1, 2), paper.audio(3)), False, False))
    assert [data[12] for data in paper.frames(5)] == [1, 2, 3, 0xD5, 0xD5]
    assert [(e.play, e.whole) for e in paper.told()] == [(7, True)]


def test_a_talkspurt_begins_with_a_marker():
    paper = Paper()
    paper.open()
    paper.frames(3)
    paper.do(Play(CALL, 7, (paper.audio(1, 2),), False, False))
    assert [header(data)[0] for data in paper.frames(2)] == [1, 0]


def test_music_goes_round_until_it_is_stopped():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 7, (paper.audio(1), paper.audio(2)), False, True))
    assert [data[12] for data in paper.frames(5)] == [1, 2, 1, 2, 1]
    paper.do(Stop(CALL, 8))
    assert paper.told() == []
    paper.do(Stop(CALL, 7))
    assert paper.told() == [PlayedOut(CALL, 7, False, paper.now)]
    assert paper.frames(1)[0][12] == 0xD5


def test_a_new_prompt_takes_the_place_of_the_old():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 1, (paper.audio(1, 1, 1),), False, False))
    paper.frames(1)
    paper.do(Play(CALL, 2, (paper.audio(2),), False, False))
    assert [data[12] for data in paper.frames(2)] == [2, 0xD5]
    assert [(e.play, e.whole) for e in paper.told()] == [(1, False), (2, True)]


def test_every_play_is_told_once_also_at_the_end_of_the_call():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 1, (paper.audio(1, 1, 1),), False, False))
    paper.do(Close(CALL), Close(CALL))
    assert [e.play for e in paper.told() if isinstance(e, PlayedOut)] == [1]


@pytest.mark.parametrize("segments", [(), ((5, 5),), ((-1, 3),), ((0, 10**9),)])
def test_a_prompt_of_nothing_is_over_at_once(segments):
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 1, segments, False, False))
    assert [(e.play, e.whole) for e in paper.told()] == [(1, True)]
    assert paper.frames(1)[0][12] == 0xD5


def test_a_prompt_waits_until_it_is_known_where_to():
    paper = Paper()
    paper.open(remote=("", 0))
    paper.do(Play(CALL, 1, (paper.audio(1, 2),), False, False))
    assert paper.frames(3) == [None] * 3
    paper.hear(rtp(1, 160, bytes(160)))
    assert [data[12] for data in paper.frames(2)] == [1, 2]


def test_a_call_on_hold_hears_nothing_and_its_clock_runs_on():
    paper = Paper()
    paper.open()
    before = header(paper.frames(1)[0])
    paper.open(sends=False)
    assert paper.frames(3) == [None] * 3
    paper.open()
    after = header(paper.frames(1)[0])
    assert after[0] == 1
    assert (after[2] - before[2]) % 2**16 == 1
    assert (after[3] - before[3]) % 2**32 == 4 * 160


def test_keys_are_sent_as_the_rfc_lays_them_out():
    paper = Paper()
    paper.open()
    paper.do(SendKeys(CALL, "5#"))
    packets = paper.frames(2 * (KEY_FRAMES + KEY_ENDS + KEY_GAP_FRAMES))
    events = [data for data in packets if data[1] & 0x7F == 101]
    first, second = events[: KEY_FRAMES + KEY_ENDS], events[KEY_FRAMES + KEY_ENDS :]
    assert len(second) == len(first)
    assert {data[12] for data in first} == {5}
    assert {data[12] for data in second} == {11}
    assert [header(data)[0] for data in first] == [1, 0, 0, 0, 0, 0, 0, 0]
    assert len({header(data)[3] for data in first}) == 1
    assert [data[13] for data in first] == [0x0A] * 5 + [0x8A] * 3
    durations = [int.from_bytes(data[14:16]) for data in first]
    assert durations == [160, 320, 480, 640, 800, 800, 800, 800]
    sequence = [header(data)[2] for data in packets]
    assert [(b - a) % 2**16 for a, b in itertools.pairwise(sequence)] == [1] * 21


def test_keys_are_told_by_the_clock_that_was_agreed():
    paper = Paper()
    paper.open(events=((110, 48_000),))
    paper.do(SendKeys(CALL, "1"))
    first, second = paper.frames(2)
    assert header(first)[1] == 110
    assert int.from_bytes(second[14:16]) == 2 * 960


def test_a_prompt_waits_for_the_keys_that_are_sent():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 1, (paper.audio(1, 2),), False, False), SendKeys(CALL, "1"))
    audio = [data[12] for data in paper.frames(14) if data[1] & 0x7F == PCMA]
    assert audio == [1, 2, 0xD5, 0xD5, 0xD5, 0xD5]


@pytest.mark.parametrize(("codec", "other"), [(PCMA, PCMA), (PCMA, PCMU), (PCMU, PCMA)])
def test_a_bridged_call_hears_the_other_in_its_own_law(codec, other):
    paper = Paper()
    paper.open(codec=codec)
    paper.open(OTHER, codec=other, remote=("192.0.2.8", 4002))
    paper.do(Mix(CALL, (OTHER,)), Mix(OTHER, (CALL,)))
    said = encode(codec, np.full(160, 1000, np.int16))
    for n in range(6):
        paper.hear(rtp(n, 160 * n, said.tobytes(), kind=codec))
        left = paper.frame()
    heard = decode(other, np.frombuffer(left[OTHER][12:], np.uint8))
    assert np.abs(heard.astype(int) - 1000).max() <= 32
    assert np.abs(decode(codec, np.frombuffer(left[CALL][12:], np.uint8)).astype(int)).max() <= 8


def test_a_prompt_to_a_bridged_call_is_added_to_the_others_voice():
    paper = Paper()
    paper.open()
    paper.open(OTHER, remote=("192.0.2.8", 4002))
    paper.do(Mix(CALL, (OTHER,)), Mix(OTHER, (CALL,)))
    voice = encode(PCMA, np.full(160, 1000, np.int16)).tobytes()
    prompt = int(encode(PCMA, np.full(1, 3000, np.int16))[0])
    paper.do(Play(OTHER, 1, (paper.audio(*[prompt] * 9),), False, False))
    for n in range(6):
        paper.hear(rtp(n, 160 * n, voice))
        left = paper.frame()
    heard = decode(PCMA, np.frombuffer(left[OTHER][12:], np.uint8))
    assert np.abs(heard.astype(int) - 4000).max() <= 128


def test_a_call_whose_peer_is_gone_hears_silence():
    paper = Paper()
    paper.open()
    paper.open(OTHER, remote=("192.0.2.8", 4002))
    paper.do(Mix(CALL, (OTHER,)), Mix(OTHER, (CALL,)))
    for n in range(4):
        paper.hear(rtp(n, 160 * n, bytes(160)))
        paper.frame()
    paper.do(Close(CALL))
    assert set(paper.frame()[OTHER][12:]) == {0xD5}


def test_a_plane_that_died_goes_on_mid_prompt():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 1, (paper.audio(1, 2, 3, 4),), False, False))
    before = header(paper.frames(2)[1])
    paper.restart(gap_s=0.1)
    packets = paper.frames(3)
    assert [data[12] for data in packets] == [3, 4, 0xD5]
    after = header(packets[0])
    assert after[0] == 1
    assert (after[2] - before[2]) % 2**16 == 1
    assert (after[3] - before[3]) % 2**32 == 160 + 5 * 160
    assert [(e.play, e.whole) for e in paper.told()] == [(1, True)]


THIRD, FOURTH = 1 << 16 | 1, 1 << 16 | 9
SAYS = {CALL: 1000, OTHER: 3000, THIRD: -9000, FOURTH: 500}


def party(**codecs):
    """Four calls that each say a level of their own."""
    paper = Paper()
    for number, call in enumerate(SAYS):
        paper.open(
            call, codec=codecs.get(str(number), PCMA), remote=("192.0.2.8", 5000 + 2 * number)
        )
    return paper


def talk(paper, frames=6, start=0):
    """Everyone speaks; what each hears at the end, a sample."""
    for n in range(start, start + frames):
        for call, level in SAYS.items():
            codec = int(paper.columns.codec[call & 0xFFFF])
            said = encode(codec, np.full(160, level, np.int16)).tobytes()
            at = 5000 + 2 * list(SAYS).index(call)
            paper.hear(rtp(n, 160 * n, said, kind=codec), source=("192.0.2.8", at), call=call)
        left = paper.frame()
    return {
        call: int(
            decode(int(paper.columns.codec[call & 0xFFFF]), np.frombuffer(data[12:], np.uint8))[80]
        )
        for call, data in left.items()
    }


def near(level):
    return pytest.approx(level, abs=max(40, abs(level) * 0.06))


@pytest.mark.parametrize("laws", [{}, {"0": PCMU, "2": PCMU}])
def test_in_a_conference_each_hears_the_others(laws):
    paper = party(**laws)
    paper.do(*[Mix(call, tuple(set(SAYS) - {call})) for call in SAYS])
    total = sum(SAYS.values())
    assert talk(paper) == {call: near(total - SAYS[call]) for call in SAYS}


def test_one_who_monitors_hears_and_is_not_heard():
    paper = party()
    paper.do(Mix(CALL, (OTHER,)), Mix(OTHER, (CALL,)), Mix(THIRD, (CALL, OTHER)))
    heard = talk(paper)
    assert heard == {CALL: near(3000), OTHER: near(1000), THIRD: near(4000), FOURTH: near(0)}


def test_a_whisper_reaches_the_agent_alone():
    paper = party()
    paper.do(Mix(CALL, (OTHER,)), Mix(OTHER, (CALL, THIRD)))
    heard = talk(paper)
    assert heard[CALL] == near(3000)
    assert heard[OTHER] == near(-8000)


def test_the_sum_stays_within_what_a_sample_holds(monkeypatch):
    monkeypatch.setitem(SAYS, CALL, 30_000)
    monkeypatch.setitem(SAYS, OTHER, 30_000)
    paper = party()
    paper.do(Mix(THIRD, (CALL, OTHER)))
    assert talk(paper)[THIRD] == near(32_256)


def test_music_on_hold_takes_the_place_of_the_others_until_it_stops():
    paper = party()
    music = int(encode(PCMA, np.full(1, 2000, np.int16))[0])
    paper.do(Mix(CALL, (OTHER, THIRD)), Play(CALL, 1, (paper.audio(music),), False, True))
    assert talk(paper)[CALL] == near(2000)
    paper.do(Stop(CALL, 1))
    assert talk(paper, start=6)[CALL] == near(-6000)


def test_a_closed_call_is_dropped_from_every_mix():
    paper = party()
    paper.do(Mix(CALL, (OTHER, THIRD)), Mix(FOURTH, (OTHER,)), Close(OTHER))
    heard = talk(paper)
    assert heard[CALL] == near(-9000)
    assert heard[FOURTH] == near(0)
    assert paper.columns.wants.tolist() == [4 if slot == 1 else 0 for slot in range(20)]


def test_who_is_heard_by_nobody_is_no_longer_taken_from_its_buffer():
    paper = party()
    paper.do(Mix(CALL, (OTHER,)), Mix(THIRD, (OTHER,)))
    paper.do(Mix(CALL, ()))
    assert paper.columns.wants[OTHER & 0xFFFF]
    paper.do(Mix(THIRD, (CALL,)))
    assert not paper.columns.wants[OTHER & 0xFFFF]


def test_a_call_that_is_not_there_is_heard_by_nobody():
    paper = party()
    paper.do(Mix(CALL, (CALL, 77 << 16 | 3, OTHER)))
    assert talk(paper)[CALL] == near(3000)
