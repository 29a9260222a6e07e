"""The count afterwards: what buyers were told against what is on disk."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from store.memory import MemoryStore
from store.sqlite import SqliteStore
from tests.crash.burden import Burdens
from tests.crash.buyers import STOCK, Town
from tests.crash.depot import DepotBooks
from tests.crash.people import Understood
from tests.simulation.poison import SET_ASIDE


@dataclass(frozen=True)
class Books:
    """Each figure but the first three must be nought."""

    kills: int
    orders: int
    acknowledged: int
    repeated: int
    lost: int
    """Orders that buyers ended and that are not there: their messages were acknowledged, and nothing came of them."""
    doubled: int
    absent: int
    """Announced to a buyer, and not on disk."""
    wrong: int
    """Orders of other goods than were ordered, or totals that were not right."""
    stock_off: int
    """Pieces that were neither sold nor are left."""
    unsettled: int = 0
    """Buyers, and messages that made the program fail, that were not through when the wait for them ended: nothing is known of them.
    The carrier still had something of theirs, or others still got on."""
    off: frozenset[str] = frozenset()
    """Buyers of whom any of it is said."""
    crossed: frozenset[str] = frozenset()
    """Buyers of whom some of it would be, had no reply crossed what they said again: their order then, and one too many."""
    missed: int = 0
    """Kills at a point that the process never passed: they tried nothing."""
    poisoned: int = 0
    """Messages that made the program fail."""
    misread: int = 0
    """Of these, those that a seller cannot read, or reads more than once, and those that the carrier still brings."""
    burdens: Burdens | None = None
    """Of the last shop, where it was weighed."""
    depot: DepotBooks | None = None
    """Where an order system was asked."""
    understood: Understood | None = None
    """Of people, where they are the buyers."""
    where: Mapping[str, int] = field(default_factory=dict[str, int])
    """Kills by where they were."""
    told: str = ""
    """Of those who are off: tests.crash.diary."""

    @property
    def right(self) -> bool:
        """Whether nothing was lost and nothing doubled."""
        return not (
            self.lost
            or self.unsettled
            or self.doubled
            or self.absent
            or self.wrong
            or self.stock_off
            or self.missed
            or self.misread
            or (self.burdens is not None and not self.burdens.right)
            or (self.depot is not None and not self.depot.right)
            or (self.understood is not None and not self.understood.right)
        )

    def __str__(self) -> str:
        verdict = "nothing lost, nothing doubled" if self.right else "WRONG"
        where = ", ".join(f"{count} {place}" for place, count in sorted(self.where.items()))
        unsettled = f", NOT SETTLED in time {self.unsettled}" if self.unsettled else ""
        more = "".join(
            f"; {one}" for one in (self.understood, self.burdens, self.depot) if one is not None
        )
        return (
            f"{self.kills} kills{f' ({where})' if where else ''}, {self.orders} orders, {self.acknowledged} messages acknowledged, "
            f"{self.repeated} brought again: acknowledged and lost {self.lost}, orders doubled {self.doubled}, "
            f"announced but absent {self.absent}, wrong {self.wrong}, stock off by {self.stock_off}, "
            f"kill points missed {self.missed}, of {self.poisoned} poisoned messages not once before the seller {self.misread}{unsettled}: {verdict}"
            f"{more}{self.told}"
        )


def count(
    stores: Sequence[SqliteStore | MemoryStore],
    town: Town,
    kills: int,
    missed: int = 0,
    unsettled: Collection[str] = (),
) -> Books:
    """Look into the books that a stopped shop left: in one store, or in one a shard. `unsettled`: numbers that were not waited for."""
    orders = [order for store in stores for order in store.orders()]
    by_buyer: dict[str, list[int]] = {}
    numbers: dict[str, set[str]] = {}
    for order in orders:
        by_buyer.setdefault(order.buyer, []).append(sum(line.quantity for line in order.lines))
        numbers.setdefault(order.buyer, set()).add(order.number)
    lost = doubled = wrong = absent = 0
    off: set[str] = set()
    crossed: set[str] = set()
    for number, buyer in town.everybody.items():
        before = lost, doubled, wrong, absent
        have, wanted = by_buyer.get(number, []), buyer.wanted
        # Who was not told of their last order most likely lacks it: that is one, unless it is still on its way.
        is_on_its_way = number in unsettled
        one = town.buyers.get(number)
        if one is not None and one.crossed:
            # What they ordered then is not what they meant to.
            meant = [pieces for place, pieces in enumerate(wanted) if place not in one.crossed]
            missing = (Counter(meant) - Counter(have)).total()
            more = (Counter(have) - Counter(meant)).total()
            is_waiting = not (one.done or is_on_its_way or one.is_crossed)
            lost += max(missing - is_on_its_way, int(is_waiting))
            doubled += max(0, more - (len(wanted) - len(meant)) - len(one.crossed))
            is_told = one.done and Counter(have) == Counter(wanted)
            crossed |= {number} if one.read_otherwise or not is_told else set()
        else:
            lost += max(
                len(wanted) - len(have) - is_on_its_way, int(not buyer.done and not is_on_its_way)
            )
            doubled += max(0, len(have) - len(wanted))
            if len(have) == len(wanted):
                wrong += sum((Counter(have) - Counter(wanted)).values())
        wrong += len(buyer.wrong)
        absent += len(set(buyer.announced) - numbers.get(number, set()))
        if (lost, doubled, wrong, absent) != before:
            off.add(number)
    sold = sum(sum(quantities) for quantities in by_buyer.values())
    sellers = [(store, seller) for store in stores for seller in store.published()]
    left = sum(store.stock(seller)["1"] for store, seller in sellers)
    set_aside = Counter(
        who
        for store, seller in sellers
        for _, who, said, _ in store.messages(seller, len(town.poisoners) + 1)
        if said == SET_ASIDE
    )
    poisoners = town.poisoners.items()
    return Books(
        kills,
        len(orders),
        town.acknowledged.total(),
        town.repeated,
        lost,
        doubled,
        absent,
        wrong,
        abs(STOCK * len(sellers) - sold - left),
        len(unsettled),
        frozenset(off),
        frozenset(crossed - off),
        missed,
        len(poisoners),
        sum(
            set_aside[who] > 1 or (who not in unsettled and not (set_aside[who] and is_settled))
            for who, is_settled in poisoners
        ),
    )
