"""The turn batch: arrivals of many buyers in, one set of changes out.

Pure: the batch works on the world it is given and touches nothing else. Each arrival is stepped through its flow, its
effects are carried out against the world (center.visit), and what was changed is collected. The caller keeps the changes in
one transaction and only then acknowledges and sends: a crash at any instruction loses nothing and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from center.awaited import Awaited
from center.changes import Changes
from center.contact import Arrival, Contact, Repeats
from center.limits.guard import Guard, Verdict
from center.nobody import NOBODY
from center.ports import Performer
from center.reply import Reply
from center.shops import Shops
from center.visit import codes, payments
from center.visit.asking import ask_again
from center.visit.shared import Shared
from center.visit.taking import take, turn_away
from center.visit.visit import Visit
from center.world import World
from flows.effects import PlaceOrder
from flows.inputs import Opened, Text

_UNLESS_GONE_ON = (Repeats.LIKELY, Repeats.UNREAD)
_NAMED, _TAKE = Repeats.NAMED, Verdict.TAKE
"""Names of their own, as in center.limits.guard."""


def take_turns(
    arrivals: Iterable[Arrival],
    world: World,
    shops: Shops,
    performer: Performer = NOBODY,
    guard: Guard | None = None,
) -> Changes:
    """One batch. Arrivals of one buyer are taken in their order; `guard` says what is too much of anything."""
    changes = Changes()
    guard = guard or Guard()
    guard.begin()
    shared = Shared(world, shops, performer, guard, changes)
    changes.replies = [_take(arrival, shared) for arrival in arrivals]
    return changes


def _take(arrival: Arrival, shared: Shared) -> Reply | None:
    world, changes, contact = shared.world, shared.changes, arrival.contact
    key, is_known = arrival.key, False
    if key:
        seen = world.seen.get(key)
        kept = changes.named if arrival.repeats is _NAMED else changes.seen
        world.seen[key] = kept[key] = arrival.stamp
        if seen is not None and _is_redelivery(arrival, seen, world.contacts.get(contact)):
            changes.found.add(arrival.stamp)
            if contact.channel == "ussd":
                # Whether the phone has a screen its channel knows, which shows this where it has none.
                return _asked_again(arrival, shared)
            if not _may_wait(arrival, seen, world.contacts.get(contact)):
                return None
            is_known = True
    settled: Awaited | None = None
    if arrival.asked is not None:
        settled = _settled(arrival, world, changes)
        if settled is None:
            return None
    machine = shared.shops.current(contact.seller)
    if machine is None:
        return None
    visit = Visit(arrival, machine, shared)
    if settled is not None:
        if isinstance(settled.effect, PlaceOrder):
            return codes.give_up(visit, settled)
        payments.note(visit, settled.effect, arrival.input)
    given = arrival.input
    is_text = isinstance(given, Text)
    if (is_text or isinstance(given, Opened)) and contact.channel != "voice":
        # Who names a shop, or dials its code, and says nothing yet is answered, too.
        text = given.text if is_text else ""
        verdict = shared.guard.admit(contact, text, arrival.at, arrival.elsewhere)
        if verdict is not _TAKE:
            return turn_away(visit, verdict)
    return ask_again(visit) if is_known else take(visit)


def _asked_again(arrival: Arrival, shared: Shared) -> Reply | None:
    machine = shared.shops.current(arrival.contact.seller)
    return ask_again(Visit(arrival, machine, shared)) if machine is not None else None


def _may_wait(arrival: Arrival, seen: int, contact: Contact | None) -> bool:
    """Whether it, taken for the message of the stamp `seen`, may be its buyer, who has no reply and can go on if they are asked once more.

    Not where the reply waits: it goes yet. Asked once more for each time that they say it, who is answered late would have a question
    on its way to them whenever they answer one, and never get on.
    """
    if arrival.repeats is Repeats.UNREAD:
        return False
    return arrival.may_wait and contact is not None and contact.stamp <= seen


def _is_redelivery(arrival: Arrival, seen: int, contact: Contact | None) -> bool:
    """Whether it is the message of the stamp `seen`; see sms.redelivery.

    A buyer who went on has read our reply to what was in doubt, and the carrier our answer before it.
    """
    doubt = arrival.doubt
    if arrival.repeats is _NAMED:
        return True
    if arrival.repeats is Repeats.CERTAIN and (not doubt or seen >= doubt[0][0]):
        return True
    # What it surely repeats was not kept: this may be an older one that reads the same.
    in_doubt = any(since <= seen < until for since, until in doubt)
    if arrival.repeats not in _UNLESS_GONE_ON and not in_doubt:
        return False
    return contact is None or contact.stamp <= seen


def _settled(outcome: Arrival, world: World, changes: Changes) -> Awaited | None:
    """What the session that asked waits for, and from here on no more; None if it does not wait."""
    awaited = world.awaited.get(outcome.contact)
    if awaited is None or outcome.asked != (awaited.serial, awaited.turn):
        return None
    del world.awaited[outcome.contact]
    changes.awaited[outcome.contact] = None
    contact = world.contacts.get(outcome.contact)
    return awaited if contact is not None and contact.serial == awaited.serial else None
