"""The page for operators says what the program does: its limits, its figures, its profiles."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from commands.config import load_settings
from commands.settings.schema import Config
from sms.ussd.profile import PROFILES
from store import retention

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text("utf-8")
LIMITS = re.findall(r"^\| `([a-z_.]+)\.([A-Z_]+)` \| ([\d.]+) \| \S", PAGE, re.MULTILINE)


def test_limits_are_listed() -> None:
    assert len(LIMITS) > 30


@pytest.mark.parametrize(("module", "name", "value"), LIMITS)
def test_a_limit_is_as_the_page_says(module: str, name: str, value: str) -> None:
    assert str(getattr(import_module(module), name)) == value


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
