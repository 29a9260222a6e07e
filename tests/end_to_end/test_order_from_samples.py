"""The other sample sellers are called as well, all at once: keys and a spoken address, the order in the store, the text on the phone."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.rtp.codec import PCMU
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import Running
from tests.end_to_end.test_order_by_phone import murmur

TOMORROW = f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(days=2):%Y%m%d}"
"""The day after, so that no midnight comes between."""
CALLS: Sequence[tuple[str, str, str, Sequence[str], Sequence[str]]] = (
    # Seller, number, buyer, keys before the address, keys after it.
    ("teahouse", "4008002345", "13800138021", ("1", "1101", "1", "3", "1"), ("1", "1")),
    # As the screen says: K01 is key 1.
    ("tvshop", "4008005678", "13800138024", ("1", "2#"), ("1", "1")),
    ("pharmacy", "4008006789", "13800138022", ("1", "11", "1#", "4"), ("1", "1")),
    (
        "seeds",
        "4008003456",
        "13800138023",
        ("1", "101", "2#", "2", f"{TOMORROW}#", "1"),
        ("1", "1"),
    ),
)


def order(
    shop: Running, folder: Path
) -> Callable[[tuple[str, str, str, Sequence[str], Sequence[str]]], str]:
    """A call as a caller makes it, with time to listen; what came of it, as people read it."""

    def call(told: tuple[str, str, str, Sequence[str], Sequence[str]]) -> str:
        seller, number, buyer, before, after = told
        place = folder / seller
        place.mkdir()
        caller = Caller(place, buyer, codec=PCMU).wait(3_000)
        for keys in before:
            caller.press(keys, 250).wait(2_000)
        caller.wait(2_000).speak(murmur(2)).wait(300).press("#").wait(2_500)
        for keys in after:
            caller.press(keys).wait(2_500)
        with shop.phone(buyer) as texts:
            done = caller.call(shop.port, number, wait_ms=40_000)
            told = texts()
        return told + (done.stdout[-2_000:] if done.returncode else "")

    return call


def test_each_takes_an_order_by_keys(tmp_path: Path) -> None:
    shop = Running(tmp_path, sellers=[seller for seller, *_ in CALLS])
    try:
        with ThreadPoolExecutor() as pool:
            heard = list(pool.map(order(shop, tmp_path), CALLS))
        for (seller, _, buyer, *_), words in zip(CALLS, heard, strict=True):
            orders, told = shop.orders(seller), words + shop.talk(seller)
            assert [(o.buyer, o.channel) for o in orders] == [(buyer, "voice")], told
            assert orders[0].number in words, told
    finally:
        shop.close()
