"""`flask understand`: the reading of a text and why, and the measure of a file."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from console.commands.understand import understand_command
from storage.merchant import read_files

SHOP = Path(__file__).parents[2] / "shop"


@pytest.fixture
def run():
    command = understand_command(SHOP, read_files)
    return lambda *words: CliRunner().invoke(command, list(words))


def test_a_text_is_shown_with_what_it_wants_and_why(run):
    shown = run("where is my order #4711").output
    assert "wish: where_is_my_order" in shown
    assert "order_numbers: ['4711']" in shown
    assert "share of the words known" in shown


def test_a_text_is_read_as_the_answer_to_a_question(run):
    shown = run("--expect", "choice", "--choice", "Small", "--choice", "Large", "the second one").output
    assert "answer: 2" in shown


def test_a_file_is_measured(run, tmp_path):
    path = tmp_path / "messages.csv"
    path.write_text("text,intent\nwhere is my order,where_is_my_order\nsend the invoice,review\n", encoding="utf-8")
    shown = run("eval", str(path), "--wrong").output
    assert "50.0%" in shown
    assert "CPU per message" in shown
    assert "review read as resend_receipt: send the invoice" in shown


def test_a_file_without_the_columns_is_refused(run, tmp_path):
    path = tmp_path / "messages.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    result = run("eval", str(path))
    assert result.exit_code == 1
    assert "columns text and intent" in result.output


def test_the_store_questions_of_the_shop_are_known(run):
    assert "wish: faq:opening_hours" in run("what are your opening hours").output
