"""SRTP for the calls that agreed on it: each packet of theirs is opened before, and sealed after, all else is done with it.

Such a packet costs some 20 us each way, where others cost a share of a vector: these calls are gone through one by one. Keys and
indices are columns, so a plane that takes over goes on where the last one was, and no index is used twice.
"""

import ctypes

import numpy as np

from ivr.media.memory import U8, Memory
from ivr.media.sending import word_sums
from ivr.media.traffic import RTP_AT, Leaving, Notice
from ivr.rtp.codec import FRAME_BYTES
from ivr.rtp.packet import HEADER_BYTES
from ivr.rtp.srtp import CONTROL_INDEX_MAX, Secured, admit, index_of

SEALED_BYTES = FRAME_BYTES + 16
NO_INDEX = 2**63
"""Nothing was heard yet."""


class Secrecy:
    """Seals and opens packets."""

    def __init__(self, memory: Memory) -> None:
        self._columns = memory.columns
        calls = len(memory.columns.call)
        self._sealed: U8 = np.zeros((calls, SEALED_BYTES), np.uint8)
        self._keys: dict[int, tuple[bytes, Secured, Secured]] = {}

    def seal(self, leaving: Leaving, rows: list[int]) -> None:
        """Put a sealed payload in the place of each of these rows' own."""
        columns = self._columns
        lengths = dict(leaving.short)
        for row in rows:
            slot = leaving.first + row
            header = leaving.headers[row, RTP_AT:].tobytes()
            sequence = int.from_bytes(header[2:4])
            payload = ctypes.string_at(int(leaving.addresses[row]), lengths.get(row, FRAME_BYTES))
            rounds = int(columns.rounds_out[slot])
            ours, _ = self._of(slot)
            sealed = ours.protect(header, payload, rounds << 16 | sequence)
            if sequence == 0xFFFF:
                columns.rounds_out[slot] = rounds + 1
            place = self._sealed[slot]
            place[: len(sealed)] = np.frombuffer(sealed, np.uint8)
            leaving.addresses[row] = place.ctypes.data
            leaving.sums[row] = word_sums(place[None, : len(sealed)])[0]
            lengths[row] = len(sealed)
        leaving.short[:] = lengths.items()

    def seal_notice(self, notice: Notice) -> Notice:
        """A report as it may leave."""
        columns, slot = self._columns, notice.slot
        if not columns.tag_bytes[slot]:
            return notice
        index = int(columns.report_index[slot]) + 1 & CONTROL_INDEX_MAX
        columns.report_index[slot] = index
        return Notice(slot, self._of(slot)[0].protect_control(notice.data, index))

    def open(self, slot: int, data: bytes) -> bytes | None:
        """A packet in clear; None for one that is not of this call's other end, or came before."""
        columns = self._columns
        if len(data) < HEADER_BYTES + int(columns.tag_bytes[slot]):
            return None
        header_bytes = _header_bytes(data)
        known = int(columns.index_in[slot])
        sequence = int.from_bytes(data[2:4])
        index = index_of(None if known == NO_INDEX else known, sequence)
        admitted = (
            (index, 1) if known == NO_INDEX else admit(known, int(columns.window_in[slot]), index)
        )
        if admitted is None or header_bytes > len(data):
            return None
        clear = self._of(slot)[1].unprotect(data, header_bytes, index)
        if clear is not None:
            columns.index_in[slot], columns.window_in[slot] = admitted
        return clear

    def open_report(self, slot: int, data: bytes) -> bytes | None:
        """A report in clear; None for one that is not of this call's other end, or came before."""
        columns = self._columns
        opened = self._of(slot)[1].unprotect_control(data)
        if opened is None:
            return None
        index, clear = opened
        if index <= int(columns.report_index_in[slot]) and columns.report_index_in[slot]:
            return None
        columns.report_index_in[slot] = index
        return clear

    def _of(self, slot: int) -> tuple[Secured, Secured]:
        """Our direction and theirs, made when first needed and when the keys changed."""
        columns = self._columns
        ours, theirs = columns.key_out[slot].tobytes(), columns.key_in[slot].tobytes()
        tag_bytes = int(columns.tag_bytes[slot])
        name = bytes((tag_bytes,)) + ours + theirs
        known = self._keys.get(slot)
        if known is None or known[0] != name:
            known = (name, Secured(ours, tag_bytes), Secured(theirs, tag_bytes))
            self._keys[slot] = known
        return known[1], known[2]


def _header_bytes(data: bytes) -> int:
    """How long the header is: with its sources, and an extension, which stay in clear (section 3.1)."""
    size = HEADER_BYTES + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        size += 4 + 4 * int.from_bytes(data[size + 2 : size + 4])
    return size
