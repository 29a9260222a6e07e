"""Colleagues of the agent who has a buyer: those who may be with this buyer as well, whoever employs them."""

from __future__ import annotations

from heapq import merge
from itertools import islice

from center.acd.router import Router
from center.desk.census import Census
from center.desk.talk import Talk

COLLEAGUES_SHOWN_MAX = 200


def is_colleague(router: Router, talk: Talk, name: str) -> bool:
    """Whether somebody else works here under this name who may serve this buyer's seller."""
    person = router.people.get(name)
    return (
        person is not None
        and name != talk.agent
        and router.floor.directory.may_serve(person.agent.pool, talk.awaited.contact.seller)
    )


def is_ready_colleague(router: Router, talk: Talk, name: str) -> bool:
    """Whether one of them takes contacts now."""
    return is_colleague(router, talk, name) and router.people[name].presence == "ready"


def colleagues(router: Router, census: Census, talk: Talk) -> list[str]:
    """The first COLLEAGUES_SHOWN_MAX who are ready now, by name; a floor of any size is looked through no further."""
    pools = router.floor.directory.pools(talk.awaited.contact.seller)
    here = merge(*(census.names(pool) for pool in sorted(pools)))
    return list(
        islice((one for one in here if is_ready_colleague(router, talk, one)), COLLEAGUES_SHOWN_MAX)
    )
