import asyncio

import pytest

from tests.fuzz import memory, pdu, rtp, session, signalling


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


def test_mutated_calls_never_break_the_stack_and_leave_nothing_behind() -> None:
    totals = signalling.fuzz(8_000, seed=4475)
    assert totals["Ended"] > totals["Incoming"] > 200
    assert totals["Answered"] > 200
    assert totals["Reinvited"] > 50
    assert totals["SIP/2.0 400"] > 500


def test_any_rtp_and_rtcp_is_taken_or_counted() -> None:
    totals = rtp.fuzz(20_000, seed=1)
    assert totals["told"] > 100
    assert totals["broken"] > 1_000


@pytest.mark.parametrize(("kept_kib", "status"), [(0, 0), (4 * memory.GREW_KIB_MAX, 1)])
def test_a_run_fails_whose_memory_grows_past_the_bound(
    kept_kib: int, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    watch = memory.Watch()
    kept = b"x" * (1_024 * kept_kib)
    assert watch.verdict("nothing", {"kept": len(kept)}) == status
    assert f"at most {memory.GREW_KIB_MAX} allowed" in capsys.readouterr().out
