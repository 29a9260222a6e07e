"""Colleagues of the agent who has a buyer: those who may be with this buyer as well, whoever employs them."""

from __future__ import annotations

from center.acd.router import Router
from center.desk.talk import Talk


def is_colleague(router: Router, talk: Talk, name: str) -> bool:
    """Whether somebody else works here under this name who may serve this buyer's seller."""
    person = router.people.get(name)
    return (
        person is not None
        and name != talk.agent
        and router.floor.directory.may_serve(person.agent.pool, talk.awaited.contact.seller)
    )


def colleagues(router: Router, talk: Talk) -> list[str]:
    """Those of them who are ready now, by name."""
    return sorted(
        name
        for name, person in router.people.items()
        if person.presence == "ready" and is_colleague(router, talk, name)
    )
