"""What `shop` and `defaults` set."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import TypeVar

from flows import program as p
from flows import settings
from flows import syntax as s

_T = TypeVar("_T")


class ShopSettings:
    """The settings of a flow; what cannot be read is as if it were not there, and the checker tells of it."""

    def __init__(self, flow: s.Flow) -> None:
        self.shop = next((b for b in flow.blocks if isinstance(b, s.Shop)), None)
        self.defaults = next((b for b in flow.blocks if isinstance(b, s.Defaults)), None)

    def value(self, name: str, read: Callable[[str], _T], default: _T) -> _T:
        """What a setting says, as `read` reads it; the default where it is not there or cannot be read."""
        found = self._lines(name)
        if not found:
            return default
        try:
            return read(found[-1].value)
        except ValueError:
            return default

    def _lines(self, name: str) -> list[s.Setting]:
        blocks = [block for block in (self.shop, self.defaults) if block is not None]
        return [line for block in blocks for line in block.settings if line.name == name]

    def codes(self) -> dict[str, tuple[str, ...]]:
        """Where buyers reach the shop, and the words that lead to it."""
        names = {"sms": "sms code", "ussd": "ussd code", "keyword": "keyword"}
        codes: dict[str, tuple[str, ...]] = {}
        for kind, name in names.items():
            listed = [w for line in self._lines(name) for w in re.split(r"[,，、|｜]", line.value)]
            codes[kind] = tuple(word.strip() for word in listed if word.strip())
        return codes

    def hours(self) -> p.Hours | None:
        """When it is open; None: always."""
        week = self.value("open", settings.opening, None)
        closed: list[tuple[str, str]] = []
        for line in self._lines("closed"):
            try:
                closed += settings.closed_days(line.value)
            except ValueError:
                continue
        if week is None and not closed:
            return None
        return p.Hours(week or (((0, 1440),),) * 7, tuple(closed))

    def calling(self) -> p.Calling:
        """How it answers calls, whom it calls back, and where it sends callers on to."""
        base = p.Calling()
        return p.Calling(
            self.value("rings", settings.rings, base.rings_s),
            self.value("call back", settings.numbers, base.back),
            self.value("quiet hours", settings.quiet_hours, base.quiet),
            self.value("send on to", settings.numbers, base.onward),
        )

    def limits(self, resolve: Callable[[str], int], *, has_agent: bool) -> p.Limits:
        """Bounds of a session; `resolve` gives the node of a step."""
        base = p.Limits()
        turns, target = base.turns_max, p.NOWHERE
        for line in self._lines("max turns"):
            with contextlib.suppress(ValueError):
                turns, step = settings.turns(line.value)
                target = resolve(step) if step else p.NOWHERE
        if target == p.NOWHERE and has_agent:
            target = resolve("agent")
        return p.Limits(
            self.value("sms session", settings.duration, base.sms_session_s),
            self.value("ussd session", settings.duration, base.ussd_session_s),
            self.value("voice session", settings.duration, base.voice_session_s),
            turns,
            target,
            self.value("max sms parts", lambda v: settings.number(v, 1, 20), base.sms_parts_max),
        )
