"""Occupancy: how busy somebody was of late, and what an agent's time was spent on."""

from __future__ import annotations

from math import exp, log

from center.acd.state import Person

OCCUPANCY_MEMORY_S = 3600.0
"""Work this long ago counts 1/e as much as work now when the least occupied is looked for."""
OCCUPANCY_MIN = 1e-12


def quiet_key(person: Person) -> float:
    """Orders free agents by occupancy; see `account`."""
    return log(max(person.occupancy, OCCUPANCY_MIN)) + person.measured_at / OCCUPANCY_MEMORY_S


def account(person: Person, now: float) -> None:
    """Add the time since the last change to what it was spent on.

    Occupancy is a mean over the past in which a moment t seconds ago weighs exp(-t / OCCUPANCY_MEMORY_S). While
    people are free all of theirs shrink by the same factor, so log(occupancy) + now / OCCUPANCY_MEMORY_S stays as
    it is and orders them for as long as they are free.
    """
    spent_s = now - person.measured_at
    person.measured_at = now
    fade = exp(-spent_s / OCCUPANCY_MEMORY_S)
    person.occupancy *= fade
    if person.working:
        person.busy_s += spent_s
        person.occupancy += 1 - fade
    elif person.presence == "ready":
        person.ready_s += spent_s
    elif person.presence == "not ready":
        person.not_ready_s += spent_s


def take_off(person: Person, now: float) -> None:
    """Count the time from now on alone; what a person does goes on since it began, so its time until now is taken off."""
    began_at, occupancy = person.measured_at, person.occupancy
    person.busy_s = person.ready_s = person.not_ready_s = 0.0
    account(person, now)
    person.busy_s, person.ready_s = -person.busy_s, -person.ready_s
    person.not_ready_s = -person.not_ready_s
    person.measured_at, person.occupancy = began_at, occupancy
