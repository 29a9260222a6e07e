"""An agent's network fails in the middle of a call, without a word: the caller hears music, and then the agent again.

python -m tests.end_to_end.test_network_loss 40    # seconds without a network, of which the browser is not told either
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Page, expect

from ivr.rtp.codec import PCMU
from tests.browser import browser, write_tone
from tests.end_to_end.cable import HERE, Cable
from tests.end_to_end.earpiece import Earpiece
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import hears, open_page
from tests.end_to_end.test_phoned_buyer import sit_down

BUYER = "13800138018"
AGENT_HZ, BUYER_HZ = 700, 1_100


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path, trunk="[web]\nport = 0\n")
    yield running
    running.close()


def test_a_network_that_fails_takes_no_call_away(shop: Running, tmp_path: Path) -> None:
    def fails(desk: Page, cable: Cable, ear: Earpiece) -> None:
        cable.cut()
        # What a browser says when its cable is pulled out.
        desk.evaluate("dispatchEvent(new Event('offline'))")
        ear.hears_music(without=AGENT_HZ)
        expect(desk.locator("#notice")).to_contain_text("正在重连")
        desk.wait_for_function("Math.abs(meter()) < 1")

    lose_the_network(shop, tmp_path, fails)


def lose_the_network(
    shop: Running, folder: Path, fails: Callable[[Page, Cable, Earpiece], None]
) -> None:
    """A caller and an agent talk; what `fails` leaves of the network is mended, and they go on."""
    with (
        browser(write_tone(folder / "agent.wav", AGENT_HZ)) as chromium,
        Cable(int(shop.page("").rpartition(":")[2])) as cable,
        Earpiece(BUYER_HZ) as ear,
        ThreadPoolExecutor() as pool,
    ):
        desk = open_page(chromium)
        desk.add_init_script(cable.script)
        sit_down(desk, shop, f"http://{HERE}:{cable.port}")
        caller = Caller(folder, BUYER, PCMU, media_port=ear.port)
        says = shop.says_to(BUYER)
        call = pool.submit(caller.call, shop.port, NUMBER)
        says("请选择")
        ear.press("0")
        expect(desk.locator("#contacts li.offered")).to_contain_text(BUYER)
        desk.keyboard.press("Alt+a")
        ear.hears(AGENT_HZ)
        hears(desk, BUYER_HZ)

        fails(desk, cable, ear)
        cable.mend()
        ear.hears(AGENT_HZ)
        hears(desk, BUYER_HZ)
        expect(desk.locator("#contacts li.talking")).to_contain_text(BUYER)
        desk.keyboard.press("Alt+f")
        expect(desk.locator("#contacts li.wrap-up")).to_contain_text(BUYER)
        done = call.result()
        assert done.returncode == 0, done.stdout[-2_000:]


def main(lost_s: float) -> None:
    def fails(desk: Page, cable: Cable, ear: Earpiece) -> None:
        begun = time.monotonic()
        cable.cut()
        ear.hears_music(without=AGENT_HZ)
        sys.stdout.write(f"music after {time.monotonic() - begun:.1f} s\n")
        while time.monotonic() - begun < lost_s:
            desk.wait_for_timeout(500)
            ear.hears_music(without=AGENT_HZ)
        expect(desk.locator("#notice")).to_contain_text("正在重连")

    with TemporaryDirectory() as scratch:
        shop = Running(Path(scratch), trunk="[web]\nport = 0\n")
        try:
            lose_the_network(shop, Path(scratch), fails)
        finally:
            shop.close()
    sys.stdout.write(f"{lost_s:.0f} s without a network: the same call, heard both ways\n")


if __name__ == "__main__":
    main(float(sys.argv[1]))
