"""Recordings become telephone speech: band, loudness, edges."""

import io

import numpy as np
import pytest
import soundfile

from ivr.speech import samples as s


def tone(hertz: float, rate_hz: int, seconds: float = 1.0, level: float = 0.5):
    return level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate_hz)) / rate_hz)


def level_db(samples):
    middle = samples[samples.size // 4 : -samples.size // 4]
    return 10 * np.log10(np.mean(middle**2) + 1e-12)


@pytest.mark.parametrize("rate_hz", [11_025, 16_000, 22_050, 44_100, 48_000])
def test_a_tone_of_the_telephone_band_is_kept_at_its_level(rate_hz):
    for hertz in (300, 1_000, 3_200):
        came = s.resampled(tone(hertz, rate_hz), rate_hz, 8_000)
        assert came.size == 8_000
        assert level_db(came) == pytest.approx(level_db(tone(hertz, rate_hz)), abs=0.2)
        spectrum = np.abs(np.fft.rfft(came * np.hanning(came.size)))
        assert int(spectrum.argmax()) == pytest.approx(hertz, abs=1)


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100, 48_000])
def test_what_the_telephone_cannot_carry_does_not_fold_back(rate_hz):
    for hertz in (4_400, 5_000, 7_000):
        came = s.resampled(tone(hertz, rate_hz), rate_hz, 8_000)
        assert level_db(came) < -70


def test_raising_the_rate_adds_no_image():
    came = s.resampled(tone(1_000, 8_000), 8_000, 16_000)
    spectrum = np.abs(np.fft.rfft(came * np.hanning(came.size)))
    assert spectrum[6_000:].max() < spectrum.max() / 1_000


@pytest.mark.parametrize("level", [0.002, 0.05, 0.9])
def test_loud_and_quiet_recordings_come_out_alike(level):
    speech = np.concatenate([np.zeros(8_000), tone(440, 8_000, 1.0, level), np.zeros(4_000)])
    came = s.for_telephone(speech, 8_000)
    # -20 dB is out of reach for what is 30 dB below it; that is noise.
    wanted = -20.0 if level > 0.01 else s.speech_level(tone(440, 8_000, 1.0, level))
    assert s.speech_level(came) == pytest.approx(wanted, abs=0.7)
    assert came.size == pytest.approx(8_000 + 2 * 96, abs=160)


def test_a_peak_is_never_cut_off():
    click = tone(440, 8_000, 1.0, 0.02)
    click[4_000] = 0.9
    assert np.abs(s.for_telephone(click, 8_000)).max() <= 10 ** (s.PEAK_LEVEL_DB / 20) + 1e-9


def test_edges_begin_and_end_at_zero():
    came = s.for_telephone(tone(440, 8_000) + 0.2, 8_000)
    assert abs(came[0]) < 0.001
    assert abs(came[-1]) < 0.01
    assert abs(came.mean()) < 0.005


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_studio_may_send_any_of_four_kinds_of_file(kind):
    file = io.BytesIO()
    stereo = np.stack([tone(500, 44_100), tone(500, 44_100)], axis=1)
    soundfile.write(file, stereo, 44_100, format=kind)
    samples, rate_hz = s.read_recording(file.getvalue(), f"hello.{kind.lower()}")
    assert rate_hz == 44_100
    assert samples.size == pytest.approx(44_100, rel=0.1)


def test_a_file_that_is_no_recording_says_what_to_do():
    with pytest.raises(s.RecordingError, match="save it as WAV"):
        s.read_recording(b"not audio at all", "hello.wav")


@pytest.mark.parametrize(
    ("rate_hz", "channels", "taken"),
    [
        (s.RECORDING_HZ_MAX, s.RECORDING_CHANNELS_MAX, True),
        (s.RECORDING_HZ_MAX + 1, 1, False),
        (8_000, s.RECORDING_CHANNELS_MAX + 1, False),
    ],
)
def test_a_recording_has_a_highest_rate_and_so_many_channels(rate_hz, channels, taken):
    file = io.BytesIO()
    soundfile.write(file, np.zeros((80, channels)), rate_hz, format="WAV")
    if taken:
        s.read_recording(file.getvalue(), "wide.wav")
    else:
        with pytest.raises(s.RecordingError, match="save it as mono"):
            s.read_recording(file.getvalue(), "wide.wav")


@pytest.mark.parametrize(("over", "taken"), [(0, True), (1, False)])
def test_a_recording_has_a_longest_length(over, taken):
    file = io.BytesIO()
    soundfile.write(file, np.zeros(s.RECORDING_SECONDS_MAX * 8_000 + over), 8_000, format="WAV")
    if taken:
        s.read_recording(file.getvalue(), "long.wav")
    else:
        with pytest.raises(s.RecordingError, match="cut it"):
            s.read_recording(file.getvalue(), "long.wav")
