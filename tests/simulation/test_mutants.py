"""Each safety that is taken out is missed: the simulation can fail."""

import pytest

from tests.simulation.mutants import found_by, mutants


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", mutants())
def test_a_safety_that_is_taken_out_is_missed(name: str) -> None:
    assert found_by(name) is not None
