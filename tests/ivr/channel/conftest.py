"""A shop that is called in every test of a call."""

import pytest

from tests.flows.shops import program_of
from tests.ivr.channel.noodles import FLOW


@pytest.fixture(scope="session")
def program():
    return program_of("", FLOW)
