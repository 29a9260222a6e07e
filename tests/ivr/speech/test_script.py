"""What a shop can say, for its studio."""

from pathlib import Path

from commands.flows_on_disk import LIBRARY, load
from ivr.speech.pieces import Fragment
from ivr.speech.script import Script
from tests.ivr.speech.shop import NOODLES


def test_fixed_texts_stand_whole_and_templates_without_their_values():
    texts = [phrase.text for phrase in Script(NOODLES).phrases("zh")]
    assert "您好，欢迎致电老王面馆" in texts
    assert {"已加入", "份", "共", "下单请按1", "牛肉面", "没有听到您的回答"} <= set(texts)
    assert not any("{{" in text for text in texts)


def test_listening_order_follows_a_caller_through_the_flow():
    places = [phrase.where for phrase in Script(NOODLES).phrases("en")]
    first = {
        place: places.index(place)
        for place in (
            "start", "main.1", "take_order.1", "add_line.1", "address.2", "place", "bye", "closed_now",
        )
    }  # fmt: skip
    assert sorted(first.values()) == list(first.values())
    assert first["start"] == 0


def test_the_types_of_values_behind_a_phrase_are_kept():
    found = Script(NOODLES).by_language["zh"].followers
    assert found["共"] == {"money"}
    assert found["已加入"] == {"number"}


def test_every_sample_seller_can_be_spoken_for():
    for folder in sorted(LIBRARY.glob("*/seller.flow")):
        program = load(Path(folder)).compile().program
        script = Script(program)
        for language in program.languages:
            phrasing = script.phrasing(language)
            for phrase in script.phrases(language):
                pieces = phrasing.pieces(phrase.text)
                assert all(piece.known for piece in pieces if isinstance(piece, Fragment))
