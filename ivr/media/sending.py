"""What calls hear: each 20 ms one packet for every call of a group, its payload taken from where it lies.

A prompt is never copied. Its frames lie in the arena as G.711; a packet is twelve bytes of header and the address of a
frame. So a tick is some vectors of one element a call, and one call of the kernel.

A call that plays nothing is sent silence: it keeps a NAT's mapping open and the other end's timers quiet.
"""

import numpy as np

from ivr.media.happenings import Happenings
from ivr.media.memory import F32, I64, U8, U32, U64, Memory
from ivr.media.traffic import Leaving
from ivr.rtp import packet
from ivr.rtp.codec import ACROSS, CODES, FRAME_BYTES, LEVELS, PCMA, PCMU, SILENCE

KEY_FRAMES = 5
"""Packets while a key is down: 100 ms."""
KEY_ENDS = 3
"""Packets that tell the end: RFC 4733, section 2.5.1.4."""
KEY_GAP_FRAMES = 3
"""Frames of audio before the next key."""
KEY_VOLUME = 10
"""-10 dBm0, in the middle of what receivers take."""
ENERGY_RISE = 1 / 2
ENERGY_FALL = 1 / 15
"""The weights of a louder and a quieter frame in the prompt's energy: its echo comes at once and dies down in 300 ms."""

LAWS = (PCMU, PCMA)
"""In the order of the tables below."""
LEVELS_OF = np.stack([LEVELS[law] for law in LAWS])
CODES_OF = np.stack([CODES[law] for law in LAWS])
ACROSS_OF = np.stack([np.stack([ACROSS[one, other] for other in LAWS]) for one in LAWS])
SILENCE_OF = np.array([SILENCE[law] for law in LAWS], np.uint8)


def word_sums(rows: U8) -> U32:
    """The sum of the 16-bit words of each row, as the machine reads them. Rows are contiguous and even."""
    return rows.view(np.uint16).sum(axis=1, dtype=np.uint32)


class Sender:
    """Makes the packets of a group's calls."""

    def __init__(self, memory: Memory, happenings: Happenings) -> None:
        self._columns = memory.columns
        self._memory = memory
        self._happenings = happenings
        calls = len(memory.columns.call)
        self._arena_at = np.uint64(memory.codes.ctypes.data)
        self._silence: U8 = np.repeat(SILENCE_OF[:, None], FRAME_BYTES, axis=1)
        self._silence_at: U64 = np.uint64(self._silence.ctypes.data) + np.arange(
            len(LAWS), dtype=np.uint64
        ) * np.uint64(FRAME_BYTES)
        self._silence_sums = word_sums(self._silence)
        self._mixed: U8 = np.zeros((calls, FRAME_BYTES), np.uint8)
        self._key_payloads: U8 = np.zeros((calls, 4), np.uint8)

    def frames(self, slots: I64, now: float) -> Leaving:
        """The packets of one tick of these calls, which have each waited 20 ms since their last."""
        columns = self._columns
        rows = slots[(columns.sends[slots] != 0) & (columns.remote_port[slots] != 0)]
        keyed = columns.keys_first[rows] != columns.keys_end[rows]
        playing = (columns.play[rows] != 0) & ~keyed
        law = (columns.codec[rows] == PCMA).astype(np.int64)
        cursor = columns.cursor[rows]
        addresses = np.where(
            playing,
            self._arena_at + cursor.astype(np.uint64) * np.uint64(FRAME_BYTES),
            self._silence_at[law],
        )
        sums = np.where(playing, self._memory.sums[cursor], self._silence_sums[law])
        lengths = np.full(len(rows), FRAME_BYTES, np.uint64)
        payload_type = columns.codec[rows]
        timestamp = columns.timestamp[rows]
        marker = columns.marker[rows] != 0

        bridged = np.flatnonzero(columns.peer[rows] >= 0)
        if len(bridged):
            self._mix(rows, law, cursor, playing, bridged)
            addresses[bridged] = np.uint64(self._mixed.ctypes.data) + rows[bridged].astype(
                np.uint64
            ) * np.uint64(FRAME_BYTES)
            sums[bridged] = word_sums(self._mixed[rows[bridged]])
        for at in np.flatnonzero(keyed).tolist():
            told = self._key_packet(int(rows[at]))
            if told is not None:
                begins, stamp = told
                payload = self._key_payloads[rows[at]]
                addresses[at] = payload.ctypes.data
                sums[at] = word_sums(payload[None])[0]
                lengths[at] = 4
                payload_type[at] = columns.event_type[rows[at]]
                timestamp[at] = stamp
                marker[at] = begins

        headers = np.empty((len(rows), packet.HEADER_BYTES), np.uint8)
        packet.write(
            headers,
            payload_type=payload_type,
            marker=marker,
            sequence=columns.sequence[rows],
            timestamp=timestamp,
            ssrc=columns.ssrc[rows],
        )
        self._advance(slots, rows, playing, cursor, now)
        columns.octets[rows] += lengths.astype(np.uint32)
        return Leaving(rows, headers, addresses, lengths, sums)

    def _advance(
        self,
        slots: I64,
        rows: I64,
        playing: np.ndarray[tuple[int], np.dtype[np.bool_]],
        cursor: I64,
        now: float,
    ) -> None:
        """Move on by a frame. A plane that is killed between two of these lines repeats or skips one frame."""
        columns = self._columns
        columns.sequence[rows] += 1
        columns.timestamp[slots] += FRAME_BYTES
        columns.marker[rows] = 0
        columns.packets[rows] += 1
        energy: F32 = np.where(playing, self._memory.energies[cursor], np.float32(0))
        change = energy - columns.prompt_energy[rows]
        share = np.where(change > 0, np.float32(ENERGY_RISE), np.float32(ENERGY_FALL))
        columns.prompt_energy[rows] += change * share
        on = rows[playing]
        cursor = cursor[playing] + 1
        columns.cursor[on] = cursor
        for slot in on[cursor >= columns.end[on]].tolist():
            self._next_segment(slot, now)

    def _next_segment(self, slot: int, now: float) -> None:
        columns = self._columns
        segment = int(columns.segment[slot]) + 1
        if segment >= columns.segments[slot]:
            if not columns.loops[slot]:
                self._happenings.play_over(slot, now, whole=True)
                return
            segment = 0
        columns.segment[slot] = segment
        columns.cursor[slot], columns.end[slot] = columns.playlist[slot, segment]

    def _mix(
        self,
        rows: I64,
        law: I64,
        cursor: I64,
        playing: np.ndarray[tuple[int], np.dtype[np.bool_]],
        bridged: I64,
    ) -> None:
        """What each bridged call hears: its peer, and the prompt that plays to it."""
        columns = self._columns
        here = rows[bridged]
        peer = columns.peer[here].astype(np.int64)
        theirs = (columns.codec[peer] == PCMA).astype(np.int64)
        heard = columns.last[peer]
        self._mixed[here] = ACROSS_OF[theirs[:, None], law[bridged][:, None], heard]
        both = playing[bridged]
        if not both.any():
            return
        tables = law[bridged[both]][:, None]
        prompt = LEVELS_OF[tables, self._memory.codes[cursor[bridged[both]]]].astype(np.int32)
        speech = LEVELS_OF[theirs[both][:, None], heard[both]].astype(np.int32)
        mixed = np.clip(prompt + speech, -32768, 32767).astype(np.int16)
        self._mixed[here[both]] = CODES_OF[tables, mixed.view(np.uint16)]

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
