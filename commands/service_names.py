"""What a settings file says of partners' systems, held against the flows that ask for them."""

from __future__ import annotations

from collections.abc import Iterator

from commands.flows_on_disk import flow_files
from commands.opening import programs_beside
from commands.settings.schema import Config
from flows.program import Program
from gateway.service_names import ServiceNames


def service_names(config: Config) -> ServiceNames:
    """What is set, to be held against flows."""
    return ServiceNames(section.partner() for section in config.service)


def beside_flows(config: Config) -> Iterator[str]:
    """What the file and its sellers' flows lack of each other. The samples that come with us ask for what nobody has."""
    if not config.sellers:
        return
    names = service_names(config)
    for seller, program in programs_beside(config.store.database, flow_files(config.sellers)):
        names.add(seller, program)
    yield from names.missing()
    yield from names.unused()


def unset_for(config: Config, seller: str, program: Program) -> Iterator[str]:
    """What this flow asks for and the file does not set."""
    names = service_names(config)
    names.add(seller, program)
    yield from names.missing()
