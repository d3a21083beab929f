"""Loading the same files again: what was found clean is believed, what is wrong is told as at first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import ShopFilesError, WordingError
from bot.merchant.load import Loaded, load_shop
from bot.model import Channel, Rendered, Say
from bot.wording.keys import KEYS, facts_of
from bot.wording.samples import FULL, NOW, ZONE, facts_for
from bot.wording.sandbox import LazyTemplate, make_environment
from bot.wording.words import COMMON
from tests.bot.merchant.sample import changed, english_texts, with_template

Said = dict[tuple[str, Channel], Rendered]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that was parsed since, and a "compiled" for each that was compiled."""
    done: list[str] = []
    parse, compile_ = ImmutableSandboxedEnvironment.parse, ImmutableSandboxedEnvironment.compile

    def parsing(self: Any, source: str, *rest: Any) -> Any:
        done.append(source)
        return parse(self, source, *rest)

    def compiling(self: Any, *rest: Any) -> Any:
        done.append("compiled")
        return compile_(self, *rest)

    monkeypatch.setattr(ImmutableSandboxedEnvironment, "parse", parsing)
    monkeypatch.setattr(ImmutableSandboxedEnvironment, "compile", compiling)
    return done


@pytest.fixture(scope="module")
def _clean() -> set[str]:
    clean: set[str] = set()
    load_shop(english_texts(), clean)
    return clean


@pytest.fixture
def clean(_clean: set[str]) -> set[str]:
    """What the sample shop in English leaves known."""
    return set(_clean)


def told(texts: dict[str, str], clean: set[str] | None = None) -> tuple[str, ...]:
    """Every fault, or else every warning."""
    try:
        return tuple(map(str, load_shop(texts, clean).warnings))
    except ShopFilesError as error:
        return tuple(map(str, error.faults))


def everything_said(loaded: Loaded) -> Iterator[tuple[tuple[str, Channel], Rendered]]:
    keys = [key for key in KEYS if key != COMMON] + [f"faq.{entry.id}" for entry in loaded.shop.faq]
    for key in keys:
        known = facts_of(key)
        assert known is not None
        say = Say(key=key, facts=facts_for(tuple(name for name in known.facts if name in FULL)))
        for channel in Channel:
            yield (key, channel), loaded.shop.words.render([say], channel=channel, language="en", zone=ZONE, now=NOW)


def test_the_same_files_are_not_judged_again(clean: set[str], compiled: list[str]) -> None:
    load_shop(english_texts(), clean)
    assert compiled == []


def test_what_is_not_judged_again_is_said_to_the_letter(clean: set[str]) -> None:
    texts = english_texts()
    assert dict(everything_said(load_shop(texts, clean))) == dict(everything_said(load_shop(texts)))


def test_a_part_is_compiled_once_when_it_is_first_said(clean: set[str], compiled: list[str]) -> None:
    words = load_shop(english_texts(), clean).shop.words
    for _ in range(2):
        words.render([Say(key="goodbye")], channel=Channel.CHAT, language="en", zone=ZONE)
        assert len(compiled) == 2  # parsed, and compiled


def test_one_text_changed_is_one_text_judged(clean: set[str], compiled: list[str]) -> None:
    load_shop(with_template("goodbye", "goodbye: Farewell."), clean)
    assert compiled == ["Farewell.", "compiled"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("goodbye: Farewell.", "goodbye: {text: Farewell., sms: Bye.}"),  # not on SMS any more
        ("help: Farewell.", "help: {email: Farewell., text: Bye.}"),
        ("wismo.have_it: Do you?", "wismo.have_it: {text: Do you?, choices: {yes: Oh yes}}"),
    ],
)
def test_a_part_in_other_circumstances_is_judged_again(
    clean: set[str], compiled: list[str], before: str, after: str
) -> None:
    key = before.split(":", maxsplit=1)[0]
    load_shop(with_template(key, before), clean)
    compiled.clear()
    load_shop(with_template(key, after), clean)
    assert before.split(": ", maxsplit=1)[1] in compiled


@pytest.mark.parametrize(("old", "new"), [("currency: USD", "currency: EUR"), ("country: US", "country: GB")])
def test_another_currency_or_country_has_every_text_judged_again(
    clean: set[str], compiled: list[str], old: str, new: str
) -> None:
    before = len(clean)
    load_shop(changed("shop.yaml", old, new), clean)
    assert compiled.count("compiled") == len(clean) - before > len(KEYS)


POLICY = "reorder:\n  max_quantity: 77\n"


def asking_for(policy: str) -> dict[str, str]:
    entry = (
        "- id: most\n  title: {en: Most}\n"
        "  phrases: {en: [how many may i order, what is the largest order, is there an upper bound]}\n"
        "  answer: {en: 'At most {{ policy.reorder.max_quantity }}.'}\n"
    )
    return {**english_texts(), "faq/most.yaml": entry, "policies.yaml": policy}


def test_a_policy_that_an_answer_shows_has_the_answer_judged_again(clean: set[str], compiled: list[str]) -> None:
    load_shop(asking_for(""), clean)
    compiled.clear()
    load_shop(asking_for(POLICY), clean)
    assert "At most {{ policy.reorder.max_quantity }}." in compiled
    assert all("policy" in text for text in compiled if text != "compiled")


def test_a_name_of_the_shop_that_makes_a_text_too_long_is_told(clean: set[str]) -> None:
    texts = changed("shop.yaml", "name: ", f'website: "https://example.com/{"x" * 1600}"\nname: ')
    lines = texts["shop.yaml"].splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("website: "))
    kept = [line for index, line in enumerate(lines) if index == first or not line.startswith("website: ")]
    texts["shop.yaml"] = "\n".join(kept)
    texts |= {"templates/en.yaml": with_template("goodbye", "goodbye: '{{ shop.website }}'")["templates/en.yaml"]}
    expected = told(texts)
    assert any("goodbye" in line and "too long" in line for line in expected)
    assert told(texts, clean) == expected


FAULTY: list[Callable[[], dict[str, str]]] = [
    lambda: with_template("goodbye", "goodbye: 'Bye {{ first_nmae }}'"),
    lambda: with_template("goodbye", "goodbye: 'Bye {% if %}'"),
    lambda: with_template("goodbye", "goodbye: 'Bye {{ shop.name() }}'"),
    lambda: with_template("greeting", "greeting: 'Hi {{ first_name }}'"),
    lambda: with_template("goodbye", "goodbye: Reply STOP now."),
    lambda: with_template("goodbye", "goodbye: Bye 👋"),
    lambda: with_template("goodbye", "goodbye: [1]"),
]


@pytest.mark.parametrize("texts", FAULTY)
def test_what_is_wrong_is_told_the_same_each_time(clean: set[str], texts: Callable[[], dict[str, str]]) -> None:
    expected = told(texts())
    assert expected
    assert [told(texts(), clean) for _ in range(3)] == [expected] * 3


def test_two_threads_that_say_a_part_first_say_the_same() -> None:
    environment, together = make_environment(), Barrier(8)

    def say(template: LazyTemplate) -> str:
        together.wait()
        return "".join(template.generate({"n": 3}))

    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            lazy = LazyTemplate(environment, "{% if n %}{{ n }} things{% endif %}\nand more")
            assert set(pool.map(say, [lazy] * 8)) == {"3 things\nand more"}


@pytest.mark.parametrize("text", ["{{ shop.name() }}", "{{ shop", "{{ x|nothing }}"])
def test_a_text_that_is_not_allowed_is_not_said_whoever_called_it_clean(text: str) -> None:
    with pytest.raises(WordingError):
        list(LazyTemplate(make_environment(), text).generate({}))
