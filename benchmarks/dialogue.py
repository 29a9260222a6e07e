"""The worked example's dialogue, as the benchmarks talk it: eight turns from the first text to the order."""

from msgspec.structs import replace

from commands.flows_on_disk import LIBRARY, load
from flows.effects import KeepBuyer
from flows.engine import begin, step
from flows.inputs import Buyer, Given, Input, Opened, Outcome, Text
from flows.machine import Machine
from flows.session import Session

NOON = 1_795_492_800
"""2026-11-24 12:00 in Shanghai: the shop is open."""

ANSWERS: tuple[Input, ...] = (
    Opened(),
    Text("下单"),
    Text("101"),
    Text("2"),
    Text("2"),
    Text("文三路1号"),
    Text("1"),
    Outcome("ok", {"number": "A0001", "eta": "12:40"}),
)


def machine() -> Machine:
    """The worked example, ready to run."""
    return Machine(load(LIBRARY / "noodles").compile().program)


def talk(noodles: Machine) -> list[Session]:
    """One order; the session after each turn."""
    buyer = Buyer("13800138000")
    stock = {"101": 40}
    session: Session | None = None
    sessions: list[Session] = []
    for answer in ANSWERS:
        given = Given(answer, buyer, stock)
        if session is None:
            session, effects = begin(noodles, "sms", given, NOON)
        else:
            session, effects = step(noodles, session, given, NOON)
        sessions.append(session)
        for effect in effects:
            if isinstance(effect, KeepBuyer):
                buyer = replace(buyer, **{effect.field: effect.value})
    return sessions
