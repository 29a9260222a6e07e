import functools
import gc
from collections.abc import Iterator

import pytest

from sms.smpp.pdu import message
from tests.fuzz import memory, pdu, readers, rtp, session, signalling

TABLE = type(functools.lru_cache(len))


@pytest.fixture
def nothing_before() -> Iterator[None]:
    """The collector leaves alone what other tests made: a run's looks have it walk over all that there is, 21 times."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def test_mutated_pdus_never_break_a_bind() -> None:
    totals = pdu.fuzz(20_000, seed=1)
    assert totals["nacked"] > 1_000
    assert totals["closed"] > 100


def test_what_is_read_where_it_lies_is_told_as_what_is_decoded() -> None:
    totals = readers.compare(20_000, seed=1)
    assert totals["told"] > 10_000
    assert totals["nacked"] > 500
    assert totals["closed"] > 50


def test_a_hostile_carrier_breaks_nothing_behind_a_bind() -> None:
    with session.besieged(seed=1) as (runner, shop, siege):
        totals = runner.run(siege.feed(2 * session.PDUS_A_ROUND, seed=1))
        runner.run(shop.settle())
        shop.check_segments()
    assert totals["turns"] > 300
    assert totals["screens"] > 150
    assert totals["texts taken"] > 300
    assert totals["receipts"] > 150
    assert totals["connections"] > 100


def test_all_tables_of_what_was_seen_are_full_before_memory_is_measured() -> None:
    session.fill_tables()
    for kept in (message._SEEN, message._PACKED):  # noqa: SLF001  # nothing else tells how full it is
        assert len(kept) == message.ADDRESSES_MAX
    tables = [one for one in gc.get_objects() if isinstance(one, TABLE)]
    with session.besieged(seed=1) as (runner, _, siege):
        runner.run(siege.feed(session.PDUS_A_ROUND, seed=1))
        before = {table: table.cache_info().currsize for table in tables}
        runner.run(siege.feed(session.PDUS_A_ROUND, seed=2))
    grew = {
        table.__qualname__: (size, table.cache_info())
        for table, size in before.items()
        if table.cache_info().currsize > size
    }
    assert not grew


def test_mutated_calls_never_break_the_stack_and_leave_nothing_behind() -> None:
    totals = signalling.fuzz(8_000, seed=4475)
    assert totals["Ended"] > totals["Incoming"] > 200
    assert totals["Answered"] > 150
    assert totals["TransferAsked"] > 5
    assert totals["Reinvited"] > 50
    assert totals["SIP/2.0 400"] > 500


def test_any_rtp_and_rtcp_is_taken_or_counted() -> None:
    totals = rtp.fuzz(20_000, seed=1)
    assert totals["told"] > 100
    assert totals["broken"] > 1_000
    assert totals["forged"] > 1_000


@pytest.mark.usefixtures("nothing_before")
@pytest.mark.parametrize(("octets_a_stretch", "status"), [(0, 0), (50_000, 1)])
def test_a_run_fails_that_keeps_a_byte_in_ten_pdus(
    octets_a_stretch: int, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = bytearray()

    def feed(count: int, _: int) -> dict[str, int]:
        kept.extend(bytes(octets_a_stretch))
        return {"pdus": count}

    assert memory.watch("nothing", 10_000_000, 1, feed) == status
    said = capsys.readouterr().out
    assert "500,000: " in said
    assert said.endswith("live objects grow\n" if status else "flat\n")


@pytest.mark.usefixtures("nothing_before")
def test_a_run_fails_whose_pieces_are_small_and_many() -> None:
    kept: list[object] = []

    def feed(count: int, _: int) -> dict[str, int]:
        kept.extend(object() for _ in range(2_000))
        return {"pdus": count}

    assert memory.watch("nothing", 1_000, 1, feed) == 1


@pytest.mark.parametrize(
    ("resident_kib", "failure"),
    [
        # Room between objects that stops growing, and that does not.
        ([70_000, 74_000, 75_000, 75_500, 75_200], None),
        ([70_000, 71_000, 72_000, 73_000, 74_000], "resident memory grows without end"),
        ([70_000, 80_000, 80_000, 80_000, 80_000], "the room between objects is too large"),
    ],
)
def test_resident_memory_stops_growing_in_the_first_half(
    resident_kib: list[int], failure: str | None
) -> None:
    assert memory.failure([memory.Look(kib, 1, 1, 1) for kib in resident_kib]) == failure
