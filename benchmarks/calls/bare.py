"""The floor: a process that sends ready-made packets by sendmmsg, paced as the plane is, and does nothing else.

    python -m benchmarks.calls.bare KIND CALLS PORT CPU      for each line of seconds, microseconds of CPU a packet

Of kind "udp" it sends from one UDP socket, as anybody's sendmmsg loop does; of kind "raw" from a raw one and with headers of
its own, as the plane does where it may: that takes the kernel a tenth less (decision 0060), so it is the sharper floor.
"""

import ctypes
import math
import os
import socket
import sys
import time

import numpy as np

from benchmarks.calls.telephones import TELEPHONE_HOST, go_first
from ivr.media.datagrams import MESSAGE, NAME, PART, address_of
from ivr.media.memory import U8
from ivr.media.raw_wire import DONT_FRAGMENT, FULL_BYTES, IP_HEADER, TTL
from ivr.media.settings import Settings
from ivr.media.traffic import HEADERS_BYTES, RTP_AT, UDP, UDP_AT

HOST = "127.0.0.1"
DISCARD_PORT = 9
"""What the telephones are sent from: they take it for none of their calls."""


def headers_of(kind: str, calls: int, port: int) -> U8:
    """All that stands before a payload and is not the kernel's to write."""
    headers: U8 = np.zeros(
        (calls, HEADERS_BYTES if kind == "raw" else HEADERS_BYTES - RTP_AT), np.uint8
    )
    if kind == "raw":
        ends = (int.from_bytes(socket.inet_aton(host)) for host in (HOST, TELEPHONE_HOST))
        ip = IP_HEADER.pack(0x45, 0, 0, 0, DONT_FRAGMENT, TTL, socket.IPPROTO_UDP, 0, *ends)
        headers[:, :UDP_AT] = np.frombuffer(ip, np.uint8)
        # Without a checksum, which RFC 768 allows.
        udp = np.array((DISCARD_PORT, port, FULL_BYTES, 0), UDP)
        headers[:, UDP_AT:RTP_AT] = np.frombuffer(udp.tobytes(), np.uint8)
    return headers


def opened(kind: str) -> socket.socket:
    """What is sent from. Raises PermissionError where a raw one is not allowed."""
    if kind == "raw":
        # Of this protocol headers are the sender's, and nothing comes.
        return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind((HOST, 0))
    return out


def send(kind: str, calls: int, seconds: float, port: int) -> float:
    """Send a packet for each call each 20 ms; microseconds of CPU a packet, start and pauses left out."""
    libc = ctypes.CDLL(None)
    libc.sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]
    # As many headers and payloads as there are calls, each at a place of its own, as the plane's are.
    headers = headers_of(kind, calls, port)
    payloads: U8 = np.zeros((calls, 160), np.uint8)
    names = np.zeros(calls, NAME)
    names["family"], names["port"] = socket.AF_INET, port
    names["host"] = int.from_bytes(socket.inet_aton(TELEPHONE_HOST), sys.byteorder)
    step = np.arange(calls, dtype=np.uint64)
    parts = np.zeros((calls, 2), PART)
    parts["at"][:, 0] = address_of(headers) + step * np.uint64(headers.shape[1])
    parts["at"][:, 1] = address_of(payloads) + step * np.uint64(160)
    parts["bytes"] = (headers.shape[1], 160)
    messages = np.zeros(calls, MESSAGE)
    messages["name"] = address_of(names) + step * np.uint64(NAME.itemsize)
    messages["name_bytes"] = NAME.itemsize
    messages["parts"] = address_of(parts) + step * np.uint64(2 * PART.itemsize)
    messages["part_count"] = 2
    with opened(kind) as out:
        plane = Settings(calls=-(-calls // 10) * 10)
        groups, tick_s = plane.groups, plane.tick_s
        bounds = [calls * group // groups for group in range(groups + 1)]
        sent = 0
        tick = math.ceil(time.monotonic() / tick_s)
        last = tick + int(seconds / tick_s)
        began = time.process_time()
        while tick < last:
            wait_s = tick * tick_s - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            group = tick % groups
            at, left = bounds[group], bounds[group + 1] - bounds[group]
            while left:
                done = int(
                    libc.sendmmsg(
                        out.fileno(),
                        address_of(messages) + at * MESSAGE.itemsize,
                        left,
                        int(socket.MSG_DONTWAIT),
                    )
                )
                if done <= 0:
                    break
                at, left, sent = at + done, left - done, sent + done
            tick += 1
        return (time.process_time() - began) / max(sent, 1) * 1e6


def main() -> None:
    """Send for as long as each line says, and answer each."""
    kind, calls, port, cpu = sys.argv[1], *map(int, sys.argv[2:5])
    os.sched_setaffinity(0, {cpu})
    go_first()
    for seconds in sys.stdin:
        print(send(kind, calls, float(seconds), port), flush=True)


if __name__ == "__main__":
    main()
