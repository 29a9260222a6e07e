"""A call of ten minutes by PJSUA2 under the shortest session timer: it is renewed all the while, and orders at its end.

python -m tests.interop.long_call --seconds 600
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from pathlib import Path

from store.sqlite import SqliteStore
from tests.crash.telephone_shop import NUMBER, ORDERS_ALONE, Shop
from tests.end_to_end.telephone_shop import SPEECH
from tests.ports import own_port

PIECES = 57
PHONE = Path(__file__).parent / "pjsua_long_call.py"


async def stay(folder: Path, seconds: float) -> tuple[str, str]:
    """Stay on the line for so long: how the call ended, and what SIP said."""
    shop = Shop(folder, own_port(), SPEECH, flow=ORDERS_ALONE)
    await shop.start()
    log = folder / "sip.log"
    words = [str(PHONE), str(shop.port), NUMBER, str(seconds), str(log)]
    phone = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await phone.communicate()
    await shop.stop()
    return said.decode().splitlines()[-1], log.read_text(errors="replace")


def main() -> int:
    """Tell how it went; 1 if it did not go on to its order."""
    parser = argparse.ArgumentParser(prog="python -m tests.interop.long_call")
    parser.add_argument("--seconds", type=float, default=600.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="dialcart-long-") as folder:
        ended, log = asyncio.run(stay(Path(folder), seconds))
        store = SqliteStore(Path(folder) / "calls.db")
        orders = [[line.quantity for line in order.lines] for order in store.orders("shop")]
        store.close()
    renewed = len(set(re.findall(r"Response msg 200/UPDATE/cseq=(\d+)", log)))
    sys.stdout.write(f"{seconds:.0f} s: {ended}, renewed {renewed} times, ordered {orders}\n")
    return 0 if ended == "they hung up" and orders == [[PIECES]] else 1


if __name__ == "__main__":
    sys.exit(main())
