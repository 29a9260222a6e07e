"""The text channel where things go wrong: messages that make a program fail, a store that is full."""

import asyncio
from typing import Any, cast

import pytest

from center.contact import Arrival, ContactKey
from center.failing import TRIES_MAX
from flows.inputs import Text
from sms import piece, receiving
from sms.reassembly import WAIT_S_MAX
from sms.receiving import SEGMENTS_NOTE, SWEEP_S_MAX, SWEEP_S_MIN
from sms.smpp.status import Status
from tests.flows.shops import NOON, SHOP, program_of
from tests.simulation.loop import SimulatedLoop
from tests.sms.channels import Full, Line, open_channel, text, write


def test_a_message_that_makes_the_program_fail_fails_alone(poison: str) -> None:
    channel, store, line = open_channel()
    write(
        channel,
        line,
        *text(1, "苹果 2"),
        *text(2, poison, "13900139000"),
        *text(3, "你好", "13700137000"),
    )
    assert line.answers == {1: Status.OK, 2: Status.X_T_APPN, 3: Status.OK}
    assert [sent.destination for _, sent in store.waiting_texts(0, 10)] == [
        "13800138000",
        "13700137000",
    ]


def test_answers_that_the_carrier_has_are_let_go_when_more_comes() -> None:
    channel, _, line = open_channel()
    write(channel, line, *text(1, "苹果 2"), *text(2, "苹果 2", "13800138001"))
    assert len(channel.receiving.redeliveries) == 2
    line.asked = line.answered = 1
    write(channel, line, *text(3, "你好", "13800138002"))
    assert len(channel.receiving.redeliveries) == 1


def test_texts_that_come_while_we_drain_stay_with_the_carrier_and_are_counted() -> None:
    channel, store, line = open_channel()
    channel.refuse_new()
    write(channel, line, *text(1, "苹果 2"), *text(2, "苹果 2", "13800138001"))
    assert line.answers == {1: Status.X_T_APPN, 2: Status.X_T_APPN}
    assert channel.receiving.counters.left == 2
    assert store.waiting_texts(0, 10) == []


def test_after_some_tries_a_person_has_it(poison: str) -> None:
    channel, store, line = open_channel()
    answers: list[int] = []
    for sequence in range(1, TRIES_MAX + 1):
        write(channel, line, *text(sequence, poison))
        answers.append(line.answers[sequence])
    assert answers == [Status.X_T_APPN] * (TRIES_MAX - 1) + [Status.X_R_APPN]
    assert store.messages("shop") == [("shop", "13800138000", "[not understood] poison", NOON)]
    assert channel.turns.counters.set_aside == 1


def test_what_the_program_was_told_is_not_in_the_log(
    poison: str, caplog: pytest.LogCaptureFixture
) -> None:
    channel, _, line = open_channel()
    write(channel, line, *text(1, poison))
    assert "ZeroDivisionError" in caplog.text
    assert poison not in caplog.text
    assert "13800138000" not in caplog.text


def test_a_message_that_cannot_be_read_is_refused_for_good_and_those_beside_it_are_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    channel, store, line = open_channel()
    read = piece.alone

    def fail(octets: bytes, *rest: Any) -> str | None:
        if octets == b"poison":
            raise ValueError("13800138000")
        return read(octets, *rest)

    monkeypatch.setattr(piece, "alone", fail)
    write(channel, line, *text(1, "poison", "13900139000"), *text(2, "苹果 2"))
    assert line.answers == {1: Status.X_R_APPN, 2: Status.OK}
    assert channel.receiving.counters.unreadable == 1
    assert store.contact(ContactKey("shop", "13800138000", "sms")) is not None
    assert "ValueError" in caplog.text
    assert "13800138000" not in caplog.text


def test_a_long_text_refused_by_a_full_disk_is_taken_when_it_comes_again() -> None:
    channel, store, line = open_channel()
    long = "苹果 2" + " " * 100
    channel.turns.store = Full()
    write(channel, line, *text(1, long))
    assert set(line.answers.values()) == {Status.X_T_APPN}
    channel.turns.store = store
    write(channel, line, *text(11, long))
    assert line.answers[11] == line.answers[12] == Status.OK
    [(_, reply)] = store.waiting_texts(0, 10)
    assert reply.text == "共5.00\n1 下单\n2 再加"


def test_segments_that_are_too_old_go_in_time_though_nobody_writes_also_after_a_refusal() -> None:
    loop = SimulatedLoop(cast("Any", None), cast("Any", None))
    channel, store, line = open_channel()
    receiving = channel.receiving
    receiving.clock = lambda: NOON + loop.time()

    def count() -> tuple[int, int]:
        return len(receiving.reassembly), len(store.notes(SEGMENTS_NOTE))

    async def run() -> None:
        channel.received(cast("Any", line), [text(1, "好" * 80)[0]])
        channel.turns.flush()
        assert count() == (1, 1)
        await asyncio.sleep(WAIT_S_MAX - 1)
        assert count() == (1, 1)
        disk, channel.turns.store = channel.turns.store, cast("Any", Full())
        await asyncio.sleep(SWEEP_S_MAX + SWEEP_S_MIN)
        assert count()[1] == 1
        channel.turns.store = disk
        await asyncio.sleep(3 * SWEEP_S_MIN)
        assert count() == (0, 0)

    loop.run_until_complete(run())
    loop.close()


def test_a_clock_that_jumps_loses_no_basket() -> None:
    channel, store, line = open_channel()
    write(channel, line, *text(1, "苹果"))
    channel.receiving.clock = lambda: NOON - 86_400.0
    write(channel, line, *text(2, "2"))
    assert [sent.text for _, sent in store.waiting_texts(0, 10)][-1] == "共5.00\n1 下单\n2 再加"


def test_a_text_is_read_up_to_a_length_and_no_further() -> None:
    channel, _, line = open_channel()
    read: list[Arrival] = []
    channel.turns.add = lambda arrival, *_, **__: read.append(arrival)  # type: ignore[method-assign]
    for length in (receiving.TEXT_CHARACTERS_MAX, receiving.TEXT_CHARACTERS_MAX + 1):
        write(channel, line, *text(1, "面" * length, f"1380013{length}"))
    assert [len(cast("Text", one.input).text) for one in read] == [2_000, 2_000]


def test_a_shop_that_memory_has_forgotten_is_found_on_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "LAST_SELLERS_MAX", 1)
    channel, store, line = open_channel()
    for seller, keyword in (("shop", "red"), ("other", "green")):
        shared = SHOP.replace("sms code 1069", f"sms code 1069\n  keyword {keyword}")
        channel.receiving.routes.add(seller, program_of(shop=shared))
    for buyer in ("13800138001", "13800138002"):
        write(channel, line, *text(1, "red", buyer))
    receiver = channel.receiving
    assert [*receiver._last] == [("1069", "13800138002")]  # noqa: SLF001
    assert receiver._last_seller("1069", "13800138001") == "shop"  # noqa: SLF001
    assert len(store.notes(receiving.LAST_NOTE)) == 2


def test_what_repeats_a_buyers_last_message_by_another_bind_needs_no_disk() -> None:
    channel, store, line = open_channel()
    other = Line()
    write(channel, line, *text(1, "苹果"))
    channel.turns.store = Full()
    write(channel, other, *text(1, "苹果"))
    assert line.answers == other.answers == {1: Status.OK}
    # The carrier has both answers: what reads the same is new.
    for one in (line, other):
        one.asked = one.answered = 1
    channel.turns.store = store
    write(channel, other, *text(2, "苹果"))
    assert len(store.waiting_texts(0, 10)) == 2
