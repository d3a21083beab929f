"""An encoder that a message's text is asked of once, however many models look at it."""

from collections.abc import Sequence

import numpy as np

from bot.understanding.encoder import Encoder, Vectors

MOST_KEPT = 256


class Remembered:
    """Gives the rows of the encoder it stands before; keeps the latest texts' in between."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._kept: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        kept = self._kept
        found = {text: kept[text] for text in texts if text in kept}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        rows = self._encoder.encode(new)
        if not texts:
            return rows
        found.update(zip(new, rows, strict=True))
        if len(kept) + len(new) > MOST_KEPT:
            kept.clear()
        kept.update((text, found[text]) for text in new[:MOST_KEPT])
        return np.stack([found[text] for text in texts])
