"""`[[queue]]` beside flows and people: what names nothing is told before buyers wait for it."""

from pathlib import Path

import pytest

from center.acd.agent import Agent, Skill
from center.desk.person import HOUSE, Person
from commands.config import check
from commands.kept_files import people_file
from commands.publish import publish
from store.people import People
from store.sqlite import SqliteStore
from tests.center.desk.test_queues import OFFERS
from tests.flows.shops import ORDER, SHOP

QUEUE = """\
sellers = ["{folder}/apples"]
[store]
database = "{folder}/shop.db"
[web]
[[queue]]
name = "apples/sales"
requires = ["tea=3"]
[[queue.step]]
after_s = 30
say = "{say}"
"""


@pytest.fixture
def settings(tmp_path: Path):
    (tmp_path / "apples").mkdir()
    (tmp_path / "apples" / "seller.flow").write_text(SHOP + ORDER + OFFERS, "utf-8")

    def written(say: str, more: str = "") -> Path:
        file = tmp_path / "dialcart.toml"
        file.write_text(QUEUE.format(folder=tmp_path, say=say) + more, "utf-8")
        return file

    return written


def test_a_step_that_no_flow_has_is_told_with_the_one_that_was_meant(settings, capsys):
    assert check(settings("offers")) == 0
    file = settings("ofers")
    assert check(file) == 1
    assert capsys.readouterr().err == (
        f"{file}: [[queue]] apples/sales, after 30 s: the flow of apples has no step `ofers` to say, so buyers are told how"
        " long it will be; did you mean `offers`?\n"
    )


def test_a_queue_that_no_flow_hands_over_to_is_told(settings, capsys):
    assert check(settings("offers", '[[queue]]\nname = "apple/sales"\n')) == 1
    assert "[[queue]] apple/sales: no seller is called apple" in capsys.readouterr().err


def test_a_skill_that_nobody_has_is_told_once_somebody_works_here(settings, tmp_path, capsys):
    file = settings("offers")
    people = People(people_file(tmp_path / "shop.db"))
    for level, told in ((0, "nobody has it at all"), (2, "at most 2"), (3, None)):
        people.keep(Person(Agent("li", HOUSE, (Skill("tea", level),) if level else ())))
        assert check(file) == 0
        err = capsys.readouterr().err
        assert (f"asks for tea=3: {told}" in err) if told else (err == "")
    assert "--skill tea=3" not in err
    people.close()


def test_publishing_a_flow_without_the_words_tells_so(settings, tmp_path, capsys):
    SqliteStore(tmp_path / "shop.db").close()
    flow = tmp_path / "apples" / "seller.flow"
    for text, told in ((SHOP + ORDER + OFFERS, False), (SHOP + ORDER, True)):
        flow.write_text(text, "utf-8")
        assert publish(flow, tmp_path / "shop.db", None, settings("offers"), dry_run=False) == 0
        assert ("the flow of apples has no step `offers` to say" in capsys.readouterr().err) is told
