"""`dialcart prompts` lists, exports and renders."""

import csv
import json
import math
import re
import shutil
import struct
import wave
from pathlib import Path

import pytest

from commands.flows_on_disk import LIBRARY
from commands.prompts import prompts
from commands.publish import publish
from ivr.speech.pieces import Fragment
from ivr.speech.speaker import ShopVoice
from tests.ivr.speech.shop import voices

SYNTHESISED = re.compile(r" synthesised +([0-9.]+) s ")
TOTAL = re.compile(r"synthesised: ([0-9]+) texts, ([0-9]+) s$")


def run(tmp_path, flow=Path("noodles"), **chosen):
    given = {
        "language": "",
        "export": None,
        "render": False,
        "values": False,
        "config": None,
    } | chosen
    return prompts(
        flow, given["language"], tmp_path, given["export"],
        render=given["render"], values=given["values"], config=given["config"],
    )  # fmt: skip


def test_a_list_says_what_is_synthesised_and_for_how_long(tmp_path, capsys):
    assert run(tmp_path, language="en") == 0
    out = capsys.readouterr().out
    assert "Hello, welcome to Lao Wang Noodles" in out
    assert "synthesised: " in out.splitlines()[-1]


def test_what_is_recorded_is_told_apart_with_its_own_length(tmp_path, capsys):
    shop = shutil.copytree(LIBRARY / "noodles", tmp_path / "noodles")
    assert run(tmp_path / "cache", shop, language="en") == 0
    before = capsys.readouterr().out.splitlines()
    (texts,) = [int(found[1]) for line in before if (found := TOTAL.match(line))]
    recorded = shop / "prompts" / "en" / "Please choose.wav"
    recorded.parent.mkdir(parents=True)
    with wave.open(str(recorded), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        loud = [int(9_000 * math.sin(at / 5)) for at in range(24_000)]
        file.writeframes(struct.pack(f"<{len(loud)}h", *loud))
    assert run(tmp_path / "cache", shop, language="en") == 0
    *takes, first, last = capsys.readouterr().out.splitlines()
    (line,) = [take for take in takes if " recorded " in take]
    assert line.split()[2:5] == ["recorded", "3.0", "s"]
    assert line.endswith("Please choose")
    assert first == "recorded: 1 texts, 3 s"
    synthesised = sum(float(found[1]) for take in takes if (found := SYNTHESISED.search(take)))
    rest = TOTAL.match(last)
    assert rest
    assert int(rest[1]) == texts - 1
    # Of lengths that are shown to a tenth of a second.
    assert int(rest[2]) == pytest.approx(synthesised, abs=0.5 + 0.05 * texts)


def test_a_recording_that_nobody_hears_is_told(tmp_path, capsys):
    shop = tmp_path / "noodles"
    shutil.copytree(LIBRARY / "noodles", shop)
    folder = shop / "prompts" / "en"
    folder.mkdir(parents=True)
    for name in ("Please choose.wav", "one.wav", "0007-please-chose-deadbeef.wav"):
        with wave.open(str(folder / name), "wb") as file:
            file.setparams((1, 2, 8_000, 0, "NONE", ""))
            file.writeframes(bytes([0, 32]) * 8_000)
    assert run(tmp_path / "cache", shop, language="en") == 0
    told = capsys.readouterr().err
    assert "0007-please-chose-deadbeef.wav is of no text of this flow" in told
    assert "Please choose.wav" not in told
    assert "one.wav" not in told


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
    monkeypatch.setattr("ivr.speech.voices.find_voices", lambda wanted: voices(tmp_path))
    monkeypatch.setattr(ShopVoice, "known", lambda self, language: [Fragment("Hello", "en")])
    assert (
        publish(LIBRARY / "noodles", tmp_path / "shop.db", tmp_path / "speech", dry_run=False) == 0
    )
    assert "2 fragments of speech are ready" in capsys.readouterr().out
    assert list((tmp_path / "speech").rglob("*.al"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ('[voice]\nvoices = { en = "festival:kal" }\n', "is no voice; write espeak-ng:en-gb or piper:"),
        ('[voice]\nvoices = { en = "piper:no.onnx" }\n', "Piper's model no.onnx cannot be read"),
        (None, "cannot be read"),
    ],
)  # fmt: skip
def test_voices_of_a_settings_file_that_are_none_are_told(
    tmp_path, capsys, monkeypatch, settings, told
):
    monkeypatch.setattr("ivr.speech.voices.find_program", lambda name: name)
    config = tmp_path / "shop.toml"
    if settings is not None:
        config.write_text(settings)
    assert run(tmp_path, config=config) in (1, 2)
    assert told in capsys.readouterr().err


def test_what_is_rendered_is_spoken_by_the_voices_of_a_settings_file(tmp_path, capsys, monkeypatch):
    config = tmp_path / "shop.toml"
    config.write_text('[voice]\nvoices = { en = "flite:tone", zh = "flite:tone" }\n')
    program = voices(tmp_path)["en"].program
    monkeypatch.setattr("ivr.speech.voices.find_program", lambda name: program)
    monkeypatch.setattr(ShopVoice, "known", lambda self, language: [Fragment("Hello", "en")])
    speech = tmp_path / "speech"
    assert run(speech, language="en", render=True, config=config) == 0
    assert publish(LIBRARY / "noodles", tmp_path / "shop.db", speech, config, dry_run=False) == 0
    assert "2 fragments of speech are ready" in capsys.readouterr().out
    about = [json.loads(path.read_text("utf-8")) for path in speech.rglob("*.json")]
    assert {(each["engine"], each["voice"]) for each in about} == {("flite", "tone")}
