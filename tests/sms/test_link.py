"""One connection to a carrier: when it is asked whether it has our answers, and what one gets that does not read."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, cast

from benchmarks.orders.stand_ins import Pipe
from sms.carrier import Carrier
from sms.client import Esme
from sms.held import HOLD_S
from sms.link import CLOSE_S_MAX, REFUSED_MAX, UNACKNOWLEDGED_MAX, UNREAD_BYTES_MAX, Link
from sms.returns import UNKNOWN_S
from sms.smpp import pdu as p
from sms.smpp.frames import Frames
from sms.smpp.status import Status
from tests.sms.wire import Owner, SmscTransport


def test_with_several_binds_a_carrier_is_asked_at_once_whether_it_has_our_answers() -> None:
    async def asked(binds: int) -> list[p.Pdu]:
        carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
        esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1), now=lambda: 0.0)
        wires = [SmscTransport(0.0) for _ in range(binds)]
        for number, wire in enumerate(wires):
            link = Link(esme, p.BIND_TRANSCEIVER, number)
            esme.links.append(link)
            link.connection_made(cast("asyncio.BaseTransport", wire))
            await asyncio.sleep(0)
            wire.now = 1.0
            link.data_received(wire.answers())
        esme.links[0].acknowledge([(1, Status.OK), (2, Status.OK)])
        await asyncio.sleep(0)
        return wires[0].had[1:]

    answers = [p.DeliverSmResp(sequence=1), p.DeliverSmResp(sequence=2)]
    assert asyncio.run(asked(1)) == answers
    assert asyncio.run(asked(2)) == [*answers, p.EnquireLink(sequence=2)]


class Unread(Pipe):
    """A carrier that does not read: a close waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_cut = False

    def close(self) -> None:
        pass

    def abort(self) -> None:
        self.is_cut = True


def _bound(now: Callable[[], float], wire: Pipe) -> Link:
    carrier = Carrier("carrier", "nowhere", 0, "us", "secret")
    esme = Esme(carrier, cast("Any", Owner()), chance=random.Random(1), now=now)
    link = Link(esme, p.BIND_TRANSCEIVER, 0)
    esme.links.append(link)
    link.connection_made(wire)
    answer = p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=1)
    link.data_received(p.encode(answer))
    return link


def test_the_loop_tells_of_so_much_that_a_carrier_has_not_read() -> None:
    class Told(Pipe):
        high: int | None = None

        def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
            del low
            self.high = high

    async def run() -> int | None:
        wire = Told()
        _bound(lambda: 0.0, wire)
        return wire.high

    assert asyncio.run(run()) == UNREAD_BYTES_MAX


def test_a_carrier_that_does_not_read_is_not_read_from() -> None:
    async def run() -> None:
        wire = Pipe()
        link = _bound(lambda: 0.0, wire)
        link.pause_writing()
        assert not wire.is_reading()
        # Answers that went out make room for more messages, but who does not take them gets no more.
        link.acknowledge([(1, Status.OK)])
        assert not wire.is_reading()
        link.resume_writing()
        assert wire.is_reading()

    asyncio.run(run())


def test_a_carrier_with_too_much_unanswered_is_not_read_from_because_it_reads() -> None:
    async def run() -> None:
        wire = Pipe()
        link = _bound(lambda: 0.0, wire)
        link.unacknowledged = UNACKNOWLEDGED_MAX
        link.pause_writing()
        link.resume_writing()
        assert not wire.is_reading()
        link.acknowledge([(1, Status.OK)])
        assert wire.is_reading()

    asyncio.run(run())


def test_a_carrier_that_does_not_read_cannot_keep_a_closing_connection() -> None:
    async def run() -> None:
        now = [0.0]
        wire = Unread()
        link = _bound(lambda: now[0], wire)
        link.pause_writing()
        now[0] = link.machine.timers.inactivity_s
        link.tick()
        assert not link.bound
        assert not wire.is_cut
        now[0] += CLOSE_S_MAX
        link.tick()
        assert wire.is_cut

    asyncio.run(run())


class Reader(Owner):
    """An owner that remembers what came."""

    def __init__(self) -> None:
        super().__init__()
        self.had: list[int] = []

    def received(self, link: Link, messages: list[p.DeliverSm]) -> None:
        self.had += [message.sequence for message in messages]


def _read_by(reader: Reader) -> Link:
    """A bound link whose messages come to `reader`."""
    link = _bound(lambda: 0.0, Pipe())
    cast("Any", link.esme).handler = reader
    return link


def _deliver(*sequences: int) -> bytes:
    return b"".join(
        p.encode(
            p.DeliverSm(
                sequence=sequence,
                source=p.Address("13800138000"),
                destination=p.Address("1069"),
                message=b"2",
            )
        )
        for sequence in sequences
    )


def test_a_copy_of_what_was_refused_is_refused_until_the_carrier_has_that_answer() -> None:
    async def run() -> None:
        reader = Reader()
        link = _read_by(reader)
        link.data_received(_deliver(7, 8))
        link.acknowledge([(7, Status.X_T_APPN), (8, Status.OK)])
        link.data_received(_deliver(7, 8, 9))
        assert reader.had == [7, 8, 8, 9]
        assert (link.unacknowledged, link.acknowledged) == (2, 3)
        # The carrier answers what was asked after the refusal: this 7 was sent by who had read it.
        link.machine.request(p.EnquireLink(), 0.0)
        link.data_received(p.encode(p.EnquireLinkResp(sequence=2)) + _deliver(7))
        assert reader.had == [7, 8, 8, 9, 7]

    asyncio.run(run())


def test_of_what_was_refused_the_oldest_is_forgotten() -> None:
    async def run() -> None:
        reader = Reader()
        link = _read_by(reader)
        count = REFUSED_MAX + 1
        link.acknowledge([(sequence, Status.X_T_APPN) for sequence in range(1, count + 1)])
        link.data_received(_deliver(1, 2, count))
        assert reader.had == [1]

    asyncio.run(run())


def test_a_connection_that_is_gone_keeps_nothing_of_what_was_refused() -> None:
    # Answers that a carrier may lack are remembered for an hour with their connection: half a MiB for each that it breaks.
    async def run() -> None:
        link = _bound(lambda: 0.0, Pipe())
        link.acknowledge([(sequence, Status.X_T_APPN) for sequence in range(REFUSED_MAX)])
        link.connection_lost(None)
        assert not link._refused  # noqa: SLF001  # nothing else tells what is kept

    asyncio.run(run())


class Counted(Pipe):
    """A connection that knows what was written at once."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[list[p.Pdu]] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append([p.decode(frame) for frame in Frames(p.PDU_BYTES_MAX).feed(bytes(data))])


def test_what_is_said_in_one_turn_of_the_loop_is_one_write_in_its_order() -> None:
    async def written(mode: int) -> list[list[p.Pdu]]:
        wire = Counted()
        link = _bound(lambda: 0.0, wire)
        await asyncio.sleep(0)
        wire.writes.clear()
        link.mode = mode
        link.acknowledge([(1, Status.OK)])
        link.machine.request(p.EnquireLink(), 0.0)
        link.flush()
        link.acknowledge([(2, Status.OK)])
        assert not wire.writes or mode == p.BIND_RECEIVER
        await asyncio.sleep(0)
        return wire.writes

    first, asked, second = (
        p.DeliverSmResp(sequence=1),
        p.EnquireLink(sequence=2),
        p.DeliverSmResp(sequence=2),
    )
    assert asyncio.run(written(p.BIND_TRANSCEIVER)) == [[first, asked, second]]
    # The replies to these leave by another connection.
    assert asyncio.run(written(p.BIND_RECEIVER)) == [[first], [asked, second]]


def test_what_was_said_before_a_close_is_written() -> None:
    async def written() -> list[list[p.Pdu]]:
        wire = Counted()
        link = _bound(lambda: 0.0, wire)
        await asyncio.sleep(0)
        wire.writes.clear()
        link.acknowledge([(1, Status.OK)])
        link.data_received(p.encode(p.Unbind(sequence=3)))
        assert wire.is_closing()
        return wire.writes

    [said] = asyncio.run(written())
    assert said == [p.DeliverSmResp(sequence=1), p.UnbindResp(sequence=3)]


def test_what_came_again_proves_something_only_while_replies_are_held_back() -> None:
    async def returned(came_at: float) -> int:
        now = 0.0
        link = _bound(lambda: now, Pipe())
        esme = link.esme
        link.connection_lost(None)
        now = 0.5
        other = Link(esme, p.BIND_TRANSCEIVER, 0)
        esme.links[:] = [other]
        other.connection_made(Pipe())
        answer = p.BindResp(command=p.BIND_TRANSCEIVER | p.RESPONSE, sequence=1)
        other.data_received(p.encode(answer))
        now = came_at
        link.came_again(7)
        now = 0.5 + UNKNOWN_S
        other.data_received(p.encode(p.EnquireLink(sequence=1)))
        now += HOLD_S
        other.data_received(p.encode(p.EnquireLink(sequence=2)))
        return link.returned

    assert asyncio.run(returned(0.4 + HOLD_S)) == 7
    # A buyer may have had the reply by now, and say the same to it.
    assert asyncio.run(returned(0.6 + HOLD_S)) == 0


def test_a_bind_was_of_use_once_anything_was_answered_behind_it() -> None:
    async def run() -> list[bool]:
        link, other = _bound(lambda: 0.0, Pipe()), _bound(lambda: 0.0, Pipe())
        was_of_use = [link.was_of_use]
        link.acknowledge([(7, Status.OK)])
        other.machine.request(p.EnquireLink(), 0.0)
        was_of_use.append(other.was_of_use)
        other.data_received(p.encode(p.EnquireLinkResp(sequence=2)))
        return [*was_of_use, link.was_of_use, other.was_of_use]

    assert asyncio.run(run()) == [False, False, True, True]
