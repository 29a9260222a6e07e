"""Buyers who dial a code: their phones' dialogs, which drop as chance has it, and are dialled again."""

import asyncio
import random

from sms.smsc.control import Refused, Text
from sms.smsc.handset import Heard
from sms.smsc.network import Network
from tests.simulation.shopper import GOES_ON, Shopper

CODE = "*106#"
THINKS_S = 0.5
"""Longer than a round trip."""
GIVES_UP_S = 30.0
"""The network ends a dialog that has had no screen for so long (3GPP TS 24.090 leaves it to operators: 10 to 180 s)."""
DIALS_AGAIN_S = 3.0


class Dialler(Shopper):
    """See tests.simulation.shopper. A phone has one dialog at a time."""

    def __init__(
        self,
        network: Network,
        number: str,
        chance: random.Random,
        *,
        orders: int,
        drops: float,
        jumps: bool = False,
    ) -> None:
        """`drops`: of screens after which the dialog drops. A clock that `jumps` has sessions run out."""
        super().__init__(number, chance, orders)
        self._network = network
        self._drops = drops
        self._jumps = jumps
        self._dialog = 0
        self._shown = ""
        """By this dialog, last: a screen that comes twice is shown once."""
        self._is_open = False
        self._patience: asyncio.TimerHandle | None = None
        self._thinking: asyncio.TimerHandle | None = None
        """About the screen that is shown: one that takes its place is what is answered, and it alone."""
        stop = network.listen(number, self._hear)
        assert not isinstance(stop, Refused)

    def start(self) -> None:
        """Order for the first time."""
        self.begin()
        self._dial()

    def say_again(self) -> bool:
        """Nobody need tell them: their dialog ends, and they dial again."""
        return False

    def _dial(self) -> None:
        if self.done:
            return
        self._dialog = self._dialog % 255 + 1
        self._is_open, self._shown = True, ""
        self._text(CODE, "dial")

    def _text(self, text: str, move: str) -> None:
        self.tell(f"{move} {text} in dialog {self._dialog}")
        self._network.text(Text(self.number, CODE, text, move, self._dialog))  # type: ignore[arg-type]
        if self._patience is not None:
            self._patience.cancel()
        if self._is_open:
            self._patience = self._later(GIVES_UP_S, self._drop)

    def _later(self, delay_s: float, do, *given) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(delay_s, do, *given)

    def _hear(self, heard: Heard) -> None:
        ours = heard.screen is not None and heard.session == self._dialog and self._is_open
        if not ours or heard.text == self._shown:
            return
        comes_back = GOES_ON in heard.text
        if comes_back and self._shown and GOES_ON not in self._shown and not self._jumps:
            # Nobody who is in a dialog comes back to one.
            self.wrong.append("asked whether to go on, within a dialog")
        self._shown = heard.text
        if self._thinking is not None:
            self._thinking.cancel()
        answer = self.read(heard.text)
        if heard.screen == "end":
            self._end()
        elif answer is None:
            # What it is, they do not know, or they are through.
            self._drop()
        elif self.chance.random() < self._drops:
            self._thinking = self._later(THINKS_S, self._drop)
        else:
            self._thinking = self._later(THINKS_S, self._answer, self._dialog, answer)

    def _answer(self, dialog: int, answer: str) -> None:
        if self._is_open and dialog == self._dialog:
            self._text(answer, "answer")

    def _drop(self) -> None:
        """The dialog is over; now and then the network says so."""
        if not self._is_open:
            return
        self._is_open = False
        if self.chance.random() < 0.5:
            self._text("", "hang up")
        self._end()

    def _end(self) -> None:
        self._is_open = False
        if self._patience is not None:
            self._patience.cancel()
        self._later(DIALS_AGAIN_S, self._dial)
