"""What both ends of a call tell each other of its audio: RTCP's reports, taken and made for all calls at once, ten times a second."""

import numpy as np

from ivr.media.counting import Count
from ivr.media.memory import I64, Memory
from ivr.media.messages import Stats
from ivr.media.secrecy import Secrecy
from ivr.media.traffic import Notice
from ivr.rtp import rtcp
from ivr.rtp.codec import FRAME_BYTES

REPORT_S = 5.0
"""RFC 3550, section 6.2: the least between two reports of one source."""


class Reporter:
    """The reports of all calls."""

    def __init__(self, memory: Memory, secrecy: Secrecy, name: str) -> None:
        self._columns = memory.columns
        self._counts = memory.counts
        self._secrecy = secrecy
        self._name = name

    def open(self, slot: int, now: float) -> None:
        """A call begins. Reports of many that begin together do not leave together."""
        self._columns.report_at[slot] = now + REPORT_S * (0.5 + slot * 0.618 % 1)

    def come(self, notices: list[Notice]) -> None:
        """Take what came to control ports."""
        columns, counts = self._columns, self._counts
        counts[Count.RECEIVED] += len(notices)
        for notice in notices:
            slot, data = notice.slot, notice.data
            # A call that is over may have left one behind for the next that has its port.
            if not columns.call[slot] or notice.at < columns.opened_at[slot]:
                counts[Count.STRAYS] += 1
                continue
            if columns.tag_bytes[slot]:
                clear = self._secrecy.open_report(slot, data)
                if clear is None:
                    counts[Count.FORGED] += 1
                    continue
                data = clear
            self.take(slot, data, notice.at)

    def take(self, slot: int, data: bytes, at: float) -> None:
        """Take one report, in clear, that came at this time."""
        report = rtcp.read(data)
        if report is None:
            self._counts[Count.BROKEN] += 1
            return
        self._counts[Count.REPORTS] += 1
        columns = self._columns
        if report.sender is not None:
            columns.sr_middle[slot] = rtcp.middle(report.sender.ntp)
            columns.sr_at[slot] = at
        for block in report.blocks:
            if block.ssrc == columns.ssrc[slot]:
                columns.their_loss[slot] = block.fraction_lost
                if block.last_report:
                    # Section 6.4.1: arrival, less the delay there, less our own sending. Our stamps are of this clock.
                    trip = (
                        rtcp.middle(rtcp.ntp(at)) - block.last_report - block.delay
                    ) & 0xFFFFFFFF
                    if trip < 0x80000000:
                        columns.round_trip_s[slot] = trip / 65_536

    def due(self, now: float) -> list[Notice]:
        """The reports that are due: what was sent and heard, RFC 3550, section 6.4.1 and appendix A.3."""
        columns = self._columns
        rows = np.flatnonzero((columns.report_at <= now) & (columns.call != 0))
        if not len(rows):
            return []
        columns.report_at[rows] = now + REPORT_S
        rows = rows[columns.control_port[rows] != 0]
        expected, received = self._expected(rows), columns.received[rows].astype(np.int64)
        new = expected - columns.expected_before[rows]
        lost = new - (received - columns.received_before[rows])
        columns.expected_before[rows] = np.maximum(expected, 0)
        columns.received_before[rows] = received
        fraction = np.where((new > 0) & (lost > 0), lost * 256 // np.maximum(new, 1), 0)
        # RFC 3550, section 6.4.1: all zero where no sender's report came. One may have come since this tick began.
        waited_s = np.maximum(now - columns.sr_at[rows], 0)
        since = np.where(columns.sr_middle[rows] != 0, waited_s * 65_536, 0)
        blocks = zip(
            columns.their_ssrc[rows].tolist(),
            np.minimum(fraction, 255).tolist(),
            (expected - received).tolist(),
            ((expected - 1 + columns.base_sequence[rows]) & 0xFFFFFFFF).tolist(),
            columns.jitter[rows].astype(np.uint32).tolist(),
            columns.sr_middle[rows].tolist(),
            (since.astype(np.int64) & 0xFFFFFFFF).tolist(),
            strict=True,
        )
        packets = columns.packets[rows].astype(np.int64)
        octets = (packets * FRAME_BYTES - columns.octets_short[rows]) & 0xFFFFFFFF
        senders = zip(
            columns.timestamp[rows].tolist(), packets.tolist(), octets.tolist(), strict=True
        )
        heard = (columns.heard_at[rows] != 0).tolist()
        stamp = rtcp.ntp(now)
        notices: list[Notice] = []
        for slot, ssrc, hears, block, sender in zip(
            rows.tolist(), columns.ssrc[rows].tolist(), heard, blocks, senders, strict=True
        ):
            data = rtcp.write(
                ssrc,
                self._name,
                rtcp.Sender(stamp, *sender) if sender[1] else None,
                (rtcp.Block(*block),) if hears else (),
            )
            notices.append(self._secrecy.seal_notice(Notice(slot, data)))
        return notices

    def farewell(self, slot: int) -> Notice:
        """A call ends."""
        return self._secrecy.seal_notice(Notice(slot, rtcp.farewell(int(self._columns.ssrc[slot]))))

    def stats(self, slot: int, now: float, *, closed: bool) -> Stats:
        """What is known of a call's audio."""
        columns = self._columns
        received = int(columns.received[slot])
        (expected,) = self._expected(np.array([slot])).tolist()
        return Stats(
            call=int(columns.call[slot]),
            sent=int(columns.packets[slot]),
            received=received,
            lost=max(expected - received, 0),
            late=int(columns.late[slot]),
            jitter_ms=round(float(columns.jitter[slot]) / 8, 2),
            their_loss=int(columns.their_loss[slot]) / 256,
            round_trip_ms=round(float(columns.round_trip_s[slot]) * 1000, 2),
            closed=closed,
            at=now,
        )

    def _expected(self, rows: I64) -> I64:
        """How many packets should have come: appendix A.3. 0 where nothing was heard."""
        columns = self._columns
        highest = columns.cycles[rows].astype(np.int64) + columns.their_sequence[rows]
        return np.where(columns.heard_at[rows] != 0, highest - columns.base_sequence[rows] + 1, 0)
