"""`flask shop import` and `flask shop export` at the command line."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import Result
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import Engine

from bot.notices import plan
from console.commands.data import export_command, import_command
from storage.engine import make_engine, migrate
from storage.importing import import_files
from tests.storage.floor import MAYA, NOW, export, records, sample_shop


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'doorstep.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def app(engine: Engine) -> Flask:
    app = Flask(__name__)
    app.extensions["doorstep"] = SimpleNamespace(
        import_files=partial(import_files, engine, shop=sample_shop(), now=NOW, plan=plan),
        export_text=partial(export, engine),
    )
    shop = AppGroup("shop")
    shop.add_command(import_command)
    shop.add_command(export_command)
    app.cli.add_command(shop)
    return app


def run(app: Flask, *words: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["shop", *map(str, words)])


def write(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def told(result: Result) -> Sequence[str]:
    return result.output.strip().splitlines()


def test_an_import_tells_what_it_came_to(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "shop.json", records())
    assert told(run(app, "import", path))[-1] == "3 added, 0 changed, 0 unchanged."
    second = run(app, "import", path)
    assert second.exit_code == 0
    assert told(second) == [
        "customers: 0 added, 0 changed, 1 unchanged",
        "products: 0 added, 0 changed, 1 unchanged",
        "orders: 0 added, 0 changed, 1 unchanged",
        "0 added, 0 changed, 3 unchanged.",
    ]


def test_faults_are_told_by_file_line_and_field_and_nothing_is_imported(
    app: Flask, engine: Engine, tmp_path: Path
) -> None:
    good = write(tmp_path, "good.json", {"customers": [MAYA]})
    bad = write(tmp_path, "customers.csv", "id,frist_name\nc-7,Noah\n")
    result = run(app, "import", good, bad)
    assert result.exit_code == 1
    assert told(result) == [
        f"{bad}:1: customers.frist_name: unknown field (did you mean first_name?)",
        "Nothing was imported: 1 fault.",
    ]
    assert json.loads(export(engine))["customers"] == []


def test_a_folder_is_every_file_in_it(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write(folder, "customers.csv", "id,first_name\nc-7,Noah\n")
    write(folder, "shop.json", {"customers": [MAYA]})
    write(folder, "notes.txt", "not one of them")
    assert told(run(app, "import", folder))[-1] == "2 added, 0 changed, 0 unchanged."


def test_a_csv_of_another_name_needs_its_kind(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "people.csv", "id,first_name\nc-7,Noah\n")
    assert run(app, "import", path).exit_code == 1
    assert run(app, "import", path, "--kind", "customers").exit_code == 0


def test_an_export_goes_to_a_file_or_to_the_screen(app: Flask, engine: Engine, tmp_path: Path) -> None:
    run(app, "import", write(tmp_path, "shop.json", records()))
    path = tmp_path / "export.json"
    assert run(app, "export", path).exit_code == 0
    assert path.read_text(encoding="utf-8") == export(engine)
    assert run(app, "export").output == export(engine)
    assert "messages" in json.loads(run(app, "export", "--messages").output)
    assert not list(tmp_path.glob("*.part"))


def test_no_bar_is_drawn_where_there_is_no_terminal(app: Flask, tmp_path: Path) -> None:
    result = run(app, "import", write(tmp_path, "shop.json", records()))
    assert "Importing" not in result.output


def test_a_path_that_is_not_there_is_told(app: Flask, tmp_path: Path) -> None:
    assert run(app, "import", tmp_path / "nothing.json").exit_code == 2
