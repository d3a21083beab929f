"""What the code says, the register knows, the merchant's files word, and every channel can show."""

from fnmatch import fnmatch
from functools import lru_cache

import pytest

from bot.merchant.shop import Shop
from bot.model import Channel, Choice, Say
from bot.tracking import State
from bot.wording.keys import INTENTS, KEYS
from bot.wording.samples import FULL, NOW, SPARSE, ZONE, facts_for
from bot.wording.words import COMMON
from tests.bot.merchant.sample import load, sample_texts
from tests.bot.wording.said import all_said, texts

MENU = {"menu.hint", "menu.button"}  # said by bot/wording/words.py under every question with choices
SPOKEN = [key for key in KEYS if key != COMMON]


@lru_cache
def shop() -> Shop:
    return load(sample_texts()).shop


def test_every_key_that_the_code_says_is_in_the_register() -> None:
    unknown = {f"{said.key} ({said.place})" for said in all_said() if not _matching(said.key)}
    assert unknown == set()


def test_every_text_that_looks_like_a_key_is_one() -> None:
    heads = {key.split(".")[0] for key in KEYS if "." in key}
    looking = {(text, place) for text, place in texts() if "." in text and text.split(".")[0] in heads}
    known = {text for text, _ in looking if text in KEYS or f"{text}_done" in KEYS or text.endswith("_")}
    unknown = {f"{text} ({place})" for text, place in looking if text not in known}
    assert unknown == set()


def test_every_key_of_the_register_is_said_somewhere() -> None:
    said = {key for each in all_said() for key in _matching(each.key)} | {text for text, _ in texts() if text in KEYS}
    said |= MENU
    assert set(SPOKEN) - said == set()


def test_the_register_gives_each_key_the_facts_that_the_code_gives() -> None:
    wrong = {
        f"{key} ({said.place}): {sorted(said.facts ^ set(KEYS[key].facts))}"
        for said in all_said()
        for key in _matching(said.key)
        if said.facts is not None and "*" not in said.key and not set(KEYS[key].facts) <= said.facts
    }
    assert wrong == set()


def test_every_state_of_a_parcel_has_words() -> None:
    plain = (State.CANCELLED, State.NOT_SHIPPED, State.NO_TRACKING)
    assert {f"wismo.{state}" for state in State if state not in plain} <= set(KEYS)


def test_every_intent_that_may_be_offered_has_a_title() -> None:
    from bot.flows import FLOWS

    started = {intent for entry in FLOWS.values() for intent in entry.intents}
    offered = {intent for intent in started if not intent.startswith("faq:")}
    unasked = {"greeting", "thanks", "goodbye", "identity", "out_of_scope", "jobs", "wholesale", "spam", "promotions"}
    unasked |= {"money"}  # read by rules alone, never guessed at
    assert offered - unasked - {"legal_threat", "safety", "chargeback"} <= set(INTENTS)


def test_every_fact_of_the_register_has_a_sample() -> None:
    assert {name for key in KEYS.values() for name in key.facts} <= set(FULL)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("samples", [FULL, SPARSE], ids=["all-known", "little-known"])
def test_every_template_renders_on_every_channel(language: str, samples: dict[str, object]) -> None:
    for key in SPOKEN:
        known = KEYS[key]
        choices = tuple(Choice(id=name, title="") for name in known.choices)
        say = Say(key=key, facts=facts_for(known.facts, samples), choices=choices)
        for channel in Channel:
            rendered = shop().words.render([say], channel=channel, language=language, zone=ZONE, now=NOW)
            assert rendered.text.strip(), key
            assert "None" not in rendered.text, key
            assert len(rendered.choices) == len(choices), key
            assert all(0 < len(choice.title) <= 20 for choice in rendered.choices), key


def test_every_status_answer_has_status_carrier_number_link_day_and_last_event() -> None:
    facts = facts_for(("order", "shipment"))
    for key in ("wismo.in_transit", "wismo.late"):
        for channel in Channel:
            text = shop().words.render([Say(key=key, facts=facts)], channel=channel, language="en", zone=ZONE).text
            for part in ("1042", "UPS", "1Z999AA10123456784", "https://www.ups.com", "Nov", "27", "9:14 AM", "Albany"):
                assert part in text, (key, channel, part)


def _matching(pattern: str) -> list[str]:
    """The keys that a text of the code may stand for; an answer of faq/ is the merchant's own."""
    if pattern.startswith("faq."):
        return [COMMON]
    return [key for key in KEYS if fnmatch(key, pattern)]
