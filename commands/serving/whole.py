"""What wants all sellers in one process: the platform, calls, the desk, the floor and the web telephone.

Imported only where a shop has any of them: audio, browsers and pages are half of a start's CPU and of its memory, and a shop
of texts, or the front of one with shards, has none.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import typer

from commands.serving.business import Business, OpenSeller
from commands.serving.calls import Calls, folders_of
from commands.serving.demonstration import NAME, demonstrator, shop_with_a_person
from commands.serving.floor import FloorService
from commands.serving.pages import Pages
from commands.serving.platform import Platform
from commands.serving.publications import Publications
from commands.serving.service import Service
from commands.serving.telephones import Telephones
from commands.serving.texts import Texts
from commands.settings.queues import queues_of
from commands.settings.schema import Config

NUMBERS_SHOWN_MAX = 20


def whole_services(
    config: Config, business: Business, texts: Texts, password: str | None
) -> list[Service]:
    """In the order in which they open; `password` lets somebody try the desk out."""
    services: list[Service] = []
    calls = platform = None
    if config.platform is not None:
        platform = Platform(config.platform, config.store.database)
        services.append(platform)
    if config.voice is not None:
        calls = Calls(business, config.voice, folders_of(config.sellers), platform)
        services.append(calls)
    speak = calls.render if calls is not None else None
    services.append(Publications(business.store, business.shops, business.routes, speak))
    if config.web is not None:
        extra = [demonstrator(password)] if password is not None else []
        queues = queues_of(config.queue)
        floor = FloorService(
            business, config.store.database, extra, calls, queues, config.web.timezone
        )
        if platform is not None:
            floor.tie(platform)
        telephones = Telephones(business, texts.channel, calls)
        services += [floor, Pages(config.web.host, config.web.port, floor, telephones)]
    return services


def say(services: Sequence[Service], business: Business, password: str | None) -> None:
    """Tell how to be a buyer or an agent in a browser, and how to call."""
    for pages in (s for s in services if isinstance(s, Pages)):
        address = f"http://{pages.host}:{pages.port}"
        known = f", sign in as {NAME} with {password}" if password else ""
        typer.echo(f"In a browser, be a buyer: {address}/telephone/")
        typer.echo(f"For agents: {address}/desk, for supervisors {address}/floor{known}")
        open_now = shop_with_a_person(business, int(time.time()))
        if open_now is not None:
            typer.echo(
                f"To see them meet: be ready at the desk, call at {address}/telephone/{open_now} and press 0"
            )
    for calls in (s for s in services if isinstance(s, Calls)):
        _say_how_to_call(business.sellers, calls)


def _say_how_to_call(sellers: Sequence[OpenSeller], calls: Calls) -> None:
    if calls.closed_by:
        typer.echo(f"No calls are taken: {calls.closed_by}\n")
        return
    numbers = [f"{s.number} ({s.seller})" for s in sellers if s.number][:NUMBERS_SHOWN_MAX]
    if numbers:
        typer.echo(
            f"Calls: SIP over UDP on port {calls.port}; dial {', '.join(numbers)}, such as\n"
            f"  sip:{''.join(filter(str.isdigit, numbers[0].partition(' (')[0]))}@127.0.0.1:{calls.port}\n"
        )
