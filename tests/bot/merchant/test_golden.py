"""golden.yaml: what a merchant may write there, and when new phrases are worse than the old ones."""

import pytest

from bot.merchant.golden import ALSO, Golden, misread, read_golden, told, worse
from bot.merchant.jsonschema import schemas
from bot.merchant.phrases import known_intents
from bot.merchant.yamltext import read_yaml
from bot.understanding.reader import Reader
from storage.shelf import FolderShelf
from tests.bot.merchant.sample import english_texts, faults, load

BEANS = Golden("where are my beans", "where_is_my_order", "en", 3)
LAMP = Golden("the lamp arrived broken", "delivery_problem.damaged", "en", 5)
STOLEN = {"en": {"reorder": ("where are my beans", "beans are where", "my beans where are they")}}


@pytest.fixture(scope="module")
def ours() -> Reader:
    """Reads by the phrases that come with the bot."""
    return Reader(shelf=FolderShelf())


@pytest.fixture(scope="module")
def stolen() -> Reader:
    """Reads by phrases that take a message away from what it is about."""
    return Reader(STOLEN, shelf=FolderShelf())


def read(text: str) -> tuple[tuple[Golden, ...], list[str]]:
    document, _ = read_yaml("golden.yaml", text)
    golden, found = read_golden(document, ["opening_hours"])
    return golden, [str(fault) for fault in found]


# -- what may be written ---------------------------------------------------------------------------------------------


def test_the_messages_are_read_with_their_lines() -> None:
    text = (
        "# mine\nen:\n  where_is_my_order:\n    - where are my beans\n    - any news\nes:\n  stop: [déjenme en paz]\n"
    )
    golden = (
        Golden("where are my beans", "where_is_my_order", "en", 4),
        Golden("any news", "where_is_my_order", "en", 5),
        Golden("déjenme en paz", "stop", "es", 7),
    )
    assert read(text) == (golden, [])
    assert load({**english_texts(), "golden.yaml": text}).shop.golden == golden


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "en: {}\n"])
def test_an_empty_file_holds_none(text: str) -> None:
    assert read(text) == ((), [])


def test_the_file_may_be_left_out() -> None:
    texts = english_texts()
    texts.pop("golden.yaml", None)
    assert load(texts).shop.golden == ()


@pytest.mark.parametrize("intent", ["delivery_problem", "delivery_problem.damaged", "faq:opening_hours", *ALSO])
def test_every_intent_its_kinds_and_the_shops_own_questions_may_be_named(intent: str) -> None:
    assert read(f'en:\n  "{intent}": [a message]\n') == ((Golden("a message", intent, "en", 2),), [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "en:\n  where_is_my_ordr:\n    - x\n",
            "golden.yaml:2: en.where_is_my_ordr: no such intent (did you mean where_is_my_order?)",
        ),
        (
            "en:\n  faq:opening_hour:\n    - x\n",
            "golden.yaml:2: en.faq:opening_hour: no such intent (did you mean faq:opening_hours?)",
        ),
        ("en:\n  zzz:\n    - x\n", "golden.yaml:2: en.zzz: no such intent (see `flask understand`)"),
        (
            "en:\n  reorder: more beans\n",
            "golden.yaml:2: en.reorder: write a list of messages (each in quotes, after a dash)",
        ),
        (
            "en:\n  reorder:\n    - 12\n",
            "golden.yaml:2: en.reorder: write a list of messages (each in quotes, after a dash)",
        ),
        (
            "en:\n  reorder: ['  ']\n",
            "golden.yaml:2: en.reorder: write a list of messages (each in quotes, after a dash)",
        ),
        (
            "en:\n  reorder:\n",
            "golden.yaml:2: en.reorder: write a list of messages (each in quotes, after a dash)",
        ),
        (
            "en:\n  - more beans\n",
            "golden.yaml:1: en: write intents, each with a list of messages "
            "(such as where_is_my_order: with a list below it)",
        ),
        (
            "reorder:\n  - more beans\n",
            "golden.yaml:1: reorder: 'reorder' is not a language "
            "(write it as in the names of the templates, such as es)",
        ),
        (
            "- more beans\n",
            "golden.yaml:1: the file has to be a mapping of languages to intents to lists of messages "
            "(such as en: with intents below it)",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(text: str, fault: str) -> None:
    assert read(text) == ((), [fault])


def test_every_mistake_is_told_at_once_and_beside_those_of_other_files() -> None:
    golden = "en:\n  reordr: [x]\n  retrn: [x]\n"
    texts = {**english_texts(), "golden.yaml": golden, "phrases/en.yaml": "reordr: []\n"}
    assert [fault.split(":")[0] for fault in faults(texts)] == ["golden.yaml", "golden.yaml", "phrases/en.yaml"]


def test_an_editor_knows_every_intent() -> None:
    known = schemas()["golden.yaml"]["additionalProperties"]["properties"]
    assert set(known) == {*known_intents(), *ALSO}


# -- what is worse ---------------------------------------------------------------------------------------------------


def test_what_is_read_as_written_is_not_told(ours: Reader) -> None:
    also = (
        Golden("please stop texting me", "stop", "en", 1),
        Golden("STOP", "stop", "en", 1),
        Golden("let me talk to a human", "person", "en", 1),
        Golden("1044", "nothing", "en", 1),
        Golden("the lamp arrived broken", "delivery_problem", "en", 1),
        Golden("dónde está mi pedido", "where_is_my_order", "es", 1),
    )
    assert misread((BEANS, LAMP, *also), ours) == {}


def test_what_is_read_otherwise_is_told_with_its_line_and_as_what(ours: Reader) -> None:
    wrong = Golden("please stop texting me", "where_is_my_order", "en", 4)
    ((golden, read),) = misread((BEANS, wrong), ours).items()
    assert str(told(golden, read)) == (
        "golden.yaml:4: en.where_is_my_order: 'please stop texting me' would be read as stop "
        "(see `flask understand` for the words that say so)"
    )


def test_another_kind_is_told_by_its_kind(ours: Reader) -> None:
    wrong = Golden("the lamp arrived broken", "delivery_problem.lost", "en", 4)
    assert misread((wrong,), ours) == {wrong: "delivery_problem.damaged"}


def test_what_is_only_asked_back_about_is_not_read_as_written(ours: Reader) -> None:
    wrong = Golden("qwertz", "where_is_my_order", "en", 4)
    assert misread((wrong,), ours) == {wrong: "nothing"}


def test_phrases_that_take_a_message_away_are_worse(ours: Reader, stolen: Reader) -> None:
    (fault,) = worse((BEANS, LAMP), stolen, ours)
    assert (fault.file, fault.line, fault.key) == ("golden.yaml", 3, "en.where_is_my_order")
    assert fault.what == "'where are my beans' would be read as reorder"


def test_phrases_that_mend_a_message_are_not_worse(ours: Reader, stolen: Reader) -> None:
    assert worse((BEANS, LAMP), ours, stolen) == []


def test_a_message_that_was_misread_before_does_not_hold_up_a_change(ours: Reader, stolen: Reader) -> None:
    assert worse((Golden("where are my beans", "thanks", "en", 3),), stolen, ours) == []


def test_the_served_phrases_are_not_asked_while_nothing_is_misread(ours: Reader) -> None:
    assert worse((BEANS,), ours, served=None) == []  # type: ignore[arg-type]
