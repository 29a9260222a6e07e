"""A phone in the terminal: what is typed is sent, what comes is shown with its parts.

With a person at the keys it is a prompt. With a script on standard input each line is one text,
and the next goes out when the answer has come and it has been quiet, or after a bounded wait.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from center.allowed import plain
from sms.smsc.control import (
    AskStatus,
    Line,
    LineClosedError,
    Listen,
    Listening,
    Refused,
    SetFaults,
    Status,
    Text,
)
from sms.smsc.handset import Heard, Said

HELP: Final = """\
Type a text to send it; to a USSD code it is dialled, or answers the screen. Commands:
  /from NUMBER   be another phone
  /to CODE       write to another code
  /wait [S]      wait until it is quiet, at most S seconds
  /fault WORDS   what goes wrong: throttled=10% receipt_delay_s=2 seed=7, or none
  /status        who is bound, what waits
  /hangup        hang up a USSD dialog
  /quit          end
A text that begins with / is written with two: //."""

WAIT_S_MAX: Final = 600.0
SILENCE_S: Final = 5.0
"""After which a person is told that nothing came."""
INPUT_CHARACTERS_MAX: Final = 10_000
"""Of one line typed; 255 parts are less."""


def on_the_network(number: str) -> str:
    """A number as a network has it, digits alone: what is sent to `+254 711 000 111` goes to 254711000111. A name stays."""
    return plain(number).removeprefix("+") or number


@dataclass(frozen=True, slots=True)
class Manners:
    """How a script waits."""

    wait_s: float = 5.0
    """For the first answer to a text."""
    quiet_s: float = 0.4
    """Without a message, after which the answer is taken to be complete."""


class Terminal:
    """One phone, its line to the simulator, and where it shows what it hears."""

    def __init__(
        self, line: Line, *, number: str, code: str, show: Callable[[str], None] = print
    ) -> None:
        self._line = line
        self._number = number
        self._code = code
        self._show = show
        self._heard = asyncio.Event()
        self._dialog = 0
        """Number of the USSD dialog."""
        self._dialled = ""
        self._has_heard = False
        """Whether anything came since this code is written to."""
        self._is_in_dialog = False
        """A screen waits for an answer, and what is typed is one."""

    async def listen(self) -> None:
        """Turn the phone on."""
        self._tell(await self._line.ask(Listen(self._number)))

    async def dial(self, manners: Manners | None = None) -> None:
        """Dial, if what is written to is a USSD code."""
        if self._code.startswith("*"):
            await self._send(self._code, manners)

    async def hear(self) -> None:
        """Show messages until the line closes."""
        try:
            while True:
                self._tell(await self._line.hear())
                self._has_heard = True
                self._heard.set()
        except LineClosedError:
            self._show("! the SMSC has gone")

    async def enter(self, entered: str, manners: Manners | None = None) -> bool:
        """Do what one line says; False ends. With manners, wait for the answer to a text."""
        words = entered.strip()
        if not words:
            return True
        if len(words) > INPUT_CHARACTERS_MAX:
            self._show(f"! at most {INPUT_CHARACTERS_MAX} characters")
            return True
        if words.startswith("/") and not words.startswith("//"):
            return await self._command(words, manners or Manners())
        await self._send(words[1:] if words.startswith("//") else words, manners)
        return True

    async def _send(self, text: str, manners: Manners | None) -> None:
        """Write a text, dial a code, or answer the screen that is shown."""
        self._heard.clear()
        answer = await self._line.ask(self._text(text))
        self._tell(answer)
        if not isinstance(answer, Said):
            return
        if manners:
            await self._wait(manners.wait_s, manners.quiet_s)
            self._doubt(manners.wait_s, self._code)
        else:
            asyncio.get_running_loop().call_later(SILENCE_S, self._doubt, SILENCE_S, self._code)

    def _doubt(self, silent_s: float, code: str) -> None:
        """Say of a code from which nothing ever came that it may be none; a person who was answered once may be kept waiting."""
        if code == self._code and not self._has_heard and not code.startswith("*"):
            self._show(f"! nothing from {code} in {silent_s:g} s; is it an open shop's code?")

    def _text(self, text: str) -> Text:
        # Phones dial whatever has this form, wherever it is typed.
        if text.startswith("*") and text.endswith("#"):
            return self._dial(text)
        if self._is_in_dialog:
            return Text(self._number, self._dialled, text, "answer", self._dialog)
        if self._code.startswith("*"):
            return self._dial(self._code)
        return Text(self._number, self._code, text)

    def _dial(self, dialled: str) -> Text:
        self._dialog = self._dialog % 255 + 1
        self._dialled = dialled
        return Text(self._number, dialled, dialled, "dial", self._dialog)

    async def _command(self, words: str, manners: Manners) -> bool:
        name, _, rest = words.partition(" ")
        rest = rest.strip()
        if name == "/quit":
            return False
        if name == "/from" and rest:
            number = on_the_network(rest)
            answer = await self._line.ask(Listen(number))
            if isinstance(answer, Listening):
                self._number = number
            self._tell(answer)
        elif name == "/to" and rest:
            self._code, self._has_heard = rest, False
            self._show(f"writing to {rest}")
        elif name == "/hangup" and self._is_in_dialog:
            self._is_in_dialog = False
            self._tell(
                await self._line.ask(Text(self._number, self._dialled, "", "hang up", self._dialog))
            )
        elif name == "/wait":
            await self._wait_for(rest, manners)
        elif name == "/fault":
            self._tell(await self._line.ask(SetFaults(rest)))
        elif name == "/status":
            self._tell(await self._line.ask(AskStatus()))
        else:
            self._show(HELP)
        return True

    async def _wait_for(self, rest: str, manners: Manners) -> None:
        try:
            wait_s = float(rest) if rest else manners.wait_s
        except ValueError:
            self._show(f"! {rest} is not a number of seconds")
            return
        if not 0 <= wait_s <= WAIT_S_MAX:
            self._show(f"! between 0 and {WAIT_S_MAX:g} seconds")
            return
        await self._wait(wait_s, manners.quiet_s)

    async def _wait(self, wait_s: float, quiet_s: float) -> None:
        """Until a message has come and then none for `quiet_s`; at most `wait_s` in all."""
        ends_at = asyncio.get_running_loop().time() + wait_s
        patience_s = wait_s
        while patience_s > 0:
            try:
                async with asyncio.timeout(patience_s):
                    await self._heard.wait()
            except TimeoutError:
                return
            self._heard.clear()
            patience_s = min(quiet_s, ends_at - asyncio.get_running_loop().time())

    def _tell(self, told: object) -> None:
        """Show an answer or a message as a line."""
        match told:
            case Heard(screen="ask" | "end"):
                self._is_in_dialog = told.screen == "ask"
                after = "answer" if self._is_in_dialog else "the dialog is over"
                self._show(f"[{told.code}]\n{printable(told.text)}\n[{after}]")
            case Heard():
                price = f", {told.price}" if told.price else ""
                to = "" if told.number == self._number else f" to {told.number}"
                kind = f"{told.parts} part{'s' * (told.parts != 1)} {told.alphabet}{price}"
                self._show(f"< {printable(told.text)}  ({told.code}{to}, {kind})")
            case Said() if told.parts > 1:
                self._show(f"  sent in {told.parts} parts, {told.alphabet}")
            case Listening():
                self._show(f"phone {told.number}, writing to {self._code}")
            case Status():
                self._show(
                    f"bound: {'; '.join(told.binds) or 'nobody'}. waiting {told.waiting}, "
                    f"submitted {told.submitted}, delivered {told.delivered}. "
                    f"faults: {told.faults}"
                )
            case Refused():
                self._show(f"! {told.why}")
            case _:
                pass


def printable(text: str) -> str:
    """Text that cannot move the cursor: control characters but line ends show as pictures."""
    return "".join(
        chr(0x2400 + ord(character))
        if character < " " and character != "\n"
        else ("�" if "\x7f" <= character <= "\x9f" else character)
        for character in text
    )


async def run_script(
    terminal: Terminal, lines: AsyncIterator[str], manners: Manners, show: Callable[[str], None]
) -> None:
    """Send the lines one after the other."""
    await terminal.listen()
    hearing = asyncio.create_task(terminal.hear())
    try:
        await terminal.dial(manners)
        async for entered in lines:
            if not entered.strip() or entered.startswith("#"):
                continue
            show(f"> {entered.rstrip()}")
            if not await terminal.enter(entered, manners):
                return
    except LineClosedError:
        show("! the SMSC has gone")
    finally:
        hearing.cancel()


async def run_prompt(terminal: Terminal) -> None:
    """A prompt for a person, with what comes shown above it."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.patch_stdout import patch_stdout

    prompt: PromptSession[str] = PromptSession("> ")
    with patch_stdout():
        await terminal.listen()
        hearing = asyncio.create_task(terminal.hear())
        try:
            await terminal.dial()
            while await terminal.enter(await prompt.prompt_async()):
                pass
        except (EOFError, KeyboardInterrupt, LineClosedError):
            return
        finally:
            hearing.cancel()


async def stdin_lines() -> AsyncIterator[str]:
    """Lines of standard input, read in a thread so that the phone goes on hearing."""
    while line := await asyncio.to_thread(sys.stdin.readline, INPUT_CHARACTERS_MAX + 2):
        yield line


async def run(line: Line, *, number: str, code: str, manners: Manners | None = None) -> None:
    """Be a phone at this terminal, or for the script that is piped in."""
    terminal = Terminal(line, number=number, code=code, show=_print)
    if sys.stdin.isatty():
        await run_prompt(terminal)
    else:
        await run_script(terminal, stdin_lines(), manners or Manners(), _print)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
