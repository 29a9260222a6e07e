"""SIPp calls a shop that `dialcart serve` has opened: SIP, RTP, voices, recognisers, the flow, the store, the SMSC."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ivr.rtp.codec import PCMU, encode
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import NUMBER, ROOT, SPEECH, Running

ASKED_BACK = (
    ("13800138008", "yes", "is placed", ""),
    ("13800138009", "no", "1 dishes", "1"),
)
"""A buyer, the answer to being asked back, what comes of it, the keys after that."""
CUT_MAX = 3
"""Callers whose words are cut."""
PUBLISHED_S_MAX = 120.0
"""Until calls are as published."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("phone"))
    yield running
    running.close()


def murmur(seconds: float) -> bytes:
    """Something that is as loud as speech and says nothing."""
    at = np.arange(int(8_000 * seconds)) / 8_000
    loud = 6_000 * np.sin(2 * np.pi * 180 * at) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * at))
    return encode(PCMU, loud.astype(np.int16)).tobytes()


def test_an_order_by_keys_with_a_spoken_address(shop: Running, tmp_path: Path) -> None:
    # As trunks write it; texts come from 13800138001, and it is one buyer.
    caller = Caller(tmp_path, "+8613800138001", codec=PCMU, said=shop.conversation)
    caller.until("请选择").press_bundled("1").until("想吃什么").press_bundled("101")
    caller.until("几份").press_bundled("2#")
    # Check out; the address is recorded, read back, confirmed; then the order is confirmed.
    caller.until("结账").press("2").until("地址").speak(murmur(2)).press("#")
    caller.until("对吗").press("1").until("确认").press("1")
    with shop.phone("13800138001") as texts:
        done = caller.call(shop.port, NUMBER)
        assert done.returncode == 0, done.stdout[-2_000:] + shop.talk()
        order = next(o for o in shop.orders() if o.buyer == "13800138001")
        # Both confirmations go out by the SMSC: the order's, and that of the recorded address.
        texts.end(order.number, order.address)
    assert (order.channel, order.total, order.status) == ("voice", 3_600, "placed")
    assert re.fullmatch(r"录音\d{6}", order.address)
    recorded = shop.folder / "recordings" / "noodles" / f"{order.address[2:]}.wav"
    assert recorded.stat().st_size > 8_000
    assert "! sms" in shop.talk()


def test_an_english_order_is_spoken(shop: Running, tmp_path: Path) -> None:
    caller = Caller(tmp_path, "13800138002", codec=PCMU, said=shop.conversation)
    caller.until("请选择").press("9").until("Please choose").say("order", "What would you like")
    caller.say("beef noodles", "How many").press("2#").until("Added 2")
    done = caller.call(shop.port, NUMBER, hangs_up=True)
    assert done.returncode == 0, done.stdout[-2_000:] + shop.talk()
    talk = shop.talk()
    # "buy" is the same option's other word, and as short: what an answer means is held, not its letters.
    assert re.search(r'> "(Order|buy)" [\d.]+( or "[^"]*")?\n< What would you like', talk), talk
    assert '> "Beef noodles"' in talk, talk
    assert "Added 2 Beef noodles" in talk, talk


def test_what_would_place_an_order_is_asked_back_by_voice(shop: Running, tmp_path: Path) -> None:
    def call(number: str, answer: str, then: str, keys: str) -> tuple[str, str]:
        """An order up to its last question; that is answered by voice, and what is asked then too. Who called, and what was said."""
        place = tmp_path / number
        place.mkdir()
        caller = Caller(place, number, codec=PCMU, said=shop.conversation)
        caller.until("请选择").press("9").until("Please choose").press("1").until("like")
        caller.press("101").until("How many").press("2#").until("Check out").press("2")
        caller.until("delivery address").speak(murmur(2)).press("#").until("You said").press("1")
        caller.until("Confirm").say("confirm", "Is that right").say(answer, then).press(keys)
        done = caller.call(shop.port, NUMBER)
        talk = shop.talk(buyer=number)
        return number, talk if done.returncode == 0 else talk + done.stdout[-2_000:]

    def understood(number: str, answer: str, then: str, keys: str) -> tuple[str, str]:
        """The same of the first caller whose answer was heard as one of its kind: a busy machine cuts words, and of a no is left a yup."""
        told = number, ""
        for other in range(CUT_MAX):
            told = call(f"{number[:4]}{other}{number[5:]}", answer, then, keys)
            if re.search(rf'Is that right\?[^\n]*\n> "{answer[0]}', told[1]):
                break
        return told

    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(understood, *words) for words in ASKED_BACK]
        (one, agreed), (other, refused) = (call.result() for call in calls)
    # An answer that a busy machine has cut may be for another word than was said, which is asked back, too.
    asked = (
        r'> "Confirm"[ \d.]*(?: or "[^"]*")?\n< You said Confirm. Is that right\?[^\n]*\n'
        r'(?:> "[^\n]*\n< You said [^\n]*\n)*> "{}[^\n]*\n{}'
    )
    assert re.search(asked.format("y", "! place order"), agreed), agreed
    # A no is no order: the question is put again, and a key is an answer that needs no second one.
    assert re.search(asked.format("n", "< 1 dishes"), refused), refused
    assert re.search(r"> \[1\]\n! place order", refused), refused
    assert {o.buyer for o in shop.orders()} >= {one, other}


def test_a_call_that_is_cut_off_goes_on_by_text(shop: Running, tmp_path: Path) -> None:
    caller = Caller(tmp_path, "13800138007", codec=PCMU, said=shop.conversation).until("请选择")
    caller.press("1").until("想吃什么").press("101").until("几份").press("2#").until("结账")
    with shop.phone("13800138007") as texts:
        done = caller.call(shop.port, NUMBER, hangs_up=True)
        assert done.returncode == 0, done.stdout[-2_000:] + shop.talk()
        texts.hear("电话断了，您选的都还在")
        # Go on, check out, the address, confirm.
        texts.text("1\n2\n文三路1号\n1")
        texts.end("订单A")
    orders = [o for o in shop.orders() if o.buyer == "13800138007"]
    assert [(o.channel, o.total, o.address) for o in orders] == [("sms", 3_600, "文三路1号")]


def test_a_number_that_nobody_has_is_refused_with_404(shop: Running, tmp_path: Path) -> None:
    done = Caller(tmp_path, "13800138003").call(shop.port, "4009999999", status=404)
    assert done.returncode == 0, done.stdout[-2_000:]


def test_what_is_published_while_the_shop_is_open_is_said_to_the_next_caller(
    shop: Running, tmp_path: Path
) -> None:
    flow = shop.folder / "shops" / "noodles" / "seller.flow"
    greeting = "欢迎致电{{ shop.name }}"
    flow.write_text(flow.read_text("utf-8").replace(greeting, f"今天八折，{greeting}"), "utf-8")
    words = ["publish", str(flow.parent), "--database", str(shop.database)]
    done = subprocess.run(
        [sys.executable, "cli.py", *words, "--speech", str(SPEECH)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "is live as" in done.stdout, done.stdout + done.stderr
    end = time.monotonic() + PUBLISHED_S_MAX
    while "今天八折" not in shop.talk():
        assert time.monotonic() < end, shop.talk()
        called = Caller(tmp_path, "13800138004").wait(500).call(shop.port, NUMBER, hangs_up=True)
        assert called.returncode == 0, called.stdout[-2_000:]
