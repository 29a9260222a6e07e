"""Values as they are kept in columns."""

import msgspec

from flows.inputs import Buyer, Line, Order
from store.records import pack_buyer, unpack_buyer


def test_a_buyer_comes_back_as_it_was_kept() -> None:
    order = Order("A0001", "placed", 3600, "12:40", (Line("101", 2),))
    buyer = Buyer("13800138000", "王", "文三路1号", "zh", True, order, ("人民路2号",))
    assert unpack_buyer("13800138000", pack_buyer(buyer)) == buyer


def test_a_buyer_that_was_kept_before_there_were_earlier_addresses_can_be_read() -> None:
    kept = msgspec.msgpack.encode(("王", "文三路1号", "zh", False, None))
    assert unpack_buyer("1", kept) == Buyer("1", "王", "文三路1号", "zh")
