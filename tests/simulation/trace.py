"""What touches one buyer in one simulation, in order: what they say and hear, and what is brought, judged, answered, lost and killed.

Of what the product does a line is indented twice, of the carrier's once. Stamps are counted from the first.
"""

# ruff: noqa: SLF001

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from center import turns
from center.contact import Arrival, Contact
from center.taken import Taken
from sms.answer import Answer
from sms.channel import SmsChannel
from sms.redelivery import Judgement, Redeliveries
from sms.sending import Sending
from sms.smsc import network as n
from sms.smsc.control import Text
from sms.smsc.exchange import Delivery, Exchange
from sms.smsc.link import Link
from tests.simulation.world import World

_RECEIPT = 0x04
"""Bit of esm_class."""


@contextmanager
def tracing(buyer: str) -> Iterator[None]:
    """Write each thing as it happens."""
    trace = _Trace(buyer)
    with ExitStack() as undo:

        def watch(where: Any, name: str, tell: Callable[..., str], *, behind: bool = False) -> None:
            do = getattr(where, name)

            def watched(*given: Any, **named: Any) -> Any:
                if not behind:
                    _write(tell(*given))
                result = do(*given, **named)
                if behind:
                    _write(tell(result, *given))
                return result

            undo.enter_context(patch.object(where, name, watched))

        watch(World, "_start", lambda _: "a shop starts")
        watch(World, "_died", lambda _: "the shop dies")
        watch(Exchange, "admit", lambda _, link, *__: f"  link {link} binds")
        watch(Exchange, "leave", lambda _, link: f"  link {link} is lost")
        watch(n.Network, "text", trace.says)
        watch(n.Network, "_show", trace.hears)
        watch(Exchange, "sent", trace.brings)
        watch(Exchange, "_put_back", lambda _, delivery: trace.of(delivery, "is to come again"))
        watch(Link, "_take_response", trace.reads)
        watch(Redeliveries, "judge", trace.judges, behind=True)
        watch(turns, "_is_redelivery", trace.finds, behind=True)
        watch(SmsChannel, "taken", trace.takes)
        watch(SmsChannel, "_answer_known", lambda _, answer: trace.stamps("known", [answer]))
        for name in ("refuse", "leave_open", "refuse_late"):
            watch(Redeliveries, name, lambda _, some, name=name: trace.stamps(name, some))
        watch(Sending, "_submit", trace.submits)
        yield


def _write(line: str) -> None:
    if line:
        sys.stdout.write(f"{asyncio.get_running_loop().time():9.4f} {line}\n")


class _Trace:
    """Each method tells in a line, which is empty if the buyer has no part in it."""

    def __init__(self, buyer: str) -> None:
        self._buyer = buyer
        self._first = 0

    def _short(self, stamp: int) -> int:
        self._first = self._first or stamp
        return stamp - self._first

    def says(self, _: n.Network, text: Text) -> str:
        return f"says {text.text!r}" if text.number == self._buyer else ""

    def hears(self, _: n.Network, shown: n.Submission) -> str:
        return f"hears {shown.piece.octets!r}" if shown.destination == self._buyer else ""

    def of(self, delivery: Delivery | None, what: str) -> str:
        if delivery is None or delivery.source != self._buyer:
            return ""
        one = delivery.segment
        return (
            "" if one.esm_class & _RECEIPT else f"  #{delivery.serial} {one.short_message!r} {what}"
        )

    def brings(self, _: Exchange, link: int, sequence: int, delivery: Delivery) -> str:
        return self.of(delivery, f"goes by link {link} as {sequence:x} {delivery.tlvs or ''}")

    def reads(self, link: Link, pdu: Any) -> str:
        bound = link._network.exchange._links.get(link.number)
        delivery = bound.unanswered.get(pdu.sequence) if bound else None
        fate = link._ill_fated.get(pdu.sequence, ("",))[0]
        return self.of(delivery, f"is answered {pdu.status:#x} by link {link.number} {fate}")

    def judges(self, judged: Judgement, _: Redeliveries, answer: Answer, *__: int) -> str:
        if answer.buyer != self._buyer:
            return ""
        doubt = [(self._short(since), self._short(until)) for since, until in judged.doubt]
        stamp, since = self._short(answer.stamp), self._short(judged.since)
        return f"    {stamp} as {answer.sequence:x} repeats {judged.repeats.name}, {doubt} since {since}"

    def finds(self, again: bool, arrival: Arrival, seen: int, contact: Contact | None) -> str:
        if arrival.contact.buyer != self._buyer:
            return ""
        last = contact and self._short(contact.stamp)
        stamp, what = self._short(arrival.stamp), "a redelivery" if again else "new"
        return f"    {stamp} like {self._short(seen)} is {what}, contact {last}"

    def takes(self, _: SmsChannel, taken: Iterable[Taken]) -> str:
        told = [
            (self._short(one.ticket.stamp), one.fate.name)
            for one in taken
            if isinstance(one.ticket, Answer) and one.ticket.buyer == self._buyer
        ]
        return f"    taken {told}" if told else ""

    def stamps(self, what: str, answers: Iterable[Answer]) -> str:
        stamps = [self._short(one.stamp) for one in answers if one.buyer == self._buyer]
        return f"    {what} {stamps}" if stamps else ""

    def submits(self, _: Sending, texts: Iterable[tuple[int, Any]]) -> str:
        told = [(name, text.text) for name, text in texts if text.destination == self._buyer]
        return f"    sends {told}" if told else ""
