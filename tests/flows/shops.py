"""Small shops that the tests of the engine and of the centre talk to."""

from collections.abc import Iterable

from flows.compiler import compile_flow
from flows.effects import Effect, KeepBuyer, Say
from flows.engine import begin, step
from flows.folder import flow_of
from flows.inputs import Buyer, Given, Input, Opened, Outcome, Text
from flows.machine import Machine
from flows.program import Program
from flows.session import ENDED, Session

NOON = 1_795_492_800
"""2026-11-24 12:00 in Shanghai, a Tuesday."""

SHOP = """\
flow 1

shop 小店
  en: Corner shop
  languages zh, en
  channels sms, voice, ussd
  sms code 1069
  delivery 30m

defaults
  tries 3 then -> agent
  sms session 2h

catalog
  item 1 price 2.50 stock 5 苹果
    en: Apple
  item 2 price 10.00 stock 1 大西瓜 | 西瓜
    en: Watermelon

anywhere
  0 人工 -> agent
    en: agent
  on sms <what:product> <count:number> -> take
"""
WITHOUT_TAKE = SHOP.replace("  on sms <what:product> <count:number> -> take\n", "")
"""For flows that have no such step."""

ORDER = """
step start
  ask what as product of catalog
    say 要什么？
      en: What would you like?
  ask count as number 1..9
    say 要几个？
      en: How many?
  -> take

step take
  add count of what to cart
  menu 共{{ cart.total|money }}
    en: Total {{ cart.total|money }}
    1 下单 -> place
      en: Order
    2 再加 -> start
      en: More

step place
  place order
    when sold out -> sold_out
    when failed -> agent
  say 订单{{ order.number }}，{{ order.eta }}到
    en: Order {{ order.number }}, due {{ order.eta }}
  goodbye

step sold_out
  say {{ order.missing }}没有了
    en: {{ order.missing }} is gone
  empty cart
  -> start

step agent
  hand over to sales
    when busy -> bye
    when timeout -> bye

step bye
  say 再见
    en: Bye
  goodbye
"""


def program_of(steps: str = ORDER, shop: str = SHOP) -> Program:
    """A shop with these steps; a mistake in the test's own flow fails the test."""
    flow, diagnostics = flow_of("shop", shop + steps)
    assert not diagnostics, diagnostics
    return compile_flow(flow).program


def machine_of(steps: str = ORDER, shop: str = SHOP) -> Machine:
    """The same, ready to run."""
    return Machine(program_of(steps, shop))


class Visitor:
    """A buyer who talks to a machine; keeps the session as a host would."""

    def __init__(
        self, machine: Machine, channel: str = "sms", buyer: Buyer | None = None, now: int = NOON
    ) -> None:
        self.machine = machine
        self.channel = channel
        self.buyer = buyer or Buyer("13800138000")
        self.now = now
        self.stock: dict[str, int] = {}
        self.session: Session | None = None
        self.effects: list[Effect] = []

    def give(self, given: Input) -> list[Effect]:
        """One input; the effects it has."""
        world = Given(given, self.buyer, self.stock)
        if self.session is None:
            self.session, self.effects = begin(self.machine, self.channel, world, self.now)
        else:
            self.session, self.effects = step(self.machine, self.session, world, self.now)
        for effect in self.effects:
            if isinstance(effect, KeepBuyer):
                self.buyer = self.buyer.kept(effect.field, effect.value)
        return self.effects

    def says(self, *texts: str) -> list[str]:
        """Texts one after the other; what the last one is answered."""
        for text in texts:
            self.give(Text(text))
        return self.heard()

    def opens(self) -> list[str]:
        """A first contact without a word."""
        self.give(Opened())
        return self.heard()

    def learns(self, name: str, **values: int | str | bool) -> list[str]:
        """The outcome of an effect."""
        self.give(Outcome(name, values))
        return self.heard()

    def heard(self) -> list[str]:
        """What was said at the last turn."""
        return [effect.text for effect in self.effects if isinstance(effect, Say)]

    def has(self, kind: type[Effect]) -> bool:
        """Whether the last turn had such an effect."""
        return any(isinstance(effect, kind) for effect in self.effects)

    @property
    def at(self) -> str:
        """The question that is open."""
        assert self.session is not None
        return self.session.at

    @property
    def over(self) -> bool:
        """Whether the session has ended."""
        return self.at == ENDED


def kinds(effects: Iterable[Effect]) -> list[str]:
    """Effects by name."""
    return [type(effect).__name__ for effect in effects]
