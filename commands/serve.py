"""`dialcart serve`: sellers open for business, on a carrier's SMSC or on the simulator that comes with us."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import typer
from pydantic import SecretStr, ValidationError

from center.desk.queue_names import QueueNames
from center.ports import StoreError
from commands.alone import DIES_S_MAX, alone_on
from commands.config import lacking_with_shards, load_settings
from commands.flows_on_disk import LIBRARY
from commands.limit_names import LimitNames
from commands.logs import log_to_stderr
from commands.on_disk import unusable
from commands.service_names import service_names
from commands.serving.books import Books
from commands.serving.business import Business, OpenSeller, Seen, open_business
from commands.serving.forgetting import Forgetting
from commands.serving.open_files import allow_open_files
from commands.serving.operations import Operations
from commands.serving.partners import PartnerServices
from commands.serving.publications import Publications
from commands.serving.running import StoppedError, heeding, run, stop_signals
from commands.serving.service import Service
from commands.serving.simulator import Simulator
from commands.serving.texts import Texts
from commands.serving.unconfirmed import GivingUp
from commands.settings.limits import LimitsSection
from commands.settings.queues import queues_of
from commands.settings.reading import told_of_section
from commands.settings.schema import (
    CarrierSection,
    Config,
    LogSection,
    OperationsSection,
    SimulatorSection,
    StoreSection,
    WebSection,
)
from commands.settings.voice import VoiceSection
from commands.shards.business import open_front
from commands.shards.homes import check_count
from commands.shards.publications import ShardPublications
from commands.shards.service import Shards
from commands.unreached import unreached
from flows import prompts
from sms.carrier import Carrier
from sms.smsc.exchange import Account
from sms.smsc.server import Settings
from sms.ussd.profile import STANDARD

DEFAULT_CONTROL_PORT = 2776
SELLERS_SHOWN_MAX = 20

P = ParamSpec("P")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says, where no settings file does."""

    sellers: tuple[Path, ...] = ()
    database: Path = Path("var/dialcart.db")
    smsc: str | None = None
    """`host:port` of a carrier's SMSC; None runs the simulator."""
    system_id: str = "dialcart"
    password: str = "dialcart"  # noqa: S105  # the simulator's
    smsc_port: int = 2775
    control_port: int = 2776
    binds: int = 1
    operations_port: int | None = None
    web_port: int | None = None
    """None: the usual, or any other where that is taken."""
    shards: int = 1
    sip_port: int | None = 5060
    """0: any; None takes no calls."""

    def config(self) -> Config:
        """The settings that these options come to. Raises ValueError that says what to write instead."""
        carriers: list[CarrierSection] = []
        if self.smsc is not None:
            host, _, port = self.smsc.rpartition(":")
            if not host or not port.isdecimal():
                raise ValueError(f"`{self.smsc}` is no SMSC; write host:port")
            carriers = [
                CarrierSection(
                    name="carrier",
                    host=host,
                    port=int(port),
                    system_id=self.system_id,
                    password=SecretStr(self.password),
                    binds=self.binds,
                )
            ]
        return Config(
            sellers=list(self.sellers),
            store=StoreSection(database=self.database, shards=self.shards),
            carrier=carriers,
            simulator=SimulatorSection(
                port=self.smsc_port,
                control_port=self.control_port,
                system_id=self.system_id,
                password=SecretStr(self.password),
                binds=self.binds,
            ),
            log=LogSection(level="warning", format="text"),
            operations=OperationsSection(port=self.operations_port)
            if self.operations_port is not None
            else None,
            web=WebSection(port=self.web_port),
            voice=VoiceSection(port=self.sip_port, media_port=0, calls=100, optional=True)
            if self.sip_port is not None
            else None,
        )


def settings_of(file: Path | None, options: Options, typed: Sequence[str]) -> Config | None:
    """The settings from a file, or from the options; None if they are wrong, which is told. Raises OSError."""
    if file is None:
        try:
            return options.config()
        except ValidationError as error:
            for told in told_of_section(error):
                typer.echo(told, err=True)
        except ValueError as error:
            typer.echo(str(error), err=True)
        return None
    if typed:
        named = ", ".join("--" + name.replace("_", "-") for name in typed)
        typer.echo(f"{named} stands beside --config; write it in {file} instead", err=True)
        return None
    return load_settings(file)


def services_of(config: Config, business: Business, password: str | None = None) -> list[Service]:
    """Every service, in the order in which they open; `password` lets somebody try the desk out."""
    before, texts = _texts(config, business)
    store = business.store
    services: list[Service] = [
        Books(store, business.measured, business.turns),
        Forgetting(store),
        GivingUp(store, business.turns),
        PartnerServices(business, [section.partner() for section in config.service]),
        *before,
        texts,
    ]
    if _is_texts_alone(config):
        services.append(Publications(store, business.shops, business.routes))
    else:
        from commands.serving.whole import whole_services

        services += whole_services(config, business, texts, password)
    if config.operations is not None:
        told = Operations(config.operations.host, config.operations.port, services)
        return [told, *services]
    return services


def _is_texts_alone(config: Config) -> bool:
    """What else there may be is imported where it is asked for: see commands.serving.whole."""
    return all(section is None for section in (config.platform, config.voice, config.web))


def front_services(config: Config, business: Business, shards: Shards) -> list[Service]:
    """The services of a front: texts alone. Calls, the desk and the web telephone want all sellers in one process."""
    before, texts = _texts(config, business)
    shards.turns.expect_receipts = texts.channel.deliveries.expect
    published = ShardPublications(config.store.database, business.shops, business.routes)
    services: list[Service] = [Forgetting(business.store), shards, published, *before, texts]
    if config.operations is not None:
        told = Operations(config.operations.host, config.operations.port, services, shards.ask)
        return [told, *services]
    return services


def _texts(config: Config, business: Business) -> tuple[list[Service], Texts]:
    """The text channel, and before it the simulator where no carrier is named."""
    if config.carrier:
        carriers = [section.carrier() for section in config.carrier]
        return [], Texts(business, lambda: carriers)
    section = config.simulator
    password = section.password.get_secret_value()
    simulator = Simulator(
        Settings(
            accounts=(Account(section.system_id, password),),
            port=section.port,
            control_port=section.control_port,
        )
    )

    def simulated() -> list[Carrier]:
        return [
            Carrier(
                "carrier",
                "127.0.0.1",
                simulator.port,
                section.system_id,
                password,
                binds=section.binds,
                ussd=STANDARD,
            )
        ]

    return [simulator], Texts(business, simulated)


async def serve(config: Config) -> int:
    """Serve until interrupted; the exit status."""
    log_to_stderr(config.log.level, config.log.format)
    lacking = [*unusable(config)]
    for told in lacking:
        typer.echo(told, err=True)
    if lacking:
        return 1
    allow_open_files()
    # Before anything is opened: a stop that comes meanwhile is heeded as soon as it is.
    with stop_signals() as (stop, hurry):
        try:
            with alone_on(config.store.database, wait_s=DIES_S_MAX, pause=heeding(stop)):
                return await _serve_alone(config, stop, hurry)
        except StoppedError:
            log.warning("stopped while it waited for another to end")
            return 0
        except StoreError as error:
            typer.echo(str(error), err=True)
            return 1


async def _serve_alone(config: Config, stop: asyncio.Event, hurry: asyncio.Event) -> int:
    """Serve a database that is ours; the exit status. Raises StoreError if it cannot be opened."""
    prompts.say_as(config.wordings())
    database, sellers = config.store.database, config.sellers or [LIBRARY]
    shards: Shards | None = None
    asked = service_names(config)
    # The samples that come with us ask for what nobody has.
    limited = LimitNames(config.limits)
    seen: list[Seen] = [limited.add, *([asked.add] if config.sellers else [])]
    if config.store.shards > 1:
        business, shards = open_front(
            database,
            sellers,
            config.limits.policies(),
            config.store.shards,
            numbering=config.numbers.numbering(),
            pause=heeding(stop),
            log_level=config.log.level,
            log_format=config.log.format,
            partners=[section.partner() for section in config.service],
            wordings=config.wordings(),
            seen=seen,
        )
    else:
        check_count(database, 0)
        names = QueueNames(queues_of(config.queue))
        business = open_business(
            database,
            sellers,
            config.limits.policies(),
            numbering=config.numbers.numbering(),
            seen=[*seen, names.add] if config.queue else seen,
        )
        for told in (*names.missing(), *names.unused()):
            typer.echo(told, err=True)
    for told in (
        *asked.missing(),
        *asked.unused(),
        *limited.unused(),
        *unreached(business.routes),
    ):
        typer.echo(told, err=True)
    if not business.sellers:
        typer.echo("no seller to serve", err=True)
        return 1
    password = None
    if shards is not None:
        if told := lacking_with_shards(config):
            typer.echo(told, err=True)
        services = front_services(config, business, shards)
    else:
        if config.web is not None:
            from commands.serving.demonstration import password_of_a_demonstration

            password = password_of_a_demonstration(config)
        services = services_of(config, business, password)

    @_if_it_can_be_told
    def opened() -> None:
        control_port = next((s.control_port for s in services if isinstance(s, Simulator)), None)
        say_what_next(business.sellers, database, control_port, are_samples=not config.sellers)
        _say_limits(config.limits)
        if shards is None and not _is_texts_alone(config):
            from commands.serving.whole import say

            say(services, business, password)
        for told in (s for s in services if isinstance(s, Operations)):
            typer.echo(f"For operators: http://{told.host}:{told.port}/metrics, /health, /ready")

    try:
        await run(services, stop, hurry, opened=opened, drain_s_max=config.drain_s)
    finally:
        business.close()
    _if_it_can_be_told(typer.echo)("closed: what was taken is finished or kept")
    return 0


def _if_it_can_be_told(tell: Callable[P, None]) -> Callable[P, None]:
    """On a full disk, or to nobody: a shop serves though what it says to a person cannot be written."""

    @wraps(tell)
    def told(*args: P.args, **named: P.kwargs) -> None:
        try:
            tell(*args, **named)
        except OSError as error:
            log.warning("what a person would read was not written: %s", error)

    return told


def _say_limits(limits: LimitsSection) -> None:
    """Nobody comes near these by hand; whoever tries with a script should know why there is no answer."""
    counted = [
        f"{most} {what}"
        for most, what in (
            (limits.messages_per_sender, "texts in ten minutes"),
            (limits.orders_per_sender, "orders in a day"),
        )
        if most
    ]
    if counted:
        typer.echo(
            f"From one number: at most {' and '.join(counted)}; `[limits]` in a settings file changes it\n"
        )


def say_what_next(
    sellers: Sequence[OpenSeller], database: Path, control_port: int | None, *, are_samples: bool
) -> None:
    """How to be a buyer, and where the order is."""
    noun = "seller" if len(sellers) == 1 else "sellers"
    typer.echo(f"Dialcart is open: {len(sellers)} {noun}, orders kept in {database}\n")
    for seller in sellers[:SELLERS_SHOWN_MAX]:
        ways = ", ".join((*seller.codes, *seller.ussd)) or "no code"
        typer.echo(f"  {seller.seller:<12} text to {ways:<22} {seller.keyword}  {seller.name}")
    if control_port is None:
        typer.echo()
        return
    codes = [code for seller in sellers for code in seller.codes]
    # One that shops share wants a keyword first.
    counts = Counter(codes)
    code = next((code for code in codes if counts[code] == 1), next(iter(codes), "10690001"))
    port = "" if control_port == DEFAULT_CONTROL_PORT else f" --port {control_port}"
    # The samples' first shop has such a dish; what others sell is theirs to say.
    in_one_line = ", or order in one line:  101 2" if are_samples else ""
    typer.echo(
        "\nIn a second terminal, be a buyer with a phone:\n"
        f"  .venv/bin/dialcart phone --to {code}{port}\n"
        f"and text anything{in_one_line}\n"
        "Then look at the order:\n"
        f"  .venv/bin/dialcart orders --database {database}\n"
    )
