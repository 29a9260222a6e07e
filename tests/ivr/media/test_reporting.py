"""Reports that come and go apart from audio."""

from ivr.media.counting import Count
from ivr.media.reporting import REPORT_S
from ivr.media.traffic import Notice
from ivr.rtp import rtcp
from tests.ivr.media.paper import CALL, OTHER, Paper, rtp

REPORT = rtcp.write(77, "phone", rtcp.Sender(99 << 16, 0, 1, 160), ())


def test_a_report_counts_from_when_it_came_and_not_from_when_it_is_taken() -> None:
    paper = Paper()
    paper.open()
    sent = rtcp.middle(rtcp.ntp(paper.now))
    block = rtcp.Block(0xABCD, 64, 3, 9, 8, sent, int(0.2 * 65_536))
    data = rtcp.write(77, "phone", rtcp.Sender(99 << 16, 0, 1, 160), (block,))
    paper.plane.report([Notice(0, data, paper.now + 0.25)], paper.now + 0.34)
    assert abs(paper.columns.round_trip_s[0] - 0.05) < 0.001
    assert paper.columns.sr_at[0] == paper.now + 0.25


def test_a_report_that_came_after_the_tick_began_has_waited_for_no_time() -> None:
    paper = Paper()
    paper.open()
    paper.hear(rtp(1, 160, bytes(160)))
    due = paper.now + 2 * REPORT_S
    (notice,) = paper.plane.report([Notice(0, REPORT, due + 0.004)], due)
    report = rtcp.read(notice.data)
    assert report
    assert [(block.last_report, block.delay) for block in report.blocks] == [(99, 0)]


def test_what_was_left_by_a_call_that_is_over_is_a_stray() -> None:
    paper = Paper()
    paper.open()
    paper.plane.report(
        [Notice(0, REPORT, paper.now - 1), Notice(1, REPORT, paper.now + 1)], paper.now + 1
    )
    assert paper.memory.counts[Count.STRAYS] == 2
    assert paper.memory.counts[Count.REPORTS] == 0


def test_each_call_reports_once_each_five_seconds_with_what_it_knows() -> None:
    paper = Paper()
    paper.open()
    paper.open(OTHER, ssrc=0xEF, remote=("192.0.2.8", 4_002))
    paper.hear(rtp(1, 160, bytes(160)))
    paper.frames(1)
    for _ in range(10):
        paper.now += REPORT_S / 5
        paper.frames(1)
    reports = [(notice.slot, rtcp.read(notice.data)) for notice in paper.notices]
    assert sorted(slot for slot, _ in reports) == [0, 0, OTHER & 0xFFFF, OTHER & 0xFFFF]
    for slot, report in reports:
        assert report
        assert report.sender
        assert report.sender.packets
        assert [block.ssrc for block in report.blocks] == ([77] if slot == CALL & 0xFFFF else [])
