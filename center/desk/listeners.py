"""Supervisors who listen to agents' calls: on which call each is, until they stop, the call ends or its board fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from center.acd.kept import KeptRouter
from center.desk.calls import Calls
from center.desk.conferences import Conferences, Party
from center.desk.desk import RefusedError
from center.desk.ports import ListenMode
from center.desk.scope import scope_of


class _Listening(NamedTuple):
    """What a supervisor hears."""

    contact: str
    agent: str
    mode: ListenMode


class Listeners:
    """What the floor does about them."""

    def __init__(self, kept: KeptRouter, calls: Calls, conferences: Conferences) -> None:
        self._kept = kept
        self._calls = calls
        self._conferences = conferences
        self._on: dict[str, _Listening] = {}
        """By the softphone of a supervisor's page."""

    def listen(
        self,
        supervisor: str,
        ear: str,
        agent: str,
        mode: ListenMode,
        told: Callable[[RefusedError], object],
    ) -> None:
        """On an agent's call, or on it in another way; `told` why, if it is over before the call. Raises RefusedError."""
        router = self._kept.router
        person = router.people.get(agent)
        if person is None or not scope_of(router, supervisor).has_agent(person.agent):
            # In the same words for both: names of another pool's people are not to be found out.
            raise RefusedError("you lead nobody called {agent}", agent=agent)
        voice = self._calls.needed
        if not voice.has_line(ear):
            raise RefusedError("connect your headset first")
        contact = voice.call_with(agent)
        before = self._on.get(ear)
        if before is not None and before.contact != contact:
            self.stop(ear)

        def lost(why: RefusedError) -> None:
            self.stop(ear)
            told(why)

        self._conferences.join(contact, Party("supervisor", ear), lost)
        self._on[ear] = _Listening(contact, agent, mode)
        voice.listen(ear, contact, mode)

    def listens(self, ear: str) -> tuple[str, ListenMode] | None:
        """The agent whose call is heard, and how; None once it has ended or was handed on."""
        on, voice = self._on.get(ear), self._calls.voice
        return (
            (on.agent, on.mode)
            if on is not None and voice is not None and voice.listens(ear)
            else None
        )

    def stop(self, ear: str) -> None:
        """They do not listen, or no more."""
        on = self._on.pop(ear, None)
        if on is None or self._calls.voice is None:
            return
        self._calls.voice.stop_listening(ear)
        self._conferences.part(on.contact, Party("supervisor", ear))
