"""The sockets of a plane: opened once by the signalling process, handed down, kept when a plane dies.

Each call has a port of its own, or telephones behind a NAT could not be told apart before they speak. Where the machine
allows raw sockets (CAP_NET_RAW), one of them carries the audio of all ports; the ports' own sockets then only hold the
ports, and a filter drops what comes to them. Else each port's socket carries its own. RTCP has a socket a call either way.
"""

import ctypes
import resource
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ivr.media.settings import Settings

BUFFER_BYTES = 8 * 2**20
EXPEDITED = 0xB8
"""The differentiated services code point for voice, EF: RFC 3246."""
SO_ATTACH_FILTER = 26
SO_TIMESTAMPNS = 35
"""With the time of day at which the kernel took each datagram in."""
SO_SNDBUFFORCE = 32
SO_RCVBUFFORCE = 33
IPV6_CHECKSUM = 7
"""Where in a datagram the kernel writes its checksum: RFC 3542, section 3.1."""
UDP_CHECKSUM_AT = 6
SPARE_FILES = 256
"""Open files left for everything else."""


class PortsTakenError(OSError):
    """A port of the media range is in use: choose another `port`, or stop what holds it."""


Runs = tuple[tuple[int, int, int], ...]
"""Thousands of numbers in a few words: the first, how many, and the step between them."""


def runs(numbers: Sequence[int]) -> Runs:
    """Numbers as runs. A process is started with its descriptors in one word, which has a limit of 128 KiB."""
    found: list[tuple[int, int, int]] = []
    for number in numbers:
        first, count, step = found[-1] if found else (number, 0, 0)
        if count == 1:
            step = number - first
        if count and number == first + count * step:
            found[-1] = (first, count + 1, step)
        else:
            found.append((number, 1, 0))
    return tuple(found)


def numbers(of: Runs) -> tuple[int, ...]:
    """The numbers again."""
    return tuple(first + step * each for first, count, step in of for each in range(count))


class Descriptors(msgspec.Struct, frozen=True):
    """What a plane is handed down."""

    raw: int | None
    ports: Runs
    """Of audio, a call each; none where a raw socket carries it."""
    controls: Runs
    """Of RTCP, a call each."""
    raw6: int | None
    ports6: Runs
    controls6: Runs

    def every(self) -> tuple[int, ...]:
        """All of them."""
        raws = (each for each in (self.raw, self.raw6) if each is not None)
        return (*raws, *numbers(self.ports + self.controls + self.ports6 + self.controls6))


@dataclass(frozen=True, slots=True)
class _Held:
    """The ports of one family."""

    raw: socket.socket | None
    ports: tuple[socket.socket, ...]
    """One for each port from the first on: RTP and RTCP in turn."""

    def close(self) -> None:
        for each in self.ports:
            each.close()
        if self.raw is not None:
            self.raw.close()

    def descriptors(self) -> tuple[int | None, Runs, Runs]:
        """The raw socket's, or else those of the ports of audio, and those of the ports of RTCP."""
        audio, control = (
            runs([each.fileno() for each in self.ports[first::2]]) for first in (0, 1)
        )
        return (self.raw.fileno(), (), control) if self.raw is not None else (None, audio, control)


@dataclass(frozen=True, slots=True)
class Sockets:
    """What a plane sends and receives with."""

    ipv4: _Held
    ipv6: _Held | None

    def close(self) -> None:
        """Let go of all ports."""
        self.ipv4.close()
        if self.ipv6 is not None:
            self.ipv6.close()

    def descriptors(self) -> Descriptors:
        """What to hand down."""
        return Descriptors(
            *self.ipv4.descriptors(),
            *(self.ipv6.descriptors() if self.ipv6 is not None else (None, (), ())),
        )


def open_sockets(settings: Settings) -> Sockets:
    """Take the ports. Raises PortsTakenError, or OSError when the machine allows too few open files."""
    families = 1 if settings.host6 is None else 2
    _allow_files(2 * settings.calls * families + SPARE_FILES)
    ipv4 = _hold(settings, socket.AF_INET, settings.host)
    if settings.host6 is None:
        return Sockets(ipv4, None)
    try:
        return Sockets(ipv4, _hold(settings, socket.AF_INET6, settings.host6))
    except OSError:
        ipv4.close()
        raise


def _hold(settings: Settings, family: int, host: str) -> _Held:
    """Take the ports of one address."""
    count = 2 * settings.calls
    # A packet from a raw socket must name its source, and "any" is none.
    is_any = not any(socket.inet_pton(family, host))
    raw = _open_raw(settings, family, host) if settings.raw and not is_any else None
    ports: list[socket.socket] = []
    try:
        for number in range(count):
            held = socket.socket(family, socket.SOCK_DGRAM)
            ports.append(held)
            if number % 2:
                held.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            elif raw is not None:
                _filter(held, [(0x06, 0, 0, 0)])
            held.setblocking(False)
            _expedite(held)
            if family == socket.AF_INET6:
                # Each family has sockets of its own, also where the host is "any".
                held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            held.bind((host, settings.port + number))
    except OSError as error:
        _Held(raw, tuple(ports)).close()
        raise PortsTakenError(
            error.errno,
            f"UDP port {settings.port + len(ports) - 1} of {host} cannot be had "
            f"({error.strerror}); the media plane needs {count} ports from {settings.port} on",
        ) from error
    return _Held(raw, tuple(ports))


def _open_raw(settings: Settings, family: int, host: str) -> socket.socket | None:
    """One socket for all ports; None where the machine does not allow it."""
    try:
        raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        return None
    last = settings.port + 2 * settings.calls - 1
    # What comes by IPv4 begins with its IP header, by IPv6 with UDP's: RFC 3542, section 3.
    destination = (
        [
            (0xB1, 0, 0, 0),  # x = length of the IP header
            (0x48, 0, 0, 2),  # a = destination port
        ]
        if family == socket.AF_INET
        else [(0x28, 0, 0, 2)]
    )
    # Let UDP to our ports of audio in, from its first fragment on (the kernel reassembles).
    _filter(
        raw,
        [
            *destination,
            (0x35, 0, 4, settings.port),  # less than the first: drop
            (0x25, 3, 0, last),  # more than the last: drop
            (0x54, 0, 0, 1),  # a = whether it is odd, and so of RTCP
            (0x15, 0, 1, 0),
            (0x06, 0, 0, 0xFFFF),
            (0x06, 0, 0, 0),
        ],
    )
    raw.setblocking(False)
    if family == socket.AF_INET:
        # With headers of our own the kernel puts nothing together: a tenth less a packet (python -m benchmarks.calls).
        raw.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
    else:
        _expedite(raw)
        raw.setsockopt(socket.IPPROTO_IPV6, IPV6_CHECKSUM, UDP_CHECKSUM_AT)
    for forced, plain in (
        (SO_RCVBUFFORCE, socket.SO_RCVBUF),
        (SO_SNDBUFFORCE, socket.SO_SNDBUF),
    ):
        try:
            raw.setsockopt(socket.SOL_SOCKET, forced, BUFFER_BYTES)
        except PermissionError:
            raw.setsockopt(socket.SOL_SOCKET, plain, BUFFER_BYTES)
    raw.bind((host, 0))
    return raw


def _expedite(of: socket.socket) -> None:
    if of.family == socket.AF_INET:
        of.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
    else:
        of.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED)


def _filter(of: socket.socket, program: list[tuple[int, int, int, int]]) -> None:
    """Attach a classic BPF program: code, where to jump if true and if false, operand."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
    where = struct.pack("@HP", len(program), ctypes.addressof(code))
    of.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, where)


def _allow_files(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise OSError(f"{wanted} open files are needed and {hard} allowed: see `ulimit -Hn`")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
