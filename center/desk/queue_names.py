"""Names in the settings of queues that no flow bears: what a recipe says, where it overflows to, and queues themselves.

Nothing of it stops a shop: a step that is not there is not said, and a queue that nobody names stands empty. Sellers are
looked at one by one, for forty thousand of them need not be in memory together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from center.acd.recipe import Overflow, Play
from center.desk.cards import queues_in
from center.desk.queues import AGENT_WAIT, Queues, full_name
from flows.program import Program

NAMES_MAX = 1_000
"""Names of other sellers' steps and queues that are kept, to find the one that was meant."""
SHOWN_MAX = 8


@dataclass(slots=True)
class _Setting:
    """One of the settings, beside the flows to whose queues it applies."""

    is_used: bool = False
    """A flow hands over to it, or a queue overflows to it."""
    is_followed: bool = False
    """A flow hands over to it, so that buyers go by its recipe."""
    found: set[str] = field(default_factory=set[str])
    """Of the steps it says and the queues it overflows to."""
    steps: set[str] = field(default_factory=set[str])
    queues: set[str] = field(default_factory=set[str])


class QueueNames:
    """Settings of queues beside flows, which are given one after the other (`add`)."""

    def __init__(self, queues: Queues) -> None:
        self._queues = queues
        self._settings = {name: _Setting() for name in queues.settings}
        self._sellers: dict[str, tuple[str, ...]] = {}
        """That settings name, and their queues."""
        self._named = {name.partition("/")[0] for name in queues.settings if "/" in name}
        self._known: set[str] = set()
        """Queues of all."""

    def add(self, seller: str, program: Program) -> None:
        """Look at a seller's flow."""
        there = queues_in(program)
        if seller in self._named:
            self._sellers[seller] = there
        _keep(self._known, there)
        for name in there:
            self._look(seller, name, program, there)

    def _look(self, seller: str, name: str, program: Program, there: Iterable[str]) -> None:
        key = self._key(seller, name)
        if key is None:
            return
        setting = self._settings[key]
        setting.is_used = setting.is_followed = True
        _keep(setting.steps, program.steps)
        _keep(setting.queues, there)
        for step in self._queues.settings[key].recipe:
            match step.action:
                case Play(message=said) if said in program.steps:
                    setting.found.add(said)
                case Overflow(queue=other):
                    beyond = self._key(seller, other)
                    if other in there or beyond not in (None, "*"):
                        setting.found.add(other)
                    if beyond is not None:
                        self._settings[beyond].is_used = True
                case _:
                    pass

    def _key(self, seller: str, name: str) -> str | None:
        keys = (full_name(seller, name), name, "*")
        return next((key for key in keys if key in self._settings), None)

    def missing(self) -> Iterator[str]:
        """Steps to say and queues to overflow to that no flow has to which a setting applies, and what to write."""
        for name, setting in self._settings.items():
            if not setting.is_followed:
                continue
            whose = f"the flow of {name.partition('/')[0]}" if "/" in name else "no flow there"
            for step in self._queues.settings[name].recipe:
                at = f"[[queue]] {name}, after {step.after_s:g} s"
                match step.action:
                    case Play(message=said) if said not in {AGENT_WAIT, *setting.found}:
                        has = "has no" if "/" in name else "has a"
                        yield (
                            f"{at}: {whose} {has} step `{said}` to say, so buyers are told how long it will be;"
                            f" {_write(said, setting.steps, 'add the step to the flow, or write agent_wait')}"
                        )
                    case Overflow(queue=other) if other not in setting.found:
                        has = "hands over to no" if "/" in name else "hands over to a"
                        yield (
                            f"{at}: {whose} {has} queue `{other}`, and no [[queue]] sets it, so everybody is asked who may"
                            f" serve the seller; {_write(other, setting.queues, f'add a [[queue]] named {other}')}"
                        )
                    case _:
                        pass

    def unused(self) -> Iterator[str]:
        """Settings that apply to no queue of all these flows, and what to write."""
        for name, setting in self._settings.items():
            seller, _, queue = name.rpartition("/")
            if setting.is_used or name == "*":
                continue
            if seller and seller not in self._sellers:
                yield f"[[queue]] {name}: no seller is called {seller}, or its flow has errors; write SELLER/QUEUE"
                continue
            there = self._sellers[seller] if seller else sorted(self._known)
            whose = f"the flow of {seller} hands" if seller else "no flow hands"
            to = "to no queue" if seller else "to a queue"
            yield f"[[queue]] {name}: {whose} over {to} `{queue}`; {_write(queue, there, 'take it out')}"


def _keep(names: set[str], more: Iterable[str]) -> None:
    if len(names) < NAMES_MAX:
        names.update(more)


def _write(wrong: str, there: Iterable[str], otherwise: str) -> str:
    """What to write in its place."""
    names = sorted(there)
    near = get_close_matches(wrong, names, 1)
    if near:
        return f"did you mean `{near[0]}`?"
    shown = ", ".join(names[:SHOWN_MAX]) + (", ..." if len(names) > SHOWN_MAX else "")
    return f"there are: {shown}; {otherwise}" if shown else otherwise
