"""What goes wrong in worlds that are aimed at one thing: what one seed of hundreds shows with everything, one of a few shows here."""

from collections.abc import Callable
from dataclasses import replace

from sms.smsc.faults import Faults
from tests.simulation.network import Weather
from tests.simulation.trouble import WHILE_HELD_S, Others, Trouble, rate_of


def rated(seed: int) -> Trouble:
    """As always, and each carrier allows so many segments a second, so that texts wait for their turn."""
    return replace(Trouble.of(seed), rate=rate_of(seed))


def brought_again_while_replies_are_held(seed: int) -> Trouble:
    """Shops fall, and what they had not answered comes again a while after the next bind, but no later than replies are held back."""
    return replace(
        Trouble.of(seed),
        buyers=5,
        orders=3,
        dies=0.1,
        kills_s=2.0,
        late_s=WHILE_HELD_S,
        slow_s=0.05,
        disk_stalls=0.0,
        partner_s=0.1,
        others=Others(),
        spread=False,
        rate=None,
    )


def brought_twice_where_much_is_refused(seed: int) -> Trouble:
    """Everything comes twice under one number, a moment apart, to a store that refuses a third of what comes."""
    drawn = Trouble.of(seed)
    return replace(
        drawn,
        buyers=5,
        orders=3,
        refuses=0.3,
        slow_s=0.001,
        disk_stalls=0.0,
        doubled=0.0,
        binds=1,
        weather=replace(drawn.weather, splits=1.0, latency_s=0.05),
        faults=replace(drawn.faults, duplicated_delivery=1.0),
        others=Others(),
        spread=False,
        rate=None,
        poisoned=3,
    )


def answered_once_more(seed: int) -> Trouble:
    """Shops fall, connections break, and buyers answer what they are asked once more."""
    return replace(
        brought_again_while_replies_are_held(seed), kills_s=1.0, wonders=True, poisoned=0
    )


def swept_over_falls(seed: int) -> Trouble:
    """Shops fall while the clock is set and what is old is forgotten, and the carrier lacks answers to what some had kept."""
    drawn = brought_again_while_replies_are_held(seed)
    return replace(
        drawn,
        buyers=2,
        orders=2,
        kills_s=1.5,
        dies=0.1,
        late_s=6.0,
        refuses=0.0,
        full_s=0.0,
        twice=False,
        doubled=0.0,
        disorder=0.0,
        binds=1,
        poisoned=8,
        weather=Weather(latency_s=0.05),
        faults=Faults(seed=seed, lost_answer=0.3, again_s=10.0),
        on_disk=True,
        sweeps=True,
        jumps=True,
    )


def kind(seed: int) -> Trouble:
    """Nothing goes wrong, to some who write alone."""
    return replace(
        Trouble.of(seed),
        buyers=5,
        orders=2,
        weather=Weather(latency_s=0.05),
        faults=Faults(seed=seed),
        dies=0.0,
        kills_s=0.0,
        refuses=0.0,
        full_s=0.0,
        slow_s=0.01,
        disk_stalls=0.0,
        jumps=False,
        late_s=0.0,
        twice=False,
        partner_s=0.0,
        partner_dead=0.0,
        partner_breaks=0.0,
        doubled=0.0,
        disorder=0.0,
        binds=1,
        on_disk=False,
        sweeps=False,
        others=Others(),
        spread=False,
        rate=None,
        poisoned=0,
        wonders=False,
    )


def ignored(seed: int) -> Trouble:
    """The carrier reads answers to what has no name, ignores them, and brings it again by the same connection."""
    return replace(kind(seed), faults=Faults(seed=seed, ignored_answer=0.2, again_s=10.0))


def lost_within(seed: int) -> Trouble:
    """The carrier loses answers with their connection, and within itself what it brings again."""
    faults = Faults(seed=seed, lost_answer=0.2, lost_delivery=0.3, again_s=10.0)
    return replace(kind(seed), faults=faults)


def brought_twice_by_several_binds(seed: int) -> Trouble:
    """Everything comes twice, often by two binds at once; commits are slow, so that answers are late, and the carrier loses within itself what it brings again."""
    drawn = Trouble.of(seed)
    faults = Faults(seed=seed, lost_delivery=0.1, named=drawn.faults.named, again_s=10.0)
    return replace(
        kind(seed),
        orders=3,
        faults=faults,
        slow_s=0.05,
        disk_stalls=0.5,
        doubled=1.0,
        binds=2 + seed % 3,
    )


def overtaken(seed: int) -> Trouble:
    """Connections break, the carrier is late, and buyers answer what they are asked once more."""
    return replace(
        kind(seed),
        orders=3,
        weather=Weather(latency_s=0.05, breaks=0.08),
        faults=Faults(seed=seed, lost_response=0.2, again_s=10.0),
        late_s=30.0,
        wonders=True,
    )


def slow_and_breaking(seed: int) -> Trouble:
    """Connections break, commits are slow, so that answers are late, and buyers answer what they are asked once more."""
    return replace(
        kind(seed),
        orders=3,
        weather=Weather(latency_s=0.05, breaks=0.05),
        faults=Faults(seed=seed, lost_response=0.2, again_s=10.0),
        disk_stalls=0.3,
        wonders=True,
    )


def said_again_while_replies_wait(seed: int) -> Trouble:
    """Shops fall and connections break under answers, so that replies wait for longer than buyers do, who say the same again."""
    drawn = brought_again_while_replies_are_held(seed)
    return replace(
        drawn,
        kills_s=4.0,
        dies=0.02,
        doubled=0.0,
        refuses=0.0,
        full_s=0.0,
        jumps=False,
        disorder=0.0,
        poisoned=0,
        twice=True,
        late_s=0.0,
        wonders=False,
        insists=True,
        weather=Weather(latency_s=0.05, breaks=0.02),
        faults=Faults(seed=seed, lost_answer=0.3, throttled=0.05, again_s=10.0),
    )


AIMED: dict[str, Callable[[int], Trouble]] = {
    trouble.__name__: trouble
    for trouble in (
        rated,
        brought_again_while_replies_are_held,
        brought_twice_where_much_is_refused,
        answered_once_more,
        swept_over_falls,
        ignored,
        lost_within,
        brought_twice_by_several_binds,
        overtaken,
        slow_and_breaking,
        said_again_while_replies_wait,
    )
}
"""By name."""
