"""What a buyer can be sent in one turn: every way from an answer to the next question, with the texts on it.

A written channel gives the texts of a turn as one message, a line each; a call says them one after another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flows import expression as e
from flows import program as p
from flows import prompts
from flows.checker.subject import Subject
from flows.length import Lengths, decide
from flows.sample import Size

RUNS_MAX = 64
"""Ways through one turn that are looked at; a flow with more has them differ by little."""
NODES_PER_RUN_MAX = 100
"""As flows.engine.STEPS_PER_TURN_MAX."""

WAITS = (p.Menu, p.Ask, p.PlaceOrder, p.HandOver, p.Request, p.Pay)


@dataclass(frozen=True, slots=True)
class Run:
    """One way through a turn."""

    said: tuple[tuple[int, str], ...]
    """Nodes that say something, each with the language it is said in."""
    sent: tuple[tuple[int, str], ...]
    """Nodes that send an SMS."""
    end: int
    """The node where the turn ends: a wait, or NOWHERE."""
    language: str
    """At the end of the turn."""


@lru_cache(maxsize=4)
def turns_of(subject: Subject) -> Turns:
    """The turns of a flow, worked out once."""
    return Turns(subject.program)


class Turns:
    """All turns of a program."""

    def __init__(self, program: p.Program) -> None:
        self.program = program
        self.longest = Lengths(program, "longest")
        self.usual = Lengths(program, "usual")
        self._runs: dict[tuple[int, str, str], tuple[Run, ...]] = {}
        self._questions: dict[tuple[int, str, str, Size], str] = {}
        self._columns = {
            (channel, language): row * len(program.languages) + column
            for row, channel in enumerate(p.CHANNELS)
            for column, language in enumerate(program.languages)
        }
        self._by_channel = any(
            isinstance(node, p.Branch) and "channel" in node.condition for node in program.nodes
        )

    # --- where turns begin ---

    def entries(self) -> list[int]:
        """Every node that a turn can begin with, each once, in order."""
        found: dict[int, None] = {self.program.start: None}
        for node in self.program.nodes:
            for target in _targets(node):
                found[target] = None
        for option in self.program.anywhere:
            found[option.target] = None
        found[self.program.limits.turns_target] = None
        found.pop(p.NOWHERE, None)
        return list(found)

    def runs(self, entry: int, channel: str, language: str) -> tuple[Run, ...]:
        """Every way through the turn that begins with `entry`."""
        key = (entry, channel if self._by_channel else "", language)
        found = self._runs.get(key)
        if found is None:
            found = self._runs[key] = tuple(self._walk(entry, channel, language))
        return found

    def all_runs(self, channel: str) -> Iterator[Run]:
        """Every run of every turn in every language."""
        for entry in self.entries():
            for language in self.program.languages:
                yield from self.runs(entry, channel, language)

    def _walk(self, entry: int, channel: str, language: str) -> Iterator[Run]:
        nodes = self.program.nodes
        states: list[_State] = [(entry, language, (), (), (), 0)]
        seen = set(states)
        given = 0
        while states:
            index, spoken, said, sent, calls, depth = states.pop()
            if index == p.NOWHERE or depth > NODES_PER_RUN_MAX:
                following: list[tuple[int, str]] = []
                end = p.NOWHERE
            else:
                node = nodes[index]
                end = index if isinstance(node, WAITS) else p.NOWHERE
                if isinstance(node, p.Say):
                    said = (*said, (index, spoken))
                elif isinstance(node, p.SendSms):
                    sent = (*sent, (index, spoken))
                elif isinstance(node, p.Call):
                    calls = (*calls, index)
                following = [] if end != p.NOWHERE else self._next(node, channel, spoken, calls)
                if isinstance(node, p.Return):
                    calls = calls[:-1]
            if not following:
                yield Run(said, sent, end, spoken)
                given += 1
                if given >= RUNS_MAX:
                    return
            for target, tongue in following:
                # Ways that have said the same and meet again are one from there on.
                state = (target, tongue, said, sent, calls)
                if (*state, 0) not in seen:
                    seen.add((*state, 0))
                    states.append((*state, depth + 1))

    def _next(
        self, node: p.AnyNode, channel: str, language: str, calls: tuple[int, ...]
    ) -> list[tuple[int, str]]:
        match node:
            case p.Branch(condition, yes, no):
                truth = _decide(condition, channel, language)
                ways = [
                    way for way, on in ((yes, truth is not False), (no, truth is not True)) if on
                ]
                return [(way, language) for way in dict.fromkeys(ways)]
            case p.Assign("lang", value, following):
                return [(following, tongue) for tongue in self._tongues(value, language)]
            case p.Call(target=target):
                return [(target, language)]
            case p.Return():
                if calls:
                    caller = self.program.nodes[calls[-1]]
                    return [(caller.next, language)] if isinstance(caller, p.Call) else []
                return []
            case p.Goodbye() | p.Menu() | p.Ask():
                return []
            case _:
                return [(node.next, language)]

    def _tongues(self, value: str, language: str) -> tuple[str, ...]:
        """Languages that `set lang = VALUE` may lead to."""
        try:
            tree = e.parse_expression(value)
        except e.ExpressionError:
            return (language,)
        if isinstance(tree, e.Literal):
            return (tree.value if tree.value in self.program.languages else language,)
        return self.program.languages

    # --- what is said ---

    def column(self, channel: str, language: str) -> int:
        """Where a wording has the text of a channel and language."""
        return self._columns[channel, language]

    def text(self, wording: int, channel: str, language: str, size: Size) -> str:
        """A wording as a buyer gets it."""
        lengths = self.longest if size == "longest" else self.usual
        column = self._columns[channel, language]
        return lengths.text(self.program.wordings[wording][column], language)

    def parts(self, run: Run, channel: str, size: Size) -> list[str]:
        """The texts of a turn in order, the question last."""
        found = [self.said(index, channel, spoken, size) for index, spoken in run.said]
        if run.end != p.NOWHERE:
            found.append(self.question(run.end, channel, run.language, size))
        return [text for text in found if text]

    def message(self, run: Run, channel: str, size: Size) -> str:
        """The texts of a turn as one message, as SMS and USSD send them."""
        return "\n".join(self.parts(run, channel, size))

    def said(self, index: int, channel: str, language: str, size: Size) -> str:
        """The text of a `say`, as it is given."""
        node = self.program.nodes[index]
        assert isinstance(node, p.Say | p.SendSms)
        return self.text(node.wording, channel, language, size)

    def question(self, index: int, channel: str, language: str, size: Size) -> str:
        """What a question says of itself, with its options."""
        key = (index, channel, language, size)
        found = self._questions.get(key)
        if found is None:
            found = self._questions[key] = self._question(index, channel, language, size)
        return found

    def _question(self, index: int, channel: str, language: str, size: Size) -> str:
        node = self.program.nodes[index]
        before = self.before_options(index, channel, language, size)
        match node:
            case p.Menu(options=options):
                lines = self._menu_lines(options, channel, language, size)
            case p.Ask(choices=options) if options:
                lines = self._menu_lines(options, channel, language, size)
            case p.Ask(type="yesno"):
                lines = prompts.yesno_hint(channel, language)
            case _:
                return before
        head, _, last = before.rpartition("\n") if channel != "voice" else ("", "", before)
        text = prompts.prompt_with_menu(last, lines, channel)
        return f"{head}\n{text}" if head else text

    def before_options(self, index: int, channel: str, language: str, size: Size) -> str:
        """What a question says before its options; for a hand-over, what is said on the way."""
        node = self.program.nodes[index]
        match node:
            case p.Menu(wording=wording):
                wordings = () if wording is None else (wording,)
            case p.Ask(wordings=wordings) | p.HandOver(wordings=wordings):
                pass
            case _:
                return ""
        texts = [self.text(wording, channel, language, size) for wording in wordings]
        return ("" if channel == "voice" else "\n").join(text for text in texts if text)

    def retry(self, index: int, channel: str, language: str, size: Size) -> list[str]:
        """What is said to an answer that was not understood: messages, the question again where it is asked again."""
        node = self.program.nodes[index]
        if not isinstance(node, p.Menu | p.Ask):
            return []
        own = [self.text(w, channel, language, size) for w in node.retry.no_match]
        if isinstance(node, p.Ask):
            if own:
                return own
            default = prompts.no_match(node.type, language, node.lower, node.upper)
        else:
            default = prompts.word("no_match", language)
        again = self.question(index, channel, language, size)
        return [f"{reply}\n{again}" for reply in own or [default]]

    def _menu_lines(
        self, options: tuple[p.Option, ...], channel: str, language: str, size: Size
    ) -> str:
        listed = [(o.key, self.text(o.label, channel, language, size)) for o in options]
        return prompts.menu_lines(listed, channel, language)


_State = tuple[
    int, str, tuple[tuple[int, str], ...], tuple[tuple[int, str], ...], tuple[int, ...], int
]
"""Node, language, said, sent, calls, nodes walked."""


def _targets(node: p.AnyNode) -> Iterator[int]:
    match node:
        case p.Menu(options=options, retry=retry):
            for option in options:
                yield option.target
            yield retry.target
        case p.Ask(retry=retry, next=following):
            yield following
            yield retry.target
        case p.PlaceOrder() | p.HandOver() | p.Request() | p.Pay():
            yield node.next
            yield from node.outcomes.values()
        case p.Call(next=following):
            # A turn may begin inside the called step and come back here.
            yield following
        case _:
            pass


@lru_cache(maxsize=50_000)
def _decide(condition: str, channel: str, language: str) -> bool | None:
    try:
        tree = e.parse_expression(condition)
    except e.ExpressionError:
        return None
    return decide(tree, {"channel": channel, "lang": language})
