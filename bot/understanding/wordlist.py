"""Thousands of words or phrases in a few hundred kilobytes: in a trie, where a dict would take ten megabytes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import numpy as np
from marisa_trie import Trie
from numpy.typing import NDArray

V = TypeVar("V")
W = TypeVar("W")


class Table(Mapping[str, V], Generic[V]):
    """Text → one of a few values."""

    def __init__(self, texts: Trie, numbers: NDArray[np.uint16], values: tuple[V, ...]) -> None:
        self._texts = texts
        self._numbers = numbers
        self.values_by_number = values

    def __getitem__(self, text: str) -> V:
        place = self._place(text)
        if place is None:
            raise KeyError(text)
        found: V = self.values_by_number[self._numbers[place]]
        return found

    def get(self, text: str, default: Any = None) -> Any:
        place = self._place(text)
        return default if place is None else self.values_by_number[self._numbers[place]]

    def _place(self, text: str) -> int | None:
        place: int | None = None if "\0" in text else self._texts.get(text)  # the trie would take it to end there
        return place

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def told(self, tell: Callable[[V], W]) -> "Table[W]":
        """The same texts, each with what is told of its value."""
        return Table(self._texts, self._numbers, tuple(tell(value) for value in self.values_by_number))

    def packed(self) -> dict[str, NDArray[Any]]:
        """As arrays, by name, but for the values."""
        return {"trie": packed_trie(self._texts), "numbers": self._numbers}


def table_of(said: Mapping[str, V]) -> Table[V]:
    texts = Trie(said)
    number = {value: place for place, value in enumerate(dict.fromkeys(said.values()))}
    numbers = np.empty(len(said), np.uint16)
    numbers[[texts[text] for text in said]] = [number[value] for value in said.values()]
    return Table(texts, numbers, tuple(number))


def unpacked_table(held: Mapping[str, NDArray[Any]], values: tuple[V, ...]) -> Table[V]:
    """Raises ValueError where it is not whole."""
    texts, numbers = unpacked_trie(held["trie"]), held["numbers"]
    if len(texts) != len(numbers) or numbers.max(initial=0) >= max(len(values), 1):
        raise ValueError("the texts and their values do not fit")
    return Table(texts, numbers, values)


def packed_trie(texts: Trie) -> NDArray[np.uint8]:
    return np.frombuffer(texts.tobytes(), np.uint8)


def unpacked_trie(held: NDArray[np.uint8]) -> Trie:
    """Raises ValueError where it is spoilt."""
    try:
        return Trie().frombytes(held.tobytes())
    except RuntimeError as fault:
        raise ValueError("no trie") from fault
