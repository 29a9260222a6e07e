import numpy as np
import pytest

from ivr.rtp import tones
from ivr.rtp.codec import PCMA, decode, encode
from ivr.rtp.event import KEYS

RNG_SEED = 7
REPEATS = 4


def heard(samples):
    """The keys that each row tells."""
    state = tones.fresh(len(samples))
    found = [[] for _ in samples]
    for at in range(0, samples.shape[1] // 160 * 160, 160):
        told = tones.listen(state, samples[:, at : at + 160])
        for row in np.flatnonzero(told != tones.NO_KEY).tolist():
            found[row].append(KEYS[told[row]])
    return found


def lines(ms=50, *, low_off=0.0, high_off=0.0, twist_db=0.0, noise_db=None, amplitude=3000.0):
    """Each key some times, begun anywhere, through G.711: the keys, and the samples, a row each."""
    chance = np.random.default_rng(RNG_SEED)
    keys = [key for key in tones.PAD for _ in range(REPEATS)]
    samples = np.zeros((len(keys), 6400), np.float32)
    for row, key in zip(samples, keys, strict=True):
        count, start = round(ms * 8), 800 + int(chance.integers(160))
        row[start : start + count] = tones.make(
            key, count, amplitude, low_off=low_off, high_off=high_off
        )
        if twist_db:
            at = np.arange(count) / 8000
            line, column = divmod(tones.PAD.index(key), 4)
            weak = amplitude * 10 ** (-abs(twist_db) / 20)
            strength = (weak, amplitude) if twist_db > 0 else (amplitude, weak)
            row[start : start + count] = strength[0] * np.sin(
                2 * np.pi * tones.LOW_HZ[line] * at
            ) + strength[1] * np.sin(2 * np.pi * tones.HIGH_HZ[column] * at)
        if noise_db is not None:
            row += chance.normal(0, amplitude / 10 ** (noise_db / 20), len(row))
    codes = encode(PCMA, np.clip(samples, -32768, 32767).astype(np.int16))
    return keys, decode(PCMA, codes).astype(np.float32)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ms": 40},
        {"ms": 500},
        {"ms": 40, "low_off": 0.015, "high_off": -0.015},
        {"low_off": -0.015, "high_off": 0.015, "noise_db": 15},
        {"low_off": 0.018, "high_off": 0.018},
        {"twist_db": 8},
        {"twist_db": -8},
        {"noise_db": 12},
        {"amplitude": 150.0},
    ],
    ids=str,
)
def test_what_q24_calls_a_key_is_told_once(given):
    keys, samples = lines(**given)
    assert heard(samples) == [[key] for key in keys]


@pytest.mark.parametrize(
    "given",
    [
        {"ms": 24},
        {"low_off": 0.03, "high_off": 0.03},
        {"low_off": -0.035},
        {"high_off": 0.035},
        {"twist_db": 14},
        {"amplitude": 20.0},
    ],
    ids=str,
)
def test_what_is_no_key_is_not_told(given):
    _, samples = lines(**given)
    assert not any(heard(samples))


def test_a_short_break_does_not_part_a_key_and_a_pause_does():
    tone = tones.make("5", 480, 3000.0)
    silent = np.zeros(4800, np.float32)
    parted = [
        np.concatenate((silent[:400], tone, silent[: ms * 8], tone, silent))[:4800]
        for ms in (0, 5, 10, 45, 80)
    ]
    assert heard(np.stack(parted)) == [["5"], ["5"], ["5"], ["5", "5"], ["5", "5"]]


def test_calls_do_not_hear_one_another():
    keys, samples = lines()
    alone = [heard(row[None])[0] for row in samples[::9]]
    assert alone == [[key] for key in keys[::9]]


def test_noise_and_single_tones_are_no_keys():
    chance = np.random.default_rng(1)
    at = np.arange(16_000) / 8000
    single = [3000 * np.sin(2 * np.pi * hz * at) for hz in (440, 697, 941, 1209, 1633, 2100)]
    noise = [chance.normal(0, rms, 16_000) for rms in (100, 1000, 8000)]
    assert not any(heard(np.stack([*single, *noise]).astype(np.float32)))


def test_only_a_telephones_keys_can_be_made():
    with pytest.raises(ValueError, match="no key"):
        tones.make("E", 160, 1.0)
