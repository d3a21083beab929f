"""The one database engine, for SQLite embedded and PostgreSQL spread out, and the chain of migrations. Holds no query.

SQLite: WAL with `synchronous=FULL`, because a 2xx promises durability; every writing transaction begins IMMEDIATE,
because a deferred one that turns to writing may fail; one connection, which is a fair queue among this process's
threads. So no transaction may be opened inside another.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.pool import QueuePool

BUSY_MS = 30_000  # how long a writer of another process may be waited for
POOL_WAIT = 30  # seconds
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}")
#: Columns of JSON through pydantic's own reader and writer, which take a third of the time of the standard library's.
JSON: dict[str, Any] = {"json_serializer": lambda value: to_json(value).decode(), "json_deserializer": from_json}
READ_ONLY = "doorstep_read_only"
MIGRATIONS = Path(__file__).parent / "migrations"


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine that has not connected yet. `postgresql://` means psycopg 3; `pool_size` counts there only."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed.render_as_string(hide_password=False))
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    pool = {"pool_size": pool_size, "max_overflow": pool_size, "pool_timeout": POOL_WAIT}
    return create_engine(parsed, hide_parameters=True, **pool, **JSON)


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        hide_parameters=True,  # what is stored about a customer is in no traceback
        connect_args={"check_same_thread": False},
        **JSON,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred; ours is not
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY)
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: on SQLite it takes no write lock."""
    with engine.connect().execution_options(**{READ_ONLY: True}) as connection, connection.begin():
        yield connection


def migrate(engine: Engine) -> None:
    """Brings the tables to the newest version; changes nothing when they are there already.

    On PostgreSQL several processes may start it at once: they wait for each other.
    """
    from alembic import command  # 10 MB and a tenth of a second that a database already there does without

    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7402317)")
                command.upgrade(_config(connection), "head")
        finally:
            if connection.dialect.name == "sqlite":
                connection.connection.execute("PRAGMA foreign_keys=ON")


def is_current(engine: Engine) -> bool:
    """Whether the tables are those this code was written for."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    return found == [newest_revision()]


def newest_revision() -> str:
    """The revision at the head of the chain: each migration's file is named `<revision>_<what it does>.py`."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
