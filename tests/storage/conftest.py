"""Databases for the tests of storage: empty ones, and ones with all tables."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from storage.engine import make_engine, migrate


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    migrate(empty_engine)
    return empty_engine
