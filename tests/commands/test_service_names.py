"""`[[service]]` beside flows: what a flow asks for and nobody set is told before buyers ask, and stops nothing."""

from pathlib import Path

import pytest

from commands.config import check
from commands.publish import publish
from store.sqlite import SqliteStore
from tests.end_to_end.asking import ASKING

SERVICE = """\
sellers = ["{folder}/points"]
[store]
database = "{folder}/shop.db"
"""
CRM = """\
[[service]]
name = "{name}"
url = "https://crm.example.net"
operations = {{ look_up = "find", {note} = "note" }}
sellers = [{seller}]
"""


@pytest.fixture
def told(tmp_path: Path, capsys):
    """What `config check` says of these, beside a flow that asks crm.look_up and crm.note."""
    (tmp_path / "points").mkdir()
    (tmp_path / "points" / "seller.flow").write_text(ASKING, "utf-8")

    def check_it(name: str = "crm", note: str = "note", seller: str = "") -> str:
        file = tmp_path / "dialcart.toml"
        text = SERVICE + (CRM if name else "")
        text = text.format(folder=tmp_path, name=name, note=note, seller=seller)
        file.write_text(text, "utf-8")
        assert check(file) == 0
        return capsys.readouterr().err

    return check_it


def test_of_what_fits_nothing_is_said(told):
    assert told() == ""
    assert told(seller='"points"') == ""


def test_a_service_that_nobody_set_is_told_with_what_to_write(told):
    said = told(name="")
    assert (
        "points asks for crm.look_up, which fails at once: no [[service]] is called crm;"
        ' write [[service]] with name = "crm"\n'
    ) in said
    assert "points asks for crm.note, " in said


def test_a_slip_in_a_name_is_told_with_the_one_that_was_meant(told):
    said = told(name="crn")
    assert "no [[service]] is called crm; did you mean `crn`?" in said
    assert "[[service]] crn: no flow asks for it; did you mean `crm`?" in said


def test_an_operation_that_is_not_set_is_told(told):
    said = told(note="notes")
    assert "[[service]] crm has no operation note; did you mean `notes`?" in said
    assert "[[service]] crm: no flow asks for `notes`; did you mean `note`?" in said


def test_a_seller_who_may_not_ask_is_told_and_one_who_is_not_there(told):
    said = told(seller='"pints"')
    assert "[[service]] crm is for other sellers; add who may ask to `sellers`" in said
    assert "[[service]] crm: no seller is called pints, or its flow has errors" in said


def test_publishing_a_flow_that_asks_for_what_nobody_set_tells_so(told, tmp_path, capsys):
    SqliteStore(tmp_path / "shop.db").close()
    flow = tmp_path / "points" / "seller.flow"
    for name, is_told in (("crm", False), ("erp", True)):
        told(name=name)
        config = tmp_path / "dialcart.toml"
        assert publish(flow, tmp_path / "shop.db", None, config, dry_run=False) == 0
        assert ("points asks for crm.look_up" in capsys.readouterr().err) is is_told
