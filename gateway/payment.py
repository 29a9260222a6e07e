"""`pay`, as it is asked of a partner: by `pay` of the service that an operator calls `payment`, with who pays and how much.

The answer says `paid`: true, or false where the buyer or their bank declined. Of an answer that cannot be read nobody knows whether money
moved; nor of a no that comes behind a try which may have moved it, since who says no may not have looked: a proxy, or whoever does not know our
password any more. Anything else is as with any request (gateway.message).
"""

from __future__ import annotations

from typing import Final

from center.contact import ContactKey
from flows.effects import Effect, Pay, Request
from flows.inputs import Outcome
from gateway.message import TIMEOUT, Certainty

SERVICE: Final = "payment"
OPERATION: Final = "pay"
DECLINED = Outcome("declined")


def request_of(effect: Effect, contact: ContactKey) -> Request | None:
    """What is asked of a partner for an effect; None for one that is no partner's."""
    match effect:
        case Request():
            return effect
        case Pay(amount):
            arguments, parameters = (contact.number, amount), ("buyer", "amount")
            return Request(SERVICE, OPERATION, arguments, parameters, (("paid", "yesno"),))
        case _:
            return None


def outcome_of(effect: Effect, outcome: Outcome, told: str, certainty: Certainty) -> Outcome:
    """What a flow is told of what came back; `told` is what became of the request, as it is counted (gateway.line.TOLD), `certainty` what
    its tries leave open.
    """
    if not isinstance(effect, Pay):
        return outcome
    if told == "unreadable" or (told == "refused" and certainty is Certainty.PERHAPS):
        # `failed` would have the buyer pay once more.
        return TIMEOUT
    if outcome.name != "ok":
        return outcome
    return Outcome("ok") if outcome.values["paid"] else DECLINED
