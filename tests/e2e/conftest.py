from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.site import Site
from tests.e2e.stand_in_twilio import StandInTwilio


@pytest.fixture
def twilio() -> Iterator[StandInTwilio]:
    with StandInTwilio() as stand_in:
        yield stand_in


@pytest.fixture(
    params=["embedded", pytest.param("spread out", marks=[pytest.mark.postgres, pytest.mark.slow])],
)
def site(request: pytest.FixtureRequest, twilio: StandInTwilio, tmp_path: Path) -> Iterator[Site]:
    """A site in each shape, not yet started: SQLite in one process, PostgreSQL in several."""
    kind = "sqlite_url" if request.param == "embedded" else "postgres_url"
    made = Site(request.param, request.getfixturevalue(kind), twilio, tmp_path)
    yield made
    made.close()
