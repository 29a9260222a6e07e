"""A missed call is called back: SIPp hangs up before the answer, is called, and orders."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.rtp.codec import PCMU
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, Running
from tests.end_to_end.test_order_by_phone import murmur
from tests.ports import is_listened_on, own_port
from tests.quiet_hours import not_now
from tests.waiting import until

PORT = own_port()
"""Where the trunk takes calls: SIPp is there while it is called."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(
        tmp_path_factory.mktemp("back"),
        shop=f"  rings 4s\n  call back 138*\n  quiet hours {not_now()}\n",
        voice='call_back = ["138*"]\n',
        trunk=f'peer = "127.0.0.1:{PORT}"',
    )
    yield running
    running.close()


def called_back(shop: Running, caller: Caller, folder: Path, number: str, words: str) -> str:
    """Let it ring once, and be called by `caller`; what was texted up to these words."""
    with shop.phone(number) as texts, ThreadPoolExecutor() as pool:
        called = pool.submit(caller.answer, PORT)
        until(lambda: is_listened_on(PORT))
        flashed = Caller(folder, number).flash(shop.port, NUMBER)
        assert flashed.returncode == 0, flashed.stdout[-2_000:]
        answered = called.result()
        assert answered.returncode == 0, answered.stdout[-2_000:]
        return texts.end(words)


def test_who_rings_once_is_called_back_and_orders(shop: Running, tmp_path: Path) -> None:
    buyer = "13800138005"
    caller = Caller(tmp_path, buyer, codec=PCMU, said=shop.conversation).until("请选择").press("1")
    caller.until("想吃什么").press("101").until("几份").press("2#").until("结账").press("2")
    caller.until("地址").speak(murmur(2)).press("#").until("对吗").press("1").until("确认").press(
        "1"
    )
    heard = called_back(shop, caller, tmp_path, buyer, "订单A")
    assert [(o.buyer, o.channel, o.total) for o in shop.orders()] == [(buyer, "voice", 3_600)], (
        shop.talk()
    )
    assert shop.orders()[0].number in heard


def test_an_answering_machine_is_hung_up_on_and_its_owner_texted(
    shop: Running, tmp_path: Path
) -> None:
    machine = Caller(tmp_path, "13800138006", codec=PCMU).wait(300)
    machine.talk_on(
        "hello this is the voice box of the noodle lover please leave a message after the tone"
    )
    called_back(shop, machine, tmp_path, "13800138006", "回拨也没有打通")
    assert "13800138006" not in {o.buyer for o in shop.orders()}
