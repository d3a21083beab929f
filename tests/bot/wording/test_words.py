"""Rendering: one message of several says, in the right language, and never a guess."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import WordingError
from bot.merchant.schema import Policies, ShopSettings
from bot.model import Channel, Choice, Say
from bot.records import Money
from bot.wording import gsm
from bot.wording.sandbox import MOST_OUTPUT, compile_text, make_environment, parse
from bot.wording.words import ChoiceWords, Wording, Words
from tests.bot.stories import NOW, sample_shop

ENVIRONMENT = make_environment()
SETTINGS = ShopSettings.model_validate({"name": "Fern", "time_zone": "UTC", "currency": "USD"})


def wording(text: str, **parts: object) -> Wording:
    return Wording(texts={None: template(text)}, **parts)  # type: ignore[arg-type]


def template(text: str):  # type: ignore[no-untyped-def]
    tree, wrong = parse(ENVIRONMENT, text)
    assert tree is not None
    assert not wrong
    return compile_text(ENVIRONMENT, tree)


MENU = {"menu.hint": wording("Reply with the number."), "menu.button": wording("Choose")}


def words(english: dict[str, Wording], **others: dict[str, Wording]) -> Words:
    return Words({"en": MENU | english, **others}, SETTINGS, Policies())


def render(said: Words, *says: Say, language: str = "en", channel: Channel = Channel.CHAT) -> str:
    return said.render(says, channel=channel, language=language, zone="UTC").text


def test_what_is_said_in_one_turn_is_one_message() -> None:
    said = words({"a": wording("One."), "b": wording("Two.\n")})
    assert render(said, Say(key="a"), Say(key="b")) == "One.\n\nTwo."


def test_a_text_that_comes_to_nothing_leaves_no_gap() -> None:
    said = words({"a": wording("{% if x %}One.{% endif %}"), "b": wording("Two.")})
    assert render(said, Say(key="a", facts={"x": False}), Say(key="b")) == "Two."


def test_a_language_is_taken_exactly_then_without_its_region_then_the_shops() -> None:
    said = words({"a": wording("en"), "b": wording("en")}, es={"a": wording("es")}, **{"pt-BR": {"a": wording("br")}})
    assert render(said, Say(key="a"), language="pt-BR") == "br"
    assert render(said, Say(key="a"), language="pt_br") == "br"
    assert render(said, Say(key="a"), language="es-MX") == "es"
    assert render(said, Say(key="b"), language="es") == "en"
    assert render(said, Say(key="a"), language="xx") == "en"


def test_words_taken_from_the_shops_language_format_in_that_language() -> None:
    said = words({"a": wording("{{ day|date }}")})
    assert render(said, Say(key="a", facts={"day": "2026-11-27"}), language="es") == "Friday, November 27"


def test_the_shop_is_known_everywhere() -> None:
    assert render(words({"a": wording("{{ shop.name }}")}), Say(key="a")) == "Fern"


def test_a_line_of_tags_alone_vanishes_and_one_with_text_keeps_its_break() -> None:
    text = "a{% if x %} b{% endif %}\n{% if x %}\n  c\n{% endif %}\n"
    text += "{% for i in xs %}\n- {{ i }}{% if x %}!{% endif %}\n{% endfor %}\nd"
    said = words({"a": wording(text)})
    assert render(said, Say(key="a", facts={"x": True, "xs": [1, 2]})) == "a b\n  c\n- 1!\n- 2!\nd"
    assert render(said, Say(key="a", facts={"x": False, "xs": []})) == "a\nd"


def test_titles_come_from_the_question_then_from_the_common_ones() -> None:
    said = words(
        {
            "q": wording("?", choices={"yes": ChoiceWords("Go ahead", ("sure",))}),
            "common": Wording(choices={"yes": ChoiceWords("Yes, please"), "no": ChoiceWords("No, thanks")}),
        }
    )
    say = Say(key="q", choices=(Choice(id="yes", title="", words=("ok",)), Choice(id="no", title="")))
    assert said.titled(say, "en") == (
        Choice(id="yes", title="Go ahead", words=("ok", "sure")),
        Choice(id="no", title="No, thanks"),
    )


def test_a_title_that_the_story_gives_stays() -> None:
    say = Say(key="q", choices=(Choice(id="o-1", title="1042 Coffee"),))
    assert words({"q": wording("?")}).titled(say, "en") == say.choices


def test_a_choice_without_any_title_is_refused() -> None:
    with pytest.raises(WordingError, match="the choice yes has no title"):
        words({"q": wording("?")}).titled(Say(key="q", choices=(Choice(id="yes", title=""),)), "en")


def test_the_last_question_gives_the_choices_and_the_hint_for_a_menu() -> None:
    said = words({"a": wording("A", subject=template("Subject\n{{ x }}")), "b": wording("B")})
    choices = (Choice(id="1", title="One"),)
    rendered = said.render(
        [Say(key="a", facts={"x": "here"}), Say(key="b", choices=choices)],
        channel=Channel.SMS,
        language="en",
        zone="UTC",
    )
    assert rendered.choices == choices
    assert rendered.subject == "Subject here"
    assert (rendered.menu_hint, rendered.menu_button) == ("Reply with the number.", "Choose")
    assert said.render([Say(key="a", facts={"x": 1})], channel=Channel.SMS, language="en", zone="UTC").menu_hint == ""


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("{{ order.number }}", {}),
        ("{{ order.number }}", {"order": {}}),
        ("{{ order.number }}", {"order": {"number": None}}),
        ("{{ order.last.at }}", {"order": {"last": None}}),
        ("{{ n|plural('a', 'b') }}", {"n": "secret"}),
    ],
)
def test_a_fact_that_is_not_there_is_refused_and_nothing_of_it_is_repeated(text: str, facts: dict[str, object]) -> None:
    with pytest.raises(WordingError, match=r"^key: ") as refused:
        render(words({"key": wording(text)}), Say(key="key", facts=facts))
    assert "secret" not in str(refused.value)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(WordingError, match="nothing: no template"):
        render(words({}), Say(key="nothing"))


def test_a_text_that_grows_without_end_is_cut_off_with_a_fault() -> None:
    said = words({"a": wording("{% for x in xs %}{% for y in xs %}{{ x }}{% endfor %}{% endfor %}")})
    with pytest.raises(WordingError, match=f"longer than {MOST_OUTPUT}"):
        render(said, Say(key="a", facts={"xs": ["0123456789"] * 1000}))


def test_what_a_customer_wrote_is_said_as_it_is_and_never_run() -> None:
    said = words({"a": wording("You wrote: {{ text }}")})
    assert render(said, Say(key="a", facts={"text": "{{ shop.name }}{% if x %}"})) == (
        "You wrote: {{ shop.name }}{% if x %}"
    )


def test_a_dict_of_facts_has_no_methods() -> None:
    with pytest.raises(WordingError):
        render(words({"a": wording("{{ order.items }}")}), Say(key="a", facts={"order": {"number": 1}}))


def test_an_sms_has_plain_punctuation_and_other_channels_keep_theirs() -> None:
    said = words({"a": wording("“Fern’s” – 2 × beans…")})
    assert render(said, Say(key="a"), channel=Channel.SMS) == '"Fern\'s" - 2 x beans...'
    assert render(said, Say(key="a"), channel=Channel.EMAIL) == "“Fern’s” – 2 × beans…"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("😀" * 35, 1),
        ("", 1),
    ],
)
def test_segments_are_counted_in_seven_bits_or_sixteen(text: str, count: int) -> None:
    assert gsm.segments(text) == count


@given(st.text())
def test_plain_text_costs_no_more_than_the_text(text: str) -> None:
    assert gsm.segments(gsm.plain(text)) <= max(gsm.segments(text), 1) * 3
    assert gsm.plain(gsm.plain(text)) == gsm.plain(text)


def test_a_way_to_pay_without_a_label_is_called_as_the_language_calls_it() -> None:
    shop = sample_shop()
    facts = {
        "orders": [],
        "refunds": [{"amount": Money(Decimal("5.00"), "USD"), "method": "gift card", "kind": "gift_card"}],
    }
    facts |= {"bank_days_least": 5, "bank_days_most": 10}
    said = {
        language: shop.words.render(
            [Say(key="cancel.summary", facts=facts)], channel=Channel.EMAIL, language=language, zone="UTC", now=NOW
        ).text
        for language in ("en", "es", "de")
    }
    assert "gift card" in said["en"]
    assert "tarjeta regalo" in said["es"]
    assert "Geschenkkarte" in said["de"]
