"""Queries that every Python from 3.11 on can bind."""

import re

from store.queries import queries


def test_no_placeholder_has_a_number() -> None:
    # sqlite3 takes `?1` for a name: Python 3.12 warns where a sequence is given for it, and 3.14 refuses.
    assert [name for name, sql in queries().items() if re.search(r"\?\d", sql)] == []


def test_no_query_mixes_names_and_places() -> None:
    for name, sql in queries().items():
        assert not ("?" in sql and re.search(r"(?<![:\w]):[a-z]", sql)), name
