"""New phrases for a running bot: taken up where no golden message is read worse, refused where one is."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from bot.merchant.golden import Nobody
from config import load_settings
from console.parts import parts
from tests.e2e.outside import ROOT, environment

PHRASES = "where_is_my_order:\n  - where are my beans\n  - any sign of the beans\n"
STOLEN = "reorder:\n  - where are my beans\n  - any sign of the beans\n"
GOLDEN = "# What must not be lost.\nen:\n  where_is_my_order:\n    - where are my beans\n"
FAULT = (
    "golden.yaml:4: en.where_is_my_order: 'where are my beans' would be read as reorder "
    "(see `flask understand` for the words that say so)"
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A shop of English words and a phrase or two."""
    made = tmp_path / "shop"
    (made / "templates").mkdir(parents=True)
    (made / "phrases").mkdir()
    for file in ("shop.yaml", "templates/en.yaml"):
        shutil.copy(ROOT / "shop" / file, made / file)
    (made / "phrases/en.yaml").write_text(PHRASES)
    (made / "golden.yaml").write_text(GOLDEN)
    return made


@pytest.fixture
def app(directory: Path, sqlite_url: str) -> Iterator[Flask]:
    settings = environment(
        database_url=sqlite_url,
        port=80,
        twilio_url="http://127.0.0.1:9",
        SHOP_DIR=str(directory),
        SENTENCE_ENCODER="off",
    )
    made = create_app(load_settings(settings, serving=True))
    parts(made).migrate()
    parts(made).files.refresh()
    yield made
    parts(made).engine.dispose()


def save(directory: Path, file: str, text: str) -> None:
    path = directory / file
    later = path.stat().st_mtime_ns + 1_000_000
    path.write_text(text)
    os.utime(path, ns=(later, later))


def read(app: Flask, text: str = "where are my beans") -> list[str]:
    return [wish.intent for wish in parts(app).reader.read(text, None, Nobody(), "en").wishes]


def test_phrases_that_read_a_golden_message_worse_are_refused_and_the_old_ones_go_on(app: Flask, directory: Path):
    assert read(app) == ["where_is_my_order"]
    before = parts(app).shop().version

    save(directory, "phrases/en.yaml", STOLEN)

    assert not parts(app).files.refresh()
    assert [str(fault) for fault in parts(app).files.faults] == [FAULT]
    assert parts(app).shop().version == before
    assert read(app) == ["where_is_my_order"]


def test_they_are_refused_before_the_first_message_too(app: Flask, directory: Path):
    save(directory, "phrases/en.yaml", STOLEN)

    assert not parts(app).files.refresh()
    assert read(app) == ["where_is_my_order"]


def test_phrases_that_read_no_golden_message_worse_are_taken_up(app: Flask, directory: Path):
    assert read(app, "zorpl the wumpus") == []

    save(directory, "phrases/en.yaml", PHRASES + "reorder:\n  - zorpl the wumpus\n")

    assert parts(app).files.refresh()
    assert read(app, "zorpl the wumpus") == ["reorder"]
    assert read(app) == ["where_is_my_order"]


def test_the_merchant_may_say_that_a_message_means_something_else_now(app: Flask, directory: Path):
    save(directory, "phrases/en.yaml", STOLEN)
    save(directory, "golden.yaml", GOLDEN.replace("where_is_my_order", "reorder"))

    assert parts(app).files.refresh()
    assert read(app) == ["reorder"]


def test_a_golden_message_that_was_never_read_so_stops_no_other_change(app: Flask, directory: Path):
    save(directory, "golden.yaml", GOLDEN + "  review:\n    - I want to talk to a person\n")

    assert parts(app).files.refresh()
    assert parts(app).files.faults == ()


def test_mended_phrases_are_taken_up_after_a_refusal(app: Flask, directory: Path):
    save(directory, "phrases/en.yaml", STOLEN)
    parts(app).files.refresh()

    save(directory, "phrases/en.yaml", PHRASES + "thanks:\n  - zorpl the wumpus\n")

    assert parts(app).files.refresh()
    assert parts(app).files.faults == ()
    assert read(app, "zorpl the wumpus") == ["thanks"]


def test_a_golden_file_with_a_mistake_is_refused_with_what_was_meant(app: Flask, directory: Path):
    save(directory, "golden.yaml", GOLDEN.replace("where_is_my_order", "where_is_my_ordr"))

    assert not parts(app).files.refresh()
    assert [str(fault) for fault in parts(app).files.faults] == [
        "golden.yaml:3: en.where_is_my_ordr: no such intent (did you mean where_is_my_order?)"
    ]
