"""What may stand in the settings file: a class a section, a field a key.

To add a section, write its class (in a file of its own, if it is long) and name it as a field of Config. The reference
page, `dialcart config schema`, checking, and secrets from the environment follow from the fields.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from commands.settings.languages import LanguageSection
from commands.settings.limits import LimitsSection
from commands.settings.numbers import NumbersSection
from commands.settings.platform import PlatformSection
from commands.settings.queues import QueueSection
from commands.settings.section import LISTENING, File, Section, is_host, names_differ
from commands.settings.services import ServiceSection
from commands.settings.voice import VoiceSection
from flows.settings import timezone as time_zone
from sms.carrier import Carrier
from sms.smpp.timers import Timers
from sms.ussd.profile import PROFILES

Port = Annotated[int, Field(ge=0, le=65_535)]
Ton = Annotated[int, Field(ge=0, le=7)]
Seconds = Annotated[float, Field(gt=0, le=3_600)]


def _carried(value: str | SecretStr) -> str | SecretStr:
    """A C-octet string of SMPP (3.4, section 3.1)."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not text.isprintable() or any(character > "\xff" for character in text):
        raise ValueError(
            "this holds a character that SMPP cannot carry; write letters, digits and signs of ASCII"
        )
    return value


CARRIED = AfterValidator(_carried)


class StoreSection(Section):
    """Where everything is kept."""

    database: File = Path("var/dialcart.db")
    """SQLite file that keeps orders, sessions, stock and what waits to be sent. A relative path begins where
    `dialcart` was started."""
    shards: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that sellers are spread over, each with a file of its own in a folder beside `database` that ends in
    `.shards`. It cannot be changed once there are orders. Shards serve texts and USSD, not calls or the desk."""

    @field_validator("database")
    @classmethod
    def _names_a_file(cls, database: Path) -> Path:
        if not database.name:
            raise ValueError(f'`database` names no file; write database = "{database / "shop.db"}"')
        if str(database) == ":memory:":
            raise ValueError(
                '`:memory:` is gone with its process, and orders with it; write database = "var/dialcart.db"'
            )
        return database


class TimersSection(Section):
    """How patient we are with a carrier."""

    session_init_s: Seconds = 10.0
    """From the connection to the bind."""
    enquire_link_s: Seconds = 30.0
    """Silence after which the carrier is asked whether it is there."""
    response_s: Seconds = 10.0
    """A request waits so long for its response."""
    inactivity_s: Seconds = 120.0
    """Silence after which the carrier is taken for gone; longer than `enquire_link_s`."""

    @model_validator(mode="after")
    def _asks_before_it_gives_up(self) -> TimersSection:
        if self.inactivity_s <= self.enquire_link_s:
            raise ValueError(
                "a line on which nothing happens would be cut before the carrier is asked; write `inactivity_s` larger than"
                f" `enquire_link_s`, which is {self.enquire_link_s:g}"
            )
        return self


class CarrierSection(Section):
    """One carrier's SMSC. Write `[[carrier]]` once for each."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$", examples=["unicom"])]
    """What we call it, in small letters. Texts that wait in the database are kept under this name."""
    host: Annotated[str, Field(min_length=1, max_length=253, examples=["smsc.example.net"])]
    """Name or address of its SMSC. With TLS the certificate must bear this name."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 2775
    """Its SMPP port."""
    # SMPP 3.4, section 4.1: 16, 9 and 13 octets with the NUL.
    system_id: Annotated[str, Field(min_length=1, max_length=15, examples=["dialcart"]), CARRIED]
    """Our name there."""
    password: Annotated[SecretStr, Field(strict=False, max_length=8), CARRIED]
    """Our password there, at most eight characters (SMPP 3.4, section 5.2.2)."""
    system_type: Annotated[str, Field(max_length=12), CARRIED] = ""
    """What kind of system we are, if the carrier wants to know."""
    mode: Literal["transceiver", "pair"] = "transceiver"
    """How we bind; `pair` binds a transmitter and a receiver, for an SMSC that knows no transceiver."""
    binds: Annotated[int, Field(ge=1, le=64)] = 1
    """Connections (or pairs) at once."""
    window: Annotated[int, Field(ge=1, le=1_000)] = 64
    """Messages under way on one connection, which the carrier has not answered."""
    rate: Annotated[float, Field(gt=0, le=100_000)] | None = Field(default=None, examples=[50])
    """Segments that the carrier allows in any second; 0.5: one in any two. What it refuses as too many does not count. Left out: as fast as it takes them."""
    tls: bool = False
    """Whether the connection is encrypted. The certificate is checked, and so is the host's name in it."""
    ca_file: File | None = None
    """Certificates that sign the carrier's, beside the system's own (PEM)."""
    source_ton: Ton = 3
    """Type of number of our code (SMPP 3.4, section 5.2.5): 3 network specific, 5 alphanumeric."""
    source_npi: Annotated[int, Field(ge=0, le=18)] = 0
    """Numbering plan of our code (section 5.2.6)."""
    phones: Literal["national", "international"] = "national"
    """How phones of China are written: as they are dialled there (`13800138000`), or with the country's code as all others
    (`international`, `8613800138000`)."""
    destination_ton: Ton | None = Field(default=None, examples=[1])
    """Type of number of phones. Left out, as each is written: 1 (international) with its country's code, 2 (national) without."""
    destination_npi: Annotated[int, Field(ge=0, le=18)] = 1
    """Numbering plan of phones: 1 ISDN (E.164)."""
    concatenation: Literal["udh8", "udh16", "sar", "payload"] = "udh8"
    """How long texts are sent: with an 8 or 16 bit reference before each segment, in SAR parameters, or whole."""
    receipts: bool = True
    """Whether delivery receipts are asked for: `dialcart texts` tells then what phones have."""
    receipt_ids: Literal["same", "response_hex", "response_decimal"] = "same"
    """How receipts write a message id: as the answer to the text did; or the answer is hexadecimal and the receipt decimal
    (`response_hex`), or the other way round. If `dialcart_sms_receipts_unknown` grows, try the others."""
    ussd: Literal["standard", "echo", "mica", "tata", "port", "bare"] | None = None
    """How its USSD gateway speaks SMPP, if this is one: `standard` as SMPP 3.4 has it; the others differ in where the
    dialog is named and what ends it. `bare` is for one that names it nowhere: what a phone said late in a dialog that dropped is then read in
    its next. Left out: all that it brings is SMS."""
    timers: TimersSection = TimersSection()

    @field_validator("host")
    @classmethod
    def _is_a_name(cls, host: str) -> str:
        if not is_host(host):
            raise ValueError(
                '`host` is no name of a host; write it like host = "smsc.example.net": no spaces, 1 to 63 letters between dots, and no port'
            )
        return host

    @model_validator(mode="after")
    def _ca_file_needs_tls(self) -> CarrierSection:
        if self.ca_file is not None and not self.tls:
            raise ValueError("`ca_file` is for TLS, which is off here; write tls = true")
        return self

    def carrier(self) -> Carrier:
        """The value that the text channel takes."""
        values = self.model_dump(exclude={"password", "ca_file", "ussd", "timers"})
        return Carrier(
            **values,
            password=self.password.get_secret_value(),
            ca_file=str(self.ca_file) if self.ca_file is not None else None,
            ussd=PROFILES[self.ussd] if self.ussd is not None else None,
            timers=Timers(**self.timers.model_dump()),
        )


class SimulatorSection(Section):
    """The carrier that comes with us. It runs where no `[[carrier]]` is named."""

    port: Port = 2775
    """Where it listens for SMPP, on this machine only; 0: any."""
    control_port: Port = 2776
    """Where it listens for `dialcart phone`, on this machine only; 0: any."""
    system_id: Annotated[str, Field(min_length=1, max_length=15), CARRIED] = "dialcart"
    """Account that may bind."""
    password: Annotated[SecretStr, Field(strict=False, max_length=8), CARRIED] = SecretStr(
        "dialcart"
    )
    """Its password."""
    binds: Annotated[int, Field(ge=1, le=64)] = 1
    """Connections that we make to it."""


class OperationsSection(Section):
    """For operators: /metrics, /health and /ready over HTTP. It runs where this section stands."""

    host: Annotated[str, LISTENING] = "127.0.0.1"
    """Address to listen on. Figures name sellers' codes and carriers: keep it off public networks."""
    port: Port = 9464
    """Port to listen on; 0: any."""


class WebSection(Section):
    """The agents' desk (/desk), the supervisors' page (/floor) and the web telephone (/telephone/)."""

    host: Annotated[str, LISTENING] = "127.0.0.1"
    """Address to listen on. Browsers give a microphone only to this machine's pages or over https: put a proxy before it."""
    port: Port | None = Field(default=None, examples=[8400])
    """Port to listen on; 0: any; left out: 8400, or any other where that is taken."""
    timezone: Annotated[str, AfterValidator(time_zone)] = "Asia/Shanghai"
    """Whose midnight begins a day of the floor: figures of queues and agents are those of the day."""


class LogSection(Section):
    """What is told on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is told."""
    format: Literal["json", "text"] = "json"
    """`json`: one event a line, for machines; `text`: for people. Numbers and texts of buyers stand in neither."""


class Config(Section):
    """The whole file."""

    sellers: list[File] = Field(default=[], examples=[["shops"]])
    """Flow files, or folders of them, that are open. None: the sample sellers that come with us."""
    drain_s: Annotated[float, Field(ge=0, le=600)] = 10.0
    """After SIGTERM, what was taken has so long to be finished and sent. What is left goes on at the next start."""
    store: StoreSection = StoreSection()
    carrier: Annotated[
        list[CarrierSection],
        names_differ(
            "two carriers are called `{name}`; give each a name of its own, for replies go back by it"
        ),
    ] = Field(default=[], max_length=64)
    simulator: SimulatorSection = SimulatorSection()
    numbers: NumbersSection = NumbersSection()
    limits: LimitsSection = LimitsSection()
    operations: OperationsSection | None = None
    web: WebSection | None = None
    voice: VoiceSection | None = None
    platform: PlatformSection | None = None
    queue: Annotated[
        list[QueueSection],
        names_differ("the queue `{name}` stands here twice; write it once"),
    ] = Field(default=[], max_length=10_000)
    service: Annotated[
        list[ServiceSection],
        names_differ("two services are called `{name}`; a flow knows them by name alone"),
    ] = Field(default=[], max_length=64)
    language: Annotated[
        list[LanguageSection],
        names_differ("the language `{name}` stands here twice; write all its texts in one"),
    ] = Field(default=[], max_length=100)
    log: LogSection = LogSection()

    def wordings(self) -> dict[str, dict[str, str]]:
        """What `flows.prompts.say_as` takes."""
        return {one.name: one.texts for one in self.language}
