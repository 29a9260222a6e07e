"""The user data header in front of a short message (3GPP TS 23.040, section 9.2.3.24)."""

from dataclasses import dataclass
from typing import Final

CONCATENATION_8: Final = 0x00
CONCATENATION_16: Final = 0x08
SINGLE_SHIFT: Final = 0x24
LOCKING_SHIFT: Final = 0x25
OCTETS_MAX: Final = 140


@dataclass(frozen=True, slots=True)
class Header:
    """Information elements in their order."""

    elements: tuple[tuple[int, bytes], ...] = ()

    def __bytes__(self) -> bytes:
        body = b"".join(bytes((tag, len(value))) + value for tag, value in self.elements)
        return bytes((len(body),)) + body if body else b""

    def element(self, tag: int) -> bytes | None:
        """The last element of a kind: the standard lets a repeated one replace the first."""
        return next((value for kind, value in reversed(self.elements) if kind == tag), None)

    @property
    def concatenation(self) -> tuple[int, int, int] | None:
        """Reference, total and sequence number, or None if there are none that make sense.

        A total of 0, or a number of 0 or past the total, is to be ignored (9.2.3.24.1).
        """
        short, long = self.element(CONCATENATION_8), self.element(CONCATENATION_16)
        if short is not None and len(short) == 3:
            reference, total, number = short
        elif long is not None and len(long) == 4:
            reference, total, number = int.from_bytes(long[:2]), long[2], long[3]
        else:
            return None
        return (reference, total, number) if 1 <= number <= total else None

    def shift(self, tag: int) -> int:
        """The national language of a shift element, 0 without one."""
        value = self.element(tag)
        return value[0] if value else 0


def parse(octets: bytes) -> tuple[Header, bytes]:
    """Part a header from the rest. One that overruns its octets is no header: all is the rest."""
    if not octets or octets[0] + 1 > len(octets):
        return Header(), octets
    body, rest = octets[1 : octets[0] + 1], octets[octets[0] + 1 :]
    elements: list[tuple[int, bytes]] = []
    place = 0
    while place + 2 <= len(body):
        tag, length = body[place], body[place + 1]
        value = body[place + 2 : place + 2 + length]
        if len(value) < length:
            break
        elements.append((tag, value))
        place += 2 + length
    return Header(tuple(elements)), rest


def concatenation_8(reference: int, total: int, number: int) -> tuple[int, bytes]:
    """The element with an 8-bit reference."""
    return CONCATENATION_8, bytes((reference & 0xFF, total, number))


def concatenation_16(reference: int, total: int, number: int) -> tuple[int, bytes]:
    """The element with a 16-bit reference."""
    return CONCATENATION_16, (reference & 0xFFFF).to_bytes(2) + bytes((total, number))


def fill_bits(header_octets: int) -> int:
    """Bits that align packed septets behind a header of so many octets (its length included)."""
    return -header_octets * 8 % 7
