"""baresip calls an endpoint of ours, in a network namespace of its own, since it does not use loopback addresses.

unshare -rn python -m tests.interop.baresip_room FOLDER        prints what we were told, one event a line
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import shutil
import socket
import struct
import sys
from pathlib import Path

from ivr.signalling.endpoint import Endpoint, Listen
from ivr.sip.events import Answered, Ended, Incoming
from ivr.sip.layer import Local
from ivr.sip.offer import LocalMedia
from ivr.sip.settings import Settings
from ivr.sip.trunk import Trunk, networks
from tests.interop.shop_floor import Operator

ADDRESS = "10.99.0.1"
CONTROL_PORT = 4444
WAIT_S = 120
TOOLS = Path(__file__).parent.parent.parent / ".tools"
MODULES = TOOLS / "debian" / "usr" / "lib" / "baresip" / "modules"
SYSTEM_MODULES = Path("/usr/lib/baresip/modules")
_SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
_UP = 0x41

CONFIG = """\
sip_listen {address}:5070
module_path {modules}
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{port}
audio_player aubridge,nil
audio_source aubridge,nil
"""


def raise_loopback() -> None:
    """Bring lo up, with an address that is no loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        fcntl.ioctl(made, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", _UP))
        for request, address in ((_SIOCSIFADDR, ADDRESS), (_SIOCSIFNETMASK, "255.255.255.0")):
            packed = struct.pack(
                "16sHH4s16x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(address)
            )
            fcntl.ioctl(made, request, packed)


class Room(Operator):
    """Lets a coroutine wait for what it wants to hear."""

    def received(self, events):
        super().received(events)
        self.news.set()

    async def hear(self, kind):
        while not any(isinstance(event, kind) for event in self.told):
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), WAIT_S)


async def control():
    """baresip's control connection, once it listens."""
    for _ in range(WAIT_S * 20):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection("127.0.0.1", CONTROL_PORT)
        await asyncio.sleep(0.05)
    raise SystemExit("baresip does not listen")


def command(writer, word, parameters=""):
    text = json.dumps({"command": word, "params": parameters})
    writer.write(f"{len(text)}:{text},".encode())


async def main(folder: Path) -> None:
    raise_loopback()
    modules = MODULES if MODULES.exists() else SYSTEM_MODULES
    (folder / "config").write_text(
        CONFIG.format(address=ADDRESS, modules=modules, port=CONTROL_PORT), "utf-8"
    )
    (folder / "accounts").write_text(f"<sip:8613800138000@{ADDRESS}>;regint=0\n", "utf-8")
    room = Room(media=LocalMedia(ADDRESS, 40_000))
    room.news = asyncio.Event()
    trunk = Trunk("room", networks("10.99.0.0/24"))
    settings = Settings(local=Local(ADDRESS))
    endpoint = Endpoint(settings, [trunk], room, listen=[Listen("udp", ADDRESS, 5060)])
    room.endpoint = endpoint
    await endpoint.start()
    baresip = shutil.which("baresip") or str(TOOLS / "bin" / "baresip")
    process = await asyncio.create_subprocess_exec(
        baresip,
        "-f",
        str(folder),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=(folder / "said.txt").open("wb"),
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        _, writer = await control()
        command(writer, "dial", f"sip:4001@{ADDRESS}")
        await room.hear(Incoming)
        await room.hear(Answered)
        command(writer, "hold")
        command(writer, "resume")
        command(writer, "hangup")
        await room.hear(Ended)
        writer.close()
    finally:
        for event in room.told:
            sys.stdout.write(f"{type(event).__name__} {event}\n")
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await endpoint.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
