"""What the floor names and the pages show has words in both languages."""

import re
from typing import get_args

import pytest

from center.acd.agent import Presence
from center.acd.measures import SHORT_S
from center.acd.queue import Queue
from center.calling_out import Reached
from center.desk.desk import GuestStage, Stage
from center.orders.order import Status
from web.agent.routes import PAGES

PAGE = (PAGES / "words-of-desk.js").read_text("utf-8")
WORDS = re.findall(r'^  "?([\w -]+?)"?: \{\s*zh: "(.+?)",\s*en: "(.+?)" \}', PAGE, re.MULTILINE)
STAGES = [*get_args(get_args(Stage)[0]), *get_args(GuestStage)]
NOT_SHOWN = {Reached.PERSON, Reached.NO_ANSWER}
"""Whose words are others': a person is reached, who does not answer is `no answer` among the reasons."""


@pytest.mark.parametrize(
    "name",
    [
        *(f"order_{status}" for status in Status),
        *STAGES,
        *get_args(Presence),
        *(str(reached) for reached in Reached if reached not in NOT_SHOWN),
    ],
)
def test_it_is_told_in_chinese_and_in_english(name: str):
    assert name in {word for word, *_ in WORDS}


def test_every_word_is_said_in_both_languages_with_the_same_values():
    assert len(WORDS) > 80
    for name, zh, en in WORDS:
        assert set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en)), name


def test_the_service_level_is_told_with_what_in_time_is_and_who_is_left_out():
    (told,) = [words for name, *words in WORDS if name == "service_level_is"]
    within, short = f"{Queue('q', 's').level_within_s:g}", f"{SHORT_S:g}"
    zh, en = told
    assert f"按时：{within} 秒内" in zh
    assert f"− {short} 秒内挂断" in zh
    assert f"within {within} s" in en
    assert f"− hung up within {short} s" in en
    assert all("level_within_s" in words for words in told)
