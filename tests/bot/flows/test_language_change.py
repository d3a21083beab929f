"""Another language, asked for in the customer's words: read by the real reader, answered in the shop's words."""

from dataclasses import dataclass, replace
from functools import cache

import pytest

from bot.actions import SetPreference
from bot.conversation import Turn
from bot.merchant.load import load_shop
from bot.merchant.shop import Shop
from bot.model import Channel, Conversation
from bot.story import World
from bot.understanding.reader import Reader
from storage.merchant import read_files
from storage.shelf import FolderShelf
from tests.bot.stories import SHOP, Talk, keys, order
from tests.bot.understanding.conftest import CUSTOMER

GERMAN = 'language.changed: Gern, weiter auf Deutsch.\nlanguage.which: "Ich kann {{ languages }}."\n'
FILES = ("shop.yaml", "templates/en.yaml", "templates/es.yaml")


@cache
def three_languages() -> Shop:
    """The sample shop with words in English and Spanish, and two in German."""
    texts = {name: text for name, text in read_files(SHOP).items() if name in FILES}
    return load_shop({**texts, "templates/de.yaml": GERMAN}).shop


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(shelf=FolderShelf())


@dataclass
class Spoken(Talk):
    """A talk in the words of a customer."""

    reader: Reader | None = None

    def world(self) -> World:
        return replace(super().world(), shop=three_languages())

    def say(self, text: str) -> Turn:
        assert self.reader is not None
        return self.hear(self.reader.read(text, None, CUSTOMER, self.conversation.language))

    def words(self, taken: Turn) -> str:
        """What the customer is shown."""
        language = taken.conversation.language or three_languages().settings.language
        words = three_languages().words
        return words.render(taken.says, channel=Channel.CHAT, language=language, zone="UTC", now=self.now).text


def talk(reader: Reader, language: str | None = None) -> Spoken:
    orders = [order("FF-1001", ("in_transit", None, 5))]
    return Spoken(orders, reader=reader, conversation=Conversation(language=language))


@pytest.mark.parametrize(
    ("so_far", "asked", "language", "told"),
    [
        (None, "in Deutsch bitte", "de", "Gern, weiter auf Deutsch."),
        (None, "puedes hablar español", "es", "Claro, sigamos en español."),
        ("en", "can you speak Spanish?", "es", "Claro, sigamos en español."),
        ("es", "do you speak English?", "en", "Sure, let's go on in English."),
        ("de", "auf Englisch bitte", "en", "Sure, let's go on in English."),
    ],
)
def test_the_reply_and_what_follows_are_in_the_language_asked_for(
    reader: Reader, so_far: str | None, asked: str, language: str, told: str
) -> None:
    spoken = talk(reader, so_far)
    taken = spoken.say(asked)
    assert keys(taken) == ["language.changed"]
    assert spoken.words(taken) == told
    taken = spoken.say("FF-1001")  # which is in no language
    assert keys(taken) == ["wismo.in_transit"]
    assert taken.conversation.language == language


def test_the_next_reply_is_in_its_words(reader: Reader) -> None:
    spoken = talk(reader)
    spoken.say("puedes hablar español")
    assert spoken.words(spoken.say("gracias")).startswith("¡De nada!")


@pytest.mark.parametrize(
    ("so_far", "asked", "told"),
    [
        (None, "do you speak Italian?", "I can write in Deutsch, English, Español."),
        ("en", "in italiano per favore", "I can write in Deutsch, English, Español."),
        ("es", "puedes hablar italiano", "Puedo escribir en Deutsch, English, Español."),
        ("es", "posso escrever em português", "Puedo escribir en Deutsch, English, Español."),
    ],
)
def test_a_language_without_words_lists_those_there_are_in_the_language_so_far(
    reader: Reader, so_far: str | None, asked: str, told: str
) -> None:
    spoken = talk(reader, so_far)
    taken = spoken.say(asked)
    assert keys(taken) == ["language.which"]
    assert spoken.words(taken).startswith(told)
    assert taken.conversation.language == so_far


@pytest.mark.parametrize("asked", ["can we use another language?", "I don't speak German"])
def test_without_a_language_named_those_there_are_are_listed(reader: Reader, asked: str) -> None:
    assert keys(talk(reader).say(asked)) == ["language.which"]


def test_one_of_those_listed_is_then_taken(reader: Reader) -> None:
    spoken = talk(reader)
    spoken.say("do you speak Italian?")
    assert spoken.words(spoken.say("en español")) == "Claro, sigamos en español."


def test_nothing_is_done_but_to_speak_and_to_remember(reader: Reader) -> None:
    spoken = talk(reader)
    spoken.say("in Deutsch bitte")
    assert list(spoken.ledger.done.values()) == [SetPreference(customer_id="c-1", language="de")]
    assert spoken.conversation.stack == ()
