import asyncio
import functools
import gc

import pytest

from sms.smpp.pdu import message
from tests.fuzz import memory, pdu, rtp, session, signalling

TABLE = type(functools.lru_cache(len))


def test_mutated_pdus_never_break_a_bind() -> None:
    totals = pdu.fuzz(20_000, seed=1)
    assert totals["nacked"] > 1_000
    assert totals["closed"] > 100


def test_a_hostile_carrier_breaks_nothing_behind_a_bind() -> None:
    totals = asyncio.run(session.fuzz(session.PDUS_A_SHOP, seed=1))
    assert totals["turns"] > 100
    assert totals["screens"] > 100
    assert totals["receipts"] > 50
    assert totals["connections"] > 50


def test_all_tables_of_what_was_seen_are_full_before_memory_is_measured() -> None:
    session.fill_tables()
    for kept in (message._SEEN, message._PACKED):  # noqa: SLF001  # nothing else tells how full it is
        assert len(kept) == message.ADDRESSES_MAX
    tables = [one for one in gc.get_objects() if isinstance(one, TABLE)]
    asyncio.run(session.fuzz(session.PDUS_A_SHOP, seed=1))
    before = {table: table.cache_info().currsize for table in tables}
    asyncio.run(session.fuzz(session.PDUS_A_SHOP, seed=2))
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


@pytest.mark.parametrize(("kept_kib", "status"), [(0, 0), (4 * memory.GREW_KIB_MAX, 1)])
def test_a_run_fails_whose_memory_grows_past_the_bound(
    kept_kib: int, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = memory.Watch()
    kept = b"x" * (1_024 * kept_kib)
    assert watch.verdict("nothing", {"kept": len(kept)}) == status
    assert f"at most {memory.GREW_KIB_MAX} allowed" in capsys.readouterr().out
