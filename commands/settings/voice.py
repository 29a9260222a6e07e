"""Sections of the voice channel: where calls come in, over which trunks, who speaks and who listens."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from center.numbering import CHINA, Numbering
from commands.settings.section import LISTENING, File, Section, is_host, names_differ
from ivr.sip.digest import ALGORITHMS, Secret
from ivr.sip.flow import Flow
from ivr.sip.numbers import AllowList
from ivr.sip.trunk import Trunk, networks
from ivr.speech.programs import (
    DEFAULT_ENGINES,
    DEFAULT_VOICES,
    HEAR_S_MAX,
    check_engines,
    check_voices,
)

Port = Annotated[int, Field(ge=0, le=65_535)]

_host_port = re.compile(r"([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?").fullmatch


class TrunkSection(Section):
    """Lines to the telephone network, or an SBC. Write `[[voice.trunk]]` once for each."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$", examples=["unicom"])]
    """What we call it, in small letters."""
    networks: Annotated[list[str], Field(min_length=1, max_length=64, examples=[["192.0.2.0/24"]])]
    """Where its calls come from. Whoever is in none of any trunk's networks hears nothing."""
    numbers: list[str] = Field(default=[], max_length=10_000)
    """Numbers that are dialled over it, however it writes them; `400*` for all that begin so. None: any that a seller has."""
    username: str | None = None
    """With `password`: what its INVITEs must prove to know. Left out: the address is enough."""
    password: Annotated[SecretStr, Field(strict=False)] | None = None
    """See `username`."""
    digest: Literal["both", "MD5"] = "both"
    """What it is challenged with. Some switches read the first challenge alone: write MD5 for them."""
    calls_max: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """Lines: past them a call is busy."""
    peer: Annotated[str, Field(examples=["sip.example.net:5060"])] | None = None
    """Where calls of ours go, and where it is asked whether it is there. A name without a port is looked up by SRV. None:
    it only brings calls."""
    spare_peers: list[str] = Field(default=[], max_length=15, examples=[["192.0.2.8:5060"]])
    """Tried in turn where `peer` does not answer, or refuses with 503."""
    peer_transport: Literal["udp", "tcp", "tls", "any"] = "udp"
    """How `peer` is reached; `any`: as its name says by NAPTR and SRV, else by UDP."""
    peer_username: str | None = None
    """With `peer_password`: what we prove to know when it challenges us."""
    peer_password: Annotated[SecretStr, Field(strict=False)] | None = None
    """See `peer_username`."""
    domain: str = ""
    """The host in the addresses of calls of ours, and in its certificate. None: that of `peer`."""
    numbers_written: Literal["as kept", "+86138...", "86138..."] = "as kept"
    """How it wants the numbers that we call: Chinese ones as they are dialled in China and others with a plus, all with plus
    and country code, or all with country code alone."""
    caller: str = ""
    """The number that calls of ours show."""
    registers: bool = False
    """Whether it wants to be told where we are, by REGISTER."""
    srtp: Literal["offered", "required"] = "offered"
    """Whether calls whose audio is not protected by SRTP are refused, or taken as well. Its keys come by SDES: use TLS."""
    announced: str = ""
    """Address that this trunk reaches us at, where it is not that which all others do."""
    options_every_s: Annotated[float, Field(ge=0, le=3_600)] = 0.0
    """How often `peer` is asked whether it is there. 0: never."""

    @model_validator(mode="after")
    def _has_a_peer_to_register_with(self) -> TrunkSection:
        if self.registers and (self.peer is None or self.peer_username is None):
            raise ValueError(
                "to register, write `peer`, `peer_username` and `peer_password` as well"
            )
        if self.spare_peers and self.peer is None:
            raise ValueError("`spare_peers` are tried after `peer`; write the first of them there")
        return self

    @field_validator("peer")
    @classmethod
    def _is_a_host(cls, value: str | None) -> str | None:
        return value if value is None else _checked_peer(value)

    @field_validator("spare_peers")
    @classmethod
    def _are_hosts(cls, value: list[str]) -> list[str]:
        return [_checked_peer(peer) for peer in value]

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        for text in value:
            try:
                ipaddress.ip_network(text)
            except ValueError:
                raise ValueError(
                    f"`{text}` is no network; write 192.0.2.0/24 or 192.0.2.7"
                ) from None
        return value

    @field_validator("numbers")
    @classmethod
    def _are_numbers(cls, value: list[str]) -> list[str]:
        return _checked_numbers(value)

    def trunk(self, outside: AllowList, numbering: Numbering | None = None) -> Trunk:
        """The value that signalling takes; `outside` holds the numbers that may be called over it."""
        plan = numbering or Numbering()
        whole = plan.international
        write: dict[str, Callable[[str], str]] = {
            "as kept": str,
            "+86138...": whole,
            "86138...": lambda number: whole(number).removeprefix("+"),
        }
        return Trunk(
            self.name,
            networks(*self.networks),
            numbers=AllowList(self.numbers, plan),
            secret=_secret(self.username, self.password),
            algorithms=("MD5",) if self.digest == "MD5" else ALGORITHMS,
            peer=self._flow(self.peer) if self.peer is not None else None,
            spares=tuple(map(self._flow, self.spare_peers)),
            peer_secret=_secret(self.peer_username, self.peer_password),
            domain=self.domain,
            write=write[self.numbers_written],
            caller=self.caller,
            allowed=outside,
            calls_max=self.calls_max,
            register=self.registers,
            options_every_s=self.options_every_s,
            host=self.announced.strip("[]"),
        )

    def _flow(self, peer: str) -> Flow:
        host, port = _split(peer)
        return Flow(self.peer_transport, host, port)


def _split(peer: str) -> tuple[str, int]:
    """Host and port of a peer; port 0 where none is said, of a name to be looked up by SRV."""
    match = _host_port(peer)
    if match is None:
        raise ValueError(
            f"`{peer}` is no peer; write HOST:PORT, [IPV6]:PORT, or a name that has SRV records"
        )
    return match[1].strip("[]"), int(match[2] or 0)


def _checked_peer(peer: str) -> str:
    host, port = _split(peer)
    if not is_host(host):
        raise ValueError(
            f"`{peer}` is no peer: a host has no spaces, and 1 to 63 letters between dots"
        )
    if port > 65_535:
        raise ValueError(f"`{peer}` is no peer: ports end at 65535")
    return peer


def _checked_numbers(value: list[str]) -> list[str]:
    AllowList(value)
    for entry in value:
        if entry.startswith(CHINA) and entry.endswith("*"):
            # Of whole numbers it is seen what they are; so begun it could be a town's own number.
            raise ValueError(
                f"`{entry}` may begin with a country code or not; write +{entry}, or {entry.removeprefix(CHINA)}"
            )
    return value


def _secret(username: str | None, password: SecretStr | None) -> Secret | None:
    if username is None or password is None:
        return None
    return Secret(username, password.get_secret_value())


class VoiceSection(Section):
    """Calls: SIP and the media plane. They are taken where this section stands."""

    host: Annotated[str, LISTENING] = "127.0.0.1"
    """Address to listen on, for SIP and for RTP."""
    more_hosts: list[str] = Field(default=[], max_length=8, examples=[["2001:db8::5"]])
    """Further addresses to listen on for SIP on the same ports, of IPv6 too. Audio goes by `host`, and by the first of these that is of
    IPv6 (in digits, not `::`) with who is reached by it."""
    port: Port = 5060
    """Port to listen on for SIP over UDP, and over TCP where that is on; 0: any."""
    tcp: bool = False
    """Whether to listen for SIP over TCP as well."""
    tls_port: Port | None = None
    """Port to listen on for SIP over TLS. None: no TLS."""
    tls_certificate: File | None = None
    """With `tls_key`: what we show to who connects by TLS, as PEM files."""
    tls_key: File | None = None
    """See `tls_certificate`."""
    tls_authorities: File | None = None
    """Certificates that sign those of trunks that we reach by TLS, beside the system's own (PEM). `tls_certificate` is shown
    to those that want to see one."""
    announced: str | None = None
    """Address that the other end reaches us at, where it is not `host`: behind a NAT, or on 0.0.0.0."""
    media_port: Annotated[int, Field(ge=0, le=65_000, multiple_of=2)] = 20_000
    """First port of RTP; each call takes two. 0: any that are free."""
    optional: bool = False
    """Whether another port will do where this one is taken, and the other channels open though no call can be taken."""
    calls: Annotated[int, Field(ge=10, le=10_000, multiple_of=10)] = 500
    """Calls at once."""
    first_packet_s_max: Annotated[float, Field(ge=0, le=3_600)] = 30.0
    """A call from which no audio came so long after it was answered is hung up; a caller may hold it for longer. 0: it is not."""
    packet_s_max: Annotated[float, Field(ge=0, le=3_600)] = 20.0
    """And one whose audio stopped so long ago. 0: it is not, for telephones that send nothing while nobody speaks."""
    trunk: Annotated[
        list[TrunkSection],
        names_differ(
            "two trunks are called `{name}`; give each a name of its own, or one of them both `networks`"
        ),
    ] = Field(default=[], max_length=256)
    """Who may call. None: whoever is on this machine."""
    outside: list[str] = Field(default=[], max_length=1_000, examples=[["02088886666", "400*"]])
    """Numbers that agents may send a caller to, of sellers whose flow names them as well (`send on to`): `400*` for all that
    begin so, `+44*` with a country code. None: nobody is sent anywhere."""
    call_back: list[str] = Field(default=[], max_length=1_000, examples=[["13*", "15*"]])
    """Numbers that may be called back for sellers who want it, and no others; written as `outside`. None: nobody is."""
    call_backs_at_once: Annotated[int, Field(ge=1, le=1_000)] = 5
    """Calls of ours at once."""
    call_backs_a_day: Annotated[int, Field(ge=1, le=20)] = 3
    """How often one number is called in a day, whatever shops it called."""
    call_backs_an_hour: Annotated[int, Field(ge=1, le=100_000)] = 120
    """Call-backs in an hour, of all numbers together; the others wait. What forged numbers can cost is bounded by it."""
    speech: File = Path("var/speech")
    """Folder of rendered speech."""
    recordings: File = Path("var/recordings")
    """Folder of what callers leave in their own voice: addresses and messages."""
    voices: dict[str, str] = Field(default=dict(DEFAULT_VOICES))
    """What says what is not recorded: `espeak-ng:VOICE`, `piper:MODEL` or `flite:VOICE`, by language."""
    recognisers: dict[str, str] = Field(default=dict(DEFAULT_ENGINES))
    """What hears callers: `pocketsphinx` for English, `vosk:FOLDER` with a model. Other languages are answered by keys."""
    recogniser_processes: Annotated[int, Field(ge=1, le=64)] = 2
    """Recognisers of each language. Past twice as many waiting callers the next are asked for keys."""
    recogniser_s_max: Annotated[float, Field(ge=0.5, le=30)] = HEAR_S_MAX
    """Who is not understood so long after an utterance is asked for keys."""

    @model_validator(mode="after")
    def _has_a_certificate_for_tls(self) -> VoiceSection:
        if self.tls_port is not None and (self.tls_certificate is None or self.tls_key is None):
            raise ValueError(
                "TLS needs a certificate; write `tls_certificate` and `tls_key` as well"
            )
        return self

    @field_validator("recognisers")
    @classmethod
    def _are_engines(cls, value: dict[str, str]) -> dict[str, str]:
        check_engines(value)
        return value

    @field_validator("outside", "call_back")
    @classmethod
    def _are_numbers(cls, value: list[str]) -> list[str]:
        return _checked_numbers(value)

    @field_validator("voices")
    @classmethod
    def _are_voices(cls, value: dict[str, str]) -> dict[str, str]:
        check_voices(value)
        return value

    def host6(self) -> str | None:
        """The address that audio goes by with who is reached by IPv6."""
        six = (host for host in self.more_hosts if ":" in host and "%" not in host)
        return next((host for host in six if host != "::"), None)

    def by_ipv6(self) -> frozenset[str]:
        """Names of the trunks that are in networks of IPv6 alone."""
        return frozenset(
            section.name
            for section in self.trunk
            if self.host6() is not None and all(":" in network for network in section.networks)
        )

    def protected(self) -> frozenset[str]:
        """Names of the trunks that must speak SRTP."""
        return frozenset(section.name for section in self.trunk if section.srtp == "required")

    def trunks(self, numbering: Numbering | None = None) -> tuple[Trunk, ...]:
        """The trunks, or one for this machine."""
        outside = AllowList((*self.outside, *self.call_back), numbering)
        if self.trunk:
            return tuple(section.trunk(outside, numbering) for section in self.trunk)
        return (Trunk("local", networks("127.0.0.0/8", "::1/128"), allowed=outside),)
