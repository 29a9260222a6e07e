"""The other sample sellers are called as well, all at once: keys and a spoken address, the order in the store, the text on the phone."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from ivr.rtp.codec import PCMU
from tests.end_to_end.sipp import Caller
from tests.end_to_end.telephone_shop import Running
from tests.end_to_end.test_order_by_phone import murmur

TOMORROW = f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(days=2):%Y%m%d}"
"""The day after, so that no midnight comes between."""
Told = tuple[str, str, str, Sequence[str], str, Sequence[str]]
CALLS: Sequence[Told] = (
    # Seller, number, buyer, keys before the address, how it is asked for, what is asked then, each time to press 1.
    (
        "teahouse",
        "4008002345",
        "13800138021",
        ("1", "1101", "1", "3", "1"),
        "送到哪里",
        ("对吗", "送到"),
    ),
    # As the screen says: K01 is key 1.
    ("tvshop", "4008005678", "13800138024", ("1", "2#"), "送货地址", ("对吗", "送到")),
    ("pharmacy", "4008006789", "13800138022", ("1", "11", "1#", "4"), "送到哪里", ("对吗", "送到")),
    (
        "seeds",
        "4008003456",
        "13800138023",
        ("1", "101", "2#", "2", f"{TOMORROW}#", "1"),
        "送到哪个村",
        ("货到付",),
    ),
)


def order(shop: Running, folder: Path) -> Callable[[Told], str]:
    """A call as a caller makes it, with time to listen; what came of it, as people read it."""

    def call(told: Told) -> str:
        seller, number, buyer, before, asked, after = told
        place = folder / seller
        place.mkdir()
        said = partial(shop.conversation, seller=seller)
        caller = Caller(place, buyer, codec=PCMU, said=said).until("< ")
        # Keys are kept for the question that comes; a voice is heard by the question that is asked.
        for keys in before:
            caller.press(keys, 250).wait(1_500)
        caller.until(asked).speak(murmur(2)).press("#")
        for words in after:
            caller.until(words).press("1")
        with shop.phone(buyer) as texts:
            done = caller.call(shop.port, number)
            told = texts.end(*(order.number for order in shop.orders(seller)))
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
