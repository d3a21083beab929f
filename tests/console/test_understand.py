"""`flask understand`: the reading of a text and why, and the measure of a file."""

import json
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.commands.understand import understand_command
from joining import make_reader
from storage.merchant import load_files
from storage.shelf import FolderShelf

SHOP = Path(__file__).parents[2] / "shop"


@pytest.fixture
def run():
    command = understand_command(lambda: load_files(SHOP, FolderShelf()).shop, partial(make_reader, encoder=False))
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
    assert "macro-F1: 0.500" in shown
    assert "CPU per message" in shown
    assert "review read as resend_receipt: 1" in shown
    assert "review read as resend_receipt: send the invoice" in shown


def test_a_file_without_the_columns_is_refused(run, tmp_path):
    path = tmp_path / "messages.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    result = run("eval", str(path))
    assert result.exit_code == 1
    assert "columns text and intent" in result.output


def test_the_store_questions_of_the_shop_are_known(run):
    assert "wish: faq:opening_hours" in run("what are your opening hours").output


def test_a_file_is_measured_by_language_and_channel(run, tmp_path):
    path = tmp_path / "messages.csv"
    rows = ["text,intent,language,channel", "where is my order,where_is_my_order,en,sms", "hallo,greeting,de,email"]
    path.write_text("\n".join(rows), encoding="utf-8")
    shown = run("eval", str(path), "--by", "language", "--by", "channel", "--by", "intent").output
    for part in ("language de", "language en", "channel sms", "channel email", "intent greeting"):
        assert part in shown


def test_coverage_is_drawn_against_precision(run, tmp_path):
    path = tmp_path / "messages.csv"
    rows = ["text,intent", "where is my order,where_is_my_order", "send the invoice,resend_receipt", "weather?,none"]
    path.write_text("\n".join(rows), encoding="utf-8")
    shown = run("eval", str(path)).output
    assert "right of what is acted on (%) against share acted on (%)" in shown
    assert "acted on with 95% right" in shown


def test_labels_that_are_none_of_ours_are_told(run, tmp_path):
    path = tmp_path / "messages.csv"
    path.write_text("text,intent\nwhere is my order,wismo\n", encoding="utf-8")
    assert "not intents of ours: wismo" in run("eval", str(path)).output


def test_a_file_in_another_encoding_is_refused(run, tmp_path):
    path = tmp_path / "messages.csv"
    path.write_bytes("text,intent\ndónde está,where_is_my_order\n".encode("latin-1"))
    result = run("eval", str(path))
    assert result.exit_code == 1
    assert "no CSV file in UTF-8" in result.output


def test_a_reading_comes_as_json_with_the_ranking(run):
    shown = json.loads(run("--json", "cancel my order").output)
    assert shown["wishes"][0]["intent"] == "cancel_order"
    assert shown["ranked"][0][0] == "cancel_order"
