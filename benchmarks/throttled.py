"""A carrier that allows so many texts a second and refuses a tenth of them all the same: how near we come, and in which order.

    python -m benchmarks.throttled [--rate 200] [--seconds 20] [--binds 1]

`dialcart serve` as it ships against the simulator, on real sockets; 5 % of submit_sm are answered ESME_RTHROTTLED, 5 %
ESME_RMSGQFUL. Each phone writes twelve texts at once, so that more replies wait than the carrier takes, and must hear their
replies in that order; by several binds, where nobody can tell what was written first, it writes the next when it has a reply. Told is what the carrier took a second while they waited, and the most that it took within any second,
the first and one after a quiet while (QUIET_S) among them. A run fails below 95 % of the rate, past it in any second, or where a phone
heard anything out of order.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.texts_alone import texts_alone
from sms.smsc.faults import Faults
from sms.smsc.handset import Heard
from sms.smsc.phone import Phone
from sms.smsc.server import Settings, Smsc

ROOT = Path(__file__).resolve().parent.parent
FAULTS = Faults(throttled=0.05, queue_full=0.05)
SHARE_MIN = 0.95
"""Of the allowed rate."""
SECOND_MAX = 1.5
"""Of it in any one second, by the clock of a carrier that shares a busy machine with us: what it reads late it counts late. That
no more is sent is proven where time is an argument (tests.sms.test_allowance)."""
QUIET_S = 3.0
"""Then a second's worth of phones write once more."""
WAITS = 0.9
"""Until so many of all texts are taken there are always some that wait."""
SETTLES_S = 2.0
"""From the first text: the burst of a second, and what the first refusals do to it."""
START_S_MAX = 120.0
CODE = "1069"
TEXTS = ("apple", "3", "1")
REPLIES = ("How many", "Total 7.50", "Order ")
ORDERS = 4
"""Of each phone, all texts at once."""
FLOW = f"""\
flow 1

shop Throttled
  languages en
  currency CNY
  channels sms
  sms code {CODE}
  delivery 30m

catalog
  item 1 price 2.50 stock 1000000 Apple

step start
  ask what as product of catalog
    say What would you like?
  ask count as number 1..9
    say How many?
  add count of what to cart
  menu Total {{{{ cart.total|money }}}}
    1 Order -> place
    2 More -> start

step place
  place order
    when sold out -> bye
    when failed -> bye
  say Order {{{{ order.number }}}}
  goodbye

step bye
  say Bye
  goodbye
"""


@dataclass
class Ears:
    """What all phones heard."""

    at_s: list[float] = field(default_factory=list[float])
    """When, each text."""
    at_once: int = 0
    """How many before the quiet while."""
    taken_at_s: list[float] = field(default_factory=list[float])
    """When the carrier took each."""
    by_phone: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    to_say: dict[str, Iterator[Callable[[], object]]] = field(
        default_factory=dict[str, Iterator[Callable[[], object]]]
    )
    """What each phone writes yet, one with each reply that it has."""

    def hear(self, heard: Heard) -> None:
        """A phone has a text."""
        loop = asyncio.get_running_loop()
        self.at_s.append(loop.time())
        self.by_phone.setdefault(heard.number, []).append(heard.text)
        say = next(self.to_say.get(heard.number, iter(())), None)
        if say is not None:
            loop.call_soon(say)

    def out_of_order(self) -> int:
        """Phones that heard anything but their replies, one after the other."""
        return sum(
            len(texts) != ORDERS * len(REPLIES)
            or not all(map(str.startswith, texts, REPLIES * ORDERS))
            for texts in self.by_phone.values()
        )

    def in_a_second(self) -> int:
        """The most that the carrier took within a second, whichever."""
        times = self.taken_at_s
        return max(place + 1 - bisect_left(times, at_s - 1.0) for place, at_s in enumerate(times))

    def a_second(self, count: int) -> float:
        """What was taken a second, from when the run has settled until `count` texts were."""
        begins = self.at_s[0] + SETTLES_S
        first = next(place for place, at_s in enumerate(self.at_s) if at_s >= begins)
        return (count - 1 - first) / (self.at_s[count - 1] - self.at_s[first])


async def run(folder: Path, rate: int, seconds: int, binds: int) -> tuple[Ears, int, int]:
    """Serve as many phones as that takes; what they heard, how many they are, and what was refused."""
    phones = rate * seconds // (ORDERS * len(REPLIES))
    late = -(-2 * rate // (ORDERS * len(REPLIES)))
    ears, refused = Ears(at_once=phones * ORDERS * len(REPLIES)), 0
    (folder / "sellers" / "shop").mkdir(parents=True)
    (folder / "sellers" / "shop" / "seller.flow").write_text(FLOW)
    async with Smsc(Settings(port=0, faults=FAULTS)) as smsc:
        words = texts_alone(folder, smsc.port, rate=rate, binds=binds)
        (folder / "dialcart.toml").write_text(words)
        submit = smsc.network.submit

        def counted(*given: Any, **named: Any) -> Any:
            nonlocal refused
            taken = submit(*given, **named)
            refused += not taken.message_id
            if taken.message_id:
                ears.taken_at_s.append(asyncio.get_running_loop().time())
            return taken

        smsc.network.submit = counted  # type: ignore[method-assign]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("cli.py", "serve", "--config", str(folder / "dialcart.toml")),
            cwd=ROOT,
        )
        try:
            async with asyncio.timeout(seconds * 3 + START_S_MAX):
                while len(smsc.network.exchange.binds) < binds:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                for begin, end in ((0, phones), (phones, phones + late)):
                    for place in range(begin, end):
                        phone = Phone(smsc.network, f"138{place:08d}", ears.hear)
                        says = iter([partial(phone.text, CODE, text) for text in TEXTS * ORDERS])
                        if binds > 1:
                            next(says)()
                            ears.to_say[phone.number] = says
                        for say in says if binds == 1 else ():
                            say()
                    while len(ears.at_s) < end * ORDERS * len(REPLIES):  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                    await asyncio.sleep(QUIET_S if end == phones else 0.0)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    return ears, phones + late, refused


def main() -> int:
    """Run, tell, and fail where it falls short."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throttled")
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--binds", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dialcart-throttled-") as folder:
        try:
            ears, phones, refused = asyncio.run(
                run(Path(folder), options.rate, options.seconds, options.binds)
            )
        except TimeoutError:
            sys.stdout.write("not all had their replies in three times as long: WRONG\n")
            return 1
    reached = ears.a_second(int(ears.at_once * WAITS))
    share, most, wrong = reached / options.rate, ears.in_a_second(), ears.out_of_order()
    is_right = share >= SHARE_MIN and most <= SECOND_MAX * options.rate and not wrong
    sys.stdout.write(
        f"{len(ears.at_s)} texts to {phones} phones, {refused} times refused: {reached:.1f} a second of "
        f"{options.rate} allowed, {share:.1%}, at most {most} in a second; phones that heard them out of order {wrong}: "
        f"{'right' if is_right else 'WRONG'}\n"
    )
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
