"""The people of a database: contracts are made and ended, and stay so over a restart."""

from __future__ import annotations

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
    with pytest.raises(StoreError, match=r"shop\.people holds no people of dialcart: unable to"):
        People(tmp_path / "shop.people")
