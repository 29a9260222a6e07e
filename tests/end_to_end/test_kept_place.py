"""A caller who waits for a person hangs up and keeps the place: SIPp phones, is asked, and is called when an agent accepts."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import expect

from ivr.rtp.codec import PCMU
from tests.browser import browser, write_tone
from tests.end_to_end.earpiece import Earpiece
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_call_hand_over import hears, open_page
from tests.ports import is_listened_on, own_port
from tests.waiting import until

BUYER = "13800138006"
AGENT_HZ, BUYER_HZ = 700, 1_100
SECTIONS = """\
peer = "127.0.0.1:{port}"
[web]
port = 0
[[queue]]
name = "*"
answer_s = 300
[[queue.step]]
after_s = 1
offer_call_back = true
"""


def test_a_caller_hangs_up_and_is_called_when_it_is_their_turn(tmp_path: Path) -> None:
    port = own_port()
    shop = Running(
        tmp_path,
        shop="  call back 138*\n",
        voice='call_back = ["138*"]\n',
        trunk=SECTIONS.format(port=port),
    )
    address, password = re.findall(r"For agents: (\S+)/desk.* as demo with (\w+)", shop.said)[0]
    try:
        with browser(write_tone(tmp_path / "agent.wav", AGENT_HZ)) as chromium:
            desk = open_page(chromium)
            desk.goto(f"{address}/desk")
            desk.fill("#name", "demo")
            desk.fill("#password", password)
            desk.press("#password", "Enter")
            expect(desk.locator("#presence")).to_contain_text("未就绪")

            # Nobody sees when it is asked whether to call back.
            first = Caller(tmp_path, BUYER, codec=PCMU, said=shop.conversation).until("请选择")
            asked = first.press("0").insist("1").call(shop.port, NUMBER)
            assert asked.returncode == 0, asked.stdout[-2_000:]

            with Earpiece(BUYER_HZ, greets=True) as ear, ThreadPoolExecutor() as pool:
                second = Caller(tmp_path, BUYER, codec=PCMU, media_port=ear.port)
                called = pool.submit(second.answer, port)
                until(lambda: is_listened_on(port))
                desk.click("#ready")
                expect(desk.locator("#answer")).to_contain_text("接受并回电")
                expect(desk.locator("#line")).to_have_text("耳机已接通")
                desk.keyboard.press("Alt+a")
                expect(desk.locator("#contacts li.talking")).to_contain_text(BUYER)
                ear.talk()
                hears(desk, BUYER_HZ)
                ear.hears(AGENT_HZ)
                desk.keyboard.press("Alt+f")
                answered = called.result()
            assert answered.returncode == 0, answered.stdout[-2_000:]
    finally:
        shop.close()
