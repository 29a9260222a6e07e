"""`dialcart talk`: a flow tried in the terminal, as a buyer would meet it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from commands.flows_on_disk import LIBRARY, flow_name, load, told, write_whole
from flows import program as p
from flows.checker import check_flow
from flows.effects import Effect, Suspending
from flows.inputs import Buyer, Input, Keys, Opened, Outcome, Silence, Text
from flows.machine import Machine
from flows.session import ENDED
from flows.transcript.lines import (
    effect_line,
    input_line,
    outcome_line,
    parse_input,
    parse_outcome,
    typed_outcome,
)
from flows.transcript.player import Player, World
from flows.transcript.talk import TalkError, pause_seconds
from grammars.phones import read_phone

HELP = """\
Type what a buyer would say. Also:
  [1]            keys of a telephone        "words" 0.8    speech, with its confidence
  ~ 10m          time passes (on a call as long as a question waits: silence)
  = sold out     the outcome of the next effect, instead of the simulated one
  hangup         the call is dropped; an empty line then: the buyer comes again
  /help /save FILE /quit"""


class Conversation:
    """One talk in the making: what was said so far, as the lines of a transcript."""

    def __init__(self, machine: Machine, channel: str, buyer: Buyer, now: int) -> None:
        self.machine = machine
        self.channel = channel
        program = machine.program
        self.player = Player(machine, channel, World(buyer, now=now))
        local = datetime.fromtimestamp(now, ZoneInfo(program.timezone))
        language = buyer.language or program.languages[0]
        head = f"@ flow {program.name}  channel {channel}  lang {language}"
        self.lines = [f"{head}  from {buyer.number}  at {local:%Y-%m-%d %H:%M}"]
        self._dictated: list[Outcome] = []

    @property
    def over(self) -> bool:
        """Whether the session has ended."""
        return self.player.session is not None and self.player.session.at == ENDED

    def enter(self, line: str) -> Iterator[str]:
        """Take a line as typed; the lines of the transcript that it makes. Raises ValueError."""
        if line.startswith("~"):
            yield from self._pause(line[1:].strip())
            return
        if line.startswith("="):
            dictated = parse_outcome(line[1:].strip())
            self._dictated.append(typed_outcome(dictated, self.machine.program))
            return
        given = parse_input(line)
        if self.channel == "voice" and isinstance(given, Text):
            # On a call plain digits are keys; other words need quotes, so that a slip is not taken for speech.
            if line.strip("0123456789*#"):
                raise ValueError('on a call write [1] for keys and "words" for speech')
            given = Keys(line)
        yield from self.give(given)

    def give(self, given: Input) -> Iterator[str]:
        """One input and all that follows from it."""
        if not isinstance(given, Opened):
            yield self._note(input_line(given))
        found = self.player.give(given)
        yield from self._show(found)
        while self.player.needs_outcome() and any(isinstance(e, Suspending) for e in found):
            outcome = self._outcome(found)
            if outcome is None:
                return
            yield self._note(outcome_line(outcome, self.machine.program))
            found = self.player.give(outcome)
            yield from self._show(found)

    def _outcome(self, found: list[Effect]) -> Outcome | None:
        if not self._dictated:
            return self.player.outcome_of(found)
        outcome = self._dictated.pop(0)
        self.player.note_outcome(outcome, found)
        return outcome

    def _pause(self, text: str) -> Iterator[str]:
        seconds = pause_seconds(text, self.player.wait_s())
        self.player.world.now += seconds
        yield self._note(f"~ {text}".rstrip())
        if self.channel == "voice" and not self.over and seconds >= self.player.wait_s():
            found = self.player.give(Silence())
            yield from self._show(found)

    def _show(self, found: list[Effect]) -> Iterator[str]:
        for effect in found:
            yield self._note(effect_line(effect, self.machine.program))

    def _note(self, line: str) -> str:
        self.lines.append(line)
        return line

    def transcript(self, title: str) -> str:
        """The talk as a file."""
        return "\n".join([f"# {title}", *self.lines]) + "\n"

    def words(self) -> list[str]:
        """Keys and phrases that the current question takes, for completion."""
        session = self.player.session
        question = self.machine.questions.get(session.at) if session else None
        options = (
            p.offered(question.options, self.channel)
            if isinstance(question, p.Menu)
            else question.choices
            if question is not None
            else ()
        )
        words = [option.key for option in options if option.key]
        words += [phrase for option in options for phrase in option.phrases]
        if isinstance(question, p.Ask) and question.type == "product":
            words += [product.code for product in self.machine.program.products]
        return words


def talk(path: Path, channel: str, language: str, number: str, save: Path | None, now: int) -> int:
    """Talk to a flow; the exit status."""
    try:
        found = load(path)
    except OSError as error:
        typer.echo(f"{path}: cannot be read: {error.strerror}", err=True)
        return 1
    errors = [d for d in found.diagnostics if d.severity == "error"]
    if errors:
        typer.echo(
            f"the flow has {len(errors)} error{'s' * (len(errors) > 1)}; `dialcart check {path}` shows what to write",
            err=True,
        )
        return 1
    wrong = sum(d.severity == "error" for d in check_flow(found.flow, found.diagnostics))
    if wrong:
        typer.echo(
            f"(the flow has {wrong} error{'s' * (wrong > 1)}, which `dialcart check` shows; it is tried as far as it goes)",
            err=True,
        )
    program = found.compile().program
    if channel not in program.channels:
        declared = ", ".join(program.channels)
        typer.echo(f"this shop has no {channel}; its channels are {declared}", err=True)
        return 1
    if language and language not in program.languages:
        declared = ", ".join(program.languages)
        typer.echo(f"this shop has no `{language}`; its languages are {declared}", err=True)
        return 1
    known = read_phone(number) or read_phone(number, "")
    if known is None:
        typer.echo(
            f"`{number}` is no telephone number; write its digits, such as 13800138000 or +254712345678",
            err=True,
        )
        return 1
    talked = Conversation(Machine(program), channel, Buyer(known, language=language), now)
    for line in talked.give(Opened()):
        typer.echo(line)
    before = ""
    for entered in _entered(talked.words):
        if not entered.strip() and not talked.over and before != "hangup":
            # A key that was hit by chance: a buyer who comes without a word would begin anew.
            continue
        before = entered
        if entered in ("/quit", "/q"):
            break
        if entered == "/help":
            typer.echo(HELP)
        elif entered.startswith("/save"):
            _save(talked, Path(entered[5:].strip() or "conversation.talk"), found.path)
        else:
            try:
                for line in talked.enter(entered):
                    if not line.startswith(">"):
                        typer.echo(line)
            except (ValueError, TalkError) as error:
                typer.echo(f"? {error}")
        if talked.over and channel == "voice":
            break
    if save is not None:
        _save(talked, save, found.path)
    return 0


def _save(talked: Conversation, path: Path, flow: Path) -> None:
    try:
        write_whole(path, talked.transcript(f"saved by dialcart talk on {talked.channel}"))
    except OSError as error:
        typer.echo(told(path, error), err=True)
        return
    folder = flow.resolve().parent
    if folder in (path.resolve().parent, LIBRARY / flow_name(flow)):
        typer.echo(f"saved as {path}; `dialcart replay {path}` plays it")
    else:
        # A transcript names its flow, which is looked for beside it.
        typer.echo(f"saved as {path}; put it beside {flow}, where `dialcart replay` finds its flow")


def _entered(words: Callable[[], list[str]]) -> Iterator[str]:
    """Lines as typed; from a pipe as they come."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            yield line.rstrip("\n").removeprefix("> ")
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer, Completion

    class Words(Completer):
        def get_completions(self, document, complete_event):  # type: ignore[no-untyped-def]  # noqa: ARG002
            typed = document.text_before_cursor
            for word in words():
                if word.startswith(typed):
                    yield Completion(word, -len(typed))

    prompt: PromptSession[str] = PromptSession("> ", completer=Words())
    typer.echo("(/help tells what else can be typed; Ctrl-D ends)")
    while True:
        try:
            yield prompt.prompt()
        except (EOFError, KeyboardInterrupt):
            return
