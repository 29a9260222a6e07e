import pytest

from ivr.media.datagrams import ROW_BYTES
from ivr.media.messages import Digit, Play, PlayedOut
from tests.ivr.media.paper import CALL, KilledError, Paper, extended, key


def test_a_key_stops_the_prompt_before_it_is_told():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 3, (paper.audio(1, 2, 3),), True, False))
    paper.frames(1)
    paper.hear(key(1, 160, 5))
    assert paper.told()[1:] == [
        PlayedOut(CALL, 3, False, paper.now),
        Digit(CALL, "5", "event", paper.now, 1, 160),
    ]
    assert paper.frames(1)[0][12] == 0xD5


def test_a_prompt_that_does_not_let_itself_be_stopped_goes_on():
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 3, (paper.audio(1, 2, 3),), False, False))
    paper.hear(key(1, 160, 5))
    assert [data[12] for data in paper.frames(3)] == [1, 2, 3]


def test_a_press_is_told_once_whether_its_packets_come_together_or_apart():
    packets = [key(n, 160, 1, duration=160 * n, marker=n == 1) for n in range(1, 5)]
    packets += [key(n, 160, 1, duration=640, ended=True) for n in range(5, 8)]
    packets += [key(n, 2400, 1, duration=160, ended=n > 9) for n in range(8, 12)]
    together, apart = Paper(), Paper()
    together.open()
    apart.open()
    together.hear(*packets)
    for data in packets:
        apart.hear(data)
        apart.frame()
    for paper in (together, apart):
        assert [e.key for e in paper.told() if isinstance(e, Digit)] == ["1", "1"]


def test_keys_come_on_each_payload_type_that_was_agreed():
    paper = Paper()
    paper.open(events=((101, 8000), (110, 48_000)))
    paper.hear(key(1, 160, 1, ended=True), key(2, 960, 2, kind=110, ended=True))
    paper.hear(key(3, 9600, 3, kind=96, ended=True))
    assert [e.key for e in paper.told() if isinstance(e, Digit)] == ["1", "2"]


def test_a_longest_datagram_without_a_payload_is_no_key_and_no_trouble():
    paper = Paper()
    paper.open()
    paper.hear(extended(1, 160, ROW_BYTES, kind=101))
    paper.hear(key(2, 320, 5))
    assert [event.key for event in paper.told() if isinstance(event, Digit)] == ["5"]


def test_a_key_whose_end_was_lost_is_let_go():
    paper = Paper()
    paper.open()
    paper.hear(key(1, 160, 1))
    assert paper.columns.key_down[0]
    paper.frames(12)
    assert not paper.columns.key_down[0]


@pytest.mark.parametrize(("dies", "times"), [("before", 1), ("after", 2)])
def test_a_plane_that_is_killed_at_a_key_loses_none_and_one_told_again_is_known(dies, times):
    """Of a press that a dead plane told the next one knows nothing: it has the same number, key and stamp."""
    paper = Paper()
    paper.open()
    paper.hear(*[key(n, 160, 1, ended=True) for n in (1, 2, 3)])
    paper.dies = dies
    with pytest.raises(KilledError):
        paper.hear(key(4, 2400, 5))
    paper.restart(0.02)
    paper.hear(key(5, 2400, 5, duration=320), key(6, 2400, 5, duration=320, ended=True))
    paper.hear(key(7, 4800, 5, ended=True))
    told = [(e.press, e.key, e.stamp) for e in paper.told() if isinstance(e, Digit)]
    assert told == [(1, "1", 160), *[(2, "5", 2400)] * times, (3, "5", 4800)]


@pytest.mark.parametrize("dies", ["before", "after"])
def test_the_end_of_a_prompt_is_told_though_the_plane_is_killed_at_it(dies):
    paper = Paper()
    paper.open()
    paper.do(Play(CALL, 3, (paper.audio(1),), False, False))
    paper.told()
    paper.dies = dies
    with pytest.raises(KilledError):
        paper.frames(3)
    paper.restart()
    paper.frames(2)
    told = paper.told()
    assert [(each.play, each.whole) for each in told] == [(3, True)] * len(told)
    assert len(told) == (2 if dies == "after" else 1)


def test_a_play_that_a_killed_plane_had_begun_is_not_told_over_by_the_next():
    paper = Paper()
    paper.open()
    play = Play(CALL, 3, (paper.audio(1, 2),), True, False)
    paper.do(play)
    paper.restart()
    paper.told()
    paper.do(play)
    assert paper.told() == []
    assert [data[12] for data in paper.frames(2)] == [1, 2]
