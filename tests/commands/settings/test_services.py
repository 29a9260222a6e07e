"""`[[service]]` in a settings file: what it comes to, and what is said of what cannot be."""

from pathlib import Path

import pytest

from commands.config import check
from commands.settings.reading import read_settings
from commands.settings.schema import Config
from gateway.partner import Partner

WHOLE = """\
[[service]]
name = "crm"
url = "https://crm.example.net:8443/shop/"
operations = { look_up = "cards/find", "记" = "/notes" }
timeout_s = 2.5
at_once = 3
sellers = ["noodles"]
ca_file = "ca.pem"
"""


def read(text: str, **environment: str):
    return read_settings(text.encode(), environment)


def partner(text: str, **environment: str) -> Partner:
    config = read(text, **environment)
    assert isinstance(config, Config), config
    [section] = config.service
    return section.partner()


def told(text: str) -> str:
    """What is said of the one thing that is wrong."""
    found = read(text)
    assert isinstance(found, list), found
    assert len(found) == 1, found
    return found[0].told


def with_url(url: str, more: str = "") -> str:
    return f'[[service]]\nname = "crm"\nurl = "{url}"\noperations = {{ look_up = "find" }}\n{more}'


def test_a_service_is_read_with_its_secret_from_the_environment() -> None:
    found = partner(WHOLE, DIALCART_SERVICE_CRM_TOKEN="s3cret")
    assert found == Partner(
        "crm",
        "https://crm.example.net:8443/shop/",
        {"look_up": "cards/find", "记": "/notes"},
        timeout_s=2.5,
        at_once=3,
        sellers=frozenset({"noodles"}),
        token="s3cret",
        ca_file=Path("ca.pem"),
    )
    assert found.path("look_up") == "/shop/cards/find"
    assert found.path("记") == "/shop/notes"
    assert "s3cret" not in repr(found)


def test_who_may_ask_what() -> None:
    found = partner(WHOLE)
    assert found.serves("noodles", "look_up")
    assert not found.serves("tea", "look_up")
    assert not found.serves("noodles", "delete")
    assert partner(with_url("https://crm.example.net")).serves("anybody", "look_up")


def test_processes_share_what_it_is_asked_at_once_and_each_has_some() -> None:
    found = partner(WHOLE)
    assert [found.share(2, place) for place in range(2)] == [2, 1]
    assert [found.share(5, place) for place in range(5)] == [1] * 5


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/api",
        "http://localhost",
        "http://[::1]:8080",
        "https://10.0.0.8/erp",
        "https://erp.example.net",
    ],
)
def test_these_urls_will_do(url: str) -> None:
    assert partner(with_url(url)).url == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "crm.example.net",
            'is no address of a service; write url = "https://crm.example.net/shop"',
        ),
        ("ftp://crm.example.net", "is no address of a service"),
        ("https://", "is no address of a service"),
        ("https://crm.example.net:99999", "is no address of a service"),
        ("https://crm..net", "is no name of a host"),
        ("https://me:secret@crm.example.net", "write what it has before the @ as `token`"),
        ("https://crm.example.net/?a=1", "end `url` before its ? or #"),
        ("https://crm.example.net/a b", "characters that no address has"),
        ("https://crm.example.net/客", "characters that no address has"),
        ("http://crm.example.net", 'write url = "https://..."'),
        ("http://10.0.0.8", "plain_http = true"),
        ("http://127.evil.example.net", "plain_http = true"),
    ],
)
def test_of_these_it_is_said_what_to_write_instead(url: str, words: str) -> None:
    assert words in told(with_url(url))


def test_plain_http_is_for_who_asks_for_it() -> None:
    assert partner(with_url("http://10.0.0.8", "plain_http = true")).url == "http://10.0.0.8"


@pytest.mark.parametrize(
    "path", ["", "../admin", "a/../b", "a?b", "a b", "//evil.example.net", "a//b"]
)
def test_an_operation_is_a_path_beneath_the_url(path: str) -> None:
    text = with_url("https://crm.example.net").replace('"find"', f'"{path}"')
    assert "is no path beneath `url`; write look_up = " in told(text)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("timeout_s = 0", "`timeout_s` is out of range; write at least 0.1"),
        ("at_once = 0", "`at_once` is out of range; write at least 1"),
        ("retries = 3", "`retries` is not known in [[service]]"),
        ('token = "a b"', "`token` is letters, digits and signs of ASCII"),
    ],
)
def test_values_that_cannot_be_are_told(more: str, words: str) -> None:
    assert words in told(with_url("https://crm.example.net", more))


def test_two_services_of_one_name_are_told_by_the_second() -> None:
    found = read(WHOLE + WHOLE)
    assert isinstance(found, list)
    assert [(one.line, one.told) for one in found] == [
        (9, "two services are called `crm`; a flow knows them by name alone")
    ]


def test_certificates_that_are_not_there_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dialcart.toml"
    file.write_text(f'store.database = "{tmp_path}/shop.db"\n' + WHOLE, "utf-8")
    assert check(file) == 1
    assert "ca.pem of crm is not there" in capsys.readouterr().err
