"""Who answered: from what is heard, and when."""

import pytest

from ivr.channel.greeting import HELLO_S_MAX, QUIET_S, SILENT_S, Greeting


def heard(*spans, until=10.0):
    """What a greeting is taken for that speaks in these spans of seconds after the answer, and when it is known."""
    greeting = Greeting(0.0)
    told = sorted([(begin, 0) for begin, _ in spans] + [(end + QUIET_S, 1) for _, end in spans])
    at = 0.0
    while greeting.is_person is None and at < until:
        if told and told[0][0] <= min(until, greeting.due()):
            at, kind = told.pop(0)
            (greeting.speech_ended if kind else greeting.speech_started)(at)
        else:
            at = greeting.due()
            greeting.run_out(at)
    return greeting.is_person, at


@pytest.mark.parametrize(
    ("spans", "is_person", "by_s"),
    [
        ([], True, SILENT_S),
        ([(0.4, 0.9)], True, 0.9 + QUIET_S),
        ([(1.9, 2.4)], True, 2.4 + QUIET_S),
        ([(0.3, 0.3 + HELLO_S_MAX - 0.6)], True, 0.3 + HELLO_S_MAX),
        ([(0.3, 8.0)], False, 0.3 + HELLO_S_MAX),
        ([(1.5, 9.0)], False, 1.5 + HELLO_S_MAX),
    ],
    ids=["silent", "hello", "slow", "long hello", "machine", "machine that waits"],
)
def test_a_word_and_silence_are_a_person_and_a_speech_is_a_machine(spans, is_person, by_s):
    told, at = heard(*spans)
    assert told is is_person
    assert at <= by_s + 1e-9


def test_a_key_is_a_person():
    greeting = Greeting(0.0)
    greeting.speech_started(0.2)
    greeting.pressed()
    assert greeting.is_person is True
