"""Limits at work over real sockets: codes for dear orders, robots, floods, senders that are no phones."""

import asyncio
import re
import time
from pathlib import Path

from center.limits.guard import CODE_S_MAX, Guard, Spent
from center.limits.policy import Policies, Policy
from sms.smsc.control import Text
from tests.end_to_end.shop import Handset, OpenShop, open_shop, until
from tests.end_to_end.test_order_by_ussd import open_for_ussd


def guard_of(**limits: object) -> Guard:
    return Guard(Policies(Policy(**limits)), b"secret")  # type: ignore[arg-type]


async def ask_code(phone: Handset) -> str:
    """Order for 5.00; the code that has to be typed back."""
    phone.text("苹果 2")
    await phone.hears()
    phone.text("1")
    told = await phone.hears()
    assert "共5.00" in told
    return re.findall(r"\d{6}", told)[0]


def test_a_dear_order_is_placed_when_its_code_comes_back(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(confirm_over={"CNY": 499})
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone = shop.phone()
            code = await ask_code(phone)
            assert shop.store.orders() == []
            phone.text("000000" if code != "000000" else "000001")
            assert "6位验证码" in await phone.hears()
            assert shop.store.orders() == []
            phone.text(code)
            assert (await phone.hears()).startswith("订单A0001")
            [order] = shop.store.orders()
            assert order.total == 500
            assert shop.store.awaited() == []

    asyncio.run(run())


def test_a_code_does_not_place_what_has_become_too_much_meanwhile(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(confirm_over={"CNY": 499}, spend_per_sender={"CNY": 900})
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone = shop.phone()
            code = await ask_code(phone)
            before = Spent("another", "13800138000", "CNY", 500, int(time.time()))
            guard.restore([(before, True)])
            phone.text(code)
            assert await phone.hears() == "再见"
            assert shop.store.orders() == []
            [(_, _, text, _)] = shop.store.messages("shop")
            assert text.startswith("[over the limit] 2x1, 5.00")

    asyncio.run(run())


def test_small_orders_are_confirmed_where_they_come_to_a_dear_one(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(confirm_over={"CNY": 499})
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone = shop.phone()
            for number in ("A0001", "A0002", "A0003"):
                phone.text("苹果 1")
                await phone.hears()
                phone.text("1")
                told = await phone.hears()
                if number != "A0001":
                    assert len(shop.store.orders()) == int(number[1:]) - 1
                    phone.text(re.findall(r"\d{6}", told)[0])
                    told = await phone.hears()
                assert told.startswith(f"订单{number}")

    asyncio.run(run())


def test_a_code_is_kept_over_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(confirm_over={"CNY": 499})
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            code = await ask_code(shop.phone())
        again = guard_of(confirm_over={"CNY": 499})
        async with open_shop(tmp_path / "shop.db", guard=again) as shop:
            phone = shop.phone()
            phone.text(code)
            assert (await phone.hears()).startswith("订单A0001")

    asyncio.run(run())


def test_a_dear_order_is_not_placed_after_wrong_codes_or_when_it_is_not_wanted(
    tmp_path: Path,
) -> None:
    async def run(*answers: str) -> OpenShop:
        guard = guard_of(confirm_over={"CNY": 499})
        async with open_shop(tmp_path / f"{len(answers)}.db", guard=guard) as shop:
            phone = shop.phone()
            await ask_code(phone)
            for answer in answers:
                phone.text(answer)
                told = await phone.hears()
            # The flow's own way when an order fails: to a person, who is busy.
            assert told == "再见"
            assert shop.store.orders() == []
            # Its seller may ask the buyer what became of the code.
            [(_, buyer, text, _)] = shop.store.messages("shop")
            assert buyer == "13800138000"
            assert text.startswith("[not confirmed] 2x1, 5.00")
            return shop

    asyncio.run(run("nonsense", "more", "still"))
    asyncio.run(run("0"))


def test_a_code_that_comes_too_late_is_not_taken(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(confirm_over={"CNY": 499})
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone = shop.phone()
            code = await ask_code(phone)
            clock = shop.channel.receiving.clock
            shop.channel.receiving.clock = lambda: clock() + CODE_S_MAX + 1
            phone.text(code)
            assert await phone.hears() == "再见"
            assert shop.store.orders() == []
            # Once, whatever its buyer writes then.
            phone.text("苹果 2")
            await phone.hears()
            [(_, _, text, _)] = shop.store.messages("shop")
            assert text.startswith("[not confirmed] 2x1, 5.00")

    asyncio.run(run())


def test_a_buyer_who_is_asked_for_a_code_may_still_leave(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(confirm_over={"CNY": 499})
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone = shop.phone()
            await ask_code(phone)
            phone.text("退订")
            assert "退订" in await phone.hears()
            buyer = shop.store.buyer("shop", "13800138000")
            assert buyer is not None
            assert buyer.opted_out
            assert shop.store.orders() == []

    asyncio.run(run())


def test_start_in_a_dialog_by_ussd_takes_stop_back(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            for said, word in (("STOP", "退订"), ("START", "恢复")):
                shop.phone.dial()
                await shop.phone.sees()
                shop.phone.answer(said)
                told, screen = await shop.phone.sees()
                assert word in told
                assert screen == "end"
            buyer = shop.store.buyer("shop", "13800138000")
            assert buyer is not None
            assert not buyer.opted_out

    asyncio.run(run())


def test_stop_ends_a_dialog_by_ussd(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            for said in ("STOP", "退訂。"):
                shop.phone.dial()
                await shop.phone.sees()
                shop.phone.answer(said)
                told, screen = await shop.phone.sees()
                assert "退订" in told
                assert screen == "end"
                assert shop.store.orders() == []
            buyer = shop.store.buyer("shop", "13800138000")
            assert buyer is not None
            assert buyer.opted_out

    asyncio.run(run())


def test_a_seller_is_asked_to_call_back_about_a_dear_order(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(confirm_over={"CNY": 499}, confirm_by="call back")
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone = shop.phone()
            phone.text("苹果 2")
            await phone.hears()
            phone.text("1")
            assert await phone.hears() == "再见"
            [(_, buyer, text, _)] = shop.store.messages("shop")
            assert buyer == "13800138000"
            assert text.startswith("[call back] 2x1, 5.00")
            assert shop.store.orders() == []

    asyncio.run(run())


def test_an_order_by_ussd_is_confirmed_with_a_code_that_comes_by_sms(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_for_ussd(tmp_path / "shop.db") as shop:
            shop.channel.turns.guard = guard_of(confirm_over={"CNY": 499})
            phone = shop.phone
            phone.dial("*106*1*2*1#")
            told = dict([await phone.sees(), await phone.sees()])
            [code] = [re.findall(r"\d{6}", text)[0] for text, screen in told.items() if not screen]
            assert "ask" in told.values()
            phone.answer(code)
            text, screen = await phone.sees()
            assert text.startswith("订单A0001")
            assert screen == "end"

    asyncio.run(run())


def test_a_flood_from_one_number_is_told_once_and_then_not_answered(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(messages_per_sender=2)
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone, other = shop.phone(), shop.phone("13800138001")
            for _ in range(5):
                phone.text("你好")
            heard = [await phone.hears() for _ in range(3)]
            assert heard[-1] == "您发的短信太多了，请过一会儿再试。"
            await until(lambda: guard.counters.messages_refused == {"messages_per_sender": 3})
            other.text("苹果 2")
            assert (await other.hears()).startswith("共5.00")
            assert phone.heard.empty()

    asyncio.run(run())


def test_a_machine_that_answers_ours_is_left_alone(tmp_path: Path) -> None:
    async def run() -> None:
        guard = guard_of(messages_per_sender=1_000)
        async with open_shop(tmp_path / "shop.db", guard=guard) as shop:
            phone = shop.phone()
            said = 0
            phone.text("自动回复：我正在开会，稍后联系您。")
            while not guard.counters.robots:
                if not phone.heard.empty():
                    phone.heard.get_nowait()
                    said += 1
                    phone.text("自动回复：我正在开会，稍后联系您。")
                await asyncio.sleep(0)
            assert said <= 5

    asyncio.run(run())


def test_a_sender_that_is_no_phone_is_not_answered(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_shop(tmp_path / "shop.db") as shop:
            for sender in ("MyBank", "10086", "1069"):
                shop.smsc.network.text(Text(sender, "1069", "苹果 2"))
            await until(lambda: shop.channel.receiving.counters.not_phones == 3)
            phone = shop.phone()
            phone.text("苹果 2")
            await phone.hears()
            assert shop.channel.turns.counters.turns == 1

    asyncio.run(run())
