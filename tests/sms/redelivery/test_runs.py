"""Any run of a carrier that keeps the rules of SMPP: each message is taken once."""

from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sms.answer import GIVEN_UP_S, Answer
from tests.sms.redelivery.inbox import NOW_US, Inbox, Line

WAITS_S = 10.0
"""The carrier of these runs waits so long for an answer."""


@dataclass(eq=False)
class Message:
    """One thing that a buyer said."""

    key: bytes
    came_at: float
    answers: list[Answer] = field(default_factory=list[Answer])
    found: dict[int, bool] = field(default_factory=dict[int, bool])
    """Whether it was there before, by the stamp of each time that it came."""
    taken: int = 0
    done: bool = False
    """The carrier has our answer."""
    sent_at: float = 0.0
    forgotten: Answer | None = None
    """The last answer, where a restart came before it was kept that the carrier has it."""


class Run:
    """A carrier with two connections, buyers who say three words, and us."""

    def __init__(self) -> None:
        self.now = 0.0
        self.inbox = Inbox()
        self.lines = [Line(), Line()]
        self.messages: list[Message] = []
        self.doubted: list[Message] = []
        """By what was kept last."""

    def now_us(self) -> int:
        return NOW_US + int(self.now * 1e6)

    def deliver(self, message: Message, line: Line) -> None:
        line.sequence += 1
        answer = Answer(
            line, line.sequence, message.key, self.now, buyer=f"who says {message.key!r}"
        )
        message.answers.append(answer)
        message.sent_at = self.now
        is_new = self.inbox.take(answer, self.now_us())
        message.taken += is_new
        message.found[answer.stamp] = not is_new
        self.doubted = [m for m in self.messages if not m.answers[-1].is_certain()]

    def say(self, key: bytes, line: Line) -> None:
        """A buyer says a word; twice in a row only while nothing is in doubt that no carrier could clear up."""
        said = [message for message in self.messages if message.key == key]
        doubted = [
            message.answers[-1]
            for message in said
            if not message.answers[-1].is_certain() or message.answers[-1] is message.forgotten
        ]
        if any(
            answer.late or not answer.line.alive or self.now - answer.came_at >= GIVEN_UP_S
            for answer in doubted
        ):
            return
        at = doubted[-1].line if doubted else line
        assert isinstance(at, Line)
        message = Message(key, self.now)
        self.messages.append(message)
        self.deliver(message, at)

    def answer(self, line: Line) -> None:
        """We answer the oldest message of a line."""
        for message in self.messages:
            for answer in message.answers:
                if answer.line is line and answer.asked is None:
                    answer.write(self.now)
                    self.inbox.redeliveries.settle(answer, is_found=message.found[answer.stamp])
                    line.unread.append(("answer", answer.sequence))
                    return

    def read(self, line: Line) -> None:
        """The carrier reads one thing that we wrote."""
        if not line.unread:
            return
        what, number = line.unread.popleft()
        if what == "ask":
            line.answered = number
            return
        for message in self.messages:
            if any(a.line is line and a.sequence == number for a in message.answers):
                message.done = True

    def drop(self, place: int) -> None:
        """A connection breaks, and another is made."""
        self.lines[place].alive = False
        self.lines[place] = Line()

    def repeat(self, line: Line) -> None:
        """The carrier brings again, in their order, what it has no answer to and waits for no more."""
        for message in self.messages:
            last = message.answers[-1].line
            assert isinstance(last, Line)
            if message.done:
                continue
            if not last.alive:
                self.deliver(message, line)
            elif self.now - message.sent_at >= WAITS_S:
                self.deliver(message, last)

    def restart(self) -> None:
        """We stop and start; only if the same word was not said twice into the dark."""
        undone = [message.key for message in self.messages if not message.done]
        if len(undone) == len(set(undone)):
            for place in range(len(self.lines)):
                self.drop(place)
            for message in self.doubted:
                message.forgotten = message.answers[-1]
            self.inbox.start(self.now_us(), self.now)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "say",
                "say",
                "answer",
                "answer",
                "ask",
                "read",
                "read",
                "drop",
                "repeat",
                "repeat",
                "wait",
                "wait",
                "restart",
            ]
        ),
        st.integers(0, 1),
        st.sampled_from([b"1", b"2", b"3"]),
    ),
    max_size=60,
)


WORD = b"1"
KNOWN_BUT_NOT_KEPT = [
    (step, 0, WORD) for step in ("say", "answer", "ask", "read", "read", "restart", "say")
]
"""The carrier has our answer, of which nothing came behind that would have told the disk."""


@settings(max_examples=400, deadline=None)
@example(KNOWN_BUT_NOT_KEPT)
@given(STEPS)
def test_whatever_breaks_each_message_is_taken_once(steps: list[tuple[str, int, bytes]]) -> None:
    run = Run()
    for step, place, key in steps:
        line = run.lines[place]
        match step:
            case "say":
                run.say(key, line)
            case "answer":
                run.answer(line)
            case "ask":
                line.ask()
            case "read":
                run.read(line)
            case "drop":
                run.drop(place)
            case "repeat":
                run.repeat(line)
            case "restart":
                run.restart()
            case _:
                run.now += 6.0
        assert [message.taken for message in run.messages] == [1] * len(run.messages)
