"""The hash of the compiled functions: of 64-bit words, with a secret, so that nobody can send what collides."""

from __future__ import annotations

import numpy as np

from pcapinspect.kernel import step

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2^64 / golden ratio: multiplication spreads every bit upwards."""

_SHIFT = np.uint64(29)
_HALF = np.uint64(32)
_ODD = np.uint64(1)


@step
def mix(state: np.uint64, value: np.uint64, secret: np.uint64) -> np.uint64:
    """One more word of a hash.

    The second multiplier is the secret: what the first does to the highest bit is known, whatever the state, and a
    secret that is only part of the state would not keep two words from undoing each other's difference.
    """
    mixed = (state ^ value) * _MULTIPLIER
    mixed = (mixed ^ (mixed >> _SHIFT)) * (secret | _ODD)
    return mixed ^ (mixed >> _HALF)
