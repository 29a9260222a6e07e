"""The front's numbers for the texts of all shards, and what each shard is told of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from center.changes import Changes, OutgoingText
from center.text_news import Stage, TextNews, sent_alone
from commands.shards import front_store
from commands.shards.front_store import FrontStore
from commands.shards.shard_link import ShardLink
from commands.shards.wire import Sent
from store.sqlite import SqliteStore


class Link(ShardLink):
    """A shard's end that notes what the front tells it."""

    def __init__(self) -> None:
        super().__init__(Path("shard-0.sock"), lambda _, __: None)
        self.told: list[TextNews | int] = []

    def note(self, news: Sequence[TextNews], delivered: Sequence[int] = ()) -> None:
        super().note(news, delivered)
        self.told += [*news, *delivered]

    def note_sent(self, sent: Sent) -> None:
        super().note_sent(sent)
        self.told += sent_alone(sent.carrier, sent.texts, sent.names)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FrontStore]:
    kept = FrontStore(tmp_path / "front.db")
    yield kept
    kept.close()


def text(words: str) -> OutgoingText:
    return OutgoingText("c", "1069", "13800138000", words, 17)


def numbers(texts: list[tuple[int, OutgoingText]]) -> list[int]:
    return [number for number, _ in texts]


def test_texts_of_two_shards_have_numbers_of_their_own(store: FrontStore) -> None:
    one, other = Link(), Link()
    first = numbers(store.number_all(one, [(7, text("a")), (8, text("b"))]))
    second = numbers(store.number_all(other, [(7, text("c"))]))
    assert [sent.text for _, sent in store.waiting_texts(0, 9)] == ["a", "b", "c"]
    store.note_texts([TextNews(second[0], Stage.FAILED, "refused")])
    assert (one.told, other.told) == ([], [TextNews(7, Stage.FAILED, "refused")])
    assert numbers(store.waiting_texts(first[0], 9)) == [first[1]]
    assert store.waiting_phones(0, 9, first[1]) == (["13800138000"], first[0])


@pytest.mark.parametrize("names", [["17"], ["17", "18"]])
def test_what_a_shard_gives_again_is_not_sent_again(store: FrontStore, names: list[str]) -> None:
    link = Link()
    [waiting, sent] = numbers(store.number_all(link, [(7, text("a")), (8, text("b"))]))
    if names == ["17"]:
        store.note_sent("c", [sent], names)
    else:
        store.note_texts([TextNews(sent, Stage.SENT, "", "c", tuple(names))])
    again = store.number_all(link, [(7, text("a")), (8, text("b")), (9, text("c"))])
    assert [sent.text for _, sent in again] == ["c"]
    assert waiting in numbers(store.waiting_texts(0, 9))
    # Nor what it gives a third time, after its connection has broken, or in two parts.
    link.connection_made(cast("Any", None))
    assert store.number_all(link, [(7, text("a"))]) == []
    [(_, new)] = store.number_all(link, [(8, text("b")), (9, text("c")), (10, text("d"))])
    assert new.text == "d"
    assert store.number_all(link, [(10, text("d"))]) == []


def test_of_what_is_given_again_by_one_carrier_all_of_another_is_new(store: FrontStore) -> None:
    link = Link()
    store.number_all(link, [(9, text("a"))])
    other = OutgoingText("d", "1069", "138", "b", 17)
    # The last of its carrier is far behind that of the other, of which one comes once more.
    numbered = store.number_all(link, [(8, other), (9, text("a")), (10, other), (11, text("c"))])
    assert [new.text for _, new in numbered] == ["b", "b", "c"]
    assert link.given == {"c": 11, "d": 10}
    assert store.number_all(link, []) == []


def test_a_text_that_a_phone_has_is_told_of_by_its_number_alone(store: FrontStore) -> None:
    link = Link()
    [number] = numbers(store.number_all(link, [(7, text("a"))]))
    store.note_sent("c", [number], ["17"])
    store.note_delivered([number])
    # Told once more, it is of no text that is known.
    store.note_delivered([number])
    store.note_sent("c", [number], ["17"])
    assert link.told == [TextNews(7, Stage.SENT, "", "c", ("17",)), 7]


def test_what_phones_have_is_told_to_whose_it_is(store: FrontStore) -> None:
    one, other = Link(), Link()
    numbered = [*store.number_all(one, [(7, text("a")), (8, text("b"))])]
    numbered += store.number_all(other, [(7, text("c"))])
    given = numbers(numbered)
    store.note_sent("c", given, ["17", "18", "19"])
    assert one.told == [
        TextNews(7, Stage.SENT, "", "c", ("17",)),
        TextNews(8, Stage.SENT, "", "c", ("18",)),
    ]
    assert other.told == [TextNews(7, Stage.SENT, "", "c", ("19",))]
    one.told, other.told = [], []
    store.note_delivered(given)
    assert (one.told, other.told) == ([7, 8], [7])


def test_a_text_of_several_segments_is_told_of_as_each_of_them_is(store: FrontStore) -> None:
    link = Link()
    [number] = numbers(store.number_all(link, [(7, text("a"))]))
    told = [TextNews(number, Stage.SENT, "", "c", names) for names in (("17", "18"), ("18",))]
    for one in told:
        store.note_texts([one])
    assert link.told == [replace(one, text=7) for one in told]


def test_a_receipt_that_comes_before_the_answer_ends_a_text(store: FrontStore) -> None:
    link = Link()
    [number] = numbers(store.number_all(link, [(7, text("a"))]))
    store.note_delivered([number])
    assert link.told == [TextNews(7, Stage.DELIVERED)]
    assert store.waiting_texts(0, 9) == []


def test_the_fronts_own_texts_stay_in_its_own_outbox(store: FrontStore) -> None:
    with store.batch([]) as batch:
        batch.commit(Changes(texts=[text("no shop")]))
    [own] = batch.text_ids
    number = store.number(own, text("no shop"))
    settled: list[int] = []
    store.own_settled = settled.extend
    store.note_sent("c", [number], ["17"])
    assert settled == [own]
    assert store.write_noted()
    assert [sent.text for sent in SqliteStore.texts_without_receipts(store, 9)] == [own]
    store.note_delivered([number])
    assert store.write_noted()
    assert SqliteStore.texts_without_receipts(store, 9) == []
    assert store.waiting_texts(0, 9) == []


def test_a_carrier_is_full_by_itself_until_half_of_its_texts_have_gone(
    store: FrontStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_store, "TEXTS_UNDER_WAY_MAX", 4)
    told: list[list[str]] = []
    store.full_changed = lambda: told.append(sorted(store.full))
    link, other = Link(), OutgoingText("d", "1069", "138", "d", 17)
    [*given] = numbers(store.number_all(link, [(n, text("c")) for n in range(3)]))
    store.number_all(link, [(7, other)])
    assert told == []
    given += numbers(store.number_all(Link(), [(1, text("c")), (2, text("c"))]))
    assert told == [["c"]]
    store.number_all(link, [(8, other)])
    store.note_sent("c", given[:2], ["17", "18"])
    assert told == [["c"]]
    store.note_texts([TextNews(given[2], Stage.FAILED, "refused")])
    assert told == [["c"], []]


def test_a_carrier_has_no_room_for_what_waited_long_before_it_is_full(
    store: FrontStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_store, "BEHIND_MAX", 2)
    monkeypatch.setattr(front_store, "TEXTS_UNDER_WAY_MAX", 4)
    told: list[tuple[list[str], list[str]]] = []
    store.full_changed = lambda: told.append((sorted(store.full), sorted(store.busy)))
    link = Link()
    given = numbers(store.number_all(link, [(n, text("c")) for n in range(2)]))
    given += numbers(store.number_all(link, [(n, text("c")) for n in range(2, 4)]))
    for number in given:
        store.note_texts([TextNews(number, Stage.SENT)])
    assert told == [([], ["c"]), (["c"], ["c"]), ([], ["c"]), ([], [])]


def test_receipts_of_only_so_many_texts_are_waited_for(
    store: FrontStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_store, "RECEIPTS_MAX", 3)
    monkeypatch.setattr(front_store, "FORGOTTEN_AT_ONCE", 1)
    link = Link()
    given = numbers(store.number_all(link, [(n, text("c")) for n in range(4)]))
    store.note_sent("c", given, [str(n) for n in given])
    store.note_delivered(given)
    assert [one for one in link.told if isinstance(one, int)] == [1, 2, 3]


class Looked(dict[int, Any]):
    """Counts the texts that are looked at."""

    count = 0

    def get(self, key: int, default: Any = None) -> Any:
        self.count += 1
        return super().get(key, default)

    def __iter__(self) -> Iterator[int]:
        for key in super().__iter__():
            self.count += 1
            yield key

    def items(self) -> Any:
        return ((key, self[key]) for key in self)


def read_on(store: FrontStore, after: int, limit: int) -> list[int]:
    """The numbers of all that wait behind one, read a part at a time."""
    found: list[int] = []
    while part := numbers(store.waiting_texts(after, limit)):
        found += part
        after = part[-1]
    return found


def test_who_reads_what_waits_in_parts_looks_at_each_text_once(store: FrontStore) -> None:
    given = numbers(store.number_all(Link(), [(own, text("a")) for own in range(1, 2_001)]))
    looked = store._texts = Looked(store._texts)  # noqa: SLF001
    assert read_on(store, 0, 10) == given
    assert looked.count <= 2 * len(given)


def test_what_has_gone_or_come_between_two_parts_is_known(
    store: FrontStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_store, "GONE_MAX", 2)
    link, own = Link(), 1
    waiting: list[int] = []
    for turn in range(30):
        new = [(own + place, text("a")) for place in range(1 + turn % 4)]
        own += len(new)
        waiting += numbers(store.number_all(link, new))
        gone = waiting[turn % 3 :: 3]
        store.note_texts([TextNews(number, Stage.FAILED, "refused") for number in gone])
        waiting = [number for number in waiting if number not in gone]
        assert read_on(store, 0, 2) == waiting
        assert len(store._numbers) <= 2 * len(waiting) + 6  # noqa: SLF001
        middle = waiting[len(waiting) // 2] if waiting else 0
        assert numbers(store.waiting_texts(middle, 9)) == [n for n in waiting if n > middle][:9]
