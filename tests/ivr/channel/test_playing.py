"""What a caller hears from us: at once, as soon as it is ready, or not at all where the call has moved on."""

from tests.ivr.channel.telephone import FakeVoice, Telephone


def test_a_voice_that_has_to_work_first_is_played_when_it_is_ready(tmp_path, program):
    call = Telephone(tmp_path, program, voice=FakeVoice(unready=("Welcome",)))
    assert call.media.plays == []
    call.run()
    assert len(call.media.plays) == 1
    assert call.media.plays[0][1]


def test_what_is_ready_too_late_is_not_played(tmp_path, program):
    call = Telephone(tmp_path, program, voice=FakeVoice(unready=("Welcome",)))
    call.press("1")
    (which,) = call.media.plays
    call.run()
    assert call.media.plays == [which]


def test_the_time_from_a_key_to_what_it_leads_to_is_taken_once(tmp_path, program):
    call = Telephone(tmp_path, program)
    assert call.call.first_audio_s == []
    call.press("1")
    call.listen_to_the_end()
    call.wait(6)
    assert call.call.first_audio_s == [0.0]
