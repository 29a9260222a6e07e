"""Packets on their way in and out, a row each."""

from dataclasses import dataclass

from ivr.media.memory import I64, U8, U16, U32, U64


@dataclass(frozen=True, slots=True)
class Arrived:
    """Datagrams that came, in order of arrival. Rows may hold more than the datagram, left by an earlier one."""

    rows: U8
    """From the first byte of RTP or RTCP on."""
    lengths: I64
    ports: U16
    """The local port that each came to."""
    hosts: U32
    """Where each came from, in network order."""
    sources: U16
    """The port each came from."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """RTP packets to send: a header of ours, and a payload that lies in memory already."""

    slots: I64
    """The row of each packet's call."""
    headers: U8
    """Shape (packets, 12)."""
    addresses: U64
    """Where each payload lies."""
    lengths: U64
    sums: U32
    """Of each payload, the sum of its 16-bit words as the machine reads them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """An RTCP packet to send."""

    slot: int
    data: bytes
