"""Our own phrases and lexicons: no phrase under two intents, every section known, every language there."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.understanding.lexicon import LANGUAGES, lexicon, raw_sections, read_sections
from bot.understanding.normalise import fold
from bot.understanding.phrases import own_phrases


def test_no_phrase_stands_under_two_intents():
    meant = defaultdict(set)
    for intents in own_phrases().values():
        for intent, lines in intents.items():
            for line in lines:
                meant[fold(line)].add(intent)
    assert {line: intents for line, intents in meant.items() if len(intents) > 1} == {}


def test_every_language_has_the_important_intents():
    for language in LANGUAGES:
        assert len(own_phrases()[language]["where_is_my_order"]) >= 10


def test_every_section_of_every_lexicon_is_used():
    known = set(read_sections("lexicon", "en"))
    for language in LANGUAGES:
        assert set(read_sections("lexicon", language)) <= known


def test_words_of_the_lexicon_are_folded_as_texts_are():
    words = lexicon()
    for name in ("yes", "no", "skip", "stop", "help", "unsure"):
        for entry in getattr(words, name):
            assert entry == " ".join(fold(entry).replace("-", " ").split()) or "-" in entry


@pytest.mark.parametrize(
    "name",
    [
        "english",
        "languages",
        "mixed",
        "blind",
        "two_wishes",
        "wishes_joined",
        "person",
        "stop",
        "person_stop_multi",
        "stop_wishes",
    ],
)
def test_held_out_messages_are_no_phrases(name):
    ours = {fold(line) for intents in own_phrases().values() for lines in intents.values() for line in lines}
    with Path(__file__).with_name(f"{name}.csv").open(encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file) if any(map(str.isalpha, row["text"]))]
        assert [text for text in texts if fold(text) in ours] == []


@pytest.mark.parametrize("text", ["name: |\n  entry\nname: |\n", "name: entry\n", "name: |\n\tentry\n"])
def test_a_packaged_file_of_another_shape_is_refused(text, monkeypatch):
    monkeypatch.setattr("bot.understanding.lexicon.raw_sections", lambda folder, language: text)
    with pytest.raises(ValueError, match=r"phrases/en\.yaml"):
        read_sections("phrases", "en")


def test_packaged_files_read_as_the_yaml_that_they_are():
    for language in LANGUAGES:
        as_yaml = YAML(typ="safe", pure=True).load(raw_sections("lexicon", language))
        assert {name: tuple(block.splitlines()) for name, block in as_yaml.items()} == read_sections(
            "lexicon", language
        )
