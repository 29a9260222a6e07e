"""The plan as four charts on one page, in SVG of our own: people, refusals as load grows, failures, cost."""

from __future__ import annotations

from html import escape
from math import log10

from center.uap.plan import Plan
from center.uap.traffic import blocking, refused_of_all, times

WIDTH, HEIGHT = 1080, 800
PANEL_W, PANEL_H = 500, 340
INK, SOFT, GRID = "#1f2933", "#52606d", "#d9e2ec"
MAIN, SECOND, WARN = "#2f6f9f", "#8fb8d4", "#c05621"
LOADS = tuple(n / 10 for n in range(5, 31))
"""Multiples of the busy hour."""


def charts(plan: Plan) -> str:
    """The page."""
    panels = [
        _people(plan, 30, 60),
        _load(plan, 560, 60),
        _failures(plan, 30, 430),
        _cost(plan, 560, 430),
    ]
    traffic = plan.traffic
    title = (
        f"{traffic.sellers:,} sellers, {traffic.agents:,} agents,"
        f" {traffic.calls_an_hour:,.0f} calls in the busy hour"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="system-ui, sans-serif" font-size="13">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        + _text(30, 34, title, size=20, weight=600)
        + "".join(panels)
        + "</svg>\n"
    )


def _people(plan: Plan, x: float, y: float) -> str:
    """Agents needed, beside those at work, for each way to group them."""
    groups, traffic = plan.groups, plan.traffic
    most = max(*(group.needed for group in groups), traffic.present)
    out = _heading(
        x,
        y,
        "Pooling agents over sellers",
        f"agents at work needed to answer {traffic.level:.0%} within {traffic.within_s:g} s",
    )
    for n, group in enumerate(groups):
        top = y + 70 + n * 66
        out += _text(x, top - 8, f"{group.name} ({group.groups:,})")
        out += _bar(x, top, group.needed / most * 360, MAIN)
        beside = max(group.needed, traffic.present) / most * 360 + 8
        out += _text(x + beside, top + 15, f"{group.needed:,}", weight=600)
        out += _text(
            x,
            top + 38,
            f"with {traffic.present:,} at work: {group.answered_within:.0%} answered in time,"
            f" {group.waiting.abandon_probability:.0%} hang up",
            fill=SOFT,
            size=12,
        )
    at = x + traffic.present / most * 360
    for n in range(len(groups)):
        # Only beside the bars, so that it crosses no words.
        out += _line(at, y + 66 + n * 66, at, y + 96 + n * 66, WARN)
    out += _line(x, y + 264, x, y + 276, WARN)
    out += _text(x + 8, y + 275, f"{traffic.present:,} are at work", fill=WARN, size=12)
    saved = groups[0].needed - groups[1].needed
    return out + _text(
        x,
        y + 304,
        f"Pools save {saved:,} agents at work, {saved / max(1, groups[0].needed):.0%}.",
        weight=600,
    )


def _load(plan: Plan, x: float, y: float) -> str:
    """The share of all calls refused as load grows, on the cheapest platform."""
    option = plan.options[0]
    units = option.platform.units
    streams = [times(plan.streams, load) for load in LOADS]
    shares = [refused_of_all(calls, blocking(calls, units)) for calls in streams]
    in_busy_hour = refused_of_all(plan.streams, option.blocking)
    out = _heading(
        x,
        y,
        "Calls refused as load grows",
        f"{option.platform.model.name}, of all calls; who is let in is served whole at any load",
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
    out += _text(px + 46, py - 8, f"busy hour: {_share(in_busy_hour)}", fill=WARN)
    return out + _text(
        left + width / 2,
        top + height + 38,
        "load, in busy hours",
        anchor="middle",
        fill=SOFT,
        size=12,
    )


def _failures(plan: Plan, x: float, y: float) -> str:
    """What is refused while something is broken."""
    option = plan.options[0]
    out = _heading(
        x,
        y,
        "If something fails",
        "refused meanwhile, of the kind that is refused most; calls cut off at that moment",
    )
    most = max(0.01, *(one.blocked for one in option.what_if))
    for n, one in enumerate(option.what_if[:7]):
        top = y + 62 + n * 40
        out += _text(x, top, one.what, size=12)
        width = one.blocked / most * 170
        out += _bar(
            x,
            top + 5,
            max(1.5, width),
            WARN if one.blocked > plan.traffic.blocked_max else SECOND,
            high=14,
        )
        told = _share(one.blocked)
        if one.calls_lost:
            told += f", {one.calls_lost:,.0f} calls cut off"
        if one.seats_lost:
            told += f", {one.seats_lost:,.0f} agents sign in again"
        out += _text(x + max(1.5, width) + 8, top + 17, told, size=12, fill=SOFT)
    return out


def _cost(plan: Plan, x: float, y: float) -> str:
    """What the platforms cost, with the range of what was assumed."""
    out = _heading(
        x, y, "What it costs", "million yuan; prices are assumptions, the line is their range"
    )
    costs = [option.platform.cost() for option in plan.options]
    most = max(high for _, _, high in costs)
    for n, (option, (low, value, high)) in enumerate(zip(plan.options, costs, strict=True)):
        top = y + 70 + n * 66
        platform = option.platform
        boards = ", ".join(f"{count} {kind}" for kind, count in platform.boards.items())
        out += _text(x, top - 8, f"{platform.model.name}: {platform.chassis} + 1 chassis, {boards}")
        out += _bar(x, top, value / most * 400, MAIN if n == 0 else SECOND)
        out += _line(x + low / most * 400, top + 11, x + high / most * 400, top + 11, INK)
        out += _text(x + high / most * 400 + 6, top + 15, f"{value / 1e6:.1f}", weight=600)
    return out


def _heading(x: float, y: float, title: str, under: str) -> str:
    return _text(x, y + 12, title, size=16, weight=600) + _text(
        x, y + 32, under, fill=SOFT, size=12
    )


def _share(share: float) -> str:
    """A percentage with as many digits as say something."""
    if share < 1e-5:
        return "under 0.001 %"
    digits = max(0, 1 - int(log10(share * 100) // 1))
    return f"{share * 100:.{digits}f} %"


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
