"""Who carries texts between buyers and a shop, as a town sees it; here our own simulator, in tests.interop.hostile somebody else's stack."""

from collections.abc import Callable
from typing import Protocol

from sms.smsc.exchange import Delivery
from sms.smsc.handset import Heard
from sms.smsc.network import RECEIPT_ESM_CLASS
from sms.smsc.phone import Phone
from sms.smsc.server import Smsc


class Pen(Protocol):
    """A phone that writes."""

    def text(self, code: str, text: str) -> object:
        """Write a text to a seller."""
        ...


class Watcher(Protocol):
    """Who counts what the shop says to texts."""

    def answered(self, number: str, *, ok: bool, again: bool) -> None:
        """A text of this number was answered: taken, or refused, and then brought again or not."""
        ...

    def brought_again(self) -> None:
        """A text is, or is to be."""
        ...


class Carrier(Protocol):
    """The network between."""

    @property
    def is_bound(self) -> bool:
        """Whether the shop is there."""
        ...

    @property
    def unanswered(self) -> set[str]:
        """Who wrote what the carrier has, and has no answer to."""
        ...

    def phone(self, number: str, hear: Callable[[Heard], None]) -> Pen:
        """A phone that hears what is sent to this number."""
        ...

    def watch(self, watcher: Watcher) -> None:
        """Tell this one from now on."""
        ...


ATTEMPTS_MAX = 1_000_000
"""Carriers try for days: on a busy machine a shard may refuse for minutes, and what nobody brings any more looks lost."""


class Simulated:
    """Our simulator, in this process."""

    def __init__(self, smsc: Smsc) -> None:
        self._network = smsc.network
        self._network.exchange.attempts_max = ATTEMPTS_MAX

    @property
    def is_bound(self) -> bool:
        """See Carrier."""
        return bool(self._network.exchange.binds)

    @property
    def unanswered(self) -> set[str]:
        """See Carrier."""
        exchange = self._network.exchange
        waiting = [one for line in exchange._waiting.values() for one in line]  # noqa: SLF001
        sent = [one for link in exchange._links.values() for one in link.unanswered.values()]  # noqa: SLF001
        return {one.source for one in (*waiting, *sent)}

    def phone(self, number: str, hear: Callable[[Heard], None]) -> Phone:
        """See Carrier."""
        return Phone(self._network, number, hear)

    def watch(self, watcher: Watcher) -> None:
        """See Carrier."""
        exchange = self._network.exchange
        answered, put_back = exchange.answered, exchange._put_back  # noqa: SLF001

        def watched(link: int, sequence: int, *, again: bool, ok: bool) -> Delivery | None:
            delivery = answered(link, sequence, again=again, ok=ok)
            if delivery is not None and not _is_receipt(delivery):
                watcher.answered(delivery.source, ok=ok, again=again)
            return delivery

        def repeated(delivery: Delivery) -> None:
            if not _is_receipt(delivery):
                watcher.brought_again()
            put_back(delivery)

        exchange.answered = watched  # type: ignore[method-assign]
        exchange._put_back = repeated  # type: ignore[method-assign] # noqa: SLF001


def _is_receipt(delivery: Delivery) -> bool:
    return bool(delivery.segment.esm_class & RECEIPT_ESM_CLASS)
