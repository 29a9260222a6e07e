"""What a media plane is set up with."""

import socket

import msgspec

FRAME_S = 0.02
GROUPS = 5
"""Calls are sent for in five groups, 4 ms apart, so that no burst is longer than a fifth of all calls."""
GROUPS_FEW = 2
CALLS_FEW = 2_000
"""Up to so many go in two groups: a tick costs the same however few it sends, and half of them leave within 3 ms."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How large a plane is and where it listens. Raises ValueError for what cannot be."""

    host: str = "127.0.0.1"
    """The IPv4 address that packets come to and leave from."""
    host6: str | None = None
    """The IPv6 address, on the same ports, for those calls that agree on it; None: there are none."""
    port: int = 20_000
    """The first of two ports a call: RTP on the even one, RTCP on the next (RFC 3550, section 11)."""
    calls: int = 1_000
    """Calls at once, in whole tens."""
    prompts_s: int = 1_800
    """Seconds of prompts held in memory; what was not played for longest makes room."""
    first_packet_s_max: float = 30.0
    """A call from which no packet came so long after it was answered is told of (RtpTimeout); 0: none is."""
    packet_s_max: float = 20.0
    """And one whose packets stopped so long ago."""
    raw: bool = True
    """Send and receive for all ports on one raw socket, where the machine allows it (CAP_NET_RAW)."""
    realtime: bool = True
    """Go before other processes, where the machine allows it (CAP_SYS_NICE): audio that is late is lost."""
    cpu: int | None = None
    """The core to stay on; None leaves it to the machine."""

    @property
    def groups(self) -> int:
        """Ticks of a frame, each for a group of its own."""
        return GROUPS_FEW if self.calls <= CALLS_FEW else GROUPS

    @property
    def tick_s(self) -> float:
        """From a group's turn to the next one's."""
        return FRAME_S / self.groups

    def __post_init__(self) -> None:
        for family, host in ((socket.AF_INET, self.host), (socket.AF_INET6, self.host6)):
            if host is not None and not _is_address(family, host):
                kind = "IPv4" if family == socket.AF_INET else "IPv6"
                raise ValueError(
                    f"`{host}` is no {kind} address; write it in digits, without a zone"
                )
        if self.calls < 10 or self.calls % 10 or self.calls > CALLS_MAX:
            raise ValueError(f"calls must be whole tens from 10 to {CALLS_MAX}, not {self.calls}")
        if self.port % 2 or not 1024 <= self.port <= 65_536 - 2 * self.calls:
            raise ValueError(
                f"port must be even, and {2 * self.calls} ports from it on must be below 65536"
            )
        if min(self.first_packet_s_max, self.packet_s_max) < 0:
            raise ValueError("first_packet_s_max and packet_s_max must be seconds, or 0 for never")
        if not 1 <= self.prompts_s <= PROMPTS_S_MAX:
            raise ValueError(f"prompts_s must be from 1 to {PROMPTS_S_MAX}")


def _is_address(family: int, host: str) -> bool:
    try:
        socket.inet_pton(family, host)
    except OSError:
        return False
    return True


CALLS_MAX = 10_000
PROMPTS_S_MAX = 86_400
