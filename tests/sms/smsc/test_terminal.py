"""The phone in the terminal, on a line that answers by itself."""

import asyncio

import pytest

from sms.smsc.control import (
    AskStatus,
    LineClosedError,
    Listen,
    Listening,
    Refused,
    SetFaults,
    Status,
    Text,
)
from sms.smsc.handset import Heard, Said
from sms.smsc.terminal import (
    HELP,
    INPUT_CHARACTERS_MAX,
    SILENCE_S,
    Manners,
    Terminal,
    printable,
    run_script,
)

QUICK = Manners(wait_s=1.0, quiet_s=0.005)


class EchoLine:
    """A shop that answers each text with it, twice if asked."""

    def __init__(self, *, answers=1):
        self.asked = []
        self.answers = answers
        self.messages = asyncio.Queue()

    async def ask(self, request):
        self.asked.append(request)
        match request:
            case Listen():
                return Listening(request.number)
            case Text(text="nobody"):
                return Refused("no seller")
            case Text():
                for n in range(self.answers):
                    heard = Heard(request.number, request.code, f"{request.text}{n}", 1, "gsm7", 5)
                    self.messages.put_nowait(heard)
                return Said(2 if len(request.text) > 160 else 1, 1, "gsm7")
            case SetFaults():
                return Status((), 0, 0, 0, request.words)
            case AskStatus():
                return Status(("noodles receiver *",), 1, 2, 3, "none")

    async def hear(self):
        message = await self.messages.get()
        if message is None:
            raise LineClosedError
        return message


def play(script, *, answers=1, manners=QUICK):
    async def lines():
        for entered in script:
            yield entered

    async def main():
        shown = []
        line = EchoLine(answers=answers)
        terminal = Terminal(line, number="138", code="10690", show=shown.append)
        await run_script(terminal, lines(), manners, shown.append)
        return line, shown

    return asyncio.run(main())


def test_each_line_is_a_text_and_waits_for_its_answers():
    _, shown = play(["1\n", "2\n"], answers=2)
    assert shown == [
        "phone 138, writing to 10690",
        "> 1",
        "< 10  (10690, 1 part gsm7, 5)",
        "< 11  (10690, 1 part gsm7, 5)",
        "> 2",
        "< 20  (10690, 1 part gsm7, 5)",
        "< 21  (10690, 1 part gsm7, 5)",
    ]


def test_comments_and_empty_lines_are_passed_over():
    _, shown = play(["# a demo\n", "\n", "1\n"])
    assert shown[1] == "> 1"


def test_commands_change_the_phone_the_code_and_the_faults():
    line, shown = play(["/from 139\n", "/to 10691\n", "hi\n", "/fault throttled=1\n", "/status\n"])
    assert Text("139", "10691", "hi") in line.asked
    assert SetFaults("throttled=1") in line.asked
    assert "bound: noodles receiver *. waiting 1, submitted 2, delivered 3. faults: none" in shown


def test_quit_ends_and_the_rest_is_not_sent():
    line, _ = play(["/quit\n", "1\n"])
    assert line.asked == [Listen("138")]


def test_two_slashes_write_one():
    line, _ = play(["//quit\n"])
    assert line.asked[-1] == Text("138", "10690", "/quit")


@pytest.mark.parametrize(
    ("entered", "shown"),
    [
        ("/help", HELP),
        ("/nonsense", HELP),
        ("/from", HELP),
        ("nobody", "! no seller"),
        ("/wait soon", "! soon is not a number of seconds"),
        ("/wait 601", "! between 0 and 600 seconds"),
        ("/wait -1", "! between 0 and 600 seconds"),
        ("a" * 161, "  sent in 2 parts, gsm7"),
        ("a" * (INPUT_CHARACTERS_MAX + 1), f"! at most {INPUT_CHARACTERS_MAX} characters"),
    ],
)
def test_what_a_line_shows(entered, shown):
    assert shown in play([entered])[1]


def test_silence_ends_the_wait():
    _, shown = play(["/wait 0.01\n", "1\n"], answers=0, manners=Manners(0.01, 0.01))
    assert shown[-2:] == ["> 1", "! nothing from 10690 in 0.01 s; is it an open shop's code?"]


def test_of_a_code_that_answered_once_nothing_is_said():
    _, shown = play(["1\n", "/nobody\n", "/wait 0.01\n"])
    assert not any("is it an open shop's code" in line for line in shown)


def test_a_person_is_told_of_silence_as_well():
    async def main():
        shown = []
        terminal = Terminal(EchoLine(answers=0), number="138", code="10690", show=shown.append)
        loop, later = asyncio.get_running_loop(), []
        loop.call_later = lambda wait_s, then, *given: later.append((wait_s, then, given))
        await terminal.enter("1")
        [(wait_s, then, given)] = later
        assert wait_s == SILENCE_S
        then(*given)
        return shown

    assert asyncio.run(main()) == ["! nothing from 10690 in 5 s; is it an open shop's code?"]


def test_a_message_cannot_move_the_cursor():
    assert printable("a\x1b[2J\x9b\nb") == "a␛[2J\ufffd\nb"


class Menu(EchoLine):
    """A shop that asks in a USSD dialog until it is answered `bye`."""

    async def ask(self, request):
        if isinstance(request, Text) and request.ussd in ("dial", "answer"):
            self.asked.append(request)
            screen = "end" if request.text == "bye" else "ask"
            number, code, text = request.number, request.code, request.text
            self.messages.put_nowait(Heard(number, code, text, 1, "gsm7", 0, screen))
            return Said(1, 1, "gsm7")
        return await super().ask(request)


def dial(script):
    async def lines():
        for entered in script:
            yield entered

    async def main():
        line, shown = Menu(), []
        terminal = Terminal(line, number="138", code="*106#", show=shown.append)
        await run_script(terminal, lines(), QUICK, shown.append)
        return line.asked, shown

    return asyncio.run(main())


def test_a_code_with_a_star_is_dialled_at_once_and_then_answered():
    asked, shown = dial(["1", "bye", "2", "/hangup", "*106*5#"])
    moves = [(text.ussd, text.code, text.text, text.session) for text in asked[1:]]
    assert moves == [
        ("dial", "*106#", "*106#", 1),
        ("answer", "*106#", "1", 1),
        ("answer", "*106#", "bye", 1),
        # The dialog is over: the code is dialled again.
        ("dial", "*106#", "*106#", 2),
        ("hang up", "*106#", "", 2),
        ("dial", "*106*5#", "*106*5#", 3),
    ]
    assert "[*106#]\n1\n[answer]" in shown
    assert "[*106#]\nbye\n[the dialog is over]" in shown


def test_who_becomes_a_phone_written_with_its_plus_hears():
    line, shown = play(["/from +254 711-000 111\n", "hi\n"])
    assert Text("254711000111", "10690", "hi") in line.asked
    assert "phone 254711000111, writing to 10690" in shown
