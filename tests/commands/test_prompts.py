"""`dialcart prompts` lists, exports and renders."""

import csv
from pathlib import Path

from commands.flows_on_disk import LIBRARY
from commands.prompts import prompts
from commands.publish import publish
from ivr.speech.phrasing import Fragment
from ivr.speech.speaker import ShopVoice
from tests.ivr.speech.shop import voices


def run(tmp_path, **chosen):
    given = {"language": "", "export": None, "render": False, "values": False} | chosen
    return prompts(
        Path("noodles"), given["language"], tmp_path, given["export"],
        render=given["render"], values=given["values"],
    )  # fmt: skip


def test_a_list_says_what_is_synthesised_and_for_how_long(tmp_path, capsys):
    assert run(tmp_path, language="en") == 0
    out = capsys.readouterr().out
    assert "Hello, welcome to Lao Wang Noodles" in out
    assert "synthesised: " in out.splitlines()[-1]


def test_a_studio_gets_file_names_in_listening_order(tmp_path):
    to = tmp_path / "studio.csv"
    assert run(tmp_path, export=to, values=True) == 0
    rows = list(csv.DictReader(to.read_text("utf-8-sig").splitlines()))
    assert len(rows) > 400
    assert rows[0]["file"].startswith("zh/0001-")
    assert {row["language"] for row in rows} == {"zh", "en"}
    assert next(row["said"] for row in rows if row["text"] == "下单请按1") == "下单请按一"


def test_a_language_that_the_shop_does_not_speak_is_refused(tmp_path, capsys):
    assert run(tmp_path, language="fr") == 2
    assert "it speaks zh, en" in capsys.readouterr().err


def test_publishing_renders_what_a_flow_says_on_calls(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("ivr.speech.voices.find_voices", lambda: voices(tmp_path))
    monkeypatch.setattr(ShopVoice, "known", lambda self, language: [Fragment("Hello", "en")])
    assert (
        publish(LIBRARY / "noodles", tmp_path / "shop.db", tmp_path / "speech", dry_run=False) == 0
    )
    assert "2 fragments of speech are ready" in capsys.readouterr().out
    assert list((tmp_path / "speech").rglob("*.al"))
