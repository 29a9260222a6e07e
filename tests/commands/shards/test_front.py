"""What the front waits for before a message goes to its shard."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from center import backlog
from center.changes import Changes, OutgoingText
from center.contact import Arrival, ContactKey
from center.limits.policy import Policies, Policy
from center.routing import Routes
from center.taken import Fate, Taken
from center.text_news import Stage, TextNews
from commands.shards import front_store
from commands.shards.front import FrontBatch
from commands.shards.front_store import FrontStore
from commands.shards.homes import shard_of
from commands.shards.shard_link import Going
from commands.shards.wire import ToFront, frame
from flows.inputs import Text
from sms.answer import Answer
from sms.carrier import Carrier
from sms.channel import SmsChannel
from sms.receiving import DOUBTS_NOTE, LAST_NOTE
from sms.redelivery import Redeliveries
from tests.commands.shards.test_doubts import Line
from tests.flows.shops import NOON
from tests.sms.channels import Slow


class Front:
    """A front whose shards take all that they are brought, and say nothing."""

    def __init__(self, folder: Path, policies: Policies | None = None, shards: int = 1) -> None:
        due: list[Callable[[], object]] = []
        self.store = FrontStore(folder / "front.db")
        self.batch = FrontBatch(
            self.store,
            [folder / f"shard-{index}.sock" for index in range(shards)],
            later=lambda _, callback: cast("Any", due.append(callback)),
            policies=policies,
        )
        self.redeliveries = Redeliveries(NOON * 1_000_000, 0.0)
        self.due = due
        self.brought: list[int] = []
        self.told: list[Taken] = []
        self.batch.open("sms", self)
        self.count = 0
        for link in self.batch.links:
            cast("Any", link).bring = self._bring

    def _bring(self, going: Any, _: object) -> bool:
        self.brought.append(going.ticket)
        return True

    def taken(self, taken: Sequence[Taken]) -> None:
        """See center.ports.Channel."""
        self.told += taken

    def add(self, seller: str = "shop", **notes: bytes) -> None:
        """A message, numbered from 1, with what the channel keeps for it."""
        self.count += 1
        answer = Answer(Line(), self.count, b"k%d" % self.count)
        stamp = self.redeliveries.judge(answer, NOON * 1_000_000 + self.count).stamp
        doubts = self.redeliveries.to_keep(0.0)
        key = ContactKey(seller, "138", "sms")
        arrival = Arrival(key, Text("2"), "1069", "c", answer.key, stamp, NOON)
        self.batch.add(arrival, self.count, notes={DOUBTS_NOTE: doubts, **notes})


def test_only_the_first_message_waits_for_what_carriers_may_lack(tmp_path: Path) -> None:
    front = Front(tmp_path)
    front.add()
    assert front.brought == []
    front.batch.flush()
    assert front.brought == [1]
    front.add()
    assert front.brought == [1, 2]
    # It is kept all the same.
    front.batch.flush()
    assert DOUBTS_NOTE in front.store.notes(DOUBTS_NOTE)


def test_nothing_overtakes_a_message_that_waits_for_another_note(tmp_path: Path) -> None:
    front = Front(tmp_path)
    front.add()
    front.batch.flush()
    front.add(**{f"{LAST_NOTE}1069/138": b"shop"})
    front.add()
    assert front.brought == [1]
    front.batch.flush()
    assert front.brought == [1, 2, 3]


def test_texts_of_its_own_go_out_in_their_order_as_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_store, "TEXTS_UNDER_WAY_MAX", 2)
    monkeypatch.setattr(backlog, "READ_MAX", 2)
    names = ["a0", "a1", "a2", "b0", "a3", "a4"]
    texts = {name: OutgoingText(name[0], "1069", "138", name, NOON) for name in names}
    with FrontStore(tmp_path / "front.db").batch([]) as batch:
        batch.commit(Changes(texts=list(texts.values())))
    front = Front(tmp_path)
    given = front.store.waiting_texts(0, 10)
    assert [text.text for _, text in given] == ["a0", "a1"]
    front.batch.send_texts_by(given.extend)

    def turn() -> None:
        due = [*front.due]
        front.due.clear()
        for callback in due:
            callback()

    def take(name: str) -> None:
        [number] = [number for number, text in given if text.text == name]
        front.store.note_texts([TextNews(number, Stage.SENT)])

    front.batch.read_own()
    turn()
    assert [text.text for _, text in given] == ["a0", "a1", "b0"]
    # What is new waits behind them, on disk.
    new = OutgoingText("a", "1069", "138", "a5", NOON)
    front.batch.hold("sms", None, texts=[new])
    front.batch.flush()
    for name in ["a0", "a1", "a2", "a3", "a4", "a5"]:
        for _ in range(3):
            turn()
        assert len([text for _, text in front.store.waiting_texts(0, 10)]) <= 4
        take(name)
    assert [text.text for _, text in given] == ["a0", "a1", "b0", "a2", "a3", "a4", "a5"]
    take("b0")
    front.store.write_noted()
    assert front.store.own_texts(0, 10) == []


def test_what_an_outage_left_to_shards_waits_here_by_the_rate_and_what_is_new_goes_first(
    tmp_path: Path,
) -> None:
    front = Front(tmp_path, shards=2)
    channel = SmsChannel(front.batch, front.store, Routes([]), clock=lambda: NOON)
    slow = Slow(carrier=Carrier("c", "nowhere", 0, "us", "secret", window=5, rate=10.0))

    def give(shard: int, *phones: str, have_waited: bool) -> None:
        first = 100 if have_waited else 1_000
        texts = [
            (first + int(one), OutgoingText("c", "1069", one, "hello", NOON)) for one in phones
        ]
        link = front.batch.links[shard]
        link.data_received(frame(ToFront(texts=texts, have_waited=have_waited)))

    async def run() -> None:
        # Before it is known by what a text can go.
        give(0, "100", have_waited=True)
        channel.add(cast("Any", slow))
        channel.start()
        give(0, *map(str, range(101, 200)), have_waited=True)
        give(1, *map(str, range(200, 300)), have_waited=True)
        # What the rate allows in two seconds.
        assert [one.phone for one in slow.given] == [str(n) for n in range(100, 120)]
        give(1, "299", "300", have_waited=False)
        assert [one.phone for one in slow.given][20:] == ["300"]

    asyncio.run(run())
    while slow.given:
        slow.take_all(channel)
    left = [str(n) for n in range(120, 300)]
    assert slow.heard == [*map(str, range(100, 120)), "300", *left, "299"]


def test_of_texts_of_its_own_that_went_ahead_nothing_is_kept_once_they_are_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_store, "BEHIND_MAX", 1)
    monkeypatch.setattr(front_store, "TEXTS_UNDER_WAY_MAX", 2)
    with FrontStore(tmp_path / "front.db").batch([]) as batch:
        texts = [OutgoingText("a", "1069", str(n), "hello", NOON) for n in range(4)]
        batch.commit(Changes(texts=texts))
    monkeypatch.setattr(front_store, "TEXTS_UNDER_WAY_MAX", 100)
    front = Front(tmp_path)
    given: list[tuple[int, OutgoingText]] = []
    front.batch.send_texts_by(given.extend)
    own = front.batch._own  # noqa: SLF001 - what is kept shows nowhere else
    own.begin(front.store.own_texts(0, 2)[-1][0])
    front.batch.read_own()
    front.batch.hold("sms", None, texts=[OutgoingText("a", "1069", "139", "new", NOON)])
    front.batch.flush()
    [(number, _)] = given
    assert own._ahead  # noqa: SLF001
    front.store.note_texts([TextNews(number, Stage.SENT)])
    assert not own._ahead  # noqa: SLF001


def test_what_a_shard_fell_with_may_be_on_its_disk_and_what_it_never_got_is_not(
    tmp_path: Path,
) -> None:
    front = Front(tmp_path)
    front.add()
    front.batch.flush()
    [link] = front.batch.links
    arrival = Arrival(ContactKey("shop", "138", "sms"), Text("2"), "1069", "c", b"k", 1, NOON)
    link.lost([Going("sms", "brought", arrival, {})])
    cast("Any", link).bring = lambda *_: False
    front.add()
    for callback in [*front.due]:
        callback()
    assert [(one.ticket, one.fate) for one in front.told] == [
        ("brought", Fate.UNKNOWN),
        (2, Fate.REFUSED),
    ]


def test_a_shard_is_brought_nothing_before_what_waits_there_is_here_nor_what_was_judged_before(
    tmp_path: Path,
) -> None:
    front = Front(tmp_path)
    [link] = front.batch.links
    del cast("Any", link).bring
    told = front.batch._told  # noqa: SLF001
    told(link, ToFront(anew=True))
    front.add()
    # Their last word again, perhaps, where nobody knew whether the reply to it waits.
    front.add(**{f"{LAST_NOTE}1069/138": b"shop"})
    told(link, ToFront(given=True))
    front.batch.flush()
    front.add()
    for callback in [*front.due]:
        callback()
    assert [(one.ticket, one.fate) for one in front.told] == [
        (1, Fate.REFUSED),
        (2, Fate.REFUSED),
    ]
    assert link.under_way == 1


def test_who_was_refused_goes_on_where_a_channel_fails_to_hear_of_it(tmp_path: Path) -> None:
    def stumbles(_: object) -> None:
        raise RuntimeError("a channel stumbles")

    here = "shop"
    there = next(name for name in "abcdef" if shard_of(name, 2) != shard_of(here, 2))
    front = Front(tmp_path, Policies(Policy(messages_per_sender=10)), shards=2)
    front.batch.open("sms", SimpleNamespace(taken=stumbles))
    cast("Any", front.batch.links[shard_of(here, 2)]).bring = lambda *_: False
    front.add(here)
    front.batch.flush()
    tell_refused = front.due[-1]
    front.add(there)
    assert front.brought == []
    with pytest.raises(RuntimeError, match="stumbles"):
        tell_refused()
    assert front.brought == [2]
