"""baresip as a caller: a telephone that presses keys, in a network of its own since it does not ring loopback.

python -m tests.end_to_end.baresip FOLDER        inside `unshare -n`: opens the shop, calls it, prints the order and the texts
"""

import fcntl
import json
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

from ivr.rtp.codec import PCMU, decode
from ivr.speech.voices import find_program
from tests.end_to_end.telephone_shop import NOODLES, NUMBER, Running, answer
from tests.ivr.speech.calls import said
from tests.waiting import until

HOST = "10.99.0.1"
CALLER = "13800138000"
CONTROL_PORT = 4_444
STEP_S_MAX = 120.0
_SIOCSIFADDR, _SIOCSIFFLAGS, _UP = 0x8916, 0x8914, 0x41

_CONFIG = """\
poll_method epoll
sip_listen {host}:5090
rtp_ports 30000-30100
rtp_timeout 0
audio_source aufile,{folder}/voice.wav
audio_player aufile,{folder}/heard.wav
audio_alert aufile,{folder}/alert.wav
ctrl_tcp_listen {host}:{port}
module_path {modules}
module account.so
module g711.so
module aufile.so
module ctrl_tcp.so
module menu.so
"""


def bring_up() -> None:
    """Give this network's loopback an address that baresip takes for an interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _UP))
        address = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(HOST))
        fcntl.ioctl(control, _SIOCSIFADDR, struct.pack("16s16s", b"lo:1", address))


class Baresip:
    """A running baresip, told what to do by its control port."""

    def __init__(self, folder: Path) -> None:
        program = find_program("baresip")
        assert program, "scripts/debian baresip=baresip brings it"
        modules = next(Path(program).resolve().parents[1].rglob("baresip/modules"), None)
        modules = modules or next(Path("/usr/lib").rglob("baresip/modules"))
        folder.mkdir()
        (folder / "config").write_text(
            _CONFIG.format(host=HOST, port=CONTROL_PORT, folder=folder, modules=modules)
        )
        spoken = decode(PCMU, np.frombuffer(said("the second house on the left", folder), np.uint8))
        pause = np.zeros(8_000, np.int16)
        soundfile.write(folder / "voice.wav", np.concatenate([spoken, pause] * 20), 8_000)
        (folder / "accounts").write_text(f"<sip:{CALLER}@{HOST}:5090>;regint=0;dtmfmode=rtpevent\n")
        self._log = (folder / "log").open("w")
        self._process = subprocess.Popen(
            [program, "-f", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        end = time.monotonic() + STEP_S_MAX
        while True:
            try:
                self._control = socket.create_connection((HOST, CONTROL_PORT), timeout=STEP_S_MAX)
                break
            except OSError:
                assert time.monotonic() < end, (folder / "log").read_text()
                time.sleep(0.1)

    def tell(self, command: str, words: str = "") -> None:
        """A command, as a netstring of JSON."""
        message = json.dumps({"command": command, "params": words}).encode()
        self._control.sendall(b"%d:%s," % (len(message), message))

    def press(self, keys: str) -> None:
        for key in keys:
            self.tell("sndcode", key)
            time.sleep(0.25)

    def close(self) -> None:
        self._control.close()
        self._process.terminate()
        self._process.wait(STEP_S_MAX)
        self._log.close()


def order(folder: Path) -> str:
    """Order two bowls by keys; the order, the texts that came, and what was said."""
    bring_up()
    shop = Running(folder, HOST)
    phone = Baresip(folder / "baresip")
    try:
        with shop.phone(CALLER) as texts:
            phone.tell("dial", f"sip:{NUMBER}@{HOST}:{shop.port}")
            answer(shop, "noodles", NOODLES, phone.press)
            until(shop.orders, shop.talk)
            orders = shop.orders()
            texted = texts.end(*(order.number for order in orders))
        told = [[o.buyer, o.channel, o.total, o.address, o.number] for o in orders]
        words = {"orders": told, "texts": texted, "talk": shop.talk()}
        return json.dumps(words, ensure_ascii=False)
    finally:
        phone.close()
        shop.close()


if __name__ == "__main__":
    sys.stdout.write(order(Path(sys.argv[1])) + "\n")
