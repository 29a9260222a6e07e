"""What a settings file says of partners' systems, to be held against the flows that ask for them."""

from __future__ import annotations

from collections.abc import Iterator

from commands.settings.schema import Config
from flows.program import Program
from gateway.service_names import ServiceNames


def service_names(config: Config) -> ServiceNames:
    """What is set, to be held against flows."""
    return ServiceNames(section.partner() for section in config.service)


def unset_for(config: Config, seller: str, program: Program) -> Iterator[str]:
    """What this flow asks for and the file does not set."""
    names = service_names(config)
    names.add(seller, program)
    yield from names.missing()
