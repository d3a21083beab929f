"""`flask shop check` plays the merchant's own tests: the sample shop's pass, and a change that breaks one is told."""

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.merchant.load import load_shop
from bot.merchant.shop import Shop
from bot.merchant.stories import Placed, Stories
from bot.understanding.reader import Reader
from bot.wording import gsm
from console.commands.shop import shop_commands
from joining import make_reader
from rehearsal import Failure, Stage, rehearse
from storage.merchant import read_files

SHOP = Path(__file__).resolve().parents[2] / "shop"


@cache
def reader() -> Reader:
    """One for all: no test here changes a phrase."""
    return make_reader(load_shop(read_files(SHOP)).shop, encoder=False)


def words_alone(shop: Shop) -> Reader:
    return reader()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The sample shop in English, which is read in a seventh of the time."""
    shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns("guides"))
    directory = tmp_path / "shop"
    (directory / "golden.yaml").unlink()
    for path in directory.glob("*/*.yaml"):
        if path.name != "en.yaml" and path.parent.name != "tests":
            path.unlink()
    return directory


def check(directory: Path, *arguments: str) -> Result:
    def play(shop: Shop, stories: Stories, some: Sequence[Placed]) -> Iterator[Failure | None]:
        stage = Stage(shop, words_alone, directory.parent)
        return (rehearse(stage, placed, stories.products) for placed in some)

    commands = shop_commands(directory, read_files, lambda body: gsm.segments(body.text), words_alone, play)
    return CliRunner().invoke(click.Group("shop", {one.name or "": one for one in commands}), ["check", *arguments])


def replace(path: Path, old: str, new: str) -> int:
    """Edits a file; the line of what was replaced."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_sample_shop_s_tests_pass(directory: Path) -> None:
    result = check(directory)
    assert result.exit_code == 0, result.output
    assert result.output == f"{directory}: no faults, 0 warnings, 8 tests passed\n"


def test_a_policy_that_breaks_a_test_is_told_with_what_was_said_instead(directory: Path) -> None:
    replace(directory / "policies.yaml", "tracking:", "cancel: {ask_reason: false}\ntracking:")
    result = check(directory)
    assert result.exit_code == 1
    first, *talk = result.stdout.splitlines()
    assert first.startswith(f"{directory}/tests/orders.yaml:")
    assert "[1].talk[0].bot: cancel.reason was expected; the bot said cancel.summary: \"I'd cancel order" in first
    assert talk[0] == "    customer: please cancel my order"


def test_words_that_break_a_test_are_told(directory: Path) -> None:
    replace(directory / "templates/en.yaml", "Once it's there you can send it back to us.", "Sorry.")
    result = check(directory, "--tests", "too late to cancel")
    assert result.exit_code == 1
    assert (
        "[2].talk[0].contains: 'send it back' is not in the answer; the bot said cancel.refused_shipped"
        in result.output
    )
    assert result.stderr == f"{directory}: 1 tests failed\n"


def test_what_the_ledger_lacks_is_told(directory: Path) -> None:
    line = replace(directory / "tests/returns.yaml", "{sku: JACKET-2}", "{sku: JACKET-3}")
    result = check(directory, "--tests", "returns")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        f"{directory}/tests/returns.yaml:{line}: [1].ledger.orders.FF-1001.returns[0].exchange_for[0].sku: "
        "'JACKET-3' was expected, 'JACKET-2' is on record"
    )


def test_some_tests_and_none(directory: Path) -> None:
    assert "2 tests passed" in check(directory, "--tests", "people").output
    assert "1 tests passed" in check(directory, "--tests", "stop means stop").output
    assert check(directory, "--no-tests").output == f"{directory}: no faults, 0 warnings\n"
    unknown = check(directory, "--tests", "Stop means top")
    assert unknown.exit_code == 1
    assert "did you mean Stop means stop?" in unknown.output


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "bot: consent.stopped",
            "bot: consent.stoped",
            "no key 'consent.stoped' (did you mean consent.stopped?)",
        ),
        ("- says: STOP", "- say: STOP", "[1].talk[0].say: no such key (did you mean says?)"),
        ("FF-1001: out_for_delivery", "FF-1001: out_for_delivry", "(did you mean out_for_delivery?)"),
        ("{order: FF-1001", "{order: FF-1002", "there is no order 'FF-1002' above (did you mean FF-1001?)"),
        ("- says: STOP\n      bot: consent.stopped", "- bot: consent.stopped", "nothing happens in this turn"),
        ("title: Stop means stop", "title: A person is called", "another test has this title"),
    ],
)
def test_a_slip_of_the_pen_is_told_where_it_is(directory: Path, old: str, new: str, told: str) -> None:
    replace(directory / "tests/people.yaml", old, new)
    result = check(directory, "--no-tests")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{directory}/tests/people.yaml:")
    assert told in result.stdout


def test_a_line_that_the_shop_does_not_sell_is_told(directory: Path) -> None:
    replace(directory / "tests/returns.yaml", "[Merino Socks (L)]", "[Merino Soks (L)]")
    assert "'Merino Soks' is not in tests/products.yaml (did you mean Merino Socks?)" in check(directory).output


def test_a_record_that_no_import_takes_is_told_at_its_test(directory: Path) -> None:
    replace(directory / "tests/people.yaml", "customer: {email: null}", "customer: {phone: '12'}")
    result = check(directory, "--tests", "people")
    assert result.exit_code == 1
    assert "[1]: customers[0].phone: " in result.output


def test_the_schema_completes_tests() -> None:
    from bot.merchant.jsonschema import schemas

    assert "not_contains" in json.dumps(schemas()["tests.yaml"])
