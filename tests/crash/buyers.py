"""Buyers who order one thing after another and know what they ordered, and the carrier that serves them."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from sms.smsc.handset import Heard
from tests.crash.carrier import Carrier, Pen
from tests.crash.diary import Diary, NotedPen
from tests.simulation.poison import POISON

CODE = "1069"
WONDERS_S = 1.0
"""Before who has said it again, and reads the question that they had answered, answers it again: the reply may be right behind."""
THINKS_S = 0.5
"""Before who says the same again says it: longer than a round trip."""
CROSSES_S = 1.0
"""What was answered so shortly before the reply to what it says again came, met that on its way: a round trip on a machine that has much to do."""
PRICE_CENTS = 250
STOCK = 1_000_000

FLOW = f"""\
flow 1

shop Crash test
  languages en
  currency CNY
  channels sms
  sms code {CODE}
  delivery 30m

defaults
  sms session 48h

catalog
  item 1 price 2.50 stock {STOCK} Apple

anywhere
  0 person -> agent

step start
  ask what as product of catalog
    say What would you like?
  ask count as number 1..9
    say How many?
  -> take

step take
  add count of what to cart
  menu Total {{{{ cart.total|money }}}}
    1 Order -> place
    2 More -> start

step place
  place order
    when sold out -> agent
    when failed -> agent
  say Order {{{{ order.number }}}}
  goodbye

step agent
  hand over to sales
    when busy -> bye
    when timeout -> bye

step bye
  say Bye
  goodbye
"""


ASKED_FIRST = "What would"
"""How the question begins that the first word of an order answers."""


def dialogue(first: int, second: int) -> list[tuple[str, str]]:
    """What a buyer says, and how the reply to it begins. `first` of 2 with a `second`: the same twice in a row."""
    if second:
        return [
            ("apple", "How many"),
            (str(first), f"Total {first * 2.5:.2f}"),
            ("2", "What would"),
            ("apple", "How many"),
            (str(second), f"Total {(first + second) * 2.5:.2f}"),
            ("1", "Order "),
        ]
    return [("apple", "How many"), (str(first), f"Total {first * 2.5:.2f}"), ("1", "Order ")]


def asks(text: str, beginning: str) -> bool:
    """Whether a text begins so, or asks so behind an apology: who reads both answers the question."""
    return text.startswith(beginning) or f"\n{beginning}" in text


@dataclass
class Buyer:
    """Says the next thing when the reply to the last is there. Replies may come twice."""

    says_again: ClassVar[bool] = False
    """After a while without a reply, by themselves."""
    phone: Pen
    chance: random.Random
    code: str = CODE
    """Of their seller."""
    orders_left: int | None = None
    """How many more to begin; None: until told to stop."""
    stopping: bool = False
    lines: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    wanted: list[int] = field(default_factory=list[int])
    """Pieces of each order begun, in order."""
    announced: list[str] = field(default_factory=list[str])
    """Numbers of orders that were told, each once."""
    totals: set[str] = field(default_factory=set[str])
    """That were right at some time: they may be told again."""
    wrong: list[str] = field(default_factory=list[str])
    says_it_twice: bool = False
    """Now and then the next thing reads as the last, though not within a round trip. After a crash, or while a connection
    breaks, it may be taken for it (decision 0030)."""
    said_at: float = 0.0
    is_said: bool = False
    """Whether they have said what is to be said next. What reads like the reply to it before is an older text, brought twice."""
    is_said_again: bool = False
    """They have waited for the reply for long, and said it again. Before, who reads what they answered reads an older text, brought twice."""
    asked: str = ""
    """How the question begins that they answer next, or have answered."""
    apologies: int = 0
    """Behind which the next thing was asked, though they had said what was to be said."""
    unheard: int = 0
    unheard_most: int = 0
    """How often they have said something again since the last text came, and the most of it."""
    times_said: int = 0
    """What they wait for a reply to, so far."""
    crossed: set[int] = field(default_factory=set[int])
    """Orders, by their place in `wanted`, at whose questions may be read, as if they meant it, what they said again for want of a reply that
    crossed it."""
    read_otherwise: int = 0
    """Apologies and wrong totals while they made such an order."""
    waits: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """Of replies that were waited for: when it was said, and how long they took, in seconds."""

    def begin(self) -> None:
        """The next order."""
        if self.orders_left is not None:
            self.orders_left -= 1
        second = self.chance.choice((0, 2, 2, 3))
        unlike = (1, 3) if second else (2, 3)
        first = self.chance.choice((*unlike, 2) if self.says_it_twice else unlike)
        self.wanted.append(first + second)
        self.lines = dialogue(first, second)
        self.asked = ASKED_FIRST
        self.totals |= {reply for _, reply in self.lines if reply.startswith("Total")}
        self._open()

    def _open(self) -> None:
        """Say the first thing."""
        self._say()

    def _go_on(self) -> None:
        """Say the next thing: the reply to the last is there."""
        if self.says_it_twice:
            asyncio.get_running_loop().call_later(THINKS_S, self._say_then, len(self.waits))
        else:
            self._say()

    def _say(self) -> None:
        self.said_at, self.is_said = asyncio.get_running_loop().time(), True
        self.times_said += 1
        self.phone.text(self.code, self.lines[0][0])

    def _say_then(self, replies: int) -> None:
        """Say what is to be said after so many replies, unless one that came meanwhile has gone past it."""
        if self.lines and len(self.waits) == replies:
            self._say()

    def hear(self, heard: Heard) -> None:
        """A text came."""
        self.unheard = 0
        if heard.text.startswith("Order "):
            number = heard.text.removeprefix("Order ").split("\n")[0]
            if number in self.announced:
                return
            self.announced.append(number)
        if not self.lines:
            return
        expected = self.lines[0][1]
        if asks(heard.text, expected):
            if not self.is_said:
                return
            if not heard.text.startswith(expected):
                self._note_apology()
            self.waits.append((self.said_at, asyncio.get_running_loop().time() - self.said_at))
            self.asked = self.lines.pop(0)[1]
            self.is_said = self.is_said_again = False
            self.times_said = 0
            if self.lines:
                self._go_on()
            elif self.orders_left == 0:
                self.stopping = True
            elif not self.stopping:
                self.begin()
        elif asks(heard.text, self.asked) and self.is_said_again:
            self._answer_again()
        elif heard.text.startswith("Total ") and not heard.text.startswith(tuple(self.totals)):
            if self.is_crossed:
                self.read_otherwise += 1
            else:
                self.wrong.append(f"{heard.text!r} for {expected!r}")

    def _note_apology(self) -> None:
        if self.is_crossed:
            self.read_otherwise += 1
        else:
            self.apologies += 1

    @property
    def next_place(self) -> int:
        """Of the order, in `wanted`, at which is read what they say behind their next word."""
        return len(self.wanted) - 1 + (len(self.lines) == 1)

    @property
    def is_crossed(self) -> bool:
        """Whether the order that they make, or made last, is one that a crossing may have put off."""
        return len(self.wanted) - 1 in self.crossed

    def _answer_again(self) -> None:
        """Say the same, as the same is asked, unless the reply comes while they wonder why."""
        self.is_said_again = False
        asyncio.get_running_loop().call_later(WONDERS_S, self._say_then, len(self.waits))

    def say_again(self) -> bool:
        """Repeat what has no reply; whether there is anything."""
        if self.lines:
            self._say()
            self.is_said_again = True
            self.unheard += 1
            self.unheard_most = max(self.unheard, self.unheard_most)
        return bool(self.lines)

    @property
    def done(self) -> bool:
        """Whether every order begun was told."""
        return not self.lines

    @property
    def is_patient(self) -> bool:
        """Whether they wait for a reply, and may say it again yet."""
        return False


class Other(Protocol):
    """A buyer by another channel than texts."""

    wanted: list[int]
    announced: list[str]
    wrong: list[str]
    done: bool

    def start(self) -> None:
        """Order for the first time."""
        ...

    def say_again(self) -> bool:
        """Repeat what has no reply; whether there is anything."""
        ...


class Town:
    """All buyers on one carrier."""

    def __init__(
        self,
        carrier: Carrier,
        count: int,
        seed: int,
        *,
        orders: int | None = None,
        say_it_twice: bool = False,
        codes: Sequence[str] = (CODE,),
        kind: type[Buyer] = Buyer,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`orders`: how many each buyer begins; None: until told to stop. `codes`: of the sellers, among whom they are shared out. `ticks`: seconds."""
        self.carrier = carrier
        self.buyers: dict[str, Buyer] = {}
        """Who writes, by number."""
        self.others: dict[str, Other] = {}
        self._ticks = ticks
        self.heard_at = ticks()
        """When somebody last had a text."""
        self.acknowledged: Counter[str] = Counter()
        """Messages that were answered `taken`, by number."""
        self._taken_at: dict[str, float] = {}
        """When the last of each number was."""
        self.repeated = 0
        """Messages that were brought again, or are to be."""
        self.poisoners: dict[str, bool] = {}
        """Who wrote what makes the program fail, once, and whether the carrier is done with it."""
        self.diary = Diary(ticks)
        self._codes = codes
        carrier.watch(self)
        for place in range(count):
            number = f"138{place:08d}"
            phone = NotedPen(carrier.phone(number, self.hear), number, self.diary)
            code = codes[place % len(codes)]
            chance = random.Random(seed * 1_000_003 + place)
            self.buyers[number] = kind(phone, chance, code, orders)
            self.buyers[number].says_it_twice = say_it_twice

    def hear(self, heard: Heard) -> None:
        """A text came to one of their phones."""
        self.heard_at = self._ticks()
        self.diary.note(f"hears {heard.text!r}", heard.number)
        buyer = self.buyers[heard.number]
        is_said_again, replies = buyer.says_again and buyer.times_said > 1, len(buyer.waits)
        place = buyer.next_place
        buyer.hear(heard)
        is_reply = is_said_again and len(buyer.waits) > replies
        if is_reply and self._meets(heard.number):
            buyer.crossed.add(place)

    def _meets(self, number: str) -> bool:
        """Whether the reply that has just come met on its way what its reader had said again."""
        taken_at = self._taken_at.get(number)
        is_just_taken = taken_at is not None and self.heard_at - taken_at <= CROSSES_S
        return is_just_taken or number in self.carrier.unanswered

    def answered(self, number: str, *, ok: bool, again: bool) -> None:
        """See tests.crash.carrier.Watcher."""
        self.acknowledged[number] += ok
        if ok:
            self._taken_at[number] = self._ticks()
        what = "taken" if ok else "brought again" if again else "not taken"
        self.diary.note(f"is answered: {what}", number)
        if not again and number in self.poisoners:
            self.poisoners[number] = True

    def brought_again(self) -> None:
        """See tests.crash.carrier.Watcher."""
        self.repeated += 1

    def begin(self) -> None:
        """Everybody orders."""
        for buyer in self.buyers.values():
            buyer.begin()
        for other in self.others.values():
            other.start()

    def poison(self) -> None:
        """Somebody else writes what makes the program fail, to one seller after the other."""
        place = len(self.poisoners)
        number = f"139{place:08d}"
        self.poisoners[number] = False
        phone = self.carrier.phone(number, lambda _: None)
        phone.text(self._codes[place % len(self._codes)], POISON)

    @property
    def told(self) -> int:
        """Orders that were announced."""
        return sum(len(buyer.announced) for buyer in self.everybody.values())

    def stop(self) -> None:
        """Everybody finishes what they began."""
        for buyer in self.buyers.values():
            buyer.stopping = True

    @property
    def crossed(self) -> frozenset[str]:
        """Whose words may have been read otherwise than they meant them, and nobody could tell."""
        return frozenset(number for number, one in self.buyers.items() if one.crossed)

    def say_again(self) -> int:
        """All who wait for a reply repeat what they said; how many they are."""
        return sum(buyer.say_again() for buyer in self.everybody.values())

    @property
    def done(self) -> bool:
        """Whether everybody has, and no poison is brought any more."""
        ordered = all(buyer.done for buyer in self.everybody.values())
        return ordered and all(self.poisoners.values())

    def unsettled(self, *, getting_on: bool) -> set[str]:
        """Who is not through, and may be yet: all while others get on, else those of whom the carrier has something."""
        open_ = {number for number, buyer in self.everybody.items() if not buyer.done}
        open_ |= {number for number, is_settled in self.poisoners.items() if not is_settled}
        return open_ if getting_on else open_ & self.carrier.unanswered

    @property
    def everybody(self) -> dict[str, Buyer | Other]:
        """All of them, by number."""
        return {**self.buyers, **self.others}
