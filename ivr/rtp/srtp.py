"""SRTP and SRTCP: RFC 3711 with AES in counter mode and HMAC-SHA1, under keys from SDP (RFC 4568, section 6.2).

One direction of a call: packets and their indices in, packets out. Who calls keeps the indices: the sequence of RTP,
extended by how often it went round, and a count of reports.
"""

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

KEY_BYTES = 16
SALT_BYTES = 14
TAG_BYTES = {"AES_CM_128_HMAC_SHA1_80": 10, "AES_CM_128_HMAC_SHA1_32": 4}
"""Of RTP, by the suite's name; RTCP has 10 with either (RFC 4568, section 6.2.2)."""
CONTROL_TAG_BYTES = 10
CONTROL_HEADER_BYTES = 8
CONTROL_INDEX_MAX = 2**31 - 1
REPLAY_WINDOW = 64
"""Packets older than so many are refused; of the others each is taken once: section 3.3.2."""
_BLOCK = 16
_ENCRYPTED = 0x80000000
_COUNTERS = [number.to_bytes(2) for number in range(128)]
"""2,048 bytes of keystream: more than a datagram holds."""


def _stream(encrypt: "_Encrypt", start: int, count: int) -> bytes:
    """Keystream from a counter whose low 16 bits are zero: section 4.1.1."""
    high = (start >> 16).to_bytes(SALT_BYTES)
    blocks = -(-count // _BLOCK)
    return encrypt(b"".join(high + low for low in _COUNTERS[:blocks]))[:count]


class _Encrypt:
    """AES of whole blocks, from which counter mode is made."""

    def __init__(self, key: bytes) -> None:
        # Each block is a counter that never comes again, so that this mode's weakness does not arise.
        self._aes = Cipher(AES(key), ECB()).encryptor()  # noqa: S305

    def __call__(self, blocks: bytes) -> bytes:
        return self._aes.update(blocks)


def _crossed(data: bytes, stream: bytes) -> bytes:
    count = len(data)
    return (int.from_bytes(data) ^ int.from_bytes(stream)).to_bytes(count)


class _Keys:
    """Session keys, derived once: section 4.3, with a derivation rate of zero."""

    def __init__(self, master: _Encrypt, salt: int, label: int) -> None:
        def derive(number: int, count: int) -> bytes:
            return _stream(master, (salt ^ number << 48) << 16, count)

        self.encrypt = _Encrypt(derive(label, KEY_BYTES))
        self.auth = derive(label + 1, 20)
        self.salt = int.from_bytes(derive(label + 2, SALT_BYTES)) << 16

    def counter(self, ssrc: int, index: int) -> int:
        return self.salt ^ ssrc << 64 ^ index << 16


class Secured:
    """One direction of one call. Raises ValueError for a key that is not 30 bytes."""

    def __init__(self, key_and_salt: bytes, tag_bytes: int) -> None:
        if len(key_and_salt) != KEY_BYTES + SALT_BYTES:
            raise ValueError(f"a key and salt of {len(key_and_salt)} bytes; 30 are needed")
        master = _Encrypt(key_and_salt[:KEY_BYTES])
        salt = int.from_bytes(key_and_salt[KEY_BYTES:])
        self._tag_bytes = tag_bytes
        self._rtp = _Keys(master, salt, 0)
        self._rtcp = _Keys(master, salt, 3)

    def protect(self, header: bytes, payload: bytes, index: int) -> bytes:
        """What goes in the place of the payload: it encrypted, and a tag over all."""
        ssrc = int.from_bytes(header[8:12])
        stream = _stream(self._rtp.encrypt, self._rtp.counter(ssrc, index), len(payload))
        sealed = _crossed(payload, stream)
        return sealed + self._tag(header + sealed, index)

    def unprotect(self, packet: bytes, header_bytes: int, index: int) -> bytes | None:
        """The packet in clear, without its tag; None when the tag is not right."""
        body, tag = packet[: -self._tag_bytes], packet[-self._tag_bytes :]
        if len(body) < header_bytes or not hmac.compare_digest(self._tag(body, index), tag):
            return None
        sealed = body[header_bytes:]
        ssrc = int.from_bytes(packet[8:12])
        stream = _stream(self._rtp.encrypt, self._rtp.counter(ssrc, index), len(sealed))
        return body[:header_bytes] + _crossed(sealed, stream)

    def protect_control(self, packet: bytes, index: int) -> bytes:
        """An RTCP packet encrypted, its index and a tag: section 3.4."""
        clear, data = packet[:CONTROL_HEADER_BYTES], packet[CONTROL_HEADER_BYTES:]
        ssrc = int.from_bytes(packet[4:8])
        stream = _stream(self._rtcp.encrypt, self._rtcp.counter(ssrc, index), len(data))
        body = clear + _crossed(data, stream) + (_ENCRYPTED | index).to_bytes(4)
        return body + hmac.digest(self._rtcp.auth, body, "sha1")[:CONTROL_TAG_BYTES]

    def unprotect_control(self, packet: bytes) -> tuple[int, bytes] | None:
        """The index of an RTCP packet, and the packet in clear; None when its tag is not right."""
        body, tag = packet[:-CONTROL_TAG_BYTES], packet[-CONTROL_TAG_BYTES:]
        if len(body) < CONTROL_HEADER_BYTES + 4 or not hmac.compare_digest(
            hmac.digest(self._rtcp.auth, body, "sha1")[:CONTROL_TAG_BYTES], tag
        ):
            return None
        word = int.from_bytes(body[-4:])
        index, sealed = word & ~_ENCRYPTED, body[CONTROL_HEADER_BYTES:-4]
        if word & _ENCRYPTED:
            ssrc = int.from_bytes(packet[4:8])
            stream = _stream(self._rtcp.encrypt, self._rtcp.counter(ssrc, index), len(sealed))
            sealed = _crossed(sealed, stream)
        return index, body[:CONTROL_HEADER_BYTES] + sealed

    def _tag(self, data: bytes, index: int) -> bytes:
        rollover = (index >> 16 & 0xFFFFFFFF).to_bytes(4)
        return hmac.digest(self._rtp.auth, data + rollover, "sha1")[: self._tag_bytes]


def index_of(highest: int | None, sequence: int) -> int:
    """The index of a packet by the highest one seen: the nearest with this sequence. Appendix A."""
    if highest is None:
        return sequence
    nearest = (sequence - highest + 0x8000) % 0x10000 - 0x8000 + highest
    return nearest if nearest >= 0 else nearest + 0x10000


def admit(highest: int, window: int, index: int) -> tuple[int, int] | None:
    """The highest index and the window of those seen, after this one; None for one that was seen or is too old.

    Bit n of the window: highest - n was seen.
    """
    ahead = index - highest
    if ahead > 0:
        kept = window << ahead if ahead < REPLAY_WINDOW else 0
        return index, (kept | 1) & (1 << REPLAY_WINDOW) - 1
    if -ahead >= REPLAY_WINDOW or window >> -ahead & 1:
        return None
    return highest, window | 1 << -ahead
