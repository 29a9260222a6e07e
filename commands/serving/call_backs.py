"""Calls that we make, tied to the business: who may be dialled, by which trunks, and who is called back when missed."""

from __future__ import annotations

import time

from center.call_backs import NOTE as OPEN
from center.call_backs import CallBacks, Limits
from center.contact import ContactKey
from commands.serving.business import Business, later
from commands.settings.voice import VoiceSection
from ivr.channel.channel import CHANNEL, VoiceChannel
from ivr.channel.missed import MissedCalls
from ivr.channel.outgoing import NOTE as DIALLED
from ivr.channel.outgoing import CallsMade, Way
from ivr.channel.trunk_calls import TrunkCalls
from ivr.sip.numbers import AllowList


def calls_made(
    business: Business, section: VoiceSection, channel: VoiceChannel, trunks: TrunkCalls
) -> CallsMade:
    """By whom calls are made; what was dialled before the start is known."""
    numbering = business.routes.numbering
    made = CallsMade(
        trunks,
        channel,
        business.shops,
        business.turns,
        Way(_ways(section), AllowList(section.call_back, numbering), numbering),
        later=later,
        clock=time.time,
        ticks=time.monotonic,
    )
    old = made.restore(business.store.notes(DIALLED))
    if old:
        business.turns.hold(CHANNEL, None, notes=old)
    return made


def missed_calls(business: Business, made: CallsMade, backs: CallBacks) -> MissedCalls:
    """Who calls back, going on with what was open before the start."""
    missed = MissedCalls(
        backs,
        made,
        business.turns,
        business.shops,
        lambda contact: _is_wanted(business, contact),
        later=later,
        clock=time.time,
    )
    missed.restore(business.store.notes(OPEN))
    return missed


def call_backs(business: Business, section: VoiceSection) -> CallBacks | None:
    """What decides it, where the operator allows it and a trunk takes calls."""
    if not section.call_back or not _ways(section):
        return None
    limits = Limits(
        section.call_backs_at_once, section.call_backs_a_day, section.call_backs_an_hour
    )
    return CallBacks(limits, numbering=business.routes.numbering)


def _ways(section: VoiceSection) -> tuple[str, ...]:
    return tuple(trunk.name for trunk in section.trunks() if trunk.peer is not None)


def _is_wanted(business: Business, contact: ContactKey) -> bool:
    """No shop of ours is called, and nobody who opted out."""
    if business.routes.by_number(contact.number) is not None:
        return False
    buyer = business.store.buyer(contact.seller, contact.number)
    return buyer is None or not buyer.opted_out
