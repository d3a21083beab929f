"""Our own phrases and lexicons: no phrase under two intents, every section known, every language there."""

import csv
from collections import defaultdict
from pathlib import Path

from bot.understanding.lexicon import LANGUAGES, lexicon, read_sections
from bot.understanding.normalise import fold
from bot.understanding.phrases import own_phrases

HELD_OUT = Path(__file__).with_name("heldout.csv")


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


def test_held_out_messages_are_no_phrases():
    ours = {fold(line) for intents in own_phrases().values() for lines in intents.values() for line in lines}
    with HELD_OUT.open(encoding="utf-8") as file:
        assert [row["text"] for row in csv.DictReader(file) if fold(row["text"]) in ours] == []
