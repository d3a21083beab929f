"""What was worked out once and can be worked out again, kept in the user's cache folder. Losing it costs a second."""

import hashlib
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

import structlog

MOST = 8  # files kept of a kind; each shop, or version of its phrases or of our code, makes one

log = structlog.get_logger(__name__)

Sources = Mapping[str, Sequence[str]]
"""Package → its modules."""


class FolderShelf:
    """Fills `ports.Shelf`. A folder that cannot be read or written is no fault: then nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._folder = folder or home / "doorstep"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FolderShelf) and self._folder == other._folder

    def __hash__(self) -> int:
        return hash(self._folder)

    def take(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def open(self, name: str) -> BinaryIO | None:
        try:
            return (self._folder / name).open("rb")
        except OSError:
            return None

    def put(self, name: str, content: bytes | memoryview) -> None:
        """Whole or not at all; the oldest files of its kind, `kind-…`, make room."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".part-", delete=False) as part:
                part.write(content)
            Path(part.name).replace(self._folder / name)
            kind = name.split("-", maxsplit=1)[0]
            kept = sorted(self._folder.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
            for old in kept[MOST:]:
                old.unlink(missing_ok=True)
        except OSError as fault:
            log.debug("nothing_kept", fault=type(fault).__name__)


def name_by_code(kind: str, sources: Sources, libraries: Sequence[str]) -> str:
    """`kind-…`, another one for each version of these modules of ours, of the libraries and of Python."""
    return f"{kind}-{_digest_of(tuple((package, *names) for package, names in sources.items()), tuple(libraries))}"


@lru_cache(maxsize=8)
def _digest_of(sources: tuple[tuple[str, ...], ...], libraries: tuple[str, ...]) -> str:
    digest = hashlib.sha256(repr((sys.version, [version(library) for library in libraries])).encode())
    try:
        for package, *names in sources:
            for name in names:
                digest.update(files(package).joinpath(f"{name}.py").read_bytes())
    except OSError:  # installed without its sources: then nothing that was kept is found again
        return secrets.token_hex(16)
    return digest.hexdigest()[:32]
