"""`flask shop check`, `preview` and `schema` as a merchant sees them."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

import click
import pytest
from click.testing import CliRunner, Result

from bot.merchant.jsonschema import schemas
from bot.merchant.shop import Shop
from bot.merchant.stories import Placed, Stories
from bot.model import Rendered
from bot.wording import gsm
from console.commands.shop import shop_commands
from joining import make_reader

SHOP = Path(__file__).resolve().parents[2] / "shop"


def read_files(directory: Path) -> Mapping[str, str]:
    return {path.relative_to(directory).as_posix(): path.read_text() for path in directory.rglob("*.yaml")}


words_alone = partial(make_reader, encoder=False)


def no_play(shop: Shop, stories: Stories, some: Sequence[Placed]) -> Iterator[None]:
    """The tests are played in test_shop_check_tests.py."""
    return (None for _ in some)


def segments(rendered: Rendered) -> int:
    return gsm.segments(rendered.text)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    shutil.copytree(SHOP, tmp_path / "shop")
    return tmp_path / "shop"


def run(directory: Path, *arguments: str) -> Result:
    group = click.Group(
        "shop",
        {
            command.name or "": command
            for command in shop_commands(directory, read_files, segments, words_alone, no_play)
        },
    )
    return CliRunner().invoke(group, arguments)


def test_the_sample_shop_passes_without_a_warning(directory: Path) -> None:
    result = run(directory, "check")
    assert result.exit_code == 0
    assert result.output == f"{directory}: no faults, 0 warnings, 8 tests passed\n"


def test_a_fault_is_told_as_file_line_key_what_and_exits_1(directory: Path) -> None:
    path = directory / "templates/en.yaml"
    text = path.read_text().replace("{{ asked_number }}", "{{ asked_numbr }}")
    path.write_text(text)
    line = text[: text.index("asked_numbr")].count("\n") + 1
    result = run(directory, "check")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        f"{path}:{line}: which.order_not_found.text: asked_numbr is not known here (did you mean asked_number?)"
    )


def test_a_warning_is_told_and_passes(directory: Path) -> None:
    path = directory / "templates/en.yaml"
    path.write_text(path.read_text().replace("Wonderful! Enjoy it.", "Wonderful! Enjoy it 🎉"))
    result = run(directory, "check")
    assert result.exit_code == 0
    assert result.output.startswith(f"warning: {path}:")
    assert "problem.found: 🎉 makes an SMS cost more" in result.output


def test_a_golden_message_that_is_misread_is_told_and_exits_1(directory: Path) -> None:
    path = directory / "golden.yaml"
    path.write_text("en:\n  where_is_my_order:\n    - where is my order\n    - I want to cancel my order\n")
    result = run(directory, "check")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == (
        f"{path}:4: en.where_is_my_order: 'I want to cancel my order' would be read as cancel_order "
        "(see `flask understand` for the words that say so)"
    )
    assert "no faults" not in result.output


def test_without_golden_messages_no_reader_is_made(directory: Path) -> None:
    def none_needed(shop: Shop) -> NoReturn:
        raise AssertionError("nothing is to be read")

    (directory / "golden.yaml").unlink()
    shutil.rmtree(directory / "tests")
    (check, *_) = shop_commands(directory, read_files, segments, none_needed, no_play)
    assert CliRunner().invoke(check).exit_code == 0


def test_a_preview_shows_each_channel_and_the_segments_of_an_sms(directory: Path) -> None:
    result = run(directory, "preview", "wismo.in_transit")
    assert result.exit_code == 0
    assert "--- wismo.in_transit (sms, segments: 2)" in result.output
    assert "--- wismo.in_transit (whatsapp; email; chat)" in result.output
    assert "Expected by Friday, November 27." in result.output


def test_a_preview_shows_subject_and_choices(directory: Path) -> None:
    result = run(directory, "preview", "problem.attempt_failed", "--channel", "email")
    assert "Subject: We couldn't deliver your order 1042" in result.output
    assert "  [Another day]" in result.output
    assert "(sms" not in result.output


def test_a_preview_in_another_language(directory: Path) -> None:
    assert "¡De nada!" in run(directory, "preview", "thanks", "--language", "es").output


def test_a_preview_of_everything_shows_every_key_and_answer(directory: Path) -> None:
    result = run(directory, "preview", "--all", "--channel", "chat")
    assert result.exit_code == 0
    assert "--- faq.opening_hours (chat)" in result.output
    assert "Mon-Fri 9:00 AM-5:00 PM, Sat 10:00 AM-2:00 PM" in result.output
    assert result.output.count("--- ") > 100


def test_a_misspelt_key_is_told_with_the_nearest(directory: Path) -> None:
    result = run(directory, "preview", "wismo.in_transt")
    assert result.exit_code == 1
    assert "did you mean wismo.in_transit?" in result.output


def test_the_schemas_cover_every_file_and_the_import_format(directory: Path) -> None:
    printed = json.loads(run(directory, "schema").output)
    assert set(printed) == {
        "shop.yaml",
        "policies.yaml",
        "notices.yaml",
        "catalog.yaml",
        "guides.yaml",
        "faq.yaml",
        "templates.yaml",
        "phrases.yaml",
        "golden.yaml",
        "tests.yaml",
        "import.json",
    }
    assert {"customers", "products", "orders", "subscriptions"} <= set(printed["import.json"]["properties"])
    template = printed["templates.yaml"]["properties"]["wismo.in_transit"]
    assert template["description"] == "facts: order, shipment, shop"


def test_one_schema_alone_and_all_as_files(directory: Path, tmp_path: Path) -> None:
    assert json.loads(run(directory, "schema", "policies.yaml").output) == schemas()["policies.yaml"]
    result = run(directory, "schema", "--out", str(tmp_path / "schemas"))
    assert result.exit_code == 0
    assert json.loads((tmp_path / "schemas/templates.schema.json").read_text()) == schemas()["templates.yaml"]


def test_an_unknown_schema_is_told(directory: Path) -> None:
    assert "there is no schema 'x'" in run(directory, "schema", "x").output


def test_every_reference_inside_a_schema_leads_somewhere() -> None:
    for name, schema in schemas().items():
        text = json.dumps(schema)
        for reference in {part.split('"')[0] for part in text.split('"$ref": "#/$defs/')[1:]}:
            assert reference in schema["$defs"], (name, reference)


def test_one_key_with_all_is_shown_on_every_channel_and_no_other_key_is(directory: Path) -> None:
    result = run(directory, "preview", "wismo.out_for_delivery", "--all")
    headings = [line for line in result.output.splitlines() if line.startswith("--- ")]
    assert all(heading.startswith("--- wismo.out_for_delivery (") for heading in headings)
    shown = " ".join(headings)
    assert all(channel in shown for channel in ("sms", "whatsapp", "email", "chat"))
