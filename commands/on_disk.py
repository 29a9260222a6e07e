"""A settings file held against this machine: folders, certificates and flows that it names, and what they lack of each other."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from center.desk.queue_names import QueueNames
from center.routing import Routes
from commands.flows_on_disk import LIBRARY, flow_files
from commands.limit_names import LimitNames
from commands.opening import flows_beside
from commands.service_names import service_names
from commands.settings.queues import queues_of
from commands.settings.schema import Config
from commands.unreached import unreached


def unusable(config: Config) -> Iterator[str]:
    """What a shop cannot be opened with, as it is."""
    for folder in config.sellers:
        if told := _unread(folder):
            yield f"the sellers' folder {folder} {told}"
        elif next(flow_files([folder]), None) is None:
            yield f"{folder} holds no flow; a seller is a folder with a file seller.flow"
    if told := _no_place_for(config.store.database):
        yield told
    for named, bearer in _authorities(config):
        if told := _not_certificates(named):
            yield f"{named} of {bearer} {told}"
    voice = config.voice
    if voice is not None and voice.tls_certificate is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                voice.tls_certificate, voice.tls_key, password=""
            )
        except OSError as error:
            key = f" and {voice.tls_key}" if voice.tls_key is not None else ""
            yield (
                f"{voice.tls_certificate}{key} of [voice] {_are_not(error, 'a certificate and its key')}"
            )


def _unread(folder: Path) -> str:
    """Why it cannot be looked into, or nothing."""
    try:
        folder.stat()
    except PermissionError:
        pass
    except OSError:
        return "is not there"
    else:
        if os.access(folder, os.R_OK):
            return ""
    return "cannot be read: give that to whoever serves, in the folders above it too"


def _no_place_for(database: Path) -> str:
    """Why it cannot be opened or made, as far as that is known without making it; or nothing."""
    # Of a link what it leads to: see commands.alone. Where we may not look nothing is there.
    target = Path(os.path.realpath(database))
    if os.path.isdir(target):
        return f"the database {database} is a folder; name a file in it"
    if os.path.lexists(target) and not os.path.isfile(target):
        return f"the database {database} is no file; write another `database` in [store]"
    there = target
    while not os.path.lexists(there):
        there = there.parent
    if there != target and not os.path.isdir(there):
        return f"the database {database} cannot be made: {there} is no folder; write another `database` in [store]"
    # What else there is of it lies beside it, so that its folder counts though it is there itself.
    for one, needs in (
        (there.parent if there == target else there, os.W_OK | os.X_OK),
        (target, os.W_OK),
    ):
        if os.path.lexists(one) and not os.access(one, needs):
            return (
                f"the database {database} cannot be written: we may not write {one}; give that to whoever serves,"
                " or write another `database` in [store]"
            )
    return ""


def _authorities(config: Config) -> Iterator[tuple[Path, str]]:
    """Files of certificates that sign others', and whose they are."""
    for one in (*config.carrier, *config.service):
        if one.ca_file is not None:
            yield one.ca_file, one.name
    if config.voice is not None and config.voice.tls_authorities is not None:
        yield config.voice.tls_authorities, "[voice]"


def _not_certificates(file: Path) -> str:
    """Why it cannot be used, or nothing."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except OSError as error:
        return _are_not(error, "certificates")
    return ""


def _are_not(error: OSError, what: str) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there"
    if isinstance(error, ssl.SSLError):
        why = f": {error.reason.replace('_', ' ').lower()}" if error.reason else ""
        return f"cannot be read as {what} in PEM{why}"
    return f"cannot be read: {(error.strerror or str(error)).lower()}"


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file and its sellers' flows lack of each other."""

    wrong: list[str] = field(default_factory=list[str])
    """What is to be set right first."""
    told: list[str] = field(default_factory=list[str])
    """What stops nothing."""


def beside_flows(config: Config) -> Beside:
    """One look at every flow. Raises OSError for a file that cannot be read."""
    services, limits = service_names(config), LimitNames(config.limits)
    queues = QueueNames(queues_of(config.queue)) if config.queue else None
    beside, are_there = Beside(), False
    routes = Routes([], config.numbers.numbering())
    files = flow_files(config.sellers or [LIBRARY])
    for opened in flows_beside(config.store.database, files):
        if opened.compiled.errors:
            beside.told.append(
                f"{opened.path} has errors and is not published; `dialcart check {opened.path}` tells them"
            )
            continue
        are_there, program = True, opened.compiled.load()
        services.add(opened.seller, program)
        limits.add(opened.seller, program)
        routes.add(opened.seller, program)
        if queues is not None:
            queues.add(opened.seller, program)
    if not are_there:
        beside.wrong.append("no seller to serve")
    if queues is not None:
        beside.wrong.extend([*queues.missing(), *queues.unused()])
    if config.sellers:
        # The samples that come with us ask for what nobody has.
        beside.told.extend([*services.missing(), *services.unused()])
    beside.told.extend([*limits.unused(), *unreached(routes)])
    return beside
