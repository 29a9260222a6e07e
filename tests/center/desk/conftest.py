"""A shop that hands over to a queue, kept in memory and a journal on disk."""

import pytest

from store.journal import SqliteJournal
from store.memory import MemoryStore
from tests.center.desk.house import Clock, House
from tests.flows.shops import NOON, ORDER, SHOP, program_of


@pytest.fixture
def store():
    opened = MemoryStore()
    opened.publish("shop", program_of(ORDER, SHOP), NOON)
    return opened


@pytest.fixture
def journal(tmp_path):
    opened = SqliteJournal(tmp_path / "floor")
    yield opened
    opened.close()


@pytest.fixture
def house(store, journal):
    return House(store, journal, Clock())
