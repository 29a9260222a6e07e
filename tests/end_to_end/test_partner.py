"""Buyers, a shop, and a partner's system that answers, is slow, or is dead: all real, all over sockets."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from center.measure import Measure
from commands.settings.services import ServiceSection
from commands.shards.homes import shard_of
from commands.shards.service import Shards
from tests.end_to_end.asking import ASKING, CARD, TOLD, asking_shop, service, soon
from tests.end_to_end.shop import until
from tests.end_to_end.test_order_by_ussd import Mobile
from tests.gateway.server import Asked, Says, partner_server, says

PAYS = """\
step start
  menu Pay?
    1 Yes -> pay

step pay
  pay 18.00
    when declined
      say Declined.
      goodbye
    when failed
      say Not now.
      goodbye
  say Paid.
  goodbye
"""


def test_what_a_partner_answers_is_told_to_the_buyer(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            partner_server(lambda _: says(**CARD)) as partner,
            asking_shop(tmp_path, service(partner.url, token="s3cret")) as shop,
        ):
            phone = shop.phone()
            phone.text("hi")
            assert await phone.hears() == "Which?\n1 Points\n2 Note"
            phone.text("1")
            assert await phone.hears() == TOLD + " 1 Mar, 12.50 left"
            [asked] = partner.asked
            assert asked.path == "/api/cards/find"
            assert asked.headers["authorization"] == "Bearer s3cret"
            assert asked.body == {
                "seller": "points",
                "arguments": {"phone": "13800138000", "most": 1250},
            }
            assert "13800138000" not in asked.key
            assert not shop.business.store.awaited()

    asyncio.run(run())


def test_a_buyer_pays_and_is_told_when_their_bank_declines(tmp_path: Path) -> None:
    paying = ASKING.replace("channels sms, ussd", "channels sms").replace("  ussd code *106#\n", "")
    paying = paying[: paying.index("defaults")] + PAYS

    def answer(asked: Asked) -> Says:
        assert asked.path == "/api/charges"
        return says(paid=asked.body["arguments"] == {"buyer": "13800138000", "amount": 1800})

    async def run() -> None:
        async with (
            partner_server(answer) as partner,
            asking_shop(
                tmp_path,
                ServiceSection(
                    name="payment", url=partner.url, operations={"pay": "charges"}, timeout_s=20
                ),
                flow=paying,
            ) as shop,
        ):
            for number, told in (("13800138000", "Paid."), ("13900139000", "Declined.")):
                phone = shop.phone(number)
                phone.text("hi")
                assert await phone.hears() == "Pay?\n1 Yes"
                phone.text("1")
                assert await phone.hears() == told
            assert len({asked.key for asked in partner.asked}) == len(partner.asked) == 2

    asyncio.run(run())


def test_a_slow_partner_holds_up_nobody_but_its_own_buyers(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            partner_server(lambda _: Says(hangs=True)) as partner,
            asking_shop(tmp_path, service(partner.url, at_once=1, timeout_s=6.0)) as shop,
        ):
            waits, other = shop.phone(), shop.phone("13900139000")
            waits.text("hi")
            assert await waits.hears() == "Which?\n1 Points\n2 Note"
            waits.text("1")
            await until(lambda: partner.asked)
            other.text("hello")
            assert await other.hears() == "Hello to you."
            waits.text("?")
            assert await waits.hears() == "One moment, please."
            assert await waits.hears() == "Nobody knows."
            assert len(partner.asked) == 1

    asyncio.run(run())


@pytest.mark.parametrize("said", [Says(404), Says(302), Says(body=b"<html>"), says(points="many")])
def test_a_partner_that_says_no_or_nothing_to_be_read_has_failed(
    tmp_path: Path, said: Says
) -> None:
    async def run() -> None:
        async with (
            partner_server(lambda _: said) as partner,
            asking_shop(tmp_path, service(partner.url)) as shop,
        ):
            phone = shop.phone()
            phone.text("hi")
            await phone.hears()
            phone.text("1")
            assert await phone.hears() == "No card."
            assert len(partner.asked) == 1

    asyncio.run(run())


def test_a_service_that_nobody_set_fails_at_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with asking_shop(tmp_path) as shop:
            phone = shop.phone()
            phone.text("hi")
            await phone.hears()
            phone.text("1")
            assert await phone.hears() == "No card."
            assert shop.partners.performer.unknown == 1

    asyncio.run(run())


def test_a_seller_who_may_not_ask_has_failed(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            partner_server(lambda _: says(**CARD)) as partner,
            asking_shop(tmp_path, service(partner.url, sellers=["others"])) as shop,
        ):
            phone = shop.phone()
            phone.text("hi")
            await phone.hears()
            phone.text("1")
            assert await phone.hears() == "No card."
            assert not partner.asked

    asyncio.run(run())


def test_what_a_stop_cut_short_is_asked_again_under_its_key(tmp_path: Path) -> None:
    async def run() -> None:
        hanging = True

        def answer(_: Asked) -> Says:
            return Says(hangs=True) if hanging else says(**CARD)

        async with partner_server(answer) as partner:
            async with asking_shop(tmp_path, service(partner.url)) as shop:
                phone = shop.phone()
                phone.text("hi")
                await phone.hears()
                phone.text("1")
                await until(lambda: partner.asked)
            hanging = False
            async with asking_shop(tmp_path, service(partner.url)) as again:
                phone = again.phone()
                assert (await phone.hears()).startswith(TOLD)
            assert [asked.key for asked in partner.asked] == [partner.asked[0].key] * 2
            assert partner.done == {partner.asked[0].key: 1}

    asyncio.run(run())


@pytest.mark.parametrize("shards", [1, 2])
def test_a_dialog_by_ussd_gets_the_answer_as_its_next_screen(tmp_path: Path, shards: int) -> None:
    async def run() -> None:
        async with (
            partner_server(lambda _: Says(body=json.dumps(CARD).encode(), after_s=0.2)) as partner,
            asking_shop(tmp_path, service(partner.url), shards=shards) as shop,
        ):
            mobile = Mobile(shop.smsc)
            mobile.dial()
            assert await mobile.sees() == ("Which?\n1.Points\n2.Note", "ask")
            mobile.answer("1")
            text, screen = await mobile.sees()
            assert text.startswith(TOLD)
            assert screen == "end"

    asyncio.run(run())


def test_with_shards_what_a_killed_shard_asked_is_asked_again(tmp_path: Path) -> None:
    async def run() -> None:
        hanging = True

        def answer(_: Asked) -> Says:
            return Says(hangs=True) if hanging else says(**CARD)

        async with (
            partner_server(answer) as partner,
            asking_shop(tmp_path, service(partner.url), shards=2) as shop,
        ):
            phone = shop.phone()
            phone.text("hi")
            await phone.hears()
            phone.text("1")
            await soon(lambda: bool(partner.asked))
            hanging = False
            shards = next(s for s in shop.services if isinstance(s, Shards))
            os.kill(shards.processes[shard_of("points", 2)].pid, signal.SIGKILL)
            assert (await phone.hears()).startswith(TOLD)
            assert {asked.key for asked in partner.asked} == {partner.asked[0].key}
            assert len(partner.asked) == 2
            await soon(lambda: told_of(shards) == {"ok": 1.0})

    asyncio.run(run())


def told_of(shards: Shards) -> dict[str, float]:
    """What became of requests, as the front tells of all shards."""
    measures = [one for one in shards.measures() if one.name == "dialcart_service_requests"]
    return {
        labels[1]: value
        for one in measures
        if isinstance(one, Measure)
        for labels, value in one.samples
        if value
    }
