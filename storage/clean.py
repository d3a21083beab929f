"""The words found clean before, remembered from load to load of the shop's files and, on a shelf, beyond a start.

Losing them costs the time to judge every part again. A spoilt file names no part, so it does no more than that.
"""

from bot.ports import Shelf
from storage.shelf import Sources, name_by_code

MOST = 10_000  # digests kept: a few shops in every language, as they were lately
CODE: Sources = {
    "bot": ("facts", "model", "records", "tracking"),
    "bot.merchant": ("schema",),
    "bot.wording": ("check", "filters", "gsm", "keys", "load", "paths", "samples", "sandbox", "words"),
}


class CleanParts:
    """Fills bot.wording.check.Clean. Without a shelf it remembers while the process lasts."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        content = shelf.take(_name()) if shelf else None
        lines = (content or b"").decode("ascii", "replace").split("\n")
        self._kept = dict.fromkeys(lines[:MOST])  # the latest first
        self._met: dict[str, None] = {}
        self._news = False

    def __contains__(self, digest: str, /) -> bool:
        return digest in self._kept

    def add(self, digest: str, /) -> None:
        self._news = self._news or digest not in self._kept
        self._met[digest] = None

    def keep(self) -> None:
        """After a load: remembers what was added since the last time, before what is older."""
        if self._news:
            self._kept = dict.fromkeys([*self._met, *self._kept][:MOST])
            if self._shelf:
                self._shelf.put(_name(), "\n".join(self._kept).encode("ascii", "replace"))
        self._met, self._news = {}, False


def _name() -> str:
    return name_by_code("clean", CODE, ("jinja2", "babel"))
