"""Supervisors who listen to agents' calls: on which call each is, until they stop, the call ends or its board fails."""

from __future__ import annotations

from collections.abc import Callable

from center.acd.kept import KeptRouter
from center.desk.calls import Calls
from center.desk.conferences import Conferences, Party
from center.desk.desk import RefusedError
from center.desk.ports import ListenMode
from center.desk.scope import scope_of


class Listeners:
    """What the floor does about them."""

    def __init__(self, kept: KeptRouter, calls: Calls, conferences: Conferences) -> None:
        self._kept = kept
        self._calls = calls
        self._conferences = conferences
        self._on: dict[str, str] = {}
        """By supervisor, the call."""

    def listen(
        self, supervisor: str, agent: str, mode: ListenMode, told: Callable[[RefusedError], object]
    ) -> None:
        """On an agent's call, or on it in another way; `told` why, if it is over before the call. Raises RefusedError."""
        router = self._kept.router
        person = router.people.get(agent)
        if person is None or not scope_of(router, supervisor).has_agent(person.agent):
            # In the same words for both: names of another pool's people are not to be found out.
            raise RefusedError("you lead nobody called {agent}", agent=agent)
        voice = self._calls.needed
        if not voice.has_line(supervisor):
            raise RefusedError("connect your headset first")
        contact = voice.call_with(agent)
        if self._on.get(supervisor) != contact:
            self.stop(supervisor)

        def lost(why: RefusedError) -> None:
            self.stop(supervisor)
            told(why)

        self._conferences.join(contact, Party("supervisor", supervisor), lost)
        self._on[supervisor] = contact
        voice.listen(supervisor, contact, mode)

    def stop(self, supervisor: str) -> None:
        """They do not listen, or no more."""
        contact = self._on.pop(supervisor, None)
        if contact is None or self._calls.voice is None:
            return
        self._calls.voice.stop_listening(supervisor)
        self._conferences.part(contact, Party("supervisor", supervisor))
