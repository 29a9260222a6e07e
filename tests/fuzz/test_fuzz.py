from tests.fuzz.pdu import fuzz


def test_mutated_pdus_never_break_a_bind() -> None:
    totals = fuzz(20_000, seed=1)
    assert totals["nacked"] > 1_000
    assert totals["closed"] > 100
