"""Who may bind, which bind gets a message for which code, and what waits for one to come.

The head of the simulator: no sockets, no PDUs, no clock. A link is the number that the server
gave a connection. Messages to ESMEs are delivered at least once: what a link had not answered
when it broke goes to the next, in its order, and what it refused for now goes again before all that was written later.
"""

import hmac
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final, Literal

from sms.segments import Segment

BINDS_MAX: Final = 64
"""Links bound at once, of all accounts."""
WAITING_MAX: Final = 10_000
"""Messages that wait for an ESME, for all codes."""
WINDOW_MAX: Final = 100
"""deliver_sm unanswered on one link."""
ATTEMPTS_MAX: Final = 60
"""Deliveries of a message that the ESME refuses for now: a minute's, where carriers try for days."""

Mode = Literal["transmitter", "receiver", "transceiver"]


@dataclass(frozen=True, slots=True)
class Account:
    """Who may bind, and for which codes."""

    system_id: str
    password: str
    codes: tuple[str, ...] = ("*",)
    """Short codes whose messages it gets; `*` and `?` stand for any."""
    binds_max: int = 16


@dataclass(frozen=True, slots=True)
class Delivery:
    """A deliver_sm to be: a phone's text, or a receipt."""

    source: str
    destination: str
    segment: Segment
    tlvs: tuple[tuple[int, bytes], ...] = ()
    service_type: str = ""
    attempts: int = 0
    serial: int = 0
    """In the order in which they were posted."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery that a link is to carry now."""

    link: int
    delivery: Delivery


@dataclass(slots=True)
class _Link:
    account: Account
    mode: Mode
    unanswered: dict[int, Delivery] = field(default_factory=dict[int, Delivery])
    """By sequence number, in order."""
    holds: int = 0
    """Reasons to deliver nothing for now."""


class Exchange:
    """The links bound, the deliveries they have not answered, and what waits."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts: Mapping[str, Account] = {a.system_id: a for a in accounts}
        self._links: dict[int, _Link] = {}
        self._waiting: dict[str, deque[Delivery]] = {}
        """By code. An empty line is taken away."""
        self._waiting_count = 0
        self._turn = 0
        self._serial = 0
        self.attempts_max = ATTEMPTS_MAX
        self.refused = 0
        """Deliveries given up because too many waited or an ESME would not have them."""

    # --- Binds ------------------------------------------------------------------------------

    def admit(self, link: int, system_id: str, password: str, mode: Mode) -> str | None:
        """Bind a link, or tell why not: `account`, `password`, `bound` or `full`."""
        account = self._accounts.get(system_id)
        if account is None:
            return "account"
        if not hmac.compare_digest(account.password.encode(), password.encode()):
            return "password"
        if link in self._links:
            return "bound"
        of_account = sum(other.account is account for other in self._links.values())
        if of_account >= account.binds_max or len(self._links) >= BINDS_MAX:
            return "full"
        self._links[link] = _Link(account, mode)
        return None

    def leave(self, link: int) -> None:
        """Forget a link. What it had not answered waits again, before everything else."""
        left = self._links.pop(link, None)
        for delivery in reversed(left.unanswered.values() if left else ()):
            self._put_back(delivery)

    def mode(self, link: int) -> Mode | None:
        """How a link is bound, or None."""
        bound = self._links.get(link)
        return bound.mode if bound else None

    def hold(self, link: int) -> None:
        """Deliver nothing on a link until `release`, which must come as often as `hold`."""
        if link in self._links:
            self._links[link].holds += 1

    def release(self, link: int) -> None:
        """Deliver on it again."""
        if link in self._links:
            self._links[link].holds = max(0, self._links[link].holds - 1)

    def may_send_as(self, link: int, code: str) -> bool:
        """Whether a link may submit a message that seems to come from this code."""
        bound = self._links.get(link)
        return bound is not None and _covers(bound.account, code)

    @property
    def binds(self) -> tuple[str, ...]:
        """Who is bound, for the operator."""
        return tuple(
            f"{bound.account.system_id} {bound.mode} {','.join(bound.account.codes)}"
            for bound in self._links.values()
        )

    @property
    def waiting(self) -> int:
        """Messages that no link has yet."""
        return self._waiting_count

    # --- Messages to ESMEs ------------------------------------------------------------------

    def post(self, deliveries: Iterable[Delivery]) -> bool:
        """Put messages in line; False if they would be too many, and then none of them is."""
        added = tuple(deliveries)
        if self._waiting_count + len(added) > WAITING_MAX:
            self.refused += len(added)
            return False
        for delivery in added:
            self._serial += 1
            posted = replace(delivery, serial=self._serial)
            self._waiting.setdefault(delivery.destination, deque()).append(posted)
        self._waiting_count += len(added)
        return True

    def next(self) -> list[Sent]:
        """What can go out now. The segments of one text keep to one link and their order.

        The caller sends each and says so with `sent`; the window counts from there.
        """
        going: list[Sent] = []
        taken: dict[int, int] = {}
        for code in list(self._waiting):
            line = self._waiting[code]
            last: Sent | None = None
            while line and (link := self._link_for(line[0], taken, last)) is not None:
                taken[link] = taken.get(link, 0) + 1
                last = Sent(link, line.popleft())
                going.append(last)
            if not line:
                del self._waiting[code]
        self._waiting_count -= len(going)
        return going

    def sent(self, link: int, sequence: int, delivery: Delivery) -> None:
        """Note that a delivery went out under this sequence number."""
        self._links[link].unanswered[sequence] = delivery

    def answered(self, link: int, sequence: int, *, again: bool, ok: bool) -> Delivery | None:
        """Take a deliver_sm_resp; None if nobody asked. One refused for now goes again."""
        bound = self._links.get(link)
        delivery = bound.unanswered.pop(sequence, None) if bound else None
        if delivery is None or ok:
            return delivery
        if again and delivery.attempts + 1 < self.attempts_max:
            self._put_back(replace(delivery, attempts=delivery.attempts + 1))
        else:
            self.refused += 1
        return delivery

    def _put_back(self, delivery: Delivery) -> None:
        """In its place: whoever wrote it may have written more since."""
        line = self._waiting.setdefault(delivery.destination, deque())
        place = next((i for i, other in enumerate(line) if other.serial > delivery.serial), None)
        line.insert(len(line) if place is None else place, delivery)
        self._waiting_count += 1

    def _link_for(self, delivery: Delivery, taken: dict[int, int], last: Sent | None) -> int | None:
        """The next link in turn that serves the code and has room."""
        fit = [
            link
            for link, bound in self._links.items()
            if bound.mode != "transmitter"
            and not bound.holds
            and len(bound.unanswered) + taken.get(link, 0) < WINDOW_MAX
            and _covers(bound.account, delivery.destination)
        ]
        if not fit:
            return None
        if last and last.link in fit and _same_text(last.delivery, delivery):
            return last.link
        self._turn += 1
        return fit[self._turn % len(fit)]


def _same_text(one: Delivery, other: Delivery) -> bool:
    """Whether two deliveries may be segments of one text."""
    return bool(
        one.segment.esm_class
        and (one.source, one.destination, one.segment.esm_class)
        == (other.source, other.destination, other.segment.esm_class)
    )


def _covers(account: Account, code: str) -> bool:
    return any(fnmatchcase(code, pattern) for pattern in account.codes)
