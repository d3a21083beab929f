"""What all tests share: databases, and skips that name what is missing.

No test reaches beyond this machine. A marker whose server is not there skips the test by that server's name.
"""

import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _postgres() -> bool:
    import psycopg

    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _found(*names: str) -> bool:
    return all(shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") for name in names)


NEEDS: dict[str, tuple[str, Callable[[], bool]]] = {
    "postgres": ("PostgreSQL on port 5432", _postgres),
    "redis": ("Redis on port 6379", lambda: _listening(6379)),
    "browser": ("Chromium and its driver", lambda: _found("chromium", "chromedriver")),
    "mailserver": ("OpenSMTPD and swaks", lambda: _found("smtpd", "swaks")),
    "shared": ("../shared", SHARED.is_dir),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    there: dict[str, bool] = {}
    for item in items:
        for marker, (what, is_there) in NEEDS.items():
            if item.get_closest_marker(marker) is None:
                continue
            if marker not in there:
                there[marker] = is_there()
            if not there[marker]:
                item.add_marker(pytest.mark.skip(reason=f"needs {what}"))


def _is_here(host: object) -> bool:
    if not isinstance(host, str):
        return host is None
    if host in ("", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def closed_sockets() -> Iterator[None]:
    """Connections leave for this machine only; names are not looked up."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise ConnectionRefusedError(f"tests reach this machine only, not {address[0]}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if not _is_here(name):
            raise socket.gaierror(socket.EAI_NONAME, f"tests look up no names, not {name}")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'doorstep.db'}"


@contextmanager
def new_postgres_database() -> Iterator[str]:
    """The address of a new, empty database that is dropped afterwards."""
    import psycopg
    from psycopg import sql

    name = f"doorstep_test_{secrets.token_hex(6)}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with new_postgres_database() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_of_module() -> Iterator[str]:
    """One database for all tests of a module."""
    with new_postgres_database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database, of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))
