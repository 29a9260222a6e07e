"""Rings: whom a queue's contacts may be served by, at first and after each step of its recipe that asks more people."""

from __future__ import annotations

from collections.abc import Sequence

from center.acd.agent import CHANNELS
from center.acd.needs import Directory
from center.acd.recipe import Overflow, Widen
from center.acd.state import Backlog, Need


class Rings:
    """Looks needs up by queue. The seller stays the contact's own, whichever queue's people are asked."""

    def __init__(self, directory: Directory, backlogs: dict[str, Backlog]) -> None:
        self._directory = directory
        self._backlogs = backlogs

    def first(self, backlog: Backlog, channel: int) -> tuple[Need]:
        """The need of one who just joined."""
        need = backlog.first[channel]
        if need is None:
            need = backlog.first[channel] = (self._need(backlog, backlog, channel),)
        return need

    def after(self, backlog: Backlog, channel: int, steps: int) -> Sequence[Need]:
        """Ring by ring, after so many steps of the recipe."""
        first = self.first(backlog, channel)
        if not steps:
            return first
        needs: list[Need] = [*first]
        for step in backlog.queue.recipe[:steps]:
            match step.action:
                case Widen(requires=requires):
                    queue = backlog.queue
                    wider = self._directory.need(
                        queue.seller, requires, channel, queue.rate, queue.choice
                    )
                case Overflow(queue=name) if name in self._backlogs:
                    wider = self._need(backlog, self._backlogs[name], channel)
                case _:
                    continue
            if wider not in needs:
                needs.append(wider)
        return needs

    def forget(self, backlog: Backlog) -> None:
        """The queue, its contracts or their people have changed."""
        backlog.first = [None for _ in CHANNELS]
        for channel in range(len(CHANNELS)):
            self.first(backlog, channel)

    def staffed(self, backlog: Backlog, channel: int) -> bool:
        """Whether anyone is signed in whom the queue could ask, now or by a later step."""
        if self.first(backlog, channel)[0].staffed:
            return True
        steps = len(backlog.queue.recipe)
        return any(need.staffed for need in self.after(backlog, channel, steps))

    def _need(self, backlog: Backlog, asked: Backlog, channel: int) -> Need:
        queue = backlog.queue
        return self._directory.need(
            queue.seller, asked.queue.requires, channel, queue.rate, queue.choice
        )
