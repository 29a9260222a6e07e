"""What calls say: every packet that came, as columns, each call's own state moved on by vectors.

Of one call several packets may have come at once; they are taken in rounds, in each at most one of a call. What only few
packets do, Python does one by one: a new source, a key, a frame of an odd size, a report.
"""

import numpy as np
from numpy.typing import NDArray

from ivr.media.buffering import UNTOLD, USUAL_BYTES, Buffers
from ivr.media.counting import Count
from ivr.media.happenings import Happenings
from ivr.media.key_events import Keys
from ivr.media.listening import Listener
from ivr.media.memory import I64, U8, Memory
from ivr.media.messages import FirstPacket, Latched
from ivr.media.remote import Remote, came_from, remote_of, send_to, source_of
from ivr.media.reporting import Reporter
from ivr.media.secrecy import Secrecy
from ivr.media.settings import Settings
from ivr.media.traffic import Arrived
from ivr.rtp import comfort, event, packet
from ivr.rtp.codec import PCMA, PCMU

ROUNDS_MAX = 64
"""Packets of one call that are taken in one go; more are passed over."""
SOURCES_MAX = 256
"""Packets from sources that no call knows yet that are looked at in one go, and reports likewise."""
RELATCH_S = 1.0
"""A call moves to another source only after it heard nothing from its own for so long."""
DROPOUT_MAX = 3_000
"""A sequence that jumps further than this began anew: RFC 3550, appendix A.1."""
JITTER_MAX = 8_000
"""A second, in units of the timestamp."""


class Receiver:
    """Takes in the packets of all calls."""

    def __init__(
        self,
        memory: Memory,
        settings: Settings,
        happenings: Happenings,
        secrecy: Secrecy,
        reporter: Reporter,
        listener: Listener,
    ) -> None:
        self._columns = memory.columns
        self._counts = memory.counts
        self._happenings = happenings
        self._secrecy = secrecy
        self._reporter = reporter
        self._first_port = settings.port
        self._calls = settings.calls
        self._seen: I64 = np.zeros(settings.calls, np.int64)
        self._buffers = Buffers(memory.columns, listener.more)
        self._keys = Keys(memory.columns, happenings)

    def release_keys(self, slots: I64, now: float) -> None:
        """Let go of keys whose end was lost."""
        self._keys.release(slots, now)

    def take(self, arrived: Arrived, now: float) -> None:
        """Take in what came. Most of it is the next frame of audio of a call from where it always comes from."""
        columns = self._columns
        self._counts[Count.RECEIVED] += len(arrived.lengths)
        slots = (arrived.ports.astype(np.int64) - self._first_port) >> 1
        known = (slots >= 0) & (slots < self._calls)
        slots[~known] = 0
        known &= columns.call[slots] != 0
        sealed = known & (columns.tag_bytes[slots] != 0)
        if sealed.any():
            self._open(arrived, slots, known, np.flatnonzero(sealed))
        head = np.ascontiguousarray(arrived.rows[:, : packet.HEADER_BYTES]).view(packet.LAYOUT)[
            :, 0
        ]
        usual = (
            known
            & (arrived.lengths == USUAL_BYTES)
            & (head["first"] == packet.VERSION_BITS)
            & (head["second"] == columns.codec[slots])
            & self._from_source(arrived, slots)
            & (columns.hears[slots] != 0)
        )
        at = np.flatnonzero(usual)
        if len(at) < len(slots):
            self._take_unusual(arrived, slots, known, np.flatnonzero(~usual), now)
        slots = slots[at]
        for chosen in self._rounds(slots):
            rows = at[chosen]
            self._take_frames(arrived.rows, rows, slots[chosen], head[rows], now)

    def _open(self, arrived: Arrived, slots: I64, known: NDArray[np.bool_], at: I64) -> None:
        """Put SRTP in clear, in place; what cannot be is no longer known."""
        for row in at.tolist():
            data = arrived.rows[row, : int(arrived.lengths[row])].tobytes()
            slot = int(slots[row])
            report = len(data) > 1 and 64 <= data[1] & 0x7F < 96
            clear = (self._secrecy.open_report if report else self._secrecy.open)(slot, data)
            if clear is None:
                known[row] = False
                self._counts[Count.FORGED] += 1
                continue
            arrived.rows[row, : len(clear)] = np.frombuffer(clear, np.uint8)
            arrived.lengths[row] = len(clear)

    def _take_frames(
        self, rows: U8, at: I64, slots: I64, head: NDArray[np.void], now: float
    ) -> None:
        """Take frames of 20 ms, no two of one call."""
        columns = self._columns
        sequence = head["sequence"].astype(np.uint16)
        timestamp = head["timestamp"].astype(np.uint32)
        ssrc = head["ssrc"].astype(np.uint32)
        steady = (sequence - columns.their_sequence[slots] == np.uint16(1)) & (
            ssrc == columns.their_ssrc[slots]
        )
        if steady.all():
            columns.heard_at[slots] = now
            columns.their_sequence[slots] = sequence
            columns.received[slots] += np.uint32(1)
            round_again = sequence == 0
            if round_again.any():
                columns.cycles[slots[round_again]] += np.uint32(0x10000)
            self._measure(slots, timestamp, now)
        else:
            ahead, fresh = self._follow(slots, sequence, ssrc, now)
            self._measure(slots[ahead & ~fresh], timestamp[ahead & ~fresh], now)
        kept = np.flatnonzero(columns.wants[slots])
        if len(kept):
            self._buffers.keep_frames(rows, at[kept], slots[kept], timestamp[kept], now)

    def _take_unusual(
        self, arrived: Arrived, slots_of: I64, known: NDArray[np.bool_], at: I64, now: float
    ) -> None:
        """Take reports, keys, new sources, frames of other lengths, and what is none of these."""
        columns = self._columns
        slots, known = slots_of[at], known[at]
        rows, lengths = arrived.rows[at], arrived.lengths[at]
        kind = rows[:, 1] & 0x7F
        # RFC 5761, section 4: RTCP on the port of RTP is known by its type.
        reports = known & (kind >= 64) & (kind < 96)
        for index in np.flatnonzero(reports)[:SOURCES_MAX].tolist():
            data = rows[index, : int(lengths[index])].tobytes()
            self._reporter.take(int(slots[index]), data, now)
        good = known & ~reports
        if not good.any():
            self._counts[Count.STRAYS] += len(slots) - np.count_nonzero(known)
            return
        headers = packet.read(rows, lengths)
        self._counts[Count.BROKEN] += np.count_nonzero(good & ~headers.valid)
        good &= headers.valid
        strays = len(slots) - np.count_nonzero(known)
        elsewhere = good & ~self._from_source(arrived, slots_of)[at]
        for tried, index in enumerate(np.flatnonzero(elsewhere).tolist()):
            source = arrived.source_of(int(at[index]))
            if tried >= SOURCES_MAX or not self._accept(int(slots[index]), source, now):
                good[index] = False
                strays += 1
        self._counts[Count.STRAYS] += strays
        good &= columns.hears[slots] != 0
        chosen = np.flatnonzero(good)
        for one_each in self._rounds(slots[chosen]):
            self._take_round(rows, headers, slots, chosen[one_each], now)

    def _rounds(self, slots: I64) -> list[I64]:
        """Which packets to take together, so that in each round a call has at most one, in order of arrival."""
        count = len(slots)
        if count == 0:
            return []
        every = np.arange(count, dtype=np.int64)
        self._seen[slots] = every
        if np.array_equal(self._seen[slots], every):
            return [every]
        order = np.argsort(slots, kind="stable")
        ordered = slots[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        lengths = np.diff(np.r_[starts, count])
        rank = every - np.repeat(starts, lengths)
        self._counts[Count.FLOODED] += np.count_nonzero(rank >= ROUNDS_MAX)
        return [order[rank == number] for number in range(min(int(lengths.max()), ROUNDS_MAX))]

    # --- sources ---

    def _from_source(self, arrived: Arrived, slots: I64) -> NDArray[np.bool_]:
        """Which packets come from where their call's last one came from."""
        columns = self._columns
        same = arrived.sources == columns.source_port[slots]
        same &= arrived.hosts == columns.source_ip[slots]
        if arrived.hosts6 is not None:
            same &= (arrived.hosts6 == columns.source_ip6[slots]).all(axis=1)
        return same

    def _accept(self, slot: int, source: Remote, now: float) -> bool:
        """Whether a packet from a source that is not the call's present one is taken: symmetric RTP, RFC 4961.

        The announced address is always right. Another one is, if the call latches, until something was heard, and
        again once its source has been silent: a stranger cannot take a call over while its buyer speaks.
        """
        columns = self._columns
        if source_of(columns, slot) == source:
            return True
        announced = remote_of(columns, slot) == source
        silent = columns.source_port[slot] == 0 or now - columns.heard_at[slot] > RELATCH_S
        if not announced and not (columns.latches[slot] and silent):
            return False
        came_from(columns, slot, source)
        if not announced:
            port = source.port
            # RTCP follows its RTP: to the next port, unless both were announced on one.
            same = 0 < columns.control_port[slot] == columns.remote_port[slot]
            send_to(columns, slot, source)
            columns.control_port[slot] = port if same or port == 0xFFFF else port + 1
            self._happenings.change(slot)
            self._happenings.tell(Latched(int(columns.call[slot]), source.host, port, now))
        return True

    # --- RTP ---

    def _take_round(
        self, rows: U8, headers: packet.Headers, slots_of: I64, at: I64, now: float
    ) -> None:
        """Take packets of any kind, of which no two are of one call."""
        columns = self._columns
        slots = slots_of[at]
        ssrc, timestamp, kind = headers.ssrc[at], headers.timestamp[at], headers.payload_type[at]
        ahead, fresh = self._follow(slots, headers.sequence[at], ssrc, now)
        keys = np.flatnonzero(columns.event_khz[slots, kind] != 0)
        if len(keys):
            keys = self._keys.new_ones(rows, headers, at, slots, keys, now)
        for index in keys.tolist():
            row, slot = int(at[index]), int(slots[index])
            start = int(headers.payload_start[row])
            payload = rows[row, start : start + min(int(headers.payload_bytes[row]), 4)]
            self._keys.take(
                slot,
                event.Packet(
                    int(kind[index]),
                    int(columns.event_khz[slot, kind[index]]) * 1000,
                    int(ssrc[index]),
                    bool(headers.marker[row]),
                    int(timestamp[index]),
                    payload.tobytes(),
                ),
                now,
            )
        for index in np.flatnonzero(kind == comfort.PAYLOAD_TYPE).tolist():
            start = int(headers.payload_start[at[index]])
            size = min(int(headers.payload_bytes[at[index]]), 1)
            level = comfort.level_of(rows[at[index], start : start + size].tobytes())
            if level is not None:
                columns.noise[slots[index]] = level + 1
        audio = (kind == PCMU) | (kind == PCMA)
        timed = audio & ahead & ~fresh
        self._measure(slots[timed], timestamp[timed], now)
        kept = np.flatnonzero(audio & (columns.wants[slots] != 0))
        if len(kept):
            self._buffers.keep(rows, headers, at[kept], slots[kept], now)

    def _follow(
        self, slots: I64, sequence: NDArray[np.uint16], ssrc: NDArray[np.uint32], now: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Count packets as RFC 3550, appendix A.1, does: which go ahead, and which begin anew."""
        columns = self._columns
        first = columns.heard_at[slots] == 0
        columns.heard_at[slots] = now
        for slot in slots[first].tolist():
            self._happenings.tell(FirstPacket(int(columns.call[slot]), now))
        step = (sequence - columns.their_sequence[slots]).astype(np.int16)
        fresh = first | (columns.their_ssrc[slots] != ssrc)
        fresh |= np.abs(step.astype(np.int32)) > DROPOUT_MAX
        if fresh.any():
            self._begin(slots[fresh], ssrc[fresh], sequence[fresh])
            step[fresh] = 1
        ahead = step > 0
        onward = slots[ahead]
        columns.cycles[onward] += (
            ~fresh[ahead] & (sequence[ahead] < columns.their_sequence[onward])
        ).astype(np.uint32) * np.uint32(0x10000)
        columns.their_sequence[onward] = sequence[ahead]
        columns.received[slots] += np.uint32(1)
        return ahead, fresh

    def _begin(self, slots: I64, ssrc: NDArray[np.uint32], sequence: NDArray[np.uint16]) -> None:
        """A source's first packet: its counts and its buffer begin anew."""
        columns = self._columns
        columns.their_ssrc[slots] = ssrc
        columns.their_sequence[slots] = sequence
        columns.base_sequence[slots] = sequence
        columns.cycles[slots] = 0
        columns.received[slots] = 0
        columns.expected_before[slots] = 0
        columns.received_before[slots] = 0
        columns.jitter[slots] = 0
        columns.wait[slots] = -1
        columns.made_up[slots] = UNTOLD

    def _measure(self, slots: I64, timestamp: NDArray[np.uint32], now: float) -> None:
        """Interarrival jitter: RFC 3550, appendix A.8. Its grain is a tick."""
        columns = self._columns
        transit = (np.uint32(int(now * 8000) & 0xFFFFFFFF) - timestamp).view(np.int32)
        change = np.abs(transit - columns.transit[slots])
        columns.transit[slots] = transit
        # A clock that jumped tells nothing of the line.
        change[(change < 0) | (change > JITTER_MAX)] = 0
        jitter = columns.jitter[slots]
        columns.jitter[slots] = jitter + (change.astype(np.float32) - jitter) / np.float32(16)
