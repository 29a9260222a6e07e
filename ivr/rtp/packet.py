"""RTP headers of many packets as columns: RFC 3550, section 5.1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEADER_BYTES = 12
VERSION_BITS = 0x80
"""Version 2 in the two highest bits; no padding, extension or contributing sources."""

LAYOUT = np.dtype(
    [
        ("first", "u1"),
        ("second", "u1"),
        ("sequence", ">u2"),
        ("timestamp", ">u4"),
        ("ssrc", ">u4"),
    ]
)


@dataclass(frozen=True, slots=True)
class Headers:
    """What came in, a row a packet. Every column has one element a packet."""

    valid: NDArray[np.bool_]
    """False: not RTP, or its lengths do not fit. The other columns then mean nothing."""
    marker: NDArray[np.bool_]
    payload_type: NDArray[np.uint8]
    sequence: NDArray[np.uint16]
    timestamp: NDArray[np.uint32]
    ssrc: NDArray[np.uint32]
    payload_start: NDArray[np.int64]
    payload_bytes: NDArray[np.int64]


def write(
    rows: NDArray[np.uint8],
    *,
    payload_type: NDArray[np.uint8],
    marker: NDArray[np.bool_],
    sequence: NDArray[np.uint16],
    timestamp: NDArray[np.uint32],
    ssrc: NDArray[np.uint32],
) -> None:
    """Write one header of 12 bytes into each of the rows, shape (packets, 12), contiguous."""
    columns = rows.view(LAYOUT)[:, 0]
    columns["first"] = VERSION_BITS
    columns["second"] = (payload_type & 0x7F) | (marker.astype(np.uint8) << 7)
    columns["sequence"] = sequence
    columns["timestamp"] = timestamp
    columns["ssrc"] = ssrc


def read(rows: NDArray[np.uint8], lengths: NDArray[np.int64]) -> Headers:
    """Read the headers of packets, a row each, of which only the first `lengths` bytes came in.

    Nothing beyond a packet's own length decides about it, so rows may hold what an earlier packet left.
    """
    count, width = rows.shape
    if width < HEADER_BYTES:
        raise ValueError(f"rows of {width} bytes cannot hold an RTP header")
    columns = np.ascontiguousarray(rows[:, :HEADER_BYTES]).view(LAYOUT)[:, 0]
    first = columns["first"]
    at = np.arange(count, dtype=np.int64)
    start = HEADER_BYTES + 4 * (first & 0x0F).astype(np.int64)
    valid = (lengths >= HEADER_BYTES) & (lengths <= width) & (first >> 6 == 2)

    # Section 5.3.1: an extension says in its second half-word how many words follow.
    extended = (first & 0x10) != 0
    size_at = np.minimum(start + 2, width - 2)
    words = rows[at, size_at].astype(np.int64) * 256 + rows[at, size_at + 1]
    valid &= ~extended | (start + 4 <= lengths)
    start = np.where(extended, start + 4 + 4 * words, start)

    padded = (first & 0x20) != 0
    padding = rows[at, np.clip(lengths - 1, 0, width - 1)].astype(np.int64)
    valid &= ~padded | (padding > 0)
    size = lengths - start - np.where(padded, padding, 0)
    valid &= size >= 0
    return Headers(
        valid=valid,
        marker=(columns["second"] & 0x80) != 0,
        payload_type=(columns["second"] & 0x7F).astype(np.uint8),
        sequence=columns["sequence"].astype(np.uint16),
        timestamp=columns["timestamp"].astype(np.uint32),
        ssrc=columns["ssrc"].astype(np.uint32),
        payload_start=start,
        payload_bytes=size,
    )
