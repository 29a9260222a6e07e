"""The people of a database: contracts are made and ended, and stay so over a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from center.ports import StoreError
from store.people import People


def test_a_contract_ends_alone_once_and_for_good(tmp_path: Path):
    people = People(tmp_path / "shop.people")
    for pool, seller in (("tea-desk", "teahouse"), ("tea-desk", "noodles"), ("north", "teahouse")):
        people.contract(pool, seller)
    assert people.end_contract("tea-desk", "teahouse")
    assert not people.end_contract("tea-desk", "teahouse"), "it has ended already"
    people.close()

    people = People(tmp_path / "shop.people")
    assert people.contracts() == [("north", "teahouse"), ("tea-desk", "noodles")]
    people.contract("tea-desk", "teahouse")
    assert ("tea-desk", "teahouse") in people.contracts(), "it may be made again"
    people.close()


def test_a_file_that_we_may_not_have_is_told_by_its_name(tmp_path: Path):
    (tmp_path / "shop.people").mkdir()
    with pytest.raises(
        StoreError, match=r"shop\.people cannot be opened: unable to .*; see who owns it"
    ):
        People(tmp_path / "shop.people")


def test_a_first_start_on_a_full_disk_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_path: Path, **_: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        raise error

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(
        StoreError, match=r"shop\.people cannot be opened: .*whether its disk is full"
    ):
        People(tmp_path / "shop.people")


def test_a_file_of_something_else_is_told_as_none_of_ours(tmp_path: Path):
    (tmp_path / "shop.people").write_text("no database at all, " * 100)
    with pytest.raises(StoreError, match=r"shop\.people holds no people of dialcart: "):
        People(tmp_path / "shop.people")
