"""`dialcart phone`: under which number a phone hears."""

import asyncio
from socket import socket

import pytest

import commands.phone
from sms.smsc.terminal import on_the_network


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("13800138000", "13800138000"),
        ("+254711000111", "254711000111"),
        ("+254 711-000 111", "254711000111"),
        ("BANK", "BANK"),
        ("", ""),
    ],
)
def test_a_phone_has_the_number_that_replies_are_sent_to(typed: str, known: str) -> None:
    assert on_the_network(typed) == known


def test_who_writes_the_plus_is_a_phone_that_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    phones: list[str] = []

    async def attach(port: int, *, number: str, code: str) -> None:
        phones.append(number)

    monkeypatch.setattr(commands.phone, "attach", attach)
    assert asyncio.run(commands.phone.phone("+254711000111", "22384", 2776)) == 0
    assert phones == ["254711000111"]


def test_a_simulator_beside_another_says_whose_port_it_would_have(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        simulated = commands.phone.Simulated(port, 0, "dialcart", "dialcart", "", "standard", None)
        assert asyncio.run(commands.phone.smsc(simulated, "13800138000", "10690001")) == 1
    assert f"port {port} is taken, by `dialcart serve` perhaps" in capsys.readouterr().err
