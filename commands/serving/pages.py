"""The pages as a service: the agents' desk, the supervisors' floor, the web telephone, on one port."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from starlette.routing import BaseRoute

from center.measure import Measure, Spread, gauge
from center.ports import StoreError
from commands.serving.floor import FloorService
from commands.serving.listening import listening
from commands.serving.rounds import Rounds
from store.people import People
from web.accounts.account import Account, Role
from web.accounts.routes import Doorkeeper
from web.accounts.visits import KeptVisit
from web.agent.routes import agent_routes
from web.app import web_app
from web.server import WebServer
from web.telephone.exchange import Exchange
from web.telephone.routes import telephone_routes

log = logging.getLogger("dialcart.pages")

PORT = 8400
"""Where the pages are unless it is said otherwise."""
LOOK_EVERY_S = 10.0
"""A visit that has lasted for as long as it may ends within so long."""


class KnownPeople:
    """See web.accounts.account.Accounts."""

    def __init__(self, floor: FloorService) -> None:
        self._floor = floor

    def account(self, name: str) -> Account | None:
        """See Accounts."""
        person = self._floor.person(name)
        if person is None or not person.password:
            return None
        return Account(name, Role(person.role), person.password)


class KeptVisits:
    """See web.accounts.visits.VisitBook. On a full disk people sign in all the same, until the next start."""

    def __init__(self, people: People) -> None:
        self._people = people

    def visits(self) -> Iterable[KeptVisit]:
        """See VisitBook."""
        return (KeptVisit(*row) for row in self._people.visits())

    def keep_visit(self, visit: KeptVisit) -> None:
        """See VisitBook."""
        try:
            self._people.keep_visit(visit.token, visit.name, visit.password, visit.began_at)
        except StoreError as error:
            log.warning("who is signed in cannot be kept: %s", error)

    def drop_visit(self, token: bytes) -> None:
        """See VisitBook."""
        try:
            self._people.drop_visit(token)
        except StoreError as error:
            log.warning("that a visit has ended cannot be kept: %s", error)


class Pages:
    """See commands.serving.service.Service."""

    name = "pages"

    def __init__(
        self, host: str, port: int | None, floor: FloorService, exchange: Exchange
    ) -> None:
        """`port` None: PORT, or any other where that is taken."""
        self.host = host
        self._exchange = exchange
        self.door = Doorkeeper(KnownPeople(floor), book=KeptVisits(floor.people))
        floor.changed = self.door.look_again
        self._rounds = Rounds("visits cannot be looked at", LOOK_EVERY_S, self.door.end_old)
        routes: list[BaseRoute] = [
            *self.door.routes(),
            *agent_routes(floor.switchboard.floor, self.door),
            *telephone_routes(exchange),
        ]
        self._app = web_app(routes, "/telephone/")
        self._may_move = port is None
        self._server = WebServer(self._app, host, PORT if port is None else port)

    @property
    def port(self) -> int:
        """Where it listens, once it is open."""
        return self._server.port

    async def open(self) -> None:
        """Listen. Raises OSError if the port is taken."""
        try:
            await self._listen()
        except OSError:
            if not self._may_move:
                raise
            self._server = WebServer(self._app, self.host, 0)
            await self._listen()
        self._rounds.begin()

    async def _listen(self) -> None:
        with listening("web", self.host, self._server.port):
            await self._server.__aenter__()

    async def drain(self) -> None:
        """Pages that are open are told when the server closes."""

    async def close(self) -> None:
        """Close what is open."""
        await self._rounds.end()
        await self._server.__aexit__(None, None, None)

    def unready(self) -> str | None:
        """Ready while it listens."""
        return None

    def measures(self) -> Iterable[Measure | Spread]:
        """What waits for web telephones."""
        yield gauge(
            "dialcart_web_messages_waiting",
            "Messages that no web telephone has shown.",
            self._exchange.messages_waiting,
        )
