"""Who sits at which desk: signing in, coming back, staying away, and being turned out.

A desk that is away for RELOAD_S keeps being offered buyers, for a page is loaded anew; after AWAY_S its agent is signed
out. An agent may also lose the seat on the platform, or be let go. Whoever is signed out leaves the buyers they had.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from center.acd.events import AgentPaused, AgentReady, AgentSignedIn, AgentSignedOut
from center.acd.kept import KeptRouter
from center.desk.desk import Desk, RefusedError
from center.desk.sitter import Sitter
from center.ports import Later, Timer
from center.uap.door import Refused
from center.uap.gate import Gate

RELOAD_S = 5.0
"""A desk that is away for less keeps being offered buyers: a page is loaded anew."""
AWAY_S = 60.0
"""A desk that is away for longer is signed out, and its talks go back to their queues."""
REASON_AWAY = "away"
SEAT_LOST = "the seat's board has failed; sign in again when another is in service"
LET_GO = "you do not work here any more"
GIVEN_BACK = "your desk was away for too long, and your buyers went back to their queues"
FLOOR_LOST = "another server has taken the desks over; this page looks for it"


class Sitting:
    """All desks. Told of an agent are `strays`, whose desk is away for longer than a page takes to load, `returns`, when it is
    back from there, and `leaves`, who is signed out with the contacts that they had.
    """

    def __init__(
        self,
        kept: KeptRouter,
        *,
        later: Later,
        now: Callable[[], float],
        strays: Callable[[str], object],
        returns: Callable[[str], object],
        leaves: Callable[[str], object],
    ) -> None:
        self.gate: Gate | None = None
        """Gives agents their seats on the platform; without one there is a seat for everybody."""
        self._kept = kept
        self._later = later
        self._now = now
        self._strays = strays
        self._returns = returns
        self._leaves = leaves
        self._sitters: dict[str, Sitter] = {}
        self._waits: dict[str, list[Timer]] = {}
        """What comes of an agent whose desk is away; nothing once there is a desk again."""
        self._untold: set[str] = set()
        """Whose buyers were given back while the desk was away: they are told when they come back."""

    def restore(self) -> None:
        """After a start: whoever was signed in has so long to come back, to a seat that nobody else takes meanwhile."""
        for name, person in self._kept.router.people.items():
            if person.presence != "signed out":
                if self.gate is not None:
                    # Refused where boards have gone since: the desk is told so when it comes back.
                    self.gate.seat(name)
                self._sitters[name] = Sitter(was_ready=person.presence == "ready")
                self._wait(name, (AWAY_S, self._gone))

    def sitter(self, agent: str) -> Sitter | None:
        """Somebody who is signed in."""
        return self._sitters.get(agent)

    def desk(self, agent: str) -> Desk | None:
        """Where somebody sits now."""
        sitter = self._sitters.get(agent)
        return sitter.desk if sitter is not None else None

    def check_known(self, agent: str) -> None:
        """Raise RefusedError if the router does not know somebody: it takes no event of theirs; or none of anybody any more."""
        if self._kept.is_lost:
            raise RefusedError(FLOOR_LOST)
        if agent not in self._kept.router.people:
            raise RefusedError(
                "nobody called {agent} works here; `dialcart people add` enters people", agent=agent
            )

    def sign_in(self, agent: str, desk: Desk) -> None:
        """Sit down; see Floor. Raises RefusedError."""
        self.check_known(agent)
        if self.gate is not None and isinstance(self.gate.seat(agent), Refused):
            raise RefusedError(
                "all seats of the platform are taken; try again when somebody has left"
            )
        self._stop_waiting(agent)
        sitter = self._sitters.setdefault(agent, Sitter())
        before, sitter.desk = sitter.desk, desk
        if before is not None:
            before.close("signed in elsewhere")
        sitter.known.clear()
        presence = self._kept.router.agent_measure(agent).presence
        if presence == "signed out":
            self._kept.post(AgentSignedIn(self._now(), agent))
            if agent in self._untold:
                desk.refused("", RefusedError(GIVEN_BACK))
        elif sitter.was_ready and presence == "not ready" and sitter.reason == REASON_AWAY:
            self._kept.post(AgentReady(self._now(), agent))
        self._untold.discard(agent)
        sitter.was_ready = False
        sitter.presence = "signed out"
        if sitter.is_away:
            sitter.is_away = False
            self._returns(agent)

    def sign_out(self, agent: str, desk: Desk) -> bool:
        """Leave a desk; whether it was the one where this agent sits."""
        sitter = self._sitters.get(agent)
        if sitter is None or sitter.desk is not desk:
            return False
        sitter.desk = None
        sitter.was_ready = sitter.presence == "ready"
        self._wait(agent, (RELOAD_S, self._away), (AWAY_S, self._gone))
        return True

    def leave(self, agent: str) -> None:
        """Sign out in earnest: nobody waits for this agent to come back."""
        sitter = self._sitters.get(agent)
        if sitter is not None:
            sitter.desk = None
            self._give_up(agent)

    def lose_seat(self, agent: str) -> None:
        """The platform has lost the board of an agent's seat."""
        self._turn_out(agent, RefusedError(SEAT_LOST))

    def lose_all(self) -> None:
        """Another process has the floor: what is shown at desks here may be with others by now."""
        for sitter in self._sitters.values():
            if sitter.desk is not None:
                sitter.desk.refused("", RefusedError(FLOOR_LOST))
                sitter.desk.presence("signed out", "")
                sitter.known.clear()
        self._sitters.clear()

    def let_go(self, agent: str) -> None:
        """Somebody works here no more."""
        if self.gate is not None:
            self.gate.leave_seat(agent)
        self._turn_out(agent, RefusedError(LET_GO))

    def _wait(self, agent: str, *steps: tuple[float, Callable[[str], object]]) -> None:
        """Count from now how long a desk is away: another absence, a minute ago, is no part of it."""
        self._stop_waiting(agent)
        self._waits[agent] = [self._later(after_s, partial(do, agent)) for after_s, do in steps]

    def _stop_waiting(self, agent: str) -> None:
        for timer in self._waits.pop(agent, ()):
            timer.cancel()

    def _away(self, agent: str) -> None:
        sitter = self._sitters.get(agent)
        if sitter is None or sitter.desk is not None:
            return
        sitter.is_away = True
        if sitter.was_ready:
            sitter.reason = REASON_AWAY
            self._kept.post(AgentPaused(self._now(), agent, REASON_AWAY))
        self._strays(agent)

    def _gone(self, agent: str) -> None:
        """Nobody came back to the desk."""
        sitter = self._sitters.get(agent)
        if sitter is None or sitter.desk is not None:
            return
        if any(slot == "busy" for _, slot in self._kept.router.agent_measure(agent).contacts):
            self._untold.add(agent)
        self._give_up(agent)

    def _give_up(self, agent: str) -> None:
        """The seat is for others."""
        if self.gate is not None:
            self.gate.leave_seat(agent)
        self._sign_off(agent)

    def _turn_out(self, agent: str, why: RefusedError) -> None:
        sitter = self._sitters.get(agent)
        if sitter is None:
            return
        self._sign_off(agent)
        if sitter.desk is not None:
            sitter.desk.refused("", why)
            sitter.desk.presence("signed out", "")

    def _sign_off(self, agent: str) -> None:
        del self._sitters[agent]
        self._stop_waiting(agent)
        self._kept.post(AgentSignedOut(self._now(), agent))
        self._leaves(agent)
