"""The engine and its migrations, on both databases."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

import storage.tables  # noqa: F401
from storage.engine import MIGRATIONS, is_current, make_engine, migrate, newest_revision, reading


def test_migrations_make_exactly_the_tables_the_code_knows(engine: Engine) -> None:
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_migrated_database_is_current_and_migrating_again_changes_nothing(engine: Engine) -> None:
    assert is_current(engine)
    migrate(engine)
    assert is_current(engine)


def test_a_database_without_tables_is_not_current(tmp_path) -> None:
    fresh = make_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    assert not is_current(fresh)
    fresh.dispose()


def test_the_newest_revision_is_the_head_of_the_chain() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == newest_revision()


def test_two_processes_that_migrate_at_once_wait_for_each_other(empty_engine: Engine) -> None:
    faults: list[Exception] = []

    def start() -> None:
        try:
            migrate(empty_engine)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert is_current(empty_engine)


def test_parallel_updates_on_sqlite_lose_none(tmp_path) -> None:
    engines = [make_engine(f"sqlite:///{tmp_path / 'd.db'}") for _ in range(4)]
    with engines[0].begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def count(engine: Engine) -> None:
        for _ in range(10):
            with engine.begin() as connection:
                n = connection.execute(text("SELECT n FROM counter")).scalar_one()
                connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=count, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engines[0]) as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == 40
    for engine in engines:
        engine.dispose()


def test_sqlite_keeps_what_it_promised_over_a_power_cut(tmp_path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'd.db'}")
    with reading(engine) as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


PRAGMAS = ("journal_mode", "synchronous", "foreign_keys")


def test_a_reader_does_not_wait_for_a_writer_of_another_process(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'd.db'}"
    writer, reader = make_engine(url), make_engine(url)
    migrate(writer)
    with writer.begin(), reading(reader) as connection:
        assert connection.execute(text("SELECT count(*) FROM inbox")).scalar_one() == 0
    writer.dispose()
    reader.dispose()


@pytest.mark.postgres
def test_the_usual_postgres_address_means_psycopg_3() -> None:
    for url in ("postgresql://someone@127.0.0.1/x", "postgres://someone@127.0.0.1/x"):
        assert make_engine(url).driver == "psycopg"


def test_every_reference_has_an_index(engine: Engine) -> None:
    found = inspect(engine)
    for name in ("inbox", "outbox", "orders", "events", "notices"):
        indexed = {index["column_names"][0] for index in found.get_indexes(name)}
        assert "customer_id" in indexed, name
