"""What calls hear: each 20 ms one packet for every call of a group, its payload taken from where it lies.

A prompt is never copied. Its frames lie in the arena as G.711; a packet is a header and the address of a frame. The calls
of a group are neighbours, so a tick works on slices in place: sequences go up by one, timestamps by 160, cursors by one
frame, and the headers are written down. What needs more than that, few calls do at once: they are gone through one by one.

A call that plays nothing has its cursor on a frame of silence, which does not move: silence is sent like any prompt. It
keeps a NAT's mapping open and the other end's timers quiet.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.media.happenings import Happenings
from ivr.media.memory import F32, I64, MIX_MAX, U8, U16, U32, Memory
from ivr.media.traffic import HEADERS_BYTES, RTP_AT, Leaving
from ivr.rtp.codec import ACROSS, CODES, FRAME_BYTES, LEVELS, PCMA, PCMU, SILENCE
from ivr.rtp.packet import VERSION_BITS

KEY_FRAMES = 5
"""Packets while a key is down: 100 ms."""
KEY_ENDS = 3
"""Packets that tell the end: RFC 4733, section 2.5.1.4."""
KEY_GAP_FRAMES = 3
"""Frames of audio before the next key."""
KEY_BYTES = 4
KEY_VOLUME = 10
"""-10 dBm0, in the middle of what receivers take."""
ENERGY_RISE = np.float32(1 / 2)
ENERGY_FALL = np.float32(1 / 15)
"""The weights of a louder and a quieter frame in the prompt's energy: its echo comes at once and dies down in 300 ms."""

LAWS = (PCMU, PCMA)
"""In the order of the tables below, and of the frames of silence at the arena's beginning."""
LEVELS_OF = np.stack([LEVELS[law] for law in LAWS])
CODES_OF = np.stack([CODES[law] for law in LAWS])
ACROSS_OF = np.stack([np.stack([ACROSS[one, other] for other in LAWS]) for one in LAWS])
SILENCE_OF = np.array([SILENCE[law] for law in LAWS], np.uint8)


def word_sums(rows: U8) -> U32:
    """The sum of the 16-bit words of each row, as the machine reads them. Rows are contiguous and even."""
    return rows.view(np.uint16).sum(axis=1, dtype=np.uint32)


@dataclass(slots=True)
class _Group:
    """A group's slices of the columns, and what is worked out anew only when its calls change."""

    leaving: Leaving
    sequence: U16
    timestamp: U32
    second: U8
    packets: U32
    cursor: I64
    end: I64
    advance: I64
    prompt_energy: F32
    header_second: U8
    header_sequence: NDArray[np.uint16]
    header_timestamp: NDArray[np.uint32]
    live_16: U16
    """1 for a call that is sent to, as each column's own kind of number."""
    live_32: U32
    live_64: I64
    spare: I64
    bridged: I64
    """Those that hear one other call, counted from the group's first."""
    mixed: I64
    """Those that hear several."""
    listens: bool
    renewed: bool = False
    """Since packets were last made."""


class Sender:
    """Makes the packets of a group's calls."""

    def __init__(self, memory: Memory, happenings: Happenings, groups: int) -> None:
        self._columns = memory.columns
        self._memory = memory
        self._happenings = happenings
        calls = len(memory.columns.call)
        # The arena's first frames are silence, one for each law.
        for number, law in enumerate(LAWS):
            memory.codes[number] = SILENCE[law]
        memory.sums[: len(LAWS)] = word_sums(memory.codes[: len(LAWS)])
        self._arena_at = memory.codes.ctypes.data
        self._headers: U8 = np.zeros((calls, HEADERS_BYTES), np.uint8)
        self._headers[:, RTP_AT] = VERSION_BITS
        self._mixed: U8 = np.zeros((calls, FRAME_BYTES), np.uint8)
        self._mixed_at = self._mixed.ctypes.data
        self._key_payloads: U8 = np.zeros((calls, KEY_BYTES), np.uint8)
        size = calls // groups
        self._groups = [self._group(group, size) for group in range(groups)]

    def frames(self, number: int, now: float) -> Leaving:
        """The packets of one tick of a group, 20 ms after its last."""
        group, happenings = self._groups[number], self._happenings
        leaving = group.leaving
        leaving.short.clear()
        self._look(number)
        leaving.fresh, group.renewed = group.renewed, False
        np.multiply(group.cursor, FRAME_BYTES, out=leaving.addresses)
        leaving.addresses += self._arena_at
        np.take(self._memory.sums, group.cursor, out=leaving.sums, mode="clip")
        group.header_second[:] = group.second
        group.header_sequence[:] = group.sequence
        group.header_timestamp[:] = group.timestamp
        if len(group.bridged) or len(group.mixed):
            self._mix(group)
        held = self._press_keys(leaving) if happenings.keying else []
        if group.listens:
            self._measure(group)
        self._advance(group, held, now)
        return leaving

    def listens(self, number: int) -> bool:
        """Whether anyone takes what a group's calls say."""
        self._look(number)
        return self._groups[number].listens

    def _look(self, number: int) -> None:
        """See to what changed of a group's calls since its last tick."""
        if number in self._happenings.changed:
            self._happenings.changed.discard(number)
            self._renew(self._groups[number])

    def settle(self, now: float) -> None:
        """After a life that ended: move on where it stopped between a prompt's last frame and what follows."""
        columns = self._columns
        for slot in np.flatnonzero(columns.cursor >= columns.end).tolist():
            if columns.call[slot]:
                self._next_segment(slot, now)
        for slot in np.flatnonzero(columns.keys_first != columns.keys_end).tolist():
            self._happenings.keying.add(slot)

    def _group(self, number: int, size: int) -> _Group:
        first = number * size
        span = slice(first, first + size)
        columns, headers = self._columns, self._headers[span]
        rtp = headers[:, RTP_AT:]
        leaving = Leaving(
            group=number,
            first=first,
            rows=np.empty(0, np.int64),
            rows6=np.empty(0, np.int64),
            headers=headers,
            addresses=np.zeros(size, np.int64),
            sums=np.zeros(size, np.uint32),
        )
        return _Group(
            leaving=leaving,
            sequence=columns.sequence[span],
            timestamp=columns.timestamp[span],
            second=columns.second[span],
            packets=columns.packets[span],
            cursor=columns.cursor[span],
            end=columns.end[span],
            advance=columns.advance[span],
            prompt_energy=columns.prompt_energy[span],
            header_second=rtp[:, 1],
            header_sequence=rtp[:, 2:4].view(">u2")[:, 0],
            header_timestamp=rtp[:, 4:8].view(">u4")[:, 0],
            live_16=np.zeros(size, np.uint16),
            live_32=np.zeros(size, np.uint32),
            live_64=np.zeros(size, np.int64),
            spare=np.zeros(size, np.int64),
            bridged=np.empty(0, np.int64),
            mixed=np.empty(0, np.int64),
            listens=False,
        )

    def _renew(self, group: _Group) -> None:
        """Work out who is sent to, and their headers, after calls came, went or moved."""
        columns, leaving = self._columns, group.leaving
        span = slice(leaving.first, leaving.first + len(group.cursor))
        live = (columns.call[span] != 0) & (columns.sends[span] != 0)
        live &= columns.remote_port[span] != 0
        group.live_16[:], group.live_32[:], group.live_64[:] = live, live, live
        by_ip6 = columns.remote_ip[span] == 0
        leaving.rows = np.flatnonzero(live & ~by_ip6).astype(np.int64)
        leaving.rows6 = np.flatnonzero(live & by_ip6).astype(np.int64)
        leaving.sealed = np.flatnonzero(live & (columns.tag_bytes[span] != 0)).tolist()
        sources = np.where(live, (columns.sources[span] >= 0).sum(axis=1), 0)
        group.bridged = np.flatnonzero(sources == 1).astype(np.int64)
        group.mixed = np.flatnonzero(sources > 1).astype(np.int64)
        group.listens = bool((columns.wants[span] != 0).any())
        group.renewed = True
        leaving.headers[:, RTP_AT + 8 :].view(">u4")[:, 0] = columns.ssrc[span]

    def _advance(self, group: _Group, held: list[tuple[int, int]], now: float) -> None:
        """Move on by a frame. A plane that is killed between two of these lines repeats or skips one frame."""
        group.sequence += group.live_16
        group.timestamp += np.uint32(FRAME_BYTES)
        group.second &= np.uint8(0x7F)
        group.packets += group.live_32
        np.multiply(group.advance, group.live_64, out=group.spare)
        group.cursor += group.spare
        for row, cursor in held:
            group.cursor[row] = cursor
        over = group.cursor >= group.end
        if over.any():
            for row in np.flatnonzero(over).tolist():
                self._next_segment(group.leaving.first + row, now)

    def _next_segment(self, slot: int, now: float) -> None:
        columns = self._columns
        segment = int(columns.segment[slot]) + 1
        if segment >= columns.segments[slot]:
            if not columns.loops[slot] or not columns.segments[slot]:
                self._happenings.play_over(slot, now, whole=True)
                return
            segment = 0
        columns.segment[slot] = segment
        columns.cursor[slot], columns.end[slot] = columns.playlist[slot, segment]

    def _measure(self, group: _Group) -> None:
        """Keep in mind how loud the prompts are, for the end-pointer."""
        energy: F32 = self._memory.energies.take(group.cursor, mode="clip")
        change = energy - group.prompt_energy
        change *= np.where(change > 0, ENERGY_RISE, ENERGY_FALL)
        group.prompt_energy += change

    def _mix(self, group: _Group) -> None:
        """What calls hear of others: one passes through, of several, or with a prompt over it, the samples are added.

        A prompt that loops is music on hold: it takes the place of the others' voices.
        """
        columns, leaving = self._columns, group.leaving
        plays = columns.play[leaving.first :][: len(leaving.addresses)] != 0
        loops = columns.loops[leaving.first :][: len(leaving.addresses)] != 0
        one = group.bridged[~(plays & loops)[group.bridged]]
        several = group.mixed[~(plays & loops)[group.mixed]]
        if len(one):
            here = one + leaving.first
            peer = columns.sources[here, 0]
            law, theirs = self._law(here), self._law(peer)
            self._mixed[here] = ACROSS_OF[theirs, law, columns.last[peer]]
        added = np.concatenate((one[plays[one]], several)) if len(group.mixed) else one[plays[one]]
        if len(added):
            self._add(added + leaving.first, plays[added])
        rows = np.concatenate((one, several)) if len(several) else one
        leaving.addresses[rows] = self._mixed_at + (rows + leaving.first) * FRAME_BYTES
        leaving.sums[rows] = word_sums(self._mixed[rows + leaving.first])

    def _add(self, here: I64, plays: NDArray[np.bool_]) -> None:
        """Add the voices that each of these calls hears, and its prompt where one plays."""
        columns = self._columns
        law = self._law(here)
        total = np.zeros((len(here), FRAME_BYTES), np.int32)
        if plays.any():
            codes = self._memory.codes[columns.cursor[here[plays]]]
            total[plays] = LEVELS_OF[law[plays], codes]
        for place in range(MIX_MAX):
            peer = columns.sources[here, place]
            there = peer >= 0
            if there.any():
                voice = columns.last[peer[there]]
                total[there] += LEVELS_OF[self._law(peer[there]), voice]
        samples = np.clip(total, -32768, 32767).astype(np.int16)
        self._mixed[here] = CODES_OF[law, samples.view(np.uint16)]

    def _law(self, rows: NDArray[np.integer]) -> I64:
        """Which tables are of each call's codec, as a column."""
        return (self._columns.codec[rows] == PCMA).astype(np.int64)[:, None]

    def _press_keys(self, leaving: Leaving) -> list[tuple[int, int]]:
        """Put keys in the place of audio; the rows whose prompts wait meanwhile, and where they are."""
        columns, held = self._columns, list[tuple[int, int]]()
        size = len(leaving.addresses)
        for slot in sorted(self._happenings.keying):
            row = slot - leaving.first
            if not 0 <= row < size:
                continue
            if columns.keys_first[slot] == columns.keys_end[slot]:
                self._happenings.keying.discard(slot)
                continue
            if not columns.sends[slot] or not columns.remote_port[slot]:
                continue
            told = self._key_packet(slot)
            if told is not None:
                held.append((row, int(columns.cursor[slot])))
                begins, stamp = told
                payload = self._key_payloads[slot]
                leaving.addresses[row] = payload.ctypes.data
                leaving.sums[row] = word_sums(payload[None])[0]
                rtp = leaving.headers[row, RTP_AT:]
                rtp[1] = int(columns.event_type[slot]) | begins << 7
                rtp[4:8] = np.frombuffer(stamp.to_bytes(4), np.uint8)
                leaving.short.append((row, KEY_BYTES))
                columns.octets_short[slot] += FRAME_BYTES - KEY_BYTES
        return held

    def _key_packet(self, slot: int) -> tuple[bool, int] | None:
        """Write the payload of the next packet of a key: whether it is the key's first, and its timestamp.

        None in the gap after a key, when audio is sent.
        """
        columns = self._columns
        step = int(columns.key_step[slot])
        if step >= KEY_FRAMES + KEY_ENDS:
            if step + 1 >= KEY_FRAMES + KEY_ENDS + KEY_GAP_FRAMES:
                columns.keys_first[slot] += 1
                columns.key_step[slot] = 0
            else:
                columns.key_step[slot] = step + 1
            return None
        khz = int(columns.event_type_khz[slot])
        if step == 0:
            columns.key_timestamp[slot] = int(columns.timestamp[slot]) * khz // 8 & 0xFFFFFFFF
        code = int(columns.keys[slot, int(columns.keys_first[slot]) % columns.keys.shape[1]])
        ended = step >= KEY_FRAMES
        duration = min(step + 1, KEY_FRAMES) * 20 * khz
        payload = bytes((code, 0x80 | KEY_VOLUME if ended else KEY_VOLUME)) + duration.to_bytes(2)
        self._key_payloads[slot] = np.frombuffer(payload, np.uint8)
        columns.key_step[slot] = step + 1
        return step == 0, int(columns.key_timestamp[slot])
