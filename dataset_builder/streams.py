"""Independent random streams, each a pure function of its name."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random.bit_generator import ISeedSequence


def random_stream(*name: str | int) -> np.random.Generator:
    """The stream of that name. Keyed on names, so that a new class or purpose shifts no other."""
    digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
    return np.random.Generator(np.random.PCG64(_Digest(digest)))


class _Digest(ISeedSequence):
    """A hash as the state of a generator: numpy need not mix its bits again, which takes it longer than the hash."""

    def __init__(self, digest: bytes):
        self._digest = digest

    def generate_state(self, n_words: int, dtype=np.uint32) -> np.ndarray:
        words = np.frombuffer(self._digest, np.dtype(dtype).newbyteorder("<"), n_words)
        return words.astype(dtype)  # the machine's own order
