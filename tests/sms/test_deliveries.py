"""What becomes of texts is noted in the outbox, over restarts too."""

from center.changes import Changes, OutgoingText
from center.text_news import Stage, TextNews
from sms.carrier import Carrier
from sms.deliveries import Deliveries
from sms.smpp.tlv import Tlvs
from store.memory import MemoryStore

CARRIER = Carrier("unicom", "smsc", 2775, "us", "secret")
OTHER = Carrier("telecom", "smsc", 2775, "us", "secret", receipt_ids="response_hex")


def store_with(texts: int) -> MemoryStore:
    store = MemoryStore()
    with store.batch([]) as batch:
        batch.commit(
            Changes(texts=[OutgoingText("unicom", "1069", "1", "x", 0, "s") for _ in range(texts)])
        )
    return store


def deliveries(store: MemoryStore) -> Deliveries:
    made = Deliveries(store, ticks=lambda: 0.0)
    made.add(CARRIER)
    made.add(OTHER)
    return made


def receipt(name: str, state: str = "DELIVRD", error: str = "000") -> tuple[bytes, Tlvs]:
    text = f"id:{name} sub:001 dlvrd:001 submit date:1 done date:1 stat:{state} err:{error} text:x"
    return text.encode(), ()


def stages(store: MemoryStore) -> list[tuple[Stage, str]]:
    """Oldest first."""
    return [(one.stage, one.reason) for one in store.texts("s")][::-1]


def test_a_receipt_is_its_texts_alone() -> None:
    store = store_with(2)
    mine = deliveries(store)
    for text, name in ((1, "a"), (2, "b")):
        store.note_texts(list(mine.sent(CARRIER, text, [name])))
    mine.receive(CARRIER, [receipt("b", "EXPIRED", "013")])
    assert stages(store) == [(Stage.SENT, ""), (Stage.FAILED, "EXPIRED 013")]
    assert (mine.counters.receipts, mine.counters.failed, mine.waiting) == (1, 1, 1)


def test_carriers_name_texts_each_in_its_own_way() -> None:
    store = store_with(2)
    mine = deliveries(store)
    store.note_texts([*mine.sent(CARRIER, 1, ["1A"]), *mine.sent(OTHER, 2, ["1A"])])
    mine.receive(OTHER, [receipt("26")])
    assert stages(store) == [(Stage.SENT, ""), (Stage.DELIVERED, "")]
    mine.receive(CARRIER, [receipt("1a")])
    assert stages(store)[0] == (Stage.DELIVERED, "")


def test_receipts_of_texts_that_an_earlier_run_sent_are_known() -> None:
    store = store_with(1)
    before = deliveries(store)
    store.note_texts(list(before.sent(CARRIER, 1, ["a", "b"])))
    before.receive(CARRIER, [receipt("a")])
    after = deliveries(store)
    after.take_up()
    after.receive(CARRIER, [receipt("b")])
    assert stages(store) == [(Stage.DELIVERED, "")]


def test_what_is_told_of_a_carrier_that_comes_later_is_kept_for_it() -> None:
    store = store_with(1)
    late = Deliveries(store, ticks=lambda: 0.0)
    store.note_texts([news := TextNews(1, Stage.SENT, "", "unicom", ("a",))])
    late.expect([news])
    late.add(CARRIER)
    late.receive(CARRIER, [receipt("a")])
    assert stages(store) == [(Stage.DELIVERED, "")]


def test_an_answer_without_a_name_is_not_waited_for() -> None:
    store = store_with(1)
    mine = deliveries(store)
    store.note_texts(list(mine.sent(CARRIER, 1, [""])))
    assert stages(store) == [(Stage.SENT, "")]
    assert mine.waiting == 0


def test_what_is_no_receipt_is_counted_and_nothing_else() -> None:
    store = store_with(1)
    mine = deliveries(store)
    mine.receive(CARRIER, [(b"hello", ()), receipt("nobody's")])
    mine.receive(CARRIER, [receipt("nobody's")])
    assert (mine.counters.receipts, mine.unknown) == (3, 1)


def test_texts_that_are_taken_together_are_told_as_each_alone_is() -> None:
    store = store_with(4)
    for taken in (store, other := store_with(4)):
        mine = deliveries(taken)
        # It came before the answer that names its text.
        mine.receive(CARRIER, [receipt("b")])
        named = [(1, "a"), (2, "b"), (3, "c")]
        texts, names = zip(*named, strict=True)
        if taken is store:
            # In the order of sms.sending: their last word first.
            taken.note_texts(mine.expect_alone(CARRIER, texts, names))
            taken.note_sent(CARRIER.name, texts, names)
        else:
            for text, name in named:
                taken.note_texts(mine.sent(CARRIER, text, [name]))
        mine.receive(CARRIER, [receipt("a", "UNDELIV", "001")])
    assert stages(store) == stages(other)
    assert [stage for stage, _ in stages(store)] == [
        Stage.FAILED,
        Stage.DELIVERED,
        Stage.SENT,
        Stage.WAITING,
    ]
