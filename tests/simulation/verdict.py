"""What must hold when a simulation has come to its end: the books, the outbox, the order system, what was set aside."""

from collections import Counter
from typing import Any

from center.superseded import SUPERSEDED
from center.text_news import Stage
from sms.sending import NO_ANSWER
from tests.crash.books import count
from tests.crash.buyers import Town
from tests.simulation.partner import Depot
from tests.simulation.poison import SET_ASIDE, numbers
from tests.simulation.story import Story

UNHEARD_MAX = 2
"""Who says the same again twice, in a kind world, has something to read."""


def judge(story: Story, store: Any, town: Town, depot: Depot) -> None:
    """Write it into the story. The shop has stopped in order, and nothing was under way then."""
    trouble, failures = story.trouble, story.failures
    story.books = count([store], town, story.lives - 1)
    waiting = {number for number, buyer in town.everybody.items() if not buyer.done}
    story.waiting = frozenset(waiting - {n for n, one in town.buyers.items() if one.is_crossed})
    story.puzzled = frozenset(number for number, one in town.buyers.items() if one.apologies)
    story.excuses.crossed |= story.books.crossed - story.waiting - story.puzzled
    hears_all = trouble.breaks_nothing and story.lives == 1
    if hears_all and story.said_again > story.excuses.doubted:
        failures.append("a message was lost though no connection was")
    if any(buyer.unheard_most > UNHEARD_MAX for buyer in town.buyers.values()):
        failures.append("somebody said the same again and again and had no reply")
    if left := store.waiting_texts(0, 10):
        failures.append(f"{len(left)} texts were never taken")
    # A front answers a receipt before its shard has it on disk, and either may die in between.
    if not (trouble.faults.lost_receipt or (trouble.spread and (trouble.dies or trouble.kills_s))):
        # A line that breaks under a text five times is not tried again.
        undelivered = [
            one
            for one in store.texts("shop")
            if one.stage is not Stage.DELIVERED and one.reason not in (NO_ANSWER, SUPERSEDED)
        ]
        if undelivered:
            failures.append(f"{len(undelivered)} texts are not known as delivered")
    is_asked = not trouble.spread or trouble.shards_ask
    if is_asked and len(depot.held) != story.books.orders:
        failures.append(f"{len(depot.held)} orders held by the depot, {story.books.orders} placed")
    set_aside = Counter(who for _, who, said, _ in store.messages("shop") if said == SET_ASIDE)
    story.set_aside = set_aside.total()
    writers = numbers(trouble.poisoned)
    story.misread = frozenset(
        who for who in {*writers, *set_aside} if set_aside[who] != (who in writers)
    )
