"""Two readings as the lines of a screen."""

from __future__ import annotations

from commands.top.scrape import Reading

WIDTH = 78


def view(now: Reading, before: Reading | None) -> list[str]:
    """What an operator looks at first, top to bottom."""
    lines = [
        *_state(now),
        _row("turns/s", _rate(now, before, "dialcart_turns_total"), "orders/s", _rate(now, before, "dialcart_orders_placed_total"), "texts in/s", _rate(now, before, "dialcart_sms_received_total")),
        _row("replies/s", _rate(now, before, "dialcart_sms_replies_total"), "refused/s", _rate(now, before, "dialcart_arrivals_refused_total"), "undeliverable", _count(now.value("dialcart_sms_undeliverable_total"))),
        _row("batch p50", _count(now.quantile("dialcart_batch_arrivals", 0.5, before)), "commit p50", _ms(now.quantile("dialcart_commit_seconds", 0.5, before)), "commit p99", _ms(now.quantile("dialcart_commit_seconds", 0.99, before))),
        _row("outbox", _count(now.value("dialcart_outbox_texts")), "oldest", f"{now.value('dialcart_outbox_age_seconds'):.0f} s", "ussd dialogs", _count(now.value("dialcart_ussd_dialogs"))),
        _row("orders", _count(now.value("dialcart_orders")), "sessions", _count(now.value("dialcart_sessions")), "sellers", _count(now.value("dialcart_sellers"))),
        _row("cpu", _share(now, before), "memory", f"{_memory(now) / 1e6:.0f} MB", "database", f"{now.value('dialcart_store_bytes') / 1e6:,.1f} MB"),
        _row("held up", _count(now.value("dialcart_limits_messages_refused_total")), "robots", _count(now.value("dialcart_limits_robots_ignored_total")), "codes asked", _count(now.value("dialcart_limits_codes_asked_total"))),
        "",
        f"{'carrier':<16} {'binds':>7} {'out/s':>9} {'waiting':>9} {'throttled/s':>12} {'failed':>8}",
    ]  # fmt: skip
    for carrier in now.labels("dialcart_smpp_binds", "carrier"):
        up = now.value("dialcart_smpp_binds", carrier=carrier)
        wanted = now.value("dialcart_smpp_binds_wanted", carrier=carrier)
        taken = now.rate("dialcart_smpp_segments_taken_total", before, carrier=carrier)
        throttled = now.rate("dialcart_smpp_segments_throttled_total", before, carrier=carrier)
        lines.append(
            f"{carrier[:16]:<16} {f'{up:.0f}/{wanted:.0f}':>7} {_per_second(taken):>9} "
            f"{_count(now.value('dialcart_smpp_segments_waiting', carrier=carrier)):>9} "
            f"{_per_second(throttled):>12} "
            f"{_count(now.value('dialcart_smpp_segments_failed_total', carrier=carrier)):>8}"
        )
    trunks = list(now.labels("dialcart_trunk_lines_max", "trunk"))
    if trunks:
        lines += [
            _row("calls", _count(now.value("dialcart_calls_up")), "calls/s", _rate(now, before, "dialcart_calls_total"), "refused/s", _rate(now, before, "dialcart_calls_refused_total")),
            f"{'trunk':<16} {'answers':>7} {'registered':>11} {'lines':>13} {'peers':>7}",
        ]  # fmt: skip
    lines += [_trunk(now, trunk) for trunk in trunks]
    services = list(now.labels("dialcart_service_asking", "service"))
    if services:
        lines.append(
            f"{'partner':<16} {'asked/s':>7} {'asking':>9} {'waiting':>9} {'answers':>12} {'failed':>8}"
        )
    lines += [_service(now, before, service) for service in services]
    shards = list(now.labels("dialcart_shard_cpu_seconds_total", "shard"))
    if shards:
        lines += [
            _row("shards up", _count(now.value("dialcart_shards_up")), "restarts", _count(now.value("dialcart_shard_restarts_total")), "front", _part(now.rate("process_cpu_seconds_total", before))),
            f"{'shard':<16} {'cpu':>7} {'memory':>9}",
        ]  # fmt: skip
    lines += [_shard(now, before, shard) for shard in shards]
    return [line[:WIDTH] for line in lines]


def _state(now: Reading) -> list[str]:
    """Nothing where all is well."""
    if now.value("dialcart_draining"):
        return ["draining: nothing new is taken"]
    not_ready = [
        service
        for service in now.labels("dialcart_ready", "service")
        if not now.value("dialcart_ready", service=service)
    ]
    return [f"not ready: {', '.join(not_ready)}"] if not_ready else []


def _trunk(now: Reading, trunk: str) -> str:
    peers = [
        now.value("dialcart_trunk_peer_up", trunk=trunk, peer=peer)
        for peer in now.labels("dialcart_trunk_peer_up", "peer", trunk=trunk)
    ]
    taken = _count(now.value("dialcart_trunk_lines", trunk=trunk))
    lines = f"{taken}/{_count(now.value('dialcart_trunk_lines_max', trunk=trunk))}"
    return (
        f"{trunk[:16]:<16} {_yes(now, 'dialcart_trunk_up', trunk):>7} "
        f"{_yes(now, 'dialcart_trunk_registered', trunk):>11} {lines:>13} "
        f"{f'{sum(map(bool, peers))}/{len(peers)}' if peers else '-':>7}"
    )


def _service(now: Reading, before: Reading | None, service: str) -> str:
    tries = now.rate("dialcart_service_tries_total", before, service=service)
    requests = "dialcart_service_requests_total"
    failed = now.value(requests, service=service) - now.value(
        requests, service=service, outcome="ok"
    )
    return (
        f"{service[:16]:<16} {_per_second(tries):>7} "
        f"{_count(now.value('dialcart_service_asking', service=service)):>9} "
        f"{_count(now.value('dialcart_service_waiting', service=service)):>9} "
        f"{'NO' if now.value('dialcart_service_resting', service=service) else 'yes':>12} "
        f"{_count(failed):>8}"
    )


def _shard(now: Reading, before: Reading | None, shard: str) -> str:
    cpu = _part(now.rate("dialcart_shard_cpu_seconds_total", before, shard=shard))
    memory = now.value("dialcart_shard_memory_bytes", shard=shard) / 1e6
    return f"{shard:<16} {cpu:>7} {f'{memory:.0f} MB':>9}"


def _yes(now: Reading, name: str, trunk: str) -> str:
    """`-` for a trunk of which that is not asked."""
    if trunk not in now.labels(name, "trunk"):
        return "-"
    return "yes" if now.value(name, trunk=trunk) else "NO"


def _row(*cells: str) -> str:
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return "  ".join(f"{name:<13} {value:>10}" for name, value in pairs)


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
