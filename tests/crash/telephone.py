"""A telephone of the crash harness: the keys of an order, pressed on one call, and whether the shop ended it."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field

from ivr.channel.keying import BETWEEN_S
from ivr.sip.events import Cause
from ivr.sip.offer import LocalMedia

KEY_S = 0.1
BETWEEN_KEYS_S = 0.25
BETWEEN_ANSWERS_S = 0.5
PAUSE_S_MAX = BETWEEN_S / 2
"""Between two keys; who is held up for longer, as on a machine that is busy, may have said all: 5 instead of 57."""
ENDS_S_MAX = 10.0
"""After the last key; shorter than the shop's patience with who says nothing."""
EVENT = 101


@dataclass
class Telephone:
    """One call of one number."""

    pieces: int
    local: LocalMedia
    socket: socket.socket
    up: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    there: tuple[str, int] = ("", 0)
    cause: Cause | None = None
    reason: str = ""
    """What the shop said of the end."""
    keyed: bool = False
    """Every key was pressed."""

    @property
    def number(self) -> str:
        """Each call has its own."""
        return f"139{self.pieces:08d}"

    async def order(self, ends_s_max: float = ENDS_S_MAX) -> None:
        """The keys of an order, then wait for the shop to hang up. Raises TimeoutError for one that was held up, or is not hung up on in time."""
        for keys in ("101", f"{self.pieces}#", "1"):
            await asyncio.sleep(BETWEEN_ANSWERS_S)
            before = time.monotonic()
            for key in keys:
                await self.press(key)
                await asyncio.sleep(BETWEEN_KEYS_S - KEY_S)
                if time.monotonic() - before > PAUSE_S_MAX:
                    raise TimeoutError
                before = time.monotonic()
        self.keyed = True
        await asyncio.wait_for(self.over.wait(), ends_s_max)

    async def press(self, key: str) -> None:
        """RFC 4733, section 2.5: the event's packets, 20 ms apart, its end three times."""
        event, start = "0123456789*#".index(key), int(time.monotonic() * 8_000) & 0xFFFFFFFF
        for step in range(7):
            duration = 160 * min(step + 1, 5)
            payload = struct.pack(">BBH", event, 10 | (0x80 if step > 3 else 0), duration)
            kind = EVENT | (0x80 if step == 0 else 0)
            sequence = int(time.monotonic() * 1_000) + step & 0xFFFF
            head = struct.pack(">BBHII", 0x80, kind, sequence, start, self.pieces)
            self.socket.sendto(head + payload, self.there)
            await asyncio.sleep(KEY_S / 5 if step < 4 else 0.001)
