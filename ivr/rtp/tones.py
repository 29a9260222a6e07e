"""Keys as tones in the audio: ITU-T Q.23 and Q.24, all calls at once.

Every 5 ms the last 20 ms of each call, under a Hann window, are multiplied with eight pairs of waves: one matrix product for
all calls. The strongest of the four low and of the four high tones are a key if between them they make up nearly all
there is, neither is much stronger than the other, and each turns by as much from one product to the next as its true
frequency does. That last measure finds a frequency to a hertz within milliseconds, where filters need their whole length;
voices seldom hold still in all of these for long, so a key is told after five products that agree.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.rtp.codec import RATE_HZ
from ivr.rtp.event import KEYS

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]

HOP = 40
WINDOW = 160
HISTORY = WINDOW - HOP
"""Samples kept from one frame to the next."""
HOPS = 4
"""In a frame of 20 ms."""
LOW_HZ = (697.0, 770.0, 852.0, 941.0)
HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
PHASES = 2 * (len(LOW_HZ) + len(HIGH_HZ))
PAD = "123A456B789C*0#D"
"""Row by row, as Q.23 lays the keys out."""

AMPLITUDE_MIN = 90.0
"""The weaker tone's least amplitude: about -40 dBm0."""
PURITY_MIN = 0.83
"""The share of all energy that the two tones must have: 10 dB of noise leave 0.91, and voices seldom reach it."""
TWIST_MAX = 10 ** (9.5 / 10)
"""Between the powers of the two tones. Q.24 lets lines weaken either."""
OFF_MAX = 0.0235
"""Frequencies within 1.5 % are keys, beyond 3.5 % they are none: Q.24."""
RUN_MIN = 5
"""Hops that must agree: a tone of 40 ms is long enough, one of 24 ms too short."""
GAP_MIN = 5
"""Hops without the key after which it may come anew: a break of 10 ms does not part a key."""
NO_KEY = 255

_RATES = np.array(LOW_HZ + HIGH_HZ)
_TIMES = np.arange(WINDOW) / RATE_HZ
_HANN = np.hanning(WINDOW + 1)[:WINDOW]
_WAVES = _HANN[:, None] * np.exp(-2j * np.pi * _TIMES[:, None] * _RATES) * 2 / _HANN.sum()
BASIS: F32 = np.ascontiguousarray(np.concatenate((_WAVES.real, _WAVES.imag), axis=1), np.float32)
"""Shape (WINDOW, 16): the product is amplitude and phase of each tone."""
_ENERGY: F32 = (_HANN**2 / (_HANN**2).sum()).astype(np.float32)
_TURN = np.exp(-2j * np.pi * _RATES * HOP / RATE_HZ).astype(np.complex64)
"""Undoes what a true tone turns in a hop."""
_HZ = np.float32(RATE_HZ / HOP / (2 * np.pi))
_BOUND = (_RATES * OFF_MAX).astype(np.float32)
_CODES = np.array([KEYS.index(key) for key in PAD], np.uint8)


@dataclass(frozen=True, slots=True)
class State:
    """What is kept of each call from frame to frame, a row a call. `listen` writes into it."""

    history: F32
    """Shape (calls, HISTORY): samples."""
    phases: F32
    """Shape (calls, PHASES): the last product."""
    key: U8
    """The key that the last hops agree on, an event code; NO_KEY: none."""
    run: U8
    gap: U8
    told: U8


def fresh(calls: int) -> State:
    """The state of calls that have heard nothing."""
    return State(
        np.zeros((calls, HISTORY), np.float32),
        np.zeros((calls, PHASES), np.float32),
        np.full(calls, NO_KEY, np.uint8),
        *(np.zeros(calls, np.uint8) for _ in range(3)),
    )


def listen(state: State, samples: F32) -> U8:
    """The next 20 ms of every call, shape (calls, 160): the event code of the key that each began, or NO_KEY.

    A key is told once, some 40 to 60 ms after it began.
    """
    calls = len(samples)
    sound = np.concatenate((state.history, samples), axis=1)
    state.history[:] = sound[:, -HISTORY:]
    # 280 samples hold four windows of 160 that begin 40 apart.
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW, axis=1)[:, ::HOP]
    windows = np.ascontiguousarray(windows).reshape(calls * HOPS, WINDOW)
    product = windows @ BASIS
    energy = ((windows * windows) @ _ENERGY).astype(np.float32, copy=False)
    waves = product.reshape(calls, HOPS, 2, len(_RATES))
    tones = (waves[:, :, 0] + 1j * waves[:, :, 1]).astype(np.complex64, copy=False)
    before = state.phases[:, : len(_RATES)] + 1j * state.phases[:, len(_RATES) :]
    state.phases[:] = product.reshape(calls, HOPS, -1)[:, -1]
    keys = _keys(tones, before.astype(np.complex64), energy.reshape(calls, HOPS))
    told: U8 = np.full(calls, NO_KEY, np.uint8)
    for hop in range(HOPS):
        _agree(state, keys[:, hop], told)
    return told


def _keys(tones: NDArray[np.complex64], before: NDArray[np.complex64], energy: F32) -> U8:
    """The key that each hop by itself seems to be."""
    power = np.abs(tones) ** 2 / 2
    low = power[:, :, :4].argmax(axis=2)[:, :, None]
    high = 4 + power[:, :, 4:].argmax(axis=2)[:, :, None]
    both = np.concatenate((low, high), axis=2)
    last = np.concatenate((before[:, None], tones[:, :-1]), axis=1)
    turned = np.take_along_axis(tones * np.conj(last) * _TURN, both, axis=2)
    off = np.angle(turned) * _HZ
    # A tone beside its wave's frequency is seen weaker, by the window's own shape.
    bins = np.minimum(np.abs(off) * np.float32(WINDOW / RATE_HZ), np.float32(0.9))
    seen = np.sinc(bins) / (1 - bins * bins)
    strong = np.take_along_axis(power, both, axis=2) / (seen * seen)
    weaker, stronger = strong.min(axis=2), strong.max(axis=2)
    found = (
        (weaker > AMPLITUDE_MIN**2 / 2)
        & (stronger < weaker * TWIST_MAX)
        & (strong.sum(axis=2) > energy * PURITY_MIN)
        & (np.abs(off) < _BOUND[both]).all(axis=2)
    )
    codes = _CODES[4 * both[:, :, 0] + both[:, :, 1] - 4]
    return np.where(found, codes, np.uint8(NO_KEY))


def _agree(state: State, keys: U8, told: U8) -> None:
    """Move each call's key on by a hop."""
    there = keys != NO_KEY
    same = there & (keys == state.key)
    other = there & ~same
    state.run[:] = np.where(same, np.minimum(state.run, 250) + 1, np.where(other, 1, state.run))
    state.told[other] = 0
    state.key[other] = keys[other]
    state.gap[:] = np.where(there, 0, np.minimum(state.gap, 250) + 1)
    # An untold key must be seen hop after hop; a told one may be missed for a moment.
    over = ~there & ((state.told == 0) | (state.gap >= GAP_MIN))
    state.key[over] = NO_KEY
    state.run[over] = 0
    state.told[over] = 0
    begins = there & (state.run >= RUN_MIN) & (state.told == 0)
    told[begins] = keys[begins]
    state.told[begins] = 1


def make(
    key: str, count: int, amplitude: float, *, low_off: float = 0.0, high_off: float = 0.0
) -> F32:
    """Samples of a key's tones, each of this amplitude, beside its frequency by a share. ValueError for no key."""
    if key not in KEYS:
        raise ValueError(f"{key!r} is no key of a telephone; they are {KEYS}")
    row, column = divmod(PAD.index(key), 4)
    at = np.arange(count) / RATE_HZ
    low = np.sin(2 * np.pi * LOW_HZ[row] * (1 + low_off) * at)
    high = np.sin(2 * np.pi * HIGH_HZ[column] * (1 + high_off) * at)
    return ((low + high) * amplitude).astype(np.float32)
