"""What goes wrong in one simulation, drawn from its seed."""

import random
from dataclasses import dataclass, replace
from typing import Any

from sms.smsc.faults import Faults
from tests.simulation.network import Weather

SWEEPS = 0.7
"""Of seeds on disk, and of those with a front and a shard, whose shard is on disk then."""
SPREAD = 0.1
"""Of seeds, those with a front and a shard. Calls want all in one process, and are not made then."""

RATED = 0.2
"""Of seeds, those whose carrier has a rate."""
RATES = (2.0, 5.0, 20.0)
"""Segments a second. With half a one what a crash left comes a minute behind what its buyer has said since, and they answer it."""

WHILE_HELD_S = 1.5
"""After a crash of ours is known, a carrier brings within this what replies are held back for: we bind half a second after it at the
earliest (world.STARTS_AGAIN_S), and hold them for sms.held.HOLD_S."""

PROFILES_NAMED = ("standard", "echo", "mica", "tata", "port")
"""Of gateways that name the dialog: with another a screen may come into the next."""


@dataclass(frozen=True)
class Others:
    """Who comes by other channels than texts, in a part of all seeds."""

    diallers: int = 0
    callers: int = 0
    orders: int = 0
    """Each of them begins so many."""
    profile: str = "standard"
    """How the carrier's gateway speaks; one that names the dialog, for else a screen may come into the next."""
    drops: float = 0.0
    """Of screens and prompts at which a dialog or a call drops."""

    @classmethod
    def of(cls, seed: int) -> "Others":
        """Drawn apart, so that who writes does what they did without them."""
        chance = random.Random(f"{seed} by other channels")
        kind = chance.random()
        return cls(
            diallers=chance.randint(1, 3) if kind < 0.3 else 0,
            callers=chance.randint(1, 3) if 0.2 < kind < 0.5 else 0,
            orders=chance.randint(1, 3),
            profile=chance.choice(PROFILES_NAMED),
            drops=chance.choice((0.0, 0.1, 0.3)),
        )


@dataclass(frozen=True)
class Trouble:
    """Shares are between 0 and 1, of what they are said of."""

    buyers: int
    orders: int
    """Each buyer begins so many at most."""
    weather: Weather
    faults: Faults
    """Of the carrier, either way."""
    dies: float
    refuses: float
    """Of batches that the store refuses for now."""
    full_s: float
    """How long the disk is full, once; 0: never."""
    slow_s: float
    """A commit takes so long."""
    disk_stalls: float
    """Of commits that take up to disk.STALLS_S."""
    kills_s: float
    """The process is killed about so often, wherever it is; 0: never."""
    jumps: bool
    """The clock of day jumps both ways."""
    late_s: float
    """What is brought again after a break comes so late at most, though the connection is back; 0: at once."""
    twice: bool
    """Buyers say the same twice in a row."""
    partner_s: float
    """The seller's order system takes so long to answer."""
    partner_dead: float
    """Of what it is asked that it never answers."""
    doubled: float
    """Of deliver_sm that the carrier brings twice: under the same number, or by two binds at once."""
    binds: int
    on_disk: bool
    """The store is SQLite, else memory."""
    others: Others = Others()
    spread: bool = False
    """A front has the carriers, and a shard the seller, whose order system is asked where `shards_ask`."""
    poisoned: int = 0
    """People who write something that makes the seller's program fail."""
    partner_breaks: float = 0.0
    """Of what the order system is asked that it does, and breaks off instead of an answer."""
    shards_ask: bool = False
    wonders: bool = False
    """Buyers answer once more what they are asked once more (tests.simulation.wonderer)."""
    insists: bool = False
    """Buyers say it again every ten seconds without a reply (tests.simulation.insister)."""
    disorder: float = 0.0
    """Of deliver_sm refused for now that the carrier brings behind all that waits, not in their place."""
    sweeps: bool = False
    """What is old is forgotten, as the service does, and a clock that jumps does so by hours too. On disk alone."""
    rate: float | None = None
    """Segments a second that the carrier allows, as we are told (sms.carrier.Carrier.rate): more waits for its turn."""

    @classmethod
    def of(cls, seed: int) -> "Trouble":
        """Some of everything, and often one thing alone: what hides behind the others shows then."""
        chance = random.Random(seed)

        def now_and_then(share: float, value: Any) -> Any:
            return value if chance.random() < share else 0

        dies = now_and_then(0.4, chance.choice((0.02, 0.1)))
        kills_s = now_and_then(0.4, chance.choice((0.3, 2.0)))
        # A commit that takes longer than sms.held.HOLD_S, and a crash within it, and another: see decision 0030.
        slow_s = chance.choice((0.001, 0.001, 0.05, 0.2 if dies or kills_s else 1.0))
        breaks = now_and_then(0.4, chance.choice((0.005, 0.02, 0.05)))
        binds = chance.choice((1, 2, 3))
        disconnect = now_and_then(0.2, 0.02)
        trouble = breaks or dies or kills_s or disconnect
        buyers, orders = chance.randint(1, 5), chance.randint(1, 3)
        weather = Weather(
            latency_s=chance.choice((0.0005, 0.005, 0.05)), breaks=breaks, stalls=_stalls(seed)
        )
        towards_us = _towards_us(seed)
        faults = {
            "throttled": now_and_then(0.3, 0.1),
            "queue_full": now_and_then(0.3, 0.1),
            "receipt_delay_s": chance.choice((0.0, 0.05, 3.0)),
            "jitter_s": chance.choice((0.0, 0.02)),
            "duplicated_receipt": now_and_then(0.3, 0.2),
            "lost_receipt": now_and_then(0.3, 0.2),
            "early_receipt": now_and_then(0.3, 0.3),
            "duplicated_response": now_and_then(0.2, 0.1),
            "disconnect": disconnect,
        }
        on_disk = seed % 10 == 0
        spread = not on_disk and random.Random(f"{seed} spread").random() < SPREAD
        disk_stalls = _disk_stalls(seed)
        sweeps = (on_disk or spread) and _sweeps(seed)
        return cls(
            buyers=buyers,
            orders=orders,
            weather=weather,
            faults=Faults(seed=seed, **faults, **towards_us),
            dies=dies,
            refuses=now_and_then(0.3, 0.1),
            full_s=now_and_then(0.2, chance.uniform(1.0, 8.0)),
            slow_s=slow_s,
            disk_stalls=disk_stalls,
            kills_s=kills_s,
            jumps=chance.random() < 0.3,
            late_s=_late_over_crashes(seed)
            if dies or kills_s
            else now_and_then(0.4, chance.choice((2.0, 30.0))),
            twice=chance.random() < 0.3,
            # By two binds, one of which breaks, the copy may come behind what the buyer said next (decision 0030).
            doubled=now_and_then(
                0.0 if binds > 1 and (trouble or towards_us.get("lost_answer")) else 0.3,
                chance.choice((0.1, 1.0)),
            ),
            partner_s=chance.choice((0.0, 0.0, 0.1, 4.0)),
            partner_dead=now_and_then(0.2, chance.choice((0.2, 1.0))),
            binds=binds,
            on_disk=on_disk or sweeps,
            others=replace(Others.of(seed), callers=0) if spread else Others.of(seed),
            spread=spread,
            poisoned=now_and_then(0.2, 2),
            disorder=_disorder(seed),
            wonders=_wonders(seed),
            partner_breaks=_partner_breaks(seed),
            sweeps=sweeps,
            rate=rate_of(seed) if random.Random(f"{seed} has a rate").random() < RATED else None,
        )

    @property
    def breaks_nothing(self) -> bool:
        """Whether no connection breaks and nothing is ignored: then nobody may have to say anything again."""
        faults = self.faults
        forgets = faults.ignored_answer and faults.named < 1
        return not (self.weather.breaks or faults.disconnect or faults.lost_answer or forgets)


def dialled(seed: int) -> Trouble:
    """Two to four buyers who dial a code, and mostly crashes, refusals and connections that break together."""
    chance = random.Random(f"{seed} dial")
    choice = chance.choice
    others = Others(
        diallers=chance.randint(2, 4),
        orders=3,
        profile=choice(PROFILES_NAMED),
        drops=choice((0.0, 0.1, 0.3)),
    )
    drawn = replace(Trouble.of(seed), buyers=1, orders=1, others=others, jumps=False)
    if chance.random() >= 0.7:
        return drawn
    return replace(
        drawn,
        dies=choice((0.0, 0.02, 0.1)),
        kills_s=choice((0.0, 0.5, 2.0)),
        refuses=choice((0.0, 0.1, 0.3)),
        weather=replace(drawn.weather, breaks=choice((0.0, 0.005, 0.02, 0.05))),
        late_s=choice((0.0, WHILE_HELD_S)),
        # As for all: by two binds, one of which breaks, nobody can tell a copy.
        doubled=0.0 if drawn.binds > 1 else drawn.doubled,
        slow_s=min(drawn.slow_s, 0.2),
        faults=replace(
            drawn.faults, lost_answer=choice((0.0, 0.0, 0.1)), lost_delivery=choice((0.0, 0.1))
        ),
    )


def rate_of(seed: int) -> float:
    """Of a carrier that has one. Drawn apart, too."""
    return random.Random(f"{seed} rate").choice(RATES)


def _stalls(seed: int) -> float:
    """Drawn apart, so that seeds without them stay what they were."""
    chance = random.Random(f"{seed} stalls")
    return 0.05 if chance.random() < 0.2 else 0.0


def _partner_breaks(seed: int) -> float:
    """Drawn apart, too."""
    chance = random.Random(f"{seed} partner breaks off")
    share = chance.choice((0.1, 0.5))
    return share if chance.random() < 0.2 else 0.0


def _disk_stalls(seed: int) -> float:
    """Drawn apart, too."""
    chance = random.Random(f"{seed} disk stalls")
    share = chance.choice((0.02, 0.1, 0.5))
    return share if chance.random() < 0.3 else 0.0


def _disorder(seed: int) -> float:
    """Drawn apart, too."""
    return 0.5 if random.Random(f"{seed} disorder").random() < 0.3 else 0.0


def _sweeps(seed: int) -> bool:
    """Drawn apart, too."""
    return random.Random(f"{seed} sweeps").random() < SWEEPS


def _wonders(seed: int) -> bool:
    """Drawn apart, too."""
    return random.Random(f"{seed} wonders").random() < 0.3


def _late_over_crashes(seed: int) -> float:
    """Drawn apart, too. Mostly while replies are held back; what comes later nobody can tell (decision 0030)."""
    kind = random.Random(f"{seed} late over crashes").random()
    if kind < 0.3:
        return WHILE_HELD_S
    return 30.0 if kind < 0.31 else 0.0


def _towards_us(seed: int) -> dict[str, Any]:
    """What happens to deliver_sm and their answers, in half of all seeds. Drawn apart, so that the others stay what they were."""
    chance = random.Random(f"{seed} towards us")

    def now_and_then(share: float, value: Any) -> Any:
        return value if chance.random() < share else 0

    if chance.random() < 0.5:
        return {}
    ignored = now_and_then(0.3, 0.05)
    return {
        "lost_delivery": now_and_then(0.3, 0.1),
        "duplicated_delivery": now_and_then(0.4, chance.choice((0.1, 1.0))),
        "lost_answer": now_and_then(0.4, chance.choice((0.02, 0.1))),
        "ignored_answer": ignored,
        "lost_response": now_and_then(0.2, 0.05),
        "response_delay_s": now_and_then(0.2, 0.3),
        "again_s": chance.choice((10.0, 30.0)),
        # Without a name nobody can tell what was ignored from what is said again (decision 0030).
        "named": chance.choice((0.5, 1.0, 1.0, 1.0) if ignored else (0.0, 0.0, 0.5, 1.0)),
    }
