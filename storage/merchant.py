"""The merchant's files: read from their directory, kept by version in the database, served as the last good Shop.

`ShopKeeper` looks at the files again and again. What has a fault is logged once per change, exactly, and never served;
after a restart with broken files the last good version is taken from the database.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import Fault, ShopFilesError
from bot.merchant.load import Loaded, load_shop, version_of
from bot.merchant.shop import Shop
from bot.ports import Clock, Shelf
from storage.clean import CleanParts
from storage.engine import reading
from storage.tables import ShopFilesRow

log = structlog.get_logger(__name__)

KEPT = 5  # good versions remembered
LOOK_EVERY = 1.0  # seconds between two looks at the files
LARGEST = 1_000_000  # bytes of one file
SUFFIXES = (".yaml", ".yml")

Prints = tuple[tuple[str, int, int], ...]
_FILES = ShopFilesRow.__table__  # type: ignore[attr-defined]


def read_files(directory: Path) -> dict[str, str]:
    """Every YAML file by its path inside the directory, hidden ones left out. ShopFilesError for unreadable ones."""
    if not directory.is_dir():
        what = "there is no such directory"
        raise ShopFilesError([Fault(str(directory), 0, "", what, "set SHOP_DIR to the directory with shop.yaml")])
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for path in _paths(directory):
        name = path.relative_to(directory).as_posix()
        try:
            data = path.read_bytes()
            if len(data) > LARGEST:
                faults.append(Fault(name, 0, "", f"the file is larger than {LARGEST} bytes"))
            texts[name] = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            faults.append(Fault(name, line, "", "this is not UTF-8 text", "save the file as UTF-8"))
        except OSError as error:
            faults.append(Fault(name, 0, "", f"the file cannot be read: {error.strerror}"))
    if faults:
        raise ShopFilesError(faults)
    return texts


def load_files(directory: Path, shelf: Shelf | None = None) -> Loaded:
    """The files of the directory as a Shop; words that are known on the shelf to be clean are not judged again."""
    return Loading(shelf).load(read_files(directory))


class Loading:
    """Loads again and again, and remembers what need not be judged a second time; on the shelf, if given."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._clean = CleanParts(shelf)

    def load(self, texts: Mapping[str, str]) -> Loaded:
        """As load_shop."""
        try:
            return load_shop(texts, self._clean)
        finally:
            self._clean.keep()


def fingerprints(directory: Path) -> Prints:
    """What changes whenever a file is saved: each path with its time of change and size. Reads no file."""
    prints: list[tuple[str, int, int]] = []
    for path in _paths(directory):
        try:
            found = path.stat()
        except FileNotFoundError:
            continue  # gone since it was listed
        prints.append((str(path), found.st_mtime_ns, found.st_size))
    return tuple(prints)


def _paths(directory: Path) -> list[Path]:
    found = (path for path in directory.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(directory).parts))


def keep_good(engine: Engine, version: str, texts: Mapping[str, str], now: datetime) -> None:
    """Remembers a version without fault as the newest good one, in a transaction of its own."""
    with engine.begin() as connection:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        row = insert(_FILES).values(version=version, files=dict(texts), at=now)
        connection.execute(row.on_conflict_do_update(index_elements=["version"], set_={"at": now}))
        newest = select(_FILES.c.version).order_by(_FILES.c.at.desc()).limit(KEPT)
        connection.execute(delete(_FILES).where(_FILES.c.version.not_in(newest)))


def last_good(engine: Engine) -> tuple[dict[str, str], datetime] | None:
    """The newest good version, and when it was last seen good."""
    with reading(engine) as connection:
        row = connection.execute(select(_FILES.c.files, _FILES.c.at).order_by(_FILES.c.at.desc()).limit(1)).first()
    return (dict(row.files), row.at) if row else None


def _fine(_shop: Shop) -> Sequence[Fault]:
    """Nothing has to be made ready for a version."""
    return ()


class ShopKeeper:
    """Serves the last good Shop. `prepare` makes a version ready that is to follow one that is
    served, and says what forbids it. On `shelf` is kept which words were found clean.

    `shop()` never waits and may be called anywhere. `refresh()` looks at the files and may write to the database, so
    never inside a transaction: call it once before serving, then let `start()` do it every second.
    """

    def __init__(
        self,
        directory: Path,
        engine: Engine,
        clock: Clock,
        *,
        prepare: Callable[[Shop], Sequence[Fault]] = _fine,
        shelf: Shelf | None = None,
    ) -> None:
        self._directory = directory
        self._shelf = shelf
        self._loading: Loading | None = None
        self._prepare = prepare
        self._engine = engine
        self._clock = clock
        self._seen: Prints | None = None
        self._loaded: Loaded | None = None
        self._faults: tuple[Fault, ...] = ()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def shop(self) -> Shop:
        """The last good version. The first call reads it, and raises ShopFilesError when there never was a good one."""
        if self._loaded is None:
            self.refresh()
        assert self._loaded is not None
        return self._loaded.shop

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files as they are now; empty when they are what is served."""
        return self._faults

    def refresh(self) -> bool:
        """Whether a new version is served. Raises ShopFilesError only while there is nothing to serve at all."""
        with self._lock:
            prints = fingerprints(self._directory)
            if prints == self._seen and self._loaded is not None:
                return False
            try:
                changed = self._take(read_files(self._directory))
            except ShopFilesError as error:
                changed = self._refuse(error)
            self._seen = prints
            return changed

    def start(self) -> None:
        """Looks at the files every second, in a thread, until `stop`."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name="shop-files", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            try:
                self.refresh()
            except Exception:  # the outer edge of the thread: the next look may go well
                log.exception("shop_files_look_failed")

    def _take(self, texts: Mapping[str, str]) -> bool:
        if self._loaded is not None and version_of(texts) == self._loaded.shop.version:
            self._faults = ()
            return False
        loaded = self._load(texts)
        worse = self._prepare(loaded.shop) if self._loaded else ()
        if worse:
            raise ShopFilesError(worse)
        keep_good(self._engine, loaded.shop.version, texts, self._clock.now())
        again = self._loaded is not None or bool(self._faults)
        self._loaded, self._faults = loaded, ()
        log.info("shop_files_reloaded" if again else "shop_files_loaded", **_told(loaded))
        return True

    def _load(self, texts: Mapping[str, str]) -> Loaded:
        self._loading = self._loading or Loading(self._shelf)
        return self._loading.load(texts)

    def _refuse(self, error: ShopFilesError) -> bool:
        self._faults = error.faults
        for fault in error.faults:
            log.error("shop_file_fault", fault=str(fault))
        if self._loaded is not None:
            log.error("shop_files_refused", faults=len(error.faults), serving=self._loaded.shop.version[:12])
            return False
        kept = last_good(self._engine)
        if kept is None:
            raise error
        texts, at = kept
        try:
            self._loaded = self._load(texts)
        except ShopFilesError:
            raise error from None
        log.error(
            "shop_files_refused", faults=len(error.faults), serving=self._loaded.shop.version[:12], good_at=str(at)
        )
        return True


def _told(loaded: Loaded) -> dict[str, Any]:
    return {
        "version": loaded.shop.version[:12],
        "languages": ",".join(loaded.shop.words.languages),
        "warnings": len(loaded.warnings),
    }
