"""Segments on their way out to a carrier that throttles, on simulated time."""

import asyncio
import math
import random
from collections.abc import Callable
from typing import cast

import pytest

from center.changes import OutgoingText
from center.superseded import turn_number
from sms import outgoing
from sms.carrier import Carrier
from sms.client import Esme
from sms.held import HOLD_S
from sms.link import Link
from sms.outgoing import LOSSES_MAX
from sms.smpp import pdu as p
from sms.smpp.frames import Frames
from sms.smpp.status import Status
from sms.submission import Settlement, Submission, submission
from tests.sms.test_allowance import most_within
from tests.sms.wire import LATENCY_S, Owner, SmscTransport, at_once

STEP_S = 0.005


def bound(esme: Esme, wire: SmscTransport, number: int) -> Link:
    """A connection that the carrier has let in."""
    link = Link(esme, p.BIND_TRANSCEIVER, number)
    esme.links.append(link)
    link.connection_made(cast("asyncio.BaseTransport", wire))
    wire.now += LATENCY_S
    link.data_received(wire.answers())
    return link


def send(
    refused: float, *, rate: float, texts: int, phones: int, seconds: float, binds: int = 1
) -> Owner:
    """Submit texts in turn to phones and let so many simulated seconds pass. Each phone's answers went by one of the binds."""

    async def run() -> Owner:
        owner, wires = Owner(), [SmscTransport(refused, seed) for seed in range(binds)]
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret", rate=rate)
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wires[0].now, soon=at_once)
        links = [bound(esme, wire, number) for number, wire in enumerate(wires)]
        esme.submit(
            [
                submission(
                    (number % phones, number),
                    p.SubmitSm(
                        source=p.Address("1069"), destination=p.Address(str(number % phones))
                    ),
                    links[number % phones % binds] if number % 3 else None,
                )
                for number in range(texts)
            ]
        )
        while wires[0].now < seconds:
            for wire, link in zip(wires, links, strict=True):
                wire.now += STEP_S
                come = wire.answers()
                if come:
                    link.data_received(come)
            esme.outgoing.pump()
        owner.asked = sum(wire.asked for wire in wires)
        return owner

    return asyncio.run(run())


@pytest.mark.parametrize("binds", [1, 2, 4])
def test_a_carrier_that_refuses_a_tenth_still_takes_what_it_allows(binds: int) -> None:
    owner = send(0.1, rate=200, texts=5_000, phones=1_000, seconds=20, binds=binds)
    assert 0.95 * 200 * 20 <= len(owner.taken) <= 200 * 21
    assert in_order(owner, 1_000)


def test_a_carrier_that_allows_less_than_one_a_second_is_sent_as_much() -> None:
    owner = send(0.0, rate=0.5, texts=100, phones=100, seconds=20)
    assert 0.95 * 0.5 * 20 <= len(owner.taken) <= 0.5 * 20 + 1


@pytest.mark.parametrize("binds", [1, 3])
def test_throttling_keeps_the_order_of_each_phone(binds: int) -> None:
    owner = send(0.3, rate=500, texts=1_000, phones=50, seconds=20, binds=binds)
    assert len(owner.taken) == 1_000
    assert in_order(owner, 50)


@pytest.mark.parametrize("binds", [1, 2])
@pytest.mark.parametrize(("rate", "quiet_s"), [(200, 1.5), (50, 1.5), (2.5, 3.0), (0.5, 4.0)])
def test_after_a_quiet_while_no_second_has_more_than_the_rate_and_none_is_lost(
    rate: float, quiet_s: float, binds: int
) -> None:
    """The owner does not tick: what is allowed later is sent when it is."""

    async def run() -> tuple[list[float], float]:
        wires = [SmscTransport(0.0, seed) for seed in range(binds)]
        clock = wires[0]
        due: list[tuple[float, Callable[[], None]]] = []

        def later(delay_s: float, callback: Callable[[], None]) -> None:
            due.append((clock.now + delay_s, callback))

        carrier = Carrier("carrier", "nowhere", 0, "us", "secret", rate=rate)
        esme = Esme(
            carrier,
            Owner(),
            chance=random.Random(1),
            now=lambda: clock.now,
            soon=at_once,
            later=later,
        )
        links = [bound(esme, wire, number) for number, wire in enumerate(wires)]
        at, texts = 0, int(8 * rate) + 1

        def pass_until(ends: float) -> None:
            while True:
                come = [when for wire in wires for when, _ in wire.due] + [when for when, _ in due]
                soonest = min(come, default=math.inf)
                if soonest > ends:
                    break
                for wire in wires:
                    wire.now = max(wire.now, soonest)
                ready = [one for one in due if one[0] <= soonest]
                due[:] = [one for one in due if one[0] > soonest]
                for _, callback in ready:
                    callback()
                for wire, link in zip(wires, links, strict=True):
                    if answers := wire.answers():
                        link.data_received(answers)
            for wire in wires:
                wire.now = max(wire.now, ends)

        for _ in range(3):
            esme.submit(
                [
                    submission(n, p.SubmitSm(destination=p.Address(str(n))))
                    for n in range(at, at + texts)
                ]
            )
            at += texts
            began = clock.now
            while esme.outgoing.waiting:
                pass_until(clock.now + 0.25)
            took_s = clock.now - began
            pass_until(clock.now + quiet_s)
        assert len(due) <= 1
        return sorted(at for wire in wires for at in wire.asked_at), texts / took_s

    times, reached = asyncio.run(run())
    assert len(times) == 3 * (int(8 * rate) + 1)
    most = math.ceil(rate)
    assert most_within(times, most / rate) <= most
    assert reached >= 0.95 * rate


def in_order(owner: Owner, phones: int) -> bool:
    """Whether each phone's texts were taken as they were submitted."""
    taken: dict[int, list[int]] = {phone: [] for phone in range(phones)}
    for phone, number in owner.taken:
        taken[phone].append(number)
    return all(own == sorted(own) for own in taken.values())


def test_a_reply_goes_by_the_bind_of_the_answer_that_it_must_not_overtake() -> None:
    async def sent() -> tuple[list[list[str]], list[str]]:
        wires = [SmscTransport(0.0), SmscTransport(0.0)]
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        esme = Esme(
            carrier, Owner(), chance=random.Random(1), now=lambda: wires[0].now, soon=at_once
        )
        first, second = (bound(esme, wire, number) for number, wire in enumerate(wires))
        phones = ("1", "2", "3", "4")
        esme.submit(
            [
                submission(
                    phone, p.SubmitSm(destination=p.Address(phone)), (first, second)[int(phone) % 2]
                )
                for phone in phones
            ]
        )
        by_wire = [phones_of(wire) for wire in wires]
        # It breaks before the carrier has said that it has them: they wait, and so does what was to follow on it.
        second.connection_lost(None)
        esme.submit([submission("5", p.SubmitSm(destination=p.Address("5")), second)])
        esme.outgoing.pump()
        assert phones_of(wires[0]) == by_wire[0]
        for wire in wires:
            wire.now += HOLD_S
        esme.links.remove(second)
        esme.outgoing.pump()
        return by_wire, phones_of(wires[0])[len(by_wire[0]) :]

    by_wire, later = asyncio.run(sent())
    assert by_wire == [["2", "4"], ["1", "3"]]
    assert sorted(later) == ["1", "3", "5"]


@pytest.mark.parametrize("place", [1, 2])
def test_a_reply_that_has_waited_goes_by_the_bind_by_which_its_message_came_again(
    place: int,
) -> None:
    async def sent() -> list[list[str]]:
        wires = [SmscTransport(0.0, seed) for seed in range(3)]
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        esme = Esme(
            carrier, Owner(), chance=random.Random(1), now=lambda: wires[0].now, soon=at_once
        )
        links = [bound(esme, wire, number) for number, wire in enumerate(wires)]
        one = submission("1", p.SubmitSm(destination=p.Address("1")), links[0])
        one.text = OutgoingText("", "1069", "1", "", 0)
        esme.submit([one])
        links[0].connection_lost(None)
        esme.links.remove(links[0])
        esme.outgoing.answered_by = lambda _: links[place]
        for wire in wires:
            wire.now += HOLD_S
        esme.outgoing.pump()
        return [phones_of(wire) for wire in wires]

    by_wire = asyncio.run(sent())
    assert by_wire[0] == by_wire[place] == ["1"]
    assert by_wire[3 - place] == []


def test_a_reply_that_must_go_by_one_bind_waits_for_no_outages_worth_that_may_go_by_any() -> None:
    async def run() -> list[object]:
        owner, wires = Owner(), [SmscTransport(0.0, 1), SmscTransport(0.0, 2)]
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret", window=16)
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wires[0].now, soon=at_once)
        links = [bound(esme, wire, number) for number, wire in enumerate(wires)]
        esme.submit(
            [submission(n, p.SubmitSm(destination=p.Address(str(n)))) for n in range(1_000)]
        )
        reply = p.SubmitSm(destination=p.Address("13800138000"))
        esme.submit([submission("reply", reply, links[1])])
        while "reply" not in owner.taken:
            for wire, link in zip(wires, links, strict=True):
                wire.now += LATENCY_S
                link.data_received(wire.answers())
        return owner.taken

    # Behind what was under way, and one window more at most.
    assert len(asyncio.run(run())) <= 4 * 16


def test_what_may_go_by_any_bind_has_its_turn_behind_replies_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "OWN_FIRST_MAX", 32)

    async def run() -> list[object]:
        owner, wire = Owner(), SmscTransport(0.0, 1)
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret", window=16)
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wire.now, soon=at_once)
        links = [bound(esme, wire, 0), bound(esme, SmscTransport(0.0, 2), 1)]
        esme.submit(
            [
                submission(n, p.SubmitSm(destination=p.Address(str(n))), links[0])
                for n in range(1_000)
            ]
        )
        links[1].bound = False
        esme.submit([submission("other", p.SubmitSm(destination=p.Address("13800138000")))])
        while "other" not in owner.taken:
            wire.now += LATENCY_S
            links[0].data_received(wire.answers())
        return owner.taken

    assert len(asyncio.run(run())) <= 6 * 16


def phones_of(wire: SmscTransport) -> list[str]:
    """To whom it has carried texts."""
    return [asked.destination.digits for asked in wire.had if isinstance(asked, p.SubmitSm)]


def test_a_carrier_that_refuses_everything_is_left_alone() -> None:
    owner = send(1.0, rate=500, texts=500, phones=500, seconds=10)
    assert owner.taken == []
    # A window at a time, a few times while the pauses grow, and then every two seconds: not 5,000.
    assert 64 <= owner.asked <= 64 * 12


def test_a_window_that_is_nearly_full_waits_for_more_answers() -> None:
    async def run() -> list[int]:
        owner, wire = Owner(), SmscTransport(0.0, 1)
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret", window=16)
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wire.now, soon=at_once)
        link = bound(esme, wire, 0)
        esme.submit(
            [
                submission(
                    number,
                    p.SubmitSm(source=p.Address("1069"), destination=p.Address(str(number))),
                    None,
                )
                for number in range(20)
            ]
        )
        frees: list[int] = []
        wire.now += LATENCY_S
        for frame in Frames().feed(wire.answers()):
            link.data_received(frame)
            frees.append(link.machine.room())
        return frees

    # An eighth of the window at a time while others wait; at the end, what is left.
    assert asyncio.run(run())[:6] == [1, 0, 1, 0, 1, 2]


def test_connections_that_break_under_a_text_are_no_refusals_of_it():
    carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
    waiting = Esme(carrier, Owner(), chance=random.Random(1), now=lambda: 0.0).outgoing
    text = submission(1, p.SubmitSm(source=p.Address("1069"), destination=p.Address("13800138000")))
    settled: list[Settlement] = []
    for _ in range(LOSSES_MAX - 1):
        waiting.again(text, None, settled)
    waiting.again(text, int(Status.SYSERR), settled)
    assert settled == []
    waiting.again(text, None, settled)
    assert settled == [Settlement(1, None, None)]


@pytest.mark.parametrize("is_held", [False, True])
@pytest.mark.parametrize(
    ("seller", "asks", "is_left"),
    [("shop", True, True), ("another", True, False), ("shop", False, False)],
)
def test_a_question_whose_connection_broke_is_not_sent_again_when_its_buyer_has_gone_on(
    seller: str, asks: bool, is_left: bool, is_held: bool
) -> None:
    class Told(Owner):
        """Is told of what is left, too."""

        def __init__(self) -> None:
            super().__init__()
            self.left: list[object] = []

        def settled(self, carrier: Carrier, settlements: list[Settlement]) -> None:
            del carrier
            self.left += [one.key for one in settlements if one.superseded]

    def reply(key: str, turn: int, of: str, *, asks: bool) -> Submission:
        text = OutgoingText("", "1069", "1", "", 0, of, turn_number(1, turn, asks=asks))
        one = submission(key, p.SubmitSm(destination=p.Address("1")))
        one.text = text
        return one

    async def run() -> tuple[list[object], int]:
        owner, wire = Told(), SmscTransport(0.0)
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        esme = Esme(carrier, owner, chance=random.Random(1), now=lambda: wire.now, soon=at_once)
        link = bound(esme, wire, 0)
        esme.submit([reply("asked", 1, "shop", asks=asks)])
        # They answered it, so they have read it; the connection breaks before the carrier has said that it has it.
        following = reply("next", 2, seller, asks=True)
        if is_held:
            # The carrier lacks our answer to what they said, and brings that again: the reply waits, and is not submitted yet.
            esme.outgoing.held = lambda buyer: [cast("OutgoingText", following.text)]
        else:
            esme.submit([following])
        link.connection_lost(None)
        esme.links.clear()
        again = SmscTransport(0.0)
        again.now = wire.now
        bound(esme, again, 1)
        wire.now += 2 * HOLD_S
        esme.outgoing.pump()
        return owner.left, again.asked

    # What waits behind it goes; else it goes itself, and that waits.
    assert asyncio.run(run()) == (["asked"] if is_left else [], 0 if is_held and is_left else 1)
