import io

import numpy as np
import pytest
import soundfile

from ivr.rtp import codec

SAMPLES = np.arange(-32768, 32768).astype(np.int16)


@pytest.mark.parametrize(
    ("payload_type", "subtype", "magic"),
    [(codec.PCMU, "ULAW", b"ulaw"), (codec.PCMA, "ALAW", b"alaw")],
)
def test_every_code_means_what_libsndfile_reads(payload_type, subtype, magic):
    codes = np.arange(256, dtype=np.uint8)
    raw = io.BytesIO(codes.tobytes())
    theirs, _ = soundfile.read(
        raw, dtype="int16", format="RAW", subtype=subtype, channels=1, samplerate=8000
    )
    assert (codec.decode(payload_type, codes) == theirs).all()


@pytest.mark.parametrize("payload_type", [codec.PCMU, codec.PCMA])
def test_a_code_is_as_near_as_its_step_allows(payload_type):
    back = codec.decode(payload_type, codec.encode(payload_type, SAMPLES)).astype(np.int64)
    levels = np.unique(codec.LEVELS[payload_type].astype(np.int64))
    clipped = np.clip(SAMPLES.astype(np.int64), levels[0], levels[-1])
    gaps = np.diff(levels, prepend=levels[0] - 1, append=levels[-1] + 1)
    at = np.searchsorted(levels, back)
    step = np.maximum(gaps[at], gaps[at + 1])
    assert (np.abs(back - clipped) <= step / 2 + 8).all()
    assert (np.diff(back) >= 0).all()


@pytest.mark.parametrize("payload_type", [codec.PCMU, codec.PCMA])
def test_codes_survive_being_read_and_written_again(payload_type):
    codes = np.arange(256, dtype=np.uint8)
    again = codec.encode(payload_type, codec.decode(payload_type, codes))
    lost = codes[again != codes]
    # mu-law has two zeros, which are one sample.
    assert set(lost.tolist()) <= ({0x7F} if payload_type == codec.PCMU else set())


def test_silence_is_the_smallest_level():
    for payload_type, code in codec.SILENCE.items():
        levels = np.abs(codec.LEVELS[payload_type].astype(np.int64))
        assert levels[code] == levels.min()


def test_other_codecs_are_refused():
    with pytest.raises(KeyError):
        codec.decode(9, np.zeros(1, np.uint8))


@pytest.mark.parametrize(("one", "other"), [(codec.PCMU, codec.PCMA), (codec.PCMA, codec.PCMU)])
def test_codes_of_one_law_become_those_of_the_other(one, other):
    codes = np.arange(256, dtype=np.uint8)
    crossed = codec.ACROSS[one, other][codes]
    assert (crossed == codec.encode(other, codec.decode(one, codes))).all()
    assert (codec.ACROSS[one, one][codes] == codes).all()
