"""Pages in a dialog: each is turned once, however often a gateway brings the same answer, and none of it reaches the flow."""

import asyncio
from typing import NoReturn

import pytest

from center.ports import StoreFullError
from sms.smpp.status import Status
from sms.submission import Settlement
from sms.ussd.profile import PROFILES, Move
from store.memory import MemoryStore
from tests.flows.shops import NOON, WITHOUT_TAKE, program_of
from tests.sms.ussd import test_channel
from tests.sms.ussd.test_channel import PHONE, Line, Open

TITLES = "《红楼梦》、《西游记》、《水浒传》、《三国演义》、" * 9
FLOW = f"""
step start
  ask count as number 1..99
    # ok C503
    say 几本？
      en: How many?
      ussd: {TITLES}几本？
      ussd en: How many?
  ask sure as yesno
    say {{{{ count }}}}本，对吗？
      en: {{{{ count }}}}?
  # ok C503
  say 再见
    en: Bye
    ussd: {TITLES}再见
    ussd en: Bye
  goodbye

step agent
  goodbye
"""


def shop_of_books(flow: str = FLOW) -> Open:
    """It asks in three pages how many, and says goodbye in three."""
    store = MemoryStore()
    shop = WITHOUT_TAKE.replace("  sms code 1069\n", "  sms code 1069\n  ussd code *106#\n")
    store.publish("shop", program_of(flow, shop), NOON)
    return Open(store)


def taken(shop: Open, line: Line) -> None:
    """The carrier has taken the last screen, and so read the answer before it."""
    dialog = shop.ussd._dialogs.of(("carrier", PHONE.digits))  # noqa: SLF001
    shop.ussd.settled([Settlement(dialog, "screen", 0)])
    line.hears()


def test_a_page_is_turned_once_by_what_comes_twice_under_one_number() -> None:
    shop, line = shop_of_books(), Line()
    shop.take(line, 1, Move.DIAL, "*106#")
    for sequence in (2, 2, 3, 3):
        taken(shop, line)
        shop.take(line, sequence, Move.ANSWER, "99")
    assert [screen.endswith("99.更多") for screen, _ in line.screens] == [True, True, False]
    assert line.shown.endswith("几本？")
    assert line.acknowledged == {1: Status.OK, 2: Status.OK, 3: Status.OK}
    assert shop.ussd.counters.repeated == 2
    # Who has seen all pages may well want so many.
    shop.take(line, 4, Move.ANSWER, "99")
    assert line.shown.startswith("99本，对吗？")


def test_a_page_is_turned_once_by_what_comes_again_over_another_connection() -> None:
    shop, one, other = shop_of_books(), Line(), Line()
    shop.take(one, 1, Move.DIAL, "*106#")
    taken(shop, one)
    shop.take(one, 2, Move.ANSWER, "99")
    one.alive = False
    shop.take(other, 1, Move.ANSWER, "99")
    assert other.acknowledged == {1: Status.OK}
    # The page comes again with what its connection lost (sms.lost), and the next only when it is asked for.
    assert other.screens == []
    taken(shop, other)
    shop.take(other, 2, Move.ANSWER, "99")
    assert other.shown.endswith("几本？")


def test_who_asks_for_a_page_after_a_start_has_not_said_so_many() -> None:
    shop, line = shop_of_books(), Line()
    shop.take(line, 1, Move.DIAL, "*106#")
    shop, line = Open(shop.store), Line()
    shop.take(line, 1, Move.ANSWER, "99")
    assert line.shown.startswith(TITLES[:20])


def test_nor_are_they_asked_whether_to_go_on() -> None:
    sure = "    say {{ count }}本，对吗？\n"
    long = FLOW.replace("  ask sure", "  # ok C503\n  ask sure").replace(
        sure, f"{sure}      ussd: {TITLES}对吗？\n"
    )
    shop, line = shop_of_books(long), Line()
    shop.take(line, 1, Move.DIAL, "*106#")
    taken(shop, line)
    shop.take(line, 2, Move.ANSWER, "3")
    shop, line = Open(shop.store), Line()
    shop.take(line, 1, Move.ANSWER, "99")
    assert line.shown.startswith(TITLES[:20])
    taken(shop, line)
    shop.take(line, 2, Move.ANSWER, "1")
    taken(shop, line)
    shop.take(line, 3, Move.ANSWER, "99")
    taken(shop, line)
    shop.take(line, 4, Move.ANSWER, "99")
    assert line.shown.endswith("再见")


def test_who_asks_for_it_twice_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, line = shop_of_books(), Line()
    shop.take(line, 1, Move.DIAL, "*106#")
    shop, line = Open(shop.store), Line()
    with monkeypatch.context() as patched:
        patched.setattr(shop.store, "batch", full)
        twice(shop, line, 1)
    assert (line.acknowledged, line.screens) == ({1: Status.X_T_APPN}, [])
    twice(shop, line, 1)
    taken(shop, line)
    shop.take(line, 1, Move.ANSWER, "99")
    assert line.acknowledged == {1: Status.OK}
    assert [screen.endswith("99.更多") for screen, _ in line.screens] == [True]
    shop.take(line, 3, Move.ANSWER, "3")
    assert line.shown.startswith("3本，对吗？")


def twice(shop: Open, line: Line, sequence: int) -> None:
    """The phone asks for a page, and its gateway brings that twice to one batch."""

    async def run() -> None:
        for _ in range(2):
            shop.hear(line, sequence, Move.ANSWER, "99")
        shop.turns.flush()

    asyncio.run(run())


def full(_: object) -> NoReturn:
    """A disk without room."""
    raise StoreFullError


@pytest.mark.parametrize("profile", ["standard", "bare"])
def test_what_is_brought_again_when_we_have_ended_a_dialog_begins_none(
    monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setattr(test_channel, "STANDARD", PROFILES[profile])
    shop, line, other = shop_of_books(), Line(), Line()
    shop.take(line, 1, Move.DIAL, "*106#")
    for sequence, said in enumerate(("3", "1", "7", "7"), 2):
        taken(shop, line)
        shop.take(line, sequence, Move.ANSWER, said)
    assert line.shown.endswith("再见")
    shop.take(line, 5, Move.ANSWER, "7")
    shop.take(other, 1, Move.ANSWER, "7")
    shop.take()
    assert (len(line.screens), other.screens) == (5, [])
    assert (line.acknowledged[5], other.acknowledged[1]) == (Status.OK, Status.OK)
    assert shop.ussd.counters.repeated == 2
    assert shop.ussd.open_dialogs == 0
    shop.take(line, 6, Move.DIAL, "*106#", 2)
    assert len(line.screens) == 6
