"""Two readings as the lines of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from textwrap import wrap

from commands.top.scrape import Reading

WIDTH = 78
"""Where nobody says otherwise."""
NAME_WIDTH_MIN, NAME_WIDTH_MAX = 16, 32
"""Of what a table's lines are called: carriers, trunks, partners."""
WHY_WIDTH_MIN, WHY_LINES_MAX = 20, 5
"""Of what is wrong with a service."""
PAIRS_PER_LINE_MAX = 3
_PAIR_WIDTH = 24
_GAP = 2

Cells = Sequence[str]
Heads = Sequence[tuple[str, int]]
"""Titles of a table's columns, and how wide each is."""


def view(now: Reading, before: Reading | None, columns: int = WIDTH) -> list[str]:
    """What an operator looks at first, top to bottom. What does not fit is left out whole: half a number would be another."""
    name_width = max(NAME_WIDTH_MIN, min(NAME_WIDTH_MAX, columns - (WIDTH - NAME_WIDTH_MIN)))
    lines = [
        *_state(now, columns),
        *_grid(columns, [
            ("turns/s", _rate(now, before, "dialcart_turns_total")), ("orders/s", _rate(now, before, "dialcart_orders_placed_total")), ("texts in/s", _rate(now, before, "dialcart_sms_received_total")),
            ("replies/s", _rate(now, before, "dialcart_sms_replies_total")), ("refused/s", _rate(now, before, "dialcart_arrivals_refused_total")), ("undeliverable", _count(now.value("dialcart_sms_undeliverable_total"))),
            ("batch p50", _count(now.quantile("dialcart_batch_arrivals", 0.5, before))), ("commit p50", _ms(now.quantile("dialcart_commit_seconds", 0.5, before))), ("commit p99", _ms(now.quantile("dialcart_commit_seconds", 0.99, before))),
            ("outbox", _count(now.value("dialcart_outbox_texts"))), ("oldest", f"{now.value('dialcart_outbox_age_seconds'):.0f} s"), ("ussd dialogs", _count(now.value("dialcart_ussd_dialogs"))),
            ("orders", _count(now.value("dialcart_orders"))), ("sessions", _count(now.value("dialcart_sessions"))), ("sellers", _count(now.value("dialcart_sellers"))),
            ("cpu", _share(now, before)), ("memory", f"{_memory(now) / 1e6:.0f} MB"), ("database", f"{now.value('dialcart_store_bytes') / 1e6:,.1f} MB"),
            ("held up", _count(_held_up(now))), ("robots", _count(now.value("dialcart_limits_robots_ignored_total"))), ("codes asked", _count(now.value("dialcart_limits_codes_asked_total"))),
        ]),
        "",
        *_table(
            columns,
            [("carrier", name_width), ("binds", 7), ("out/s", 9), ("waiting", 9), ("throttled/s", 12), ("failed", 8)],
            [_carrier(now, before, carrier) for carrier in now.labels("dialcart_smpp_binds", "carrier")],
        ),
    ]  # fmt: skip
    if trunks := [*now.labels("dialcart_trunk_lines_max", "trunk")]:
        lines += _grid(columns, [("calls", _count(now.value("dialcart_calls_up"))), ("calls/s", _rate(now, before, "dialcart_calls_total")), ("refused/s", _rate(now, before, "dialcart_calls_refused_total"))])  # fmt: skip
        heads = [("trunk", name_width), ("answers", 7), ("registered", 11), ("lines", 13), ("peers", 7)]  # fmt: skip
        lines += _table(columns, heads, [_trunk(now, trunk) for trunk in trunks])
    if services := [*now.labels("dialcart_service_asking", "service")]:
        heads = [("partner", name_width), ("asked/s", 7), ("asking", 9), ("waiting", 9), ("answers", 12), ("failed", 8)]  # fmt: skip
        lines += _table(columns, heads, [_service(now, before, one) for one in services])
    if shards := [*now.labels("dialcart_shard_cpu_seconds_total", "shard")]:
        lines += _grid(columns, [("shards up", _count(now.value("dialcart_shards_up"))), ("restarts", _count(now.value("dialcart_shard_restarts_total"))), ("front", _part(now.rate("process_cpu_seconds_total", before)))])  # fmt: skip
        heads = [("shard", NAME_WIDTH_MIN), ("cpu", 7), ("memory", 9)]
        lines += _table(columns, heads, [_shard(now, before, shard) for shard in shards])
    return [line[:columns] for line in lines]


def _grid(columns: int, pairs: Sequence[tuple[str, str]]) -> list[str]:
    """Figures with their names, as many beside one another as fit."""
    fit = (columns + _GAP) // (_PAIR_WIDTH + _GAP)
    each = max(1, min(PAIRS_PER_LINE_MAX, fit))
    cells = [f"{name:<13} {value:>10}" for name, value in pairs]
    return [(" " * _GAP).join(cells[at : at + each]) for at in range(0, len(cells), each)]


def _table(columns: int, heads: Heads, rows: Sequence[Cells]) -> list[str]:
    """A line each under their heads: of the columns those that fit."""
    widths = [width for _, width in heads]
    fit = sum(end <= columns for end in accumulate(width + 1 for width in widths))
    name, *others = widths[: max(1, fit)]

    def line(cells: Cells) -> str:
        beside = (f" {cell:>{width}}" for cell, width in zip(cells[1:], others, strict=False))
        return f"{cells[0][:name]:<{name}}{''.join(beside)}"

    return [line([title for title, _ in heads]), *map(line, rows)]


def _held_up(now: Reading) -> float:
    """Texts and orders past a limit."""
    refused = ("dialcart_limits_messages_refused_total", "dialcart_limits_orders_refused_total")
    return sum(now.value(name) for name in refused)


def _state(now: Reading, columns: int) -> list[str]:
    """Nothing where all is well; else what is wrong, by service, where /ready told."""
    if now.value("dialcart_draining"):
        return ["draining: nothing new is taken"]
    told: list[str] = []
    for service in now.not_ready():
        why = f": {now.why[service]}" if service in now.why else ""
        told += wrap(f"not ready: {service}{why}", max(columns, WHY_WIDTH_MIN), subsequent_indent="  ")[:WHY_LINES_MAX]  # fmt: skip
    return told


def _carrier(now: Reading, before: Reading | None, carrier: str) -> Cells:
    up = now.value("dialcart_smpp_binds", carrier=carrier)
    wanted = now.value("dialcart_smpp_binds_wanted", carrier=carrier)
    return (
        carrier,
        f"{up:.0f}/{wanted:.0f}",
        _per_second(now.rate("dialcart_smpp_segments_taken_total", before, carrier=carrier)),
        _count(now.value("dialcart_smpp_segments_waiting", carrier=carrier)),
        _per_second(now.rate("dialcart_smpp_segments_throttled_total", before, carrier=carrier)),
        _count(now.value("dialcart_smpp_segments_failed_total", carrier=carrier)),
    )


def _trunk(now: Reading, trunk: str) -> Cells:
    peers = [
        now.value("dialcart_trunk_peer_up", trunk=trunk, peer=peer)
        for peer in now.labels("dialcart_trunk_peer_up", "peer", trunk=trunk)
    ]
    taken = _count(now.value("dialcart_trunk_lines", trunk=trunk))
    return (
        trunk,
        _yes(now, "dialcart_trunk_up", trunk),
        _yes(now, "dialcart_trunk_registered", trunk),
        f"{taken}/{_count(now.value('dialcart_trunk_lines_max', trunk=trunk))}",
        f"{sum(map(bool, peers))}/{len(peers)}" if peers else "-",
    )


def _service(now: Reading, before: Reading | None, service: str) -> Cells:
    requests = "dialcart_service_requests_total"
    failed = now.value(requests, service=service) - now.value(
        requests, service=service, outcome="ok"
    )
    return (
        service,
        _per_second(now.rate("dialcart_service_tries_total", before, service=service)),
        _count(now.value("dialcart_service_asking", service=service)),
        _count(now.value("dialcart_service_waiting", service=service)),
        "NO" if now.value("dialcart_service_resting", service=service) else "yes",
        _count(failed),
    )


def _shard(now: Reading, before: Reading | None, shard: str) -> Cells:
    cpu = _part(now.rate("dialcart_shard_cpu_seconds_total", before, shard=shard))
    memory = now.value("dialcart_shard_memory_bytes", shard=shard) / 1e6
    return shard, cpu, f"{memory:.0f} MB"


def _yes(now: Reading, name: str, trunk: str) -> str:
    """`-` for a trunk of which that is not asked."""
    if trunk not in now.labels(name, "trunk"):
        return "-"
    return "yes" if now.value(name, trunk=trunk) else "NO"


def _rate(now: Reading, before: Reading | None, name: str) -> str:
    return _per_second(now.rate(name, before))


def _per_second(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:,.1f}"


def _count(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"<{seconds * 1_000:g} ms"


def _share(now: Reading, before: Reading | None) -> str:
    """Of one core; of a front with its shards, of all of them."""
    used = now.rate("process_cpu_seconds_total", before)
    shards = now.rate("dialcart_shard_cpu_seconds_total", before)
    return _part(None if used is None or shards is None else used + shards)


def _part(cores: float | None) -> str:
    return "-" if cores is None else f"{cores:.0%}"


def _memory(now: Reading) -> float:
    shards = now.value("dialcart_shard_memory_bytes")
    return now.value("process_resident_memory_bytes") + shards
