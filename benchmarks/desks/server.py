"""The server's side: a shop with people signed in, and buyers who ask for a person at a rate.

Prints one line of JSON, {"address", "cookies"}, and serves until it is terminated; buyers come after a line on its standard
input. What a buyer writes carries the time at which it was written, so that a desk can tell how long it took to ring.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from center.acd.agent import Agent
from center.contact import Arrival, ContactKey
from center.desk.person import HOUSE, Person
from commands.serve import Options
from commands.serving.business import Business, open_business
from commands.serving.floor import FloorService
from commands.serving.pages import Pages
from commands.serving.running import run, stop_signals
from commands.serving.telephones import Telephones
from commands.serving.texts import Texts
from flows.inputs import Text
from web.accounts.account import Account, Role

LETTERS = str.maketrans("0123456789.", "abcdefghijk")
"""Times as letters: the log masks numbers."""
KEPT = "no password's hash"
"""Nobody signs in by one here, but who has none cannot sit down."""
EVERY_S = 0.05
"""Buyers come in bunches this far apart."""
FLOW = """\
flow 1

shop Help desk
  languages en
  currency CNY
  channels sms
  sms code 1069

catalog
  item 1 price 1.00 stock 100000 Apple

anywhere
  0 person -> agent
  STOP -> stop

step start
  ask what as product of catalog
    say What?
  -> start

step agent
  hand over to sales
    when busy -> bye
    when timeout -> bye

step bye
  say Bye
  goodbye

step stop
  set buyer.opted_out = yes
  goodbye
"""


async def ask(business: Business, rate: float) -> None:
    """Let buyers ask for a person, so many a second."""
    count, began = 0, time.time()
    while True:
        await asyncio.sleep(EVERY_S)
        while count < (time.time() - began) * rate:
            contact = ContactKey("desk", f"139{count:08d}", "sms")
            at = int(time.time())
            business.turns.add(Arrival(contact, Text("What?"), "1069", "x", b"", 0, at), None)
            business.turns.add(Arrival(contact, Text("person"), "1069", "x", b"", 0, at), None)
            told = Text("t" + f"{time.time():.6f}".translate(LETTERS))
            business.turns.add(Arrival(contact, told, "1069", "x", b"", 0, at), None)
            count += 1


async def main(folder: Path, agents: int, rate: float) -> None:
    """Serve until terminated."""
    shop = folder / "desk"
    shop.mkdir()
    (shop / "seller.flow").write_text(FLOW, "utf-8")
    config = Options((shop,), folder / "shop.db", web_port=0).config()
    business = open_business(config.store.database, config.sellers)
    people = [Person(Agent(f"agent{n}", HOUSE, sms_slots=1), password=KEPT) for n in range(agents)]
    floor = FloorService(business, config.store.database, people)
    texts = Texts(business, tuple)
    pages = Pages("127.0.0.1", 0, floor, Telephones(business, texts.channel))
    asking: list[asyncio.Task[None]] = []

    def opened() -> None:
        cookies = [
            pages.door.admit(Account(person.agent.name, Role.AGENT, KEPT)) for person in people
        ]
        address = f"127.0.0.1:{pages.port}"
        print(json.dumps({"address": address, "cookies": cookies}), flush=True)
        asyncio.get_running_loop().add_reader(
            sys.stdin, lambda: asking.append(asyncio.ensure_future(_begin(business, rate)))
        )

    with stop_signals() as (stop, hurry):
        await run([floor, texts, pages], stop, hurry, opened=opened)
    business.close()


async def _begin(business: Business, rate: float) -> None:
    asyncio.get_running_loop().remove_reader(sys.stdin)
    await ask(business, rate)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
