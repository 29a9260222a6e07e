"""The USSD dialogs that are open: at most one a phone, by its carrier and number; and what named the last that is closed.

They are in memory only. When there are too many, the one that was idle longest gives way.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from center.contact import ContactKey
from center.ports import Later, Timer
from sms.link import Link
from sms.smpp import pdu as p
from sms.ussd.counters import UssdCounters
from sms.ussd.profile import Heard, Profile

DIALOGS_MAX = 100_000
"""Dialogs open at once; the one that was idle longest gives way."""
IDLE_S_MAX = 300.0
"""A dialog without an answer is forgotten; networks give it up after 30 to 180 s."""
EXPIRED_AT_ONCE_MAX = 16
"""Idle dialogs, and closed ones, forgotten for each message that comes, so that none pays for all."""
CLOSED_MAX = DIALOGS_MAX
"""Phones of which it is remembered what named their last dialog; of more it is forgotten which closed first."""
CLOSED_S_MAX = 600.0
"""So long, after its phone spoke last in it: moves that gateways bring again come within some minutes."""

DialogKey = tuple[str, str]
"""A carrier's name and a phone's digits."""


@dataclass(slots=True, eq=False)
class Dialog:
    """A phone's dialog with a shop."""

    link: Link
    """Over which the phone spoke last; screens go by its carrier."""
    phone: p.Address
    us: p.Address
    session: bytes
    contact: ContactKey
    code: str
    touched: float
    """When its phone spoke last, by a clock that only goes forward."""
    answered: str = ""
    """What the phone answered last."""
    choices: list[str] = field(default_factory=list[str])
    """Dialled, not yet made."""
    question: str = ""
    """That was asked last."""
    said: list[str] = field(default_factory=list[str])
    """Not yet shown."""
    pages: list[str] = field(default_factory=list[str])
    turned: tuple[Link, int] | None = None
    """By which connection, and under which number, the phone asked for the page that it was shown last, or is to be shown."""
    is_over: bool = False
    """The last page ends it."""
    is_our_move: bool = True
    has_shown: bool = False
    """Whether it has had a screen of us."""
    untaken: int = 0
    """Screens that its carrier has not taken yet."""
    waiting: Timer | None = None
    """For an outcome."""

    @property
    def key(self) -> DialogKey:
        """Under which it is open."""
        return self.link.carrier.name, self.phone.digits

    def was_turned_by(self, link: Link, sequence: int, text: str) -> bool:
        """Whether this asked for the page that the phone was shown last, and is brought again.

        A screen leaves behind the answer to what it answers, by the same connection: whose carrier has taken it needs no answer.
        """
        if self.turned is None or text != self.answered:
            return False
        by, under = self.turned
        return sequence == under if link is by else self.untaken > 0


class Closed(NamedTuple):
    """What is remembered of a phone's last dialog."""

    session: bytes
    """What named it."""
    touched: float
    has_ended: bool
    """We ended it, and neither the phone nor its network did."""
    answered: str


class Dialogs:
    """By carrier and number, the idle ones first; and those of them that wait for an outcome."""

    def __init__(self, later: Later, counters: UssdCounters) -> None:
        self._later = later
        self._counters = counters
        self._open: OrderedDict[DialogKey, Dialog] = OrderedDict()
        self._closed: OrderedDict[DialogKey, Closed] = OrderedDict()
        """Of phones that have none open."""
        self._waiting: dict[ContactKey, Dialog] = {}

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def of(self, key: DialogKey) -> Dialog | None:
        """A phone's, if one is open."""
        return self._open.get(key)

    def open(self, dialog: Dialog) -> None:
        """From now on it is its phone's."""
        self._open[dialog.key] = dialog
        if len(self._open) > DIALOGS_MAX:
            self.drop(next(iter(self._open.values())))

    def touch(self, dialog: Dialog, now: float) -> None:
        """Its phone spoke."""
        dialog.touched = now
        self._open.move_to_end(dialog.key)

    def is_open(self, dialog: Dialog) -> bool:
        """Whether it is still its phone's."""
        return self._open.get(dialog.key) is dialog

    def is_late(self, key: DialogKey, heard: Heard, profile: Profile) -> bool:
        """Whether what was heard is of a dialog that the phone or its network gave up before the one that is open, or was last."""
        last = self._open.get(key) or self._closed.get(key)
        if last is None:
            return False
        ours, theirs = profile.name_of(last.session), profile.name_of(heard.session)
        return bool(ours and theirs) and ours != theirs

    def has_ended(self, key: DialogKey, heard: Heard, text: str, profile: Profile) -> bool:
        """Whether it is of the phone's last dialog, which we ended: nothing is answered there any more.

        Where nothing names dialogs it is what was answered last.
        """
        last = self._closed.get(key)
        if last is None or not last.has_ended:
            return False
        ours, theirs = profile.name_of(last.session), profile.name_of(heard.session)
        return ours == theirs if ours and theirs else text == last.answered

    def begin_anew(self, key: DialogKey) -> None:
        """Its phone begins another, or we do after a start: the one before is over, and names nothing any more."""
        self.close(self._open.get(key))
        self._closed.pop(key, None)

    def close(self, dialog: Dialog | None, *, has_ended: bool = False) -> None:
        """It is over; `has_ended` by our last screen."""
        if dialog is None:
            return
        self.wait_no_more(dialog)
        key = dialog.key
        if self._open.get(key) is dialog:
            del self._open[key]
            self._closed[key] = Closed(dialog.session, dialog.touched, has_ended, dialog.answered)
            if len(self._closed) > CLOSED_MAX:
                self._closed.popitem(last=False)

    def drop(self, dialog: Dialog) -> None:
        """It is over, and nobody ended it."""
        self._counters.dropped += 1
        self.close(dialog)

    def forget_idle(self, now: float) -> None:
        """Drop what was idle too long, a few at once; `now` by the clock of `Dialog.touched`."""
        for _ in range(EXPIRED_AT_ONCE_MAX):
            oldest = next(iter(self._open.values()), None)
            if oldest is None or now - oldest.touched <= IDLE_S_MAX:
                break
            self.drop(oldest)
        for _ in range(EXPIRED_AT_ONCE_MAX):
            first = next(iter(self._closed), None)
            if first is None or now - self._closed[first].touched <= CLOSED_S_MAX:
                return
            del self._closed[first]

    # --- those that wait for an outcome ---

    def wait(self, dialog: Dialog, seconds: float, then: Callable[[], None]) -> None:
        """Until its outcome is told, or `then` after so long."""
        dialog.waiting = self._later(seconds, then)
        self._waiting[dialog.contact] = dialog

    def waiting_for(self, contact: ContactKey) -> Dialog | None:
        """Whose outcome it is."""
        return self._waiting.get(contact)

    def wait_no_more(self, dialog: Dialog) -> None:
        """Its outcome is there, or is not shown."""
        if dialog.waiting is not None:
            dialog.waiting.cancel()
            dialog.waiting = None
            self._waiting.pop(dialog.contact, None)
