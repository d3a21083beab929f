"""What was worked out once and can be worked out again, kept in the user's cache folder. Losing it costs a second."""

import os
import tempfile
from pathlib import Path

import structlog

MOST = 8  # files kept; each shop and version of its phrases makes one

log = structlog.get_logger(__name__)


class FolderShelf:
    """Fills `ports.Shelf`. A folder that cannot be read or written is no fault: then nothing is kept."""

    def __init__(self, folder: Path | None = None) -> None:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._folder = folder or home / "doorstep"

    def take(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def put(self, name: str, content: bytes) -> None:
        """Whole or not at all; the oldest files make room."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".part-", delete=False) as part:
                part.write(content)
            Path(part.name).replace(self._folder / name)
            kept = sorted(self._folder.glob("[!.]*"), key=lambda path: path.stat().st_mtime, reverse=True)
            for old in kept[MOST:]:
                old.unlink(missing_ok=True)
        except OSError as fault:
            log.debug("nothing_kept", fault=type(fault).__name__)
