"""The platform as a service: what calls are admitted by, and what operators change of it while calls go on."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from center.measure import Measure, Spread
from center.ports import StoreError
from center.uap.capacity import Capacity
from center.uap.changes import AnyChange, ChangeError, apply, decode
from center.uap.chassis import PlatformError
from center.uap.gate import CONFERENCE, SEAT, Gate
from center.uap.resources import RESOURCES
from commands.kept_files import platform_file
from commands.serving.platform_now import OUTCOMES_MAX, Now, Outcome, now_file, now_of, write
from commands.serving.rounds import Rounds
from commands.settings.platform import PlatformSection
from store.journal import SqliteJournal

LOOK_EVERY_S = 1.0
"""A change that an operator made is seen within so long."""

log = logging.getLogger("dialcart.platform")


def changes_of(journal: SqliteJournal) -> list[AnyChange]:
    """All changes so far. Raises StoreError, ChangeError."""
    return [decode(record) for record in journal.records()]


def changed(section: PlatformSection, changes: Sequence[AnyChange]) -> Capacity:
    """The platform as the settings have it, with the changes made to it since; one that no longer fits is left out."""
    capacity = section.capacity()
    for change in changes:
        try:
            apply(change, capacity)
        except PlatformError as error:
            log.warning("a change of the platform is left out: %s", error)
    return capacity


class Platform:
    """See commands.serving.service.Service."""

    name = "platform"

    def __init__(self, section: PlatformSection, database: Path) -> None:
        self.section = section
        self._journal = SqliteJournal(platform_file(database))
        changes = changes_of(self._journal)
        self._done = len(changes)
        self._outcomes: deque[Outcome] = deque(maxlen=OUTCOMES_MAX)
        self._now_file = now_file(database)
        self._told: Now | None = None
        self.gate = Gate(changed(section, changes), time.time, access=section.access)
        self.cut_off: Callable[[str], object] | None = None
        """Told of calls that went down with a board."""
        self.seat_lost: Callable[[str], object] | None = None
        """Told of agents whose seats did."""
        self.conference_lost: Callable[[str], object] | None = None
        """Told of contacts whose calls have no conference unit any more."""
        self._rounds = Rounds("changes of the platform are not read", LOOK_EVERY_S, self.look)

    async def open(self) -> None:
        """Begin to look for changes."""
        self._tell_now()
        self._rounds.begin()

    async def drain(self) -> None:
        """Nothing here is under way."""

    async def close(self) -> None:
        """Let go of the file."""
        await self._rounds.end()
        self._now_file.unlink(missing_ok=True)
        self._journal.close()

    def unready(self) -> str | None:
        """A full platform is ready, too: it answers."""
        return None

    def look(self) -> None:
        """Do what operators asked for since the last look, and tell them how things stand."""
        self._look()
        self._tell_now()

    def _look(self) -> None:
        capacity = self.gate.capacity
        for board in capacity.advance(time.time()):
            log.info(
                "%s in slot %d of %s is in service",
                board.kind.name,
                board.place.slot,
                board.place.chassis,
            )
        try:
            changes = changes_of(self._journal)[self._done :]
        except (StoreError, ChangeError) as error:
            log.error("changes of the platform cannot be read: %s", error)
            return
        for change in changes:
            self._done += 1
            try:
                dropped = apply(change, capacity)
            except PlatformError as error:
                log.warning("a change of the platform is left out: %s", error)
                self._outcomes.append(Outcome(error=str(error)))
                continue
            self._outcomes.append(Outcome(len(dropped)))
            log.info("%s: %d cut off", change, len(dropped))
            for name in dropped:
                self._tell(name)

    def _tell_now(self) -> None:
        """Operators see it within LOOK_EVERY_S."""
        gate = self.gate
        refused = {why.value: count for why, count in gate.refused.items() if count}
        now = now_of(gate.capacity, refused, self._done, self._outcomes)
        if now == self._told:
            return
        try:
            write(self._now_file, now)
        except OSError as error:
            log.warning("operators are not told how the platform stands: %s", error.strerror)
        else:
            self._told = now

    def _tell(self, dropped: str) -> None:
        """Who stands behind a name that the platform knows has lost it."""
        for prefix, told in (
            (SEAT, self.seat_lost),
            (CONFERENCE, self.conference_lost),
            ("", self.cut_off),
        ):
            if dropped.startswith(prefix):
                if told is not None:
                    told(dropped.removeprefix(prefix))
                return

    def measures(self) -> Iterable[Measure | Spread]:
        """What there is, what is taken, and who was refused."""
        usage = self.gate.capacity.usage()
        for name, told, units in (
            ("units", "Units in service, by resource.", usage.units),
            ("taken", "Units that calls and seats hold, by resource.", usage.taken),
        ):
            yield Measure(
                f"dialcart_platform_{name}",
                "gauge",
                told,
                ("resource",),
                # What there is none of is told as well: a board that is gone shows by it.
                [((of,), float(count)) for of, count in zip(RESOURCES, units, strict=True)],
            )
        yield Measure(
            "dialcart_platform_refused",
            "counter",
            "Calls and seats refused, by why.",
            ("why",),
            [((why.value,), float(count)) for why, count in self.gate.refused.items()],
        )
