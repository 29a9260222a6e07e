"""The floor's journal: in order, whole or not at all, and one who writes."""

import pytest

from center.ports import StoreError
from store.journal import SqliteJournal


def test_records_come_back_in_their_order_after_a_reopening(tmp_path):
    journal = SqliteJournal(tmp_path / "floor")
    journal.append([b"1", b"2"])
    journal.append([b"3"])
    journal.close()

    again = SqliteJournal(tmp_path / "floor")
    assert list(again.records()) == [b"1", b"2", b"3"]
    again.close()


def test_records_are_of_one_moment_though_others_are_appended_while_they_are_read(tmp_path):
    journal = SqliteJournal(tmp_path / "floor")
    journal.append([b"1", b"2"])
    reading = journal.records()
    assert next(reading) == b"1"
    journal.append([b"3"])
    assert list(reading) == [b"2"]
    assert list(journal.records()) == [b"1", b"2", b"3"]
    journal.close()


def test_an_append_that_fails_keeps_nothing(tmp_path):
    journal = SqliteJournal(tmp_path / "floor")
    with pytest.raises(StoreError):
        journal.append([b"1", None])
    journal.append([b"2"])

    assert list(journal.records()) == [b"2"]
    journal.close()


def test_what_is_no_journal_is_refused(tmp_path):
    (tmp_path / "floor").write_bytes(b"not a database" * 100)

    with pytest.raises(StoreError, match="no"):
        SqliteJournal(tmp_path / "floor")


def test_what_cannot_be_opened_is_told_by_its_name(tmp_path):
    (tmp_path / "floor").mkdir()

    with pytest.raises(StoreError, match="floor cannot be opened: unable to open"):
        SqliteJournal(tmp_path / "floor")


def test_who_took_over_last_writes_and_nobody_else(tmp_path):
    first, second = SqliteJournal(tmp_path / "floor"), SqliteJournal(tmp_path / "floor")
    first.take_over()
    first.append([b"1"])
    second.take_over()
    second.append([b"2"])
    with pytest.raises(StoreError, match="another process"):
        first.append([b"3"])
    assert list(second.records()) == [b"1", b"2"]
