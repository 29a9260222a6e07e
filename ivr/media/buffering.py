"""The buffers of what calls say: frames lie where their timestamps put them, until ivr.media.listening takes them out."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ivr.media.memory import BUFFER_FRAMES, I64, U8, Columns
from ivr.rtp import packet
from ivr.rtp.codec import ACROSS, FRAME_BYTES, SILENCE

START_FRAMES = 2
"""Frames that a buffer gathers before it is taken from, while nothing is known of the line."""
DELAY_FRAMES_MAX = 10
FAR_BEHIND = 8_000
"""Audio that is late by more than a second is not late: its sender's clock began anew."""
EARLY_FRAMES_MAX = 64
"""Frames of a call that a full buffer may have taken before their time, and one more each tick: a line that stood still for two seconds
brings as many, with those that lie in the buffer. Past it their sender's clock is taken to have begun anew, or somebody floods us.
"""
UNTOLD = 0xFFFF
"""In place of frames that were made up, where the next packet's timestamp tells nothing of them: its clock is another one's."""
USUAL_BYTES = packet.HEADER_BYTES + FRAME_BYTES
"""A packet with a frame of 20 ms."""

FRAME = np.dtype(("V", FRAME_BYTES))


class Buffers:
    """Fills the buffers of all calls."""

    def __init__(self, columns: Columns, take: Callable[[I64, float], object]) -> None:
        """`take` has the next frame of some calls taken out."""
        self._columns = columns
        self._take = take
        self._frame_cells = columns.frames.view(FRAME)[:, :, 0]

    def keep_frames(
        self, rows: U8, at: I64, slots: I64, timestamp: NDArray[np.uint32], now: float
    ) -> None:
        """Put frames of 20 ms into the buffers of the calls that someone listens to."""
        columns = self._columns
        empty = columns.wait[slots] < 0
        if empty.any():
            self._anchor(slots[empty], timestamp[empty])
        behind = (timestamp - columns.anchor[slots]).view(np.int32)
        frame = behind // FRAME_BYTES
        due = columns.next[slots]
        # Each of these needs room for one frame, that which comes next: all calls together, as a plane that stood still is late with all.
        full = (behind % FRAME_BYTES == 0) & (frame == due + BUFFER_FRAMES)
        full &= (frame <= columns.newest[slots] + 1) & (columns.early[slots] < EARLY_FRAMES_MAX)
        if full.any():
            self._take_early(slots[full], now)
            due = columns.next[slots]
        fits = (behind % FRAME_BYTES == 0) & (frame >= due) & (frame < due + BUFFER_FRAMES)
        if not fits.all():
            for index in np.flatnonzero(~fits).tolist():
                slot = int(slots[index])
                codes = rows[at[index], packet.HEADER_BYTES : USUAL_BYTES]
                self._keep_odd(slot, int(timestamp[index]), codes, now)
            at, slots, frame = at[fits], slots[fits], frame[fits]
        cell = frame % BUFFER_FRAMES
        payload = np.ascontiguousarray(rows[at, packet.HEADER_BYTES : USUAL_BYTES])
        self._frame_cells[slots, cell] = payload.view(FRAME)[:, 0]
        columns.tags[slots, cell] = frame
        columns.newest[slots] = np.maximum(columns.newest[slots], frame)

    def keep(self, rows: U8, headers: packet.Headers, at: I64, slots: I64, now: float) -> None:
        """Put audio of any length and either law into the buffers."""
        columns = self._columns
        for row, slot in zip(at.tolist(), slots.tolist(), strict=True):
            start, timestamp = int(headers.payload_start[row]), int(headers.timestamp[row])
            if columns.wait[slot] < 0:
                self._anchor(np.array([slot]), headers.timestamp[row : row + 1])
            codes = rows[row, start : start + int(headers.payload_bytes[row])]
            across = ACROSS[int(headers.payload_type[row]), int(columns.codec[slot])]
            self._keep_odd(slot, timestamp, across[codes], now)

    def _anchor(self, slots: I64, timestamp: NDArray[np.uint32]) -> None:
        """Begin to fill empty buffers, each with the packet of this timestamp as frame 0."""
        columns = self._columns
        jitter_frames = np.ceil(columns.jitter[slots] * np.float32(2.5 / FRAME_BYTES)).astype(
            np.int16
        )
        due = columns.anchor[slots] + columns.next[slots].astype(np.uint32) * np.uint32(FRAME_BYTES)
        pause = (timestamp - due).view(np.int32) // FRAME_BYTES
        columns.pause[slots] = np.clip(pause, 0, UNTOLD)
        # A clock that went back was set, and what it shows is no pause.
        columns.made_up[slots[pause < 0]] = UNTOLD
        columns.anchor[slots] = timestamp
        columns.newest[slots] = -1
        columns.next[slots] = 0
        columns.tags[slots] = -1
        columns.low[slots] = BUFFER_FRAMES
        columns.window[slots] = 0
        columns.wait[slots] = np.minimum(START_FRAMES - 1 + jitter_frames, DELAY_FRAMES_MAX)

    def _make_room(self, slot: int, last: int, now: float) -> None:
        """Have a full buffer's oldest frames taken at once: a line that stood still brings more together than lies in it."""
        columns = self._columns
        frames = last + 1 - BUFFER_FRAMES - int(columns.next[slot])
        if frames <= EARLY_FRAMES_MAX - int(columns.early[slot]):
            for _ in range(frames):
                self._take_early(np.array([slot]), now)

    def _take_early(self, slots: I64, now: float) -> None:
        """Have a frame of each of these taken before its time."""
        self._columns.early[slots] += 1
        self._columns.wait[slots] = 0
        self._take(slots, now)

    def _keep_odd(self, slot: int, timestamp: int, codes: U8, now: float) -> None:
        """Audio of another length than 20 ms, or between two frames, or out of its time, sample by sample."""
        columns = self._columns
        behind = (timestamp - int(columns.anchor[slot]) + 0x80000000) % 0x100000000 - 0x80000000
        last = (behind + len(codes) - 1) // FRAME_BYTES
        if behind // FRAME_BYTES <= int(columns.newest[slot]) + 1:
            self._make_room(slot, last, now)
        first = int(columns.next[slot]) * FRAME_BYTES
        if behind >= first + BUFFER_FRAMES * FRAME_BYTES or behind < first - FAR_BEHIND:
            # Its clock jumped: what lies in the buffer is of another time.
            self._anchor(np.array([slot]), np.array([timestamp], np.uint32))
            behind = first = 0
        cut = max(first - behind, 0)
        if cut >= len(codes):
            columns.late[slot] += 1
            return
        codes, behind = codes[cut:], behind + cut
        codes = codes[: max(first + BUFFER_FRAMES * FRAME_BYTES - behind, 0)]
        cells = columns.frames[slot].reshape(-1)
        while len(codes):
            frame, inside = divmod(behind, FRAME_BYTES)
            cell = frame % BUFFER_FRAMES
            part = codes[: FRAME_BYTES - inside]
            if columns.tags[slot, cell] != frame:
                columns.frames[slot, cell] = SILENCE[int(columns.codec[slot])]
                columns.tags[slot, cell] = frame
            start = cell * FRAME_BYTES + inside
            cells[start : start + len(part)] = part
            columns.newest[slot] = max(int(columns.newest[slot]), frame)
            codes, behind = codes[len(part) :], behind + len(part)
