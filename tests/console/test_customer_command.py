"""`flask customer export` and `flask customer erase` at the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app import create_app
from config import load_settings
from tests.storage.floor import MAYA, order, product


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'doorstep.db'}",
        "SHOP_DIR": str(Path(__file__).resolve().parents[2] / "shop"),
        "SENTENCE_ENCODER": "off",
    }
    app = create_app(load_settings(settings))
    arrived = {"id": "s-1", "tracking_number": "1Z 999", "events": []}
    shop = {"customers": [MAYA], "products": [product()], "orders": [order(status="delivered", shipments=[arrived])]}
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(shop))
    assert app.test_cli_runner().invoke(args=["shop", "import", str(file)]).exit_code == 0
    yield app
    app.extensions["doorstep"].engine.dispose()


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["customer", *words])


def test_an_export_is_everything_of_one_customer(app: Flask, tmp_path: Path) -> None:
    held = json.loads(run(app, "export", "c-1").output)
    assert (held["customers"][0]["first_name"], held["orders"][0]["id"]) == ("Maya", "o-1")
    path = tmp_path / "maya.json"
    assert run(app, "export", "c-1", str(path)).exit_code == 0
    assert json.loads(path.read_text()) == held


def test_an_erasure_is_asked_about_and_takes_the_person_away(app: Flask) -> None:
    assert run(app, "erase", "c-1").exit_code == 1  # nobody said yes
    assert json.loads(run(app, "export", "c-1").output)["customers"][0]["first_name"] == "Maya"
    result = run(app, "erase", "c-1", "--yes")
    assert result.exit_code == 0
    assert "7 years" in result.output
    held = json.loads(run(app, "export", "c-1").output)
    assert held["customers"][0]["first_name"] is None
    assert held["orders"][0]["shipping_address"] is None


@pytest.mark.parametrize("command", [("export",), ("erase", "--yes")])
def test_nobody_of_that_id_is_told(app: Flask, command: tuple[str, ...]) -> None:
    result = run(app, command[0], "c-404", *command[1:])
    assert result.exit_code == 1
    assert "there is no customer with the id c-404" in result.output
