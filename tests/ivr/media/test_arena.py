import numpy as np
import pytest

from ivr.media.arena import Arena, ArenaFullError, Audio
from ivr.media.memory import RESERVED_FRAMES
from ivr.rtp.codec import PCMA, PCMU, decode

FRAMES = 10
FIRST = RESERVED_FRAMES


def memory(frames=FRAMES):
    frames += RESERVED_FRAMES
    return (
        np.zeros((frames, 160), np.uint8),
        np.zeros(frames, np.uint32),
        np.zeros(frames, np.float32),
    )


def arena():
    return Arena(*memory())


def audio(value, frames=1, codec=PCMA):
    return Audio(bytes([value]) * 160 * frames, codec)


def test_the_same_audio_lies_there_once():
    place = arena()
    assert place.take(audio(1, 2), PCMA) == place.take(audio(1, 2), PCMA) == (FIRST, FIRST + 2)
    assert place.frames_free == FRAMES - 2


def test_a_part_of_a_frame_is_filled_up_with_silence():
    codes, sums, energies = memory(2)
    Arena(codes, sums, energies).take(Audio(bytes([1]) * 200, PCMA), PCMA)
    codes, sums, energies = codes[FIRST:], sums[FIRST:], energies[FIRST:]
    assert codes[1].tolist() == [1] * 40 + [0xD5] * 120
    assert sums.tolist() == [int(row.view(np.uint16).sum()) for row in codes]
    levels = decode(PCMA, codes).astype(float)
    assert energies == pytest.approx((levels**2).mean(axis=1), rel=1e-5)


def test_audio_is_put_into_the_calls_own_law():
    codes, sums, energies = memory()
    Arena(codes, sums, energies).take(audio(0xD5), PCMU)
    assert abs(int(decode(PCMU, codes[FIRST])[0])) <= 8


def test_what_was_not_played_for_longest_gives_way():
    place = arena()
    for value in (1, 2, 3):
        place.take(audio(value, 3), PCMA)
        place.release(audio(value, 3), PCMA)
    place.take(audio(1, 3), PCMA)
    place.release(audio(1, 3), PCMA)
    place.take(audio(4, 4), PCMA)
    assert place.take(audio(1, 3), PCMA) == (FIRST, FIRST + 3)


def test_what_is_played_stays():
    place = arena()
    place.take(audio(1, 8), PCMA)
    with pytest.raises(ArenaFullError):
        place.take(audio(2, 3), PCMA)
    place.release(audio(1, 8), PCMA)
    assert place.take(audio(2, 10), PCMA) == (FIRST, FIRST + 10)


def test_gaps_grow_together():
    place = arena()
    for value in range(FRAMES):
        place.take(audio(value), PCMA)
    for value in (4, 3, 5, 2):
        place.release(audio(value), PCMA)
    assert place.take(audio(99, 4), PCMA) == (FIRST + 2, FIRST + 6)


@pytest.mark.parametrize(("codes", "codec"), [(b"", PCMA), (b"x", 9)])
def test_what_cannot_be_played_is_refused(codes, codec):
    with pytest.raises(ValueError, match=r"G\.711|no length"):
        Audio(codes, codec)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "hello.al"
    path.write_bytes(bytes(320))
    assert Audio.read(path, PCMA) == Audio(bytes(320), PCMA)
    assert Audio.read(path, PCMA).frames == 2
