"""The page for operators says what the program does: its limits, its figures, its profiles."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from commands.config import load_settings
from commands.settings.schema import Config
from commands.settings.voice import VoiceSection
from sms.ussd.profile import PROFILES
from store import retention

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
LIMITS = re.findall(r"^\| `([a-z_.]+)\.([A-Z_]+)` \| ([\d.]+) \| \S", PAGE, re.MULTILINE)


LOOKED_AT = ("sms", "commands/serving", "commands/shards", "gateway", "center")
ELSEWHERE = ("sms/smsc", "center/acd", "center/desk", "center/uap")
"""The simulator, and what routing, desk and platform have pages of their own for."""
CACHES = {
    "sms.receiving.BUYERS_KNOWN_MAX",
    "sms.sending.ADDRESSES_MAX",
    "sms.sending.TEXTS_MAX",
    "sms.smpp.pdu.message.ADDRESSES_MAX",
    "commands.serving.calls.VOICES_MAX",
    "commands.shards.homes.SELLERS_KNOWN_MAX",
    "center.failing.FAILING_MAX",
}
"""What is full is made anew, and nobody notices."""
FORMS = {
    "sms.alphabet.OCTETS_SHOWN_MAX",
    "sms.header.OCTETS_MAX",
    "sms.receipts.ID_MAX",
    "sms.segments.ALONE_CHARACTERS_MAX",
    "sms.segments.PAYLOAD_OCTETS_MAX",
    "sms.segments.SEGMENTS_MAX",
    "sms.senders.PHONE_DIGITS_MAX",
    "sms.smpp.bind.SEQUENCE_MAX",
    "sms.smpp.pdu.message.SHORT_MESSAGE_BYTES_MAX",
    "sms.ussd.channel.TEXT_CHARACTERS_MAX",
    "sms.ussd.dialled.DIALLED_CHARACTERS_MAX",
    "sms.ussd.profile.SESSION_OCTETS_MAX",
    "gateway.message.NUMBER_MAX",
    "center.allowed.HOME_DIGITS_MAX",
    "center.contact.PLACE_DIGITS_MAX",
    "center.visit.placing.SESSIONS_PER_PLACE_MAX",
}
"""A protocol or a network has no more."""
PARTS = {
    "sms.outgoing.HALVINGS_MAX",
    "sms.receiving.SWEEP_S_MAX",
    "sms.sending.CHARACTERS_PER_REPLY_MAX",
    "sms.ussd.dialogs.EXPIRED_AT_ONCE_MAX",
    "commands.serving.calls.PORTS_TRIES_MAX",
    "commands.serving.sip_port.TRIES_MAX",
    "commands.serving.message_boxes.TOLD_MAX",
    "commands.serving.platform_now.FILE_BYTES_MAX",
    "commands.serving.platform_now.OUTCOMES_MAX",
    "commands.serving.running.YOUNG_OBJECTS_MAX",
    "center.limits.tally.COUNTED_MAX",
    "commands.shards.wire.FRAME_BYTES_MAX",
    "center.backlog.LOOK_MAX",
    "center.backlog.READ_MAX",
    "center.superseded.READ_MAX",
    "center.unconfirmed.AT_ONCE_MAX",
    "commands.shards.front_store.GONE_MAX",
}
"""A part of what is done, and the rest is done next."""
SHOWN = {
    "commands.serving.telephones.SHOPS_SHOWN_MAX",
    "commands.serving.whole.NUMBERS_SHOWN_MAX",
    "gateway.service_names.SELLERS_SHOWN_MAX",
    "gateway.service_names.SHOWN_MAX",
}
"""Of a list that people read, the first."""
TOLD_IN_WORDS = {
    "sms.outgoing.PAUSE_MAX_S",
    "commands.serving.running.DRAIN_S_MAX",
    "commands.shards.service.AGAIN_MAX_S",
    "center.call_backs.KEPT_MAX",
    "center.call_backs.TRIES_MAX",
    "center.visit.addressing.CORRECTION_S_MAX",
}
"""In the text of this page, of settings or of calls."""


def test_limits_are_listed() -> None:
    assert len(LIMITS) > 30


@pytest.mark.parametrize(("module", "name", "value"), LIMITS)
def test_a_limit_is_as_the_page_says(module: str, name: str, value: str) -> None:
    assert str(getattr(import_module(module), name)) == value


def bounds_named() -> set[str]:
    """Every bound that a module there names."""
    found: set[str] = set()
    for folder in LOOKED_AT:
        for path in (ROOT / folder).rglob("*.py"):
            place = path.relative_to(ROOT)
            if not place.as_posix().startswith(ELSEWHERE):
                module = ".".join(place.with_suffix("").parts)
                names = re.findall(
                    r"^([A-Z][A-Z_]*_MAX(?:_S)?)\b.* = ", path.read_text("utf-8"), re.MULTILINE
                )
                found |= {f"{module}.{name}" for name in names}
    return found


def test_a_bound_that_an_operator_may_meet_is_on_the_page() -> None:
    """A new one goes into the table, with a test at it; or above, with why nobody meets it."""
    told = {f"{module}.{name}" for module, name, _ in LIMITS}
    not_met = CACHES | FORMS | PARTS | SHOWN | TOLD_IN_WORDS
    assert bounds_named() - told - not_met == set()
    assert not_met - bounds_named() == set()
    assert not_met & told == set()


def test_what_is_kept_so_long_is_told() -> None:
    days = [retention.TURNS_KEPT_S, retention.MESSAGES_KEPT_S, retention.ORDERS_KEPT_S]
    assert [f"{kept_s // retention.DAY_S:,}" for kept_s in days] == ["7", "180", "1,200"]


def test_every_ussd_profile_is_described() -> None:
    assert all(f"| `{name}` |" in PAGE for name in PROFILES)


def test_the_settings_file_on_the_page_is_read(tmp_path: Path) -> None:
    text = PAGE.partition('```\nsellers = ["/srv/shops"]')[2].partition("```")[0]
    path = tmp_path / "dialcart.toml"
    path.write_text(f'sellers = ["/srv/shops"]{text}', "utf-8")
    config = load_settings(path, {"DIALCART_CARRIER_UNICOM_PASSWORD": "secret"})
    assert isinstance(config, Config)
    assert config.limits.policies().platform.confirm_over == {"CNY": 50_000}


def test_the_unit_on_the_page_starts_where_relative_folders_are_its_own() -> None:
    assert not VoiceSection().recordings.is_absolute(), "callers' voices, which went to /var"
    unit = PAGE.partition("[Service]\n")[2].partition("```")[0]
    folder = re.search("^WorkingDirectory=(/.+)$", unit, re.MULTILINE)
    assert folder is not None
    assert f"ExecStart={folder[1]}/.venv/bin/dialcart " in unit
