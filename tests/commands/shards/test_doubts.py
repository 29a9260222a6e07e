"""What carriers may lack is kept beside the messages: what its stamps cover waits for nothing, all else does."""

from center.taken import Fate, Taken
from commands.shards.doubts import Doubted
from sms.answer import Answer
from sms.redelivery import Redeliveries


class Line:
    """A connection on which nothing was answered."""

    asked = answered = returned = 0
    alive = True

    def came_again(self, stamp: int) -> None:
        """Nothing does."""


def notes(count: int) -> list[bytes]:
    """What the channel wants kept with so many messages, a second apart."""
    redeliveries = Redeliveries(1_000_000, 0.0)
    made: list[bytes] = []
    for number in range(1, count + 1):
        redeliveries.judge(Answer(Line(), number, b"k%d" % number), number * 1_000_000)
        redeliveries.keep_again()
        made.append(redeliveries.to_keep(float(number)) or b"")
    return made


def told(doubted: Doubted, note: bytes, fate: Fate = Fate.KEPT) -> None:
    doubted.taken([Taken(note, fate)])


def test_a_message_waits_until_its_stamp_is_reserved_on_disk() -> None:
    held: list[bytes] = []
    doubted = Doubted(held.append)
    [note] = notes(1)
    assert not doubted.is_kept_beside(note, 1_000_001)
    assert held == []
    doubted.keep(note)
    assert not doubted.is_kept_beside(note, 1_000_001)
    told(doubted, note)
    assert doubted.is_kept_beside(note, 1_000_001)
    assert held == [note, note]
    assert not doubted.is_kept_beside(note, 1_000_000 + 61_000_000)


def test_one_note_is_under_way_and_the_newest_is_next() -> None:
    held: list[bytes] = []
    doubted = Doubted(held.append)
    first, second, third = notes(3)
    for note in (first, second, third):
        doubted.keep(note)
    assert held == [first]
    told(doubted, first)
    assert held == [first, third]
    told(doubted, third)
    assert held == [first, third]


def test_a_note_that_was_refused_is_kept_again() -> None:
    held: list[bytes] = []
    doubted = Doubted(held.append)
    [note] = notes(1)
    doubted.keep(note)
    told(doubted, note, Fate.REFUSED)
    assert held == [note, note]
    assert not doubted.is_kept_beside(note, 1_000_001)


def test_an_older_note_never_follows_a_newer_one() -> None:
    held: list[bytes] = []
    doubted = Doubted(held.append)
    first, second = notes(2)
    doubted.keep(first)
    doubted.keep(second)
    # The channel's last word at its end, which the front holds by itself.
    doubted.superseded()
    told(doubted, first, Fate.REFUSED)
    assert held == [first]
