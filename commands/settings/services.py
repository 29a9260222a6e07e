"""`[[service]]`: a partner's system that flows may ask, and nothing but what stands here."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from commands.settings.section import File, Section, is_host
from gateway.partner import FAILURES_MAX, REST_S, WAITING_MAX, Partner

OPERATIONS_MAX = 100

_is_path = re.compile(r"/?[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*").fullmatch
_is_token = re.compile(r"[!-~]{0,4096}").fullmatch


class ServiceSection(Section):
    """A partner's system that flows ask with `request`. Write `[[service]]` once for each; a flow can reach no other."""

    name: Annotated[str, Field(min_length=1, max_length=64, examples=["crm"])]
    """As flows declare it: `service crm`."""
    url: Annotated[str, Field(max_length=2_000, examples=["https://crm.example.net/shop"])]
    """Where it is. With https its certificate is checked, and the host's name in it."""
    operations: Annotated[
        dict[str, str],
        Field(min_length=1, max_length=OPERATIONS_MAX, examples=[{"look_up": "look-up"}]),
    ]
    """What may be asked, as flows declare it, and the path of each beneath `url`."""
    timeout_s: Annotated[float, Field(ge=0.1, le=300)] = 10.0
    """A buyer waits so long for an answer, tries and all; then the flow goes on by `timeout` or `failed`. A USSD dialog ends after
    8 s of waiting, a call after 90."""
    at_once: Annotated[int, Field(ge=1, le=1_000)] = 8
    """Requests that it is asked at the same time; the next wait. Shards share them, each having one at least."""
    waiting_max: Annotated[int, Field(ge=0, le=100_000)] = WAITING_MAX
    """Requests that wait for their turn, in each shard. Past them a request fails at once."""
    failures_max: Annotated[int, Field(ge=1, le=10_000)] = FAILURES_MAX
    """After so many tries in a row without an answer it is left alone, and requests fail at once."""
    rest_s: Annotated[float, Field(ge=0.1, le=3_600)] = REST_S
    """So long; then a single one is tried, and if that is answered all are."""
    sellers: list[str] = Field(default=[], max_length=100_000, examples=[["noodles"]])
    """Who may ask. None: every seller whose flow declares it."""
    token: Annotated[SecretStr, Field(strict=False)] = SecretStr("")
    """Shown to it as `Authorization: Bearer`."""
    ca_file: File | None = None
    """Certificates that sign its own, beside the system's (PEM)."""
    plain_http: bool = False
    """Whether `http://` may lead to another machine: whoever is on the way reads what buyers say, and may answer."""

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = _parts(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError(
                f'`{url}` is no address of a service; write url = "https://crm.example.net/shop"'
            )
        if not is_host(host):
            raise ValueError(
                f"`{host}` is no name of a host: no spaces, and 1 to 63 letters between dots"
            )
        if parts.username is not None or parts.password is not None:
            raise ValueError("a url is shown in logs; write what it has before the @ as `token`")
        if parts.query or parts.fragment or "?" in url or "#" in url:
            raise ValueError("arguments are sent in the body; end `url` before its ? or #")
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("`url` has characters that no address has; write them as %41")
        return url

    @field_validator("operations")
    @classmethod
    def _are_paths(cls, operations: dict[str, str]) -> dict[str, str]:
        for name, path in operations.items():
            if _is_path(path) is None or ".." in path.split("/"):
                raise ValueError(
                    f"`{path}` is no path beneath `url`; write {name} = "
                    '"customers/find": letters, digits and . _ ~ - between slashes'
                )
        return operations

    @field_validator("token")
    @classmethod
    def _can_be_shown(cls, token: SecretStr) -> SecretStr:
        if _is_token(token.get_secret_value()) is None:
            raise ValueError(
                "`token` is letters, digits and signs of ASCII without spaces, at most 4096"
            )
        return token

    @model_validator(mode="after")
    def _is_protected(self) -> ServiceSection:
        parts = _parts(self.url)
        if parts.scheme == "https":
            return self
        if self.ca_file is not None:
            raise ValueError('`ca_file` is for https; write url = "https://..."')
        if not self.plain_http and not _is_this_machine(parts.hostname or ""):
            raise ValueError(
                f'{self.url} goes unprotected over a network; write url = "https://...", '
                "or plain_http = true where the network is yours alone"
            )
        return self

    def partner(self) -> Partner:
        """The value that the gateway takes."""
        values = self.model_dump(exclude={"plain_http", "sellers", "token"})
        return Partner(
            **values,
            sellers=frozenset(self.sellers),
            token=self.token.get_secret_value(),
        )


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        # Read here, for it raises where it is none.
        _ = parts.port
    except ValueError:
        raise ValueError(
            f'`{url}` is no address of a service; write url = "https://crm.example.net:8443/shop"'
        ) from None
    return parts


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
