import asyncio

from tests.fuzz import pdu, session


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
