"""Recordings in their folder: found by the number that a text names."""

import json

from center.recordings import named, parts
from ivr.channel.notes import Notes


def test_a_text_names_its_recordings_in_either_language():
    assert parts(f"送到{named('123456', 'zh')}") == [("送到", False), ("123456", True)]
    assert parts(named("123456", "en")) == [("123456", True)]
    assert parts("recording 1234567") == [("recording 1234567", False)]


def test_what_a_recording_answers_stands_beside_it(tmp_path):
    notes = Notes(tmp_path, lambda _: 42)
    number, path = notes.new("tea/shop")
    assert notes.about("tea/shop", number) is None
    path.write_bytes(b"RIFF")
    assert notes.about("tea/shop", number) == ("", 0.0)
    notes.describe(path, {"question": "where.1", "seconds": 4.2})
    assert notes.about("tea/shop", number) == ("where.1", 4.2)
    assert json.loads(path.with_suffix(".json").read_text())["seconds"] == 4.2


def test_texts_name_recordings_and_notes_find_them(tmp_path):
    notes = Notes(tmp_path, lambda most: 42)
    number, path = notes.new("a/../b")
    assert number == "000042"
    assert path.parent.parent == tmp_path
    path.write_bytes(b"RIFF")
    assert notes.find("a/../b", number) == path
    assert parts(f"to {named(number, 'en')}, today") == [
        ("to ", False),
        ("000042", True),
        (", today", False),
    ]
    assert parts(f"送到{named(number, 'zh')}。")[1] == ("000042", True)
