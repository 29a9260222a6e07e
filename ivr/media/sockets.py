"""The sockets of a plane: opened once by the signalling process, handed down, kept when a plane dies.

Each call has a port of its own, or telephones behind a NAT could not be told apart before they speak. Where the machine
allows raw sockets (CAP_NET_RAW), one of them carries the packets of all ports; the ports' own sockets then only hold the
ports, and a filter drops what comes to them. Else each port's socket carries its own packets.
"""

import ctypes
import resource
import socket
import struct
from dataclasses import dataclass

from ivr.media.settings import Settings

BUFFER_BYTES = 8 * 2**20
EXPEDITED = 0xB8
"""The differentiated services code point for voice, EF: RFC 3246."""
SO_ATTACH_FILTER = 26
SO_SNDBUFFORCE = 32
SO_RCVBUFFORCE = 33
ANY_HOST = bytes(4)
"""A packet from a raw socket must name its source, so this has none."""
SPARE_FILES = 256
"""Open files left for everything else."""


class PortsTakenError(OSError):
    """A port of the media range is in use: choose another `port`, or stop what holds it."""


@dataclass(frozen=True, slots=True)
class Sockets:
    """What a plane sends and receives with."""

    raw: socket.socket | None
    ports: tuple[socket.socket, ...]
    """One for each port from the first on: RTP and RTCP in turn."""

    def close(self) -> None:
        """Let go of all ports."""
        for each in self.ports:
            each.close()
        if self.raw is not None:
            self.raw.close()

    def handed_down(self) -> tuple[int, tuple[int, ...]]:
        """Descriptors for the plane: the raw socket's or -1, and the ports' where they carry packets."""
        if self.raw is not None:
            return self.raw.fileno(), ()
        return -1, tuple(each.fileno() for each in self.ports)


def open_sockets(settings: Settings) -> Sockets:
    """Take the ports. Raises PortsTakenError, or OSError when the machine allows too few open files."""
    count = 2 * settings.calls
    _allow_files(count + SPARE_FILES)
    raw = (
        _open_raw(settings)
        if settings.raw and socket.inet_aton(settings.host) != ANY_HOST
        else None
    )
    ports: list[socket.socket] = []
    try:
        for number in range(count):
            held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            ports.append(held)
            if raw is not None:
                _filter(held, [(0x06, 0, 0, 0)])
            held.setblocking(False)
            held.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
            held.bind((settings.host, settings.port + number))
    except OSError as error:
        for each in ports:
            each.close()
        if raw is not None:
            raw.close()
        raise PortsTakenError(
            error.errno,
            f"UDP port {settings.port + len(ports) - 1} of {settings.host} cannot be had "
            f"({error.strerror}); the media plane needs {count} ports from {settings.port} on",
        ) from error
    return Sockets(raw, tuple(ports))


def _open_raw(settings: Settings) -> socket.socket | None:
    """One socket for all ports; None where the machine does not allow it."""
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        return None
    last = settings.port + 2 * settings.calls - 1
    # What comes begins with its IP header: let UDP to our ports in, from its first fragment on (the kernel reassembles).
    _filter(
        raw,
        [
            (0xB1, 0, 0, 0),  # x = length of the IP header
            (0x48, 0, 0, 2),  # a = destination port
            (0x35, 0, 2, settings.port),  # less than the first: drop
            (0x25, 1, 0, last),  # more than the last: drop
            (0x06, 0, 0, 0xFFFF),
            (0x06, 0, 0, 0),
        ],
    )
    raw.setblocking(False)
    # With headers of our own the kernel puts nothing together: a tenth less a packet (python -m benchmarks.calls).
    raw.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
    for forced, plain in (
        (SO_RCVBUFFORCE, socket.SO_RCVBUF),
        (SO_SNDBUFFORCE, socket.SO_SNDBUF),
    ):
        try:
            raw.setsockopt(socket.SOL_SOCKET, forced, BUFFER_BYTES)
        except PermissionError:
            raw.setsockopt(socket.SOL_SOCKET, plain, BUFFER_BYTES)
    raw.bind((settings.host, 0))
    return raw


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
