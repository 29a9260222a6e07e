"""The plan as five charts on one page, in SVG of our own: people, refusals as load grows, failures, cost, and how sure that is."""

from __future__ import annotations

from html import escape
from math import log10

from center.uap.plan import Plan
from center.uap.traffic import blocking, refused_of_all, times
from commands.plan_words import Language, Words, boards, name, words

WIDTH, HEIGHT = 1080, 1160
SWINGS_SHOWN_MAX = 9
INK, SOFT, GRID = "#1f2933", "#52606d", "#d9e2ec"
MAIN, SECOND, WARN = "#2f6f9f", "#8fb8d4", "#c05621"
FAILURES_SHOWN_MAX = 7
OPTIONS_SHOWN_MAX = 3
LOADS = tuple(n / 10 for n in range(5, 31))
"""Multiples of the busy hour."""


def charts(plan: Plan, language: Language = "en") -> str:
    """The page."""
    traffic = plan.traffic
    title = words(language)(
        "{sellers:,} sellers, {agents:,} agents, {calls:,.0f} calls in the busy hour",
        sellers=traffic.sellers,
        agents=traffic.agents,
        calls=traffic.calls_an_hour,
    )
    page = _Page(plan, language)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="system-ui, sans-serif" font-size="13" lang="{language}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        + _text(30, 34, title, size=20, weight=600)
        + page.people(30, 60)
        + page.load(560, 60)
        + page.failures(30, 430)
        + page.cost(560, 430)
        + page.how_sure(30, 760)
        + "</svg>\n"
    )


class _Page:
    """The charts of one plan in one language."""

    def __init__(self, plan: Plan, language: Language) -> None:
        self.plan = plan
        self.language: Language = language
        self.word: Words = words(language)

    def people(self, x: float, y: float) -> str:
        """Agents needed, beside those at work, for each way to group them."""
        groups, traffic, word = self.plan.groups, self.plan.traffic, self.word
        most = max(*(group.needed for group in groups), traffic.present)
        out = _heading(
            x,
            y,
            word("Pooling agents over sellers"),
            word(
                "agents at work needed to answer {level:.0%} within {within:g} s",
                level=traffic.level,
                within=traffic.within_s,
            ),
        )
        for n, group in enumerate(groups):
            top = y + 70 + n * 66
            out += _text(
                x,
                top - 8,
                word("{group} ({groups:,})", group=word(group.name), groups=group.groups),
            )
            out += _bar(x, top, group.needed / most * 360, MAIN)
            beside = max(group.needed, traffic.present) / most * 360 + 8
            out += _text(x + beside, top + 15, f"{group.needed:,}", weight=600)
            under = word(
                "with {present:,} at work: {answered:.0%} answered in time, {abandoned:.0%} hang up",
                present=traffic.present,
                answered=group.answered_within,
                abandoned=group.waiting.abandon_probability,
            )
            out += _text(x, top + 38, under, fill=SOFT, size=12)
        at = x + traffic.present / most * 360
        for n in range(len(groups)):
            # Only beside the bars, so that it crosses no words.
            out += _line(at, y + 66 + n * 66, at, y + 96 + n * 66, WARN)
        out += _line(x, y + 264, x, y + 276, WARN)
        present = word("{present:,} are at work", present=traffic.present)
        out += _text(x + 8, y + 275, present, fill=WARN, size=12)
        saved = groups[0].needed - groups[1].needed
        told = word(
            "Pools save {saved:,} agents at work, {share:.0%}.",
            saved=saved,
            share=saved / max(1, groups[0].needed),
        )
        return out + _text(x, y + 304, told, weight=600)

    def load(self, x: float, y: float) -> str:
        """The share of all calls refused as load grows, on the cheapest platform."""
        plan, word = self.plan, self.word
        option = plan.options[0]
        units = option.platform.units
        streams = [times(plan.streams, load) for load in LOADS]
        shares = [refused_of_all(calls, blocking(calls, units)) for calls in streams]
        in_busy_hour = refused_of_all(plan.streams, option.blocking)
        out = _heading(
            x,
            y,
            word("Calls refused as load grows"),
            word(
                "{model}, of all calls; who is let in is served whole at any load",
                model=option.platform.model.name,
            ),
        )
        left, top, width, height = x + 44, y + 60, 420, 220
        most = next(top for top in (0.1, 0.2, 0.5, 1.0) if top >= max(shares))
        for n in range(6):
            level = most * n / 5
            at = top + height - height * n / 5
            out += _line(left, at, left + width, at, GRID)
            out += _text(left - 8, at + 4, f"{level:.0%}", anchor="end", fill=SOFT, size=12)
        span = LOADS[-1] - LOADS[0]

        def place(load: float, share: float) -> tuple[float, float]:
            return left + (load - LOADS[0]) / span * width, top + height - share / most * height

        points = " ".join(
            f"{px:.1f},{py:.1f}"
            for px, py in (place(*pair) for pair in zip(LOADS, shares, strict=True))
        )
        out += f'<polyline points="{points}" fill="none" stroke="{MAIN}" stroke-width="2.5"/>'
        for load in (0.5, 1, 1.5, 2, 2.5, 3):
            px, _ = place(load, 0)
            out += _text(px, top + height + 18, f"{load:g}x", anchor="middle", fill=SOFT, size=12)
        px, py = place(1.0, in_busy_hour)
        out += f'<circle cx="{px:.1f}" cy="{py:.1f}" r="5" fill="{WARN}"/>'
        told = word("busy hour: {share}", share=self.share(in_busy_hour))
        out += _text(px + 34, py - 6, told, fill=WARN)
        under = word("load, in busy hours")
        at = top + height + 38
        return out + _text(left + width / 2, at, under, anchor="middle", fill=SOFT, size=12)

    def failures(self, x: float, y: float) -> str:
        """What is refused while something is broken."""
        word, option = self.word, self.plan.options[0]
        out = _heading(
            x,
            y,
            word("If something fails"),
            word(
                "refused meanwhile, of the kind that is refused most; calls cut off at that moment"
            ),
        )
        most = max(0.01, *(one.blocked for one in option.what_if))
        for n, one in enumerate(option.what_if[:FAILURES_SHOWN_MAX]):
            top = y + 62 + n * 40
            out += _text(x, top, word(one.what, board=one.board), size=12)
            width = max(1.5, one.blocked / most * 170)
            fill = WARN if one.blocked > self.plan.traffic.blocked_max else SECOND
            out += _bar(x, top + 5, width, fill, high=14)
            told = [self.share(one.blocked)]
            if one.calls_lost:
                told.append(word("{calls:,.0f} calls cut off", calls=one.calls_lost))
            if one.seats_lost:
                told.append(word("{seats:,.0f} agents sign in again", seats=one.seats_lost))
            out += _text(x + width + 8, top + 17, word(", ").join(told), size=12, fill=SOFT)
        return out

    def cost(self, x: float, y: float) -> str:
        """What the platforms cost, with the range of what was assumed."""
        word = self.word
        out = _heading(
            x,
            y,
            word("What it costs"),
            word("million yuan; prices are assumptions, the line is their range"),
        )
        costs = [option.platform.cost() for option in self.plan.options]
        most = max(high for _, _, high in costs)
        shown = list(zip(self.plan.options, costs, strict=True))[:OPTIONS_SHOWN_MAX]
        for n, (option, (low, value, high)) in enumerate(shown):
            top = y + 70 + n * 66
            platform = option.platform
            told = word(
                "{model}: {chassis} + 1 chassis, {boards}",
                model=platform.model.name,
                chassis=platform.chassis,
                boards=", ".join(f"{count} {kind}" for kind, count in platform.boards.items()),
            )
            out += _text(x, top - 8, told)
            out += _bar(x, top, value / most * 370, MAIN if n == 0 else SECOND)
            out += _line(x + low / most * 370, top + 11, x + high / most * 370, top + 11, INK)
            told = word(
                "{value} ({low} to {high})",
                value=f"{value / 1e6:.1f}",
                low=f"{low / 1e6:.1f}",
                high=f"{high / 1e6:.1f}",
            )
            out += _text(x + high / most * 370 + 6, top + 15, told, weight=600)
        legend = boards(word, {kind for option, _ in shown for kind in option.platform.boards})
        return out + _text(x, y + 70 + len(shown) * 66, legend, fill=SOFT, size=12)

    def how_sure(self, x: float, y: float) -> str:
        """What one assumption at either end of its range does to the cost, the widest first."""
        word, moves, platform = self.word, self.plan.sensitivity, self.plan.options[0].platform
        cost = platform.cost()[1]
        out = _heading(
            x,
            y,
            word("How sure that is"),
            word(
                "million yuan of the {model}, with one assumption at either end of its range",
                model=platform.model.name,
            ),
        )
        rows = [
            (
                f"{name(self.language, swing.name)}: {swing.figure.low:,g}–{swing.figure.high:,g}",
                *sorted(swing.cost()),
            )
            for swing in moves.swings[:SWINGS_SHOWN_MAX]
        ]
        least = min([cost, *(low for _, low, _ in rows)])
        span = max([cost, *(high for *_, high in rows)]) - least or 1.0
        left, width = x + 300, 640

        def at(yuan: float) -> float:
            return left + (yuan - least) / span * width

        for n, (told, low, high) in enumerate(rows):
            top = y + 56 + n * 30
            out += _text(left - 60, top + 12, told, anchor="end", size=12)
            out += _bar(at(low), top, max(1.5, at(high) - at(low)), SECOND, high=16)
            out += _text(at(low) - 6, top + 12, f"{low / 1e6:.1f}", anchor="end", size=12)
            out += _text(at(high) + 6, top + 12, f"{high / 1e6:.1f}", size=12)
        foot = y + 56 + len(rows) * 30
        out += _line(at(cost), y + 48, at(cost), foot, WARN)
        out += _text(at(cost), foot + 16, f"{cost / 1e6:.1f}", anchor="middle", fill=WARN)
        both = word(", ").join(
            f"{word(what)}: {moved.cost()[1] / 1e6:.1f}"
            for what, moved in (("all that help", moves.best), ("all that hurt", moves.worst))
        )
        return out + _text(x, foot + 34, both, fill=SOFT, size=12)

    def share(self, share: float) -> str:
        """A percentage with as many digits as say something."""
        if share < 1e-5:
            return self.word("under 0.001 %")
        digits = max(0, 1 - int(log10(share * 100) // 1))
        return f"{share * 100:.{digits}f} %"


def _heading(x: float, y: float, title: str, under: str) -> str:
    return _text(x, y + 12, title, size=16, weight=600) + _text(
        x, y + 32, under, fill=SOFT, size=12
    )


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 13,
    weight: int = 400,
    fill: str = INK,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}"'
        f' text-anchor="{anchor}">{escape(words)}</text>'
    )


def _bar(x: float, y: float, width: float, fill: str, *, high: float = 22) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{high:g}" rx="3" fill="{fill}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, *, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"'
        f' stroke-width="1.5"{dashes}/>'
    )
