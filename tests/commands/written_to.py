"""A shop in a file, to which a buyer has written, for commands that read it."""

from pathlib import Path

from center.contact import Arrival, ContactKey
from center.shops import Shops
from center.turns import take_turns
from flows.inputs import Text
from store.sqlite import SqliteStore
from tests.flows.shops import NOON, program_of

PHONE = "13800138000"


def written_to(path: Path, *said: str) -> SqliteStore:
    """Its store, open, with a second between what was said."""
    store = SqliteStore(path)
    store.publish("shop", program_of(), NOON)
    shops = Shops(store.published(), store.program)
    for place, text in enumerate(said):
        key = ContactKey("shop", PHONE, "sms")
        arrival = Arrival(key, Text(text), "1069", "unicom", b"", place + 1, NOON + place)
        with store.batch([arrival]) as batch:
            batch.commit(take_turns([arrival], batch.world, shops))
    return store
