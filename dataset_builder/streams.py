"""Independent random streams, each a pure function of its name."""

from __future__ import annotations

import hashlib
from typing import Protocol

import numpy as np
import numpy.typing as npt
from numpy.random.bit_generator import ISeedSequence


class Uniform(Protocol):
    """A source of uniform random numbers, such as ``numpy.random.Generator``."""

    def random(self) -> float:
        """The next number, from 0 to below 1."""


def random_stream(*name: str | int) -> np.random.Generator:
    """The stream of that name. It depends on the name alone, so a new class or purpose leaves all others as they are.

    Each part of the name is a string or an integer; the same parts in the same order give the same numbers.
    """
    digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
    # numpy documents ISeedSequence as the type of a seed; its type stubs name only the class SeedSequence.
    return np.random.Generator(np.random.PCG64(_Digest(digest)))  # type: ignore[arg-type]


class _Digest(ISeedSequence):
    """A SHA-256 hash as the initial state of a generator.

    Its bits are evenly distributed already, so numpy's own mixing, which takes longer than the hash, is left out.
    """

    def __init__(self, digest: bytes):
        self._digest = digest

    def generate_state(self, n_words: int, dtype: npt.DTypeLike = np.uint32) -> npt.NDArray[np.uint32 | np.uint64]:
        """The first ``n_words`` words of the hash, shape (n_words,), of type uint32 or uint64."""
        words = np.frombuffer(self._digest, np.dtype(dtype).newbyteorder("<"), n_words)
        return words.astype(dtype)  # in the byte order of this machine
