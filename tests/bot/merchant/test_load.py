"""Each mistake a merchant can make is told by file, line, key, what, and what to do."""

from decimal import Decimal

import pytest

from bot.merchant.load import version_of
from bot.model import Channel
from tests.bot.merchant.sample import (
    changed,
    english_texts,
    faults,
    line_of,
    load,
    sample_texts,
    warnings,
    with_template,
)


def test_the_sample_shop_has_no_fault() -> None:
    shop = load(sample_texts()).shop
    assert shop.settings.name == "Fern & Field"
    assert shop.policies.delivery.high_value == Decimal("300.00")
    assert shop.catalog["p-coffee"].usage_days == 30
    assert shop.phrases["en"]["reorder"][1] == "I'm out of filters"
    assert len(shop.faq) >= 8


def test_the_same_files_have_the_same_version_and_others_another() -> None:
    texts = sample_texts()
    assert load(texts).shop.version == version_of(dict(reversed(texts.items())))
    assert version_of(texts) != version_of(changed("shop.yaml", "Fern & Field", "Fern and Field"))


def test_policies_notices_and_folders_may_be_left_out() -> None:
    texts = {name: text for name, text in sample_texts().items() if name.startswith(("shop", "templates"))}
    shop = load(texts).shop
    assert shop.policies.tracking.lost_after_days == 7
    assert shop.faq == ()


def test_an_empty_file_is_all_defaults() -> None:
    assert load({**sample_texts(), "notices.yaml": "# nothing yet\n"}).shop.notices.review.after_days == 5


def test_without_shop_yaml_there_is_no_shop() -> None:
    texts = sample_texts()
    del texts["shop.yaml"]
    assert faults(texts)[0].startswith("shop.yaml: the file is missing")


def test_an_unknown_key_is_told_with_the_nearest_one() -> None:
    texts = changed("policies.yaml", "lost_after_days", "lost_after_day")
    line = line_of(texts, "policies.yaml", "lost_after_day")
    assert faults(texts) == [
        f"policies.yaml:{line}: tracking.lost_after_day: no such key (did you mean lost_after_days?)"
    ]


def test_a_missing_key_is_told_by_name() -> None:
    texts = changed("shop.yaml", "currency: USD\n", "")
    assert faults(texts) == ["shop.yaml:3: currency: is missing"]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("shop.yaml", "America/Los_Angeles", "America/Los_Angels", "time_zone: 'America/Los_Angels' is not right"),
        ("shop.yaml", '["10:00-14:00"]', '["14:00-10:00"]', "business_hours.sat[0]: '14:00-10:00' is not right"),
        ("shop.yaml", "sat:", "saturday:", "business_hours.saturday: 'saturday' is not one of these: mon, tue"),
        ("shop.yaml", "whatsapp, sms,", "whatsap, sms,", "(did you mean whatsapp?)"),
        ("shop.yaml", "name: Fern & Field", "name: 42", "name: this has to be text"),
        ("shop.yaml", "2026-12-26", "26.12.2026", "write a day as 2026-12-25"),
        ("shop.yaml", "country: US\n  subd", "country: UX\n  subd", "public_holidays.country: 'UX' is not right"),
        ("shop.yaml", "subdivision: OR", "subdivision: ORE", "'ORE' is not right (did you mean OR?)"),
        ("shop.yaml", "subdivision: OR", "subdivision: BY", "'BY' is not right (subdivisions of US: AK, AL"),
        ("shop.yaml", "[Presidents Day,", "[President Day,", "open_on[0]: 'President Day' is not right (did you mean"),
        ("policies.yaml", "bank_days: [5, 10]", "bank_days: soon", "refunds.bank_days: this has to be a list"),
        ("policies.yaml", "damage_photo: true", "damage_photo: maybe", "delivery.damage_photo: write true or false"),
        ("policies.yaml", "wait_days: 2", "wait_days: two", "delivery.wait_days: this has to be a whole number"),
        ("policies.yaml", "high_value: 300.00", "high_value: lots", "delivery.high_value"),
        ("policies.yaml", "[replacement, refund]", "[replacment, refund]", "(did you mean replacement?)"),
        ("notices.yaml", "after_days: 5", "after_days: 0", "review.after_days: input should be greater than or equal"),
        ("catalog/products.yaml", "usage_days: 30", "usage_day: 30", "(did you mean usage_days?)"),
        ("catalog/products.yaml", "product: p-pack", "product: p-tent", "p-tent has an entry already"),
        ("faq/store.yaml", "id: shipping_times", "id: Shipping times", "does not have the right form"),
    ],
)
def test_wrong_values_are_told_where_they_stand(file: str, old: str, new: str, told: str) -> None:
    texts = changed(file, old, new)
    found = faults(texts)
    line = line_of(texts, file, new)
    assert len(found) == 1
    assert found[0].startswith(f"{file}:{line}: ")
    assert told in found[0]


def test_money_may_be_written_without_cents() -> None:
    shop = load(changed("policies.yaml", "high_value: 300.00", "high_value: 300")).shop
    assert shop.policies.delivery.high_value == Decimal(300)


def test_every_fault_of_every_file_is_told_at_once() -> None:
    texts = {
        **changed("policies.yaml", "wait_days: 2", "wait_days: two"),
        **{"notices.yaml": "reviews: {}\n", "faq/store.yaml": "a: 1\n"},
    }
    files = {fault.split(":")[0] for fault in faults(texts)}
    assert files == {"policies.yaml", "notices.yaml", "faq/store.yaml"}


def test_a_file_nobody_reads_is_told() -> None:
    texts = {**sample_texts(), "polices.yaml": "", "templates/fr.yml": "", "extra/a.yaml": ""}
    assert faults(texts) == [
        "extra/a.yaml: not a file of the shop (the folders are templates/, phrases/, catalog/, catalog/guides/, faq/)",
        "polices.yaml: not a file of the shop (did you mean policies.yaml?)",
        "templates/fr.yml: not a file of the shop (name it templates/fr.yaml)",
    ]


def test_the_merchants_own_conversation_tests_are_not_the_bots_words() -> None:
    assert faults({**sample_texts(), "tests/where.yaml": "- customer: where is it\n"}) == []


def test_a_language_that_does_not_exist_is_told() -> None:
    assert "'klingon' is not a language" in faults({**sample_texts(), "templates/klingon.yaml": ""})[0]


def test_the_shops_language_needs_its_templates() -> None:
    texts = changed("shop.yaml", "language: en", "language: ja")
    assert any("there is no templates file for the shop's language, ja" in fault for fault in faults(texts))


def test_a_key_without_words_in_the_shops_language_is_refused() -> None:
    texts = changed("templates/en.yaml", "\nthanks: ", "\n# thanks: ")
    assert faults(texts) == ["templates/en.yaml: thanks: there are no words for it (add the key; facts: shop)"]


def test_a_key_without_words_in_another_language_is_a_warning() -> None:
    texts = {**sample_texts(), "templates/es.yaml": "thanks: De nada.\n"}
    assert any(warning.startswith("templates/es.yaml: ") and "said in en" in warning for warning in warnings(texts))


def test_an_answer_in_a_language_without_templates_is_refused() -> None:
    found = faults(changed("faq/store.yaml", "    es: Plazos de envío", "    ess: Plazos de envío"))
    assert found == ["faq/store.yaml:6: [0].title.ess: there are no templates in the language 'ess' (did you mean es?)"]


def test_an_answer_missing_in_the_shops_language_is_refused() -> None:
    texts = changed("faq/store.yaml", "    en: Shipping times\n", "")
    assert faults(texts) == ["faq/store.yaml:4: [0].title: en, the shop's language, is missing"]


def test_phrases_are_lists() -> None:
    texts = {**sample_texts(), "phrases/en.yaml": "reorder: again please\n"}
    assert faults(texts) == ["phrases/en.yaml:1: reorder: write a list of phrases (each in quotes, after a dash)"]


def test_a_misspelt_intent_is_told_with_the_nearest() -> None:
    texts = {**english_texts(), "phrases/en.yaml": "reordr:\n  - again please\n"}
    assert faults(texts) == ["phrases/en.yaml:1: reordr: no such intent (did you mean reorder?)"]


def test_a_phrase_that_means_two_things_is_told() -> None:
    texts = {**english_texts(), "phrases/en.yaml": "reorder:\n  - How can I pay\n"}
    found = faults(texts)
    assert "phrases.en[0]: the phrase stands for reorder already (keep it in one place)" in found[0]
    assert found[0].startswith(f"faq/store.yaml:{line_of(texts, 'faq/store.yaml', 'how can I pay')}:")


def test_a_question_with_few_phrases_is_a_warning() -> None:
    texts = changed("faq/store.yaml", "      - is delivery free\n", "")
    assert any("2 phrases in en; give at least 3" in warning for warning in warnings(texts))


# --- templates --------------------------------------------------------------------------------------------------------


def test_a_misspelt_key_is_told_with_the_nearest() -> None:
    texts = changed("templates/en.yaml", "\nthanks:", "\nthansk:")
    line = line_of(texts, "templates/en.yaml", "\nthansk:") + 1
    assert f"templates/en.yaml:{line}: thansk: no such key (did you mean thanks?)" in faults(texts)


def test_a_misspelt_fact_is_told_on_its_own_line() -> None:
    entry = "order.cancelled: |\n  Sorry.\n  Order {{ order.nubmer }} was cancelled.\n"
    texts = with_template("order.cancelled", entry)
    line = line_of(texts, "templates/en.yaml", "order.nubmer")
    assert faults(texts) == [
        f"templates/en.yaml:{line}: order.cancelled: order.nubmer is not known (did you mean order.number?)"
    ]


def test_a_fact_of_another_key_is_told() -> None:
    found = faults(with_template("thanks", 'thanks: "Thanks for {{ order.number }}"'))
    assert "order is not known here (known: shop)" in found[0]


def test_a_fact_inside_a_loop_is_checked() -> None:
    entry = "order.cancelled: '{% for line in order.lines %}{{ line.titel }}{% endfor %}'"
    found = faults(with_template("order.cancelled", entry))
    assert "order.lines[].titel is not known (did you mean order.lines[].title?)" in found[0]


def test_a_fact_that_may_be_missing_must_be_asked_for() -> None:
    entry = "wismo.unknown:\n  text: |\n    Hello\n    {{ shipment.carrier }} has it.\n"
    texts = with_template("wismo.unknown", entry)
    line = line_of(texts, "templates/en.yaml", "{{ shipment.carrier }} has it")
    assert faults(texts) == [
        f"templates/en.yaml:{line}: wismo.unknown.text: shipment.carrier is not always known "
        '(ask first: {% if shipment.carrier %} … {% endif %}, or give {{ shipment.carrier|default("…") }})'
    ]


def test_a_part_of_something_that_may_be_missing_must_be_asked_for() -> None:
    found = faults(with_template("wismo.unknown", 'wismo.unknown: "{{ shipment.last.at|moment }}"'))
    assert "shipment.last is not always known" in found[0]


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% if order.number %}open", "is an {% endif %} or {% endfor %} missing?"),
        ("{{ order.number", "facts are {{ order.number }}"),
        ("{{ order.total|mony }}", "there is no filter 'mony' (did you mean money?)"),
        ("{{ order.number is evn }}", "there is no test 'evn'"),
        ("{{ order.number() }}", "calling something is not allowed"),
        ("{{ order.number.__class__ }}", "names beginning with _ are not allowed"),
        ("{{ order['__class__'] }}", "order.__class__ is not known"),
        ("{% for i in range(9) %}x{% endfor %}", "calling something is not allowed"),
        ("{{ 9 ** 9 }}", "pow is not allowed"),
        ("{{ 'x' * 99 }}", "mul is not allowed"),
        ("{% set a = 1 %}", "{% set %} is not allowed"),
        ("{% include 'a' %}", "{% include %} is not allowed"),
        ("{% macro a() %}{% endmacro %}", "{% macro %} is not allowed"),
        ("{{ order.lines[order.count] }}", "only a fixed place"),
        (
            "{% for a in order.lines %}{% for b in order.lines %}{% for c in order.lines %}x"
            "{% endfor %}{% endfor %}{% endfor %}",
            "loops may be nested 2 deep at most",
        ),
        ("{% for a, b in order.lines %}x{% endfor %}", "a loop gives one name"),
        ("{% for a in order.number %}x{% endfor %}", "order.number is not a list"),
        ("{{ order.total|date }}", "is not a moment"),
        ("{{ order.placed_at|money }}", "is not an amount of money"),
        ("{{ order.address }}", "order.address is not always known"),
        ("{{ shop.nmae }}", "did you mean shop.name?"),
    ],
)
def test_a_template_that_does_more_than_format_facts_is_refused(template: str, told: str) -> None:
    texts = with_template("order.cancelled", f"order.cancelled: |\n  {template}\n")
    found = faults(texts)
    assert found
    assert found[0].startswith(
        f"templates/en.yaml:{line_of(texts, 'templates/en.yaml', template)}: order.cancelled: "
    ) or ("cannot be rendered" in found[0])
    assert told in found[0]


def test_a_template_must_be_text() -> None:
    assert "write a text, or a mapping with text (put it in quotes)" in faults(with_template("thanks", "thanks: 5"))[0]


def test_an_unknown_part_and_a_missing_text_are_told() -> None:
    found = faults(with_template("thanks", "thanks:\n  smss: hello"))
    assert "thanks.smss: no such part (did you mean sms?)" in found[1]
    assert "thanks: text is missing" in found[0]


def test_a_text_too_long_for_a_channel_is_told_with_its_length() -> None:
    found = faults(with_template("thanks", f"thanks:\n  text: Thanks!\n  whatsapp: {'long ' * 400}"))
    assert "thanks.whatsapp: 1999 characters with sample data are too long for whatsapp (1600)" in found[0]


def test_a_text_above_buttons_has_less_room() -> None:
    entry = f"review.offer_help:\n  text: {'long ' * 220}\n  sms: Help?\n  choices: {{'yes': Sure, 'no': Nope}}"
    assert "too long for whatsapp (1024)" in faults(with_template("review.offer_help", entry))[0]


# --- choices ----------------------------------------------------------------------------------------------------------


def test_a_title_longer_than_a_button_is_told() -> None:
    texts = changed("templates/en.yaml", 'found: { title: "Found it"', 'found: { title: "Found it at my neighbor\'s"')
    assert "the title has 25 characters; a button takes 20 (shorten it)" in faults(texts)[0]


def test_titles_differ() -> None:
    texts = changed("templates/en.yaml", '"4": { title: "4 stars"', '"4": { title: "5 Stars"')
    assert "review.ask.choices.5: the title is the same as that of 4" in faults(texts)[0]


def test_a_choice_the_question_does_not_offer_is_told() -> None:
    texts = changed("templates/en.yaml", "    still_missing:", "    stil_missing:")
    found = faults(texts)
    assert any("this question has no such choice (did you mean still_missing?)" in fault for fault in found)
    assert any("the title of the choice 'still_missing' is missing" in fault for fault in found)


# --- what phone companies take for themselves (CHANNELS.md 21) --------------------------------------------------------


@pytest.mark.parametrize("word", ["CANCEL", "END", "QUIT", "STOP", "YES", "START", "HELP", "INFO"])
def test_an_sms_never_asks_for_a_word_that_phone_companies_take(word: str) -> None:
    texts = with_template("problem.found", f'problem.found: "Wonderful! Reply {word} to go on."')
    assert f"an SMS must not ask for the reply {word}" in faults(texts)[0]


def test_a_channel_that_is_not_sms_may_ask_for_it() -> None:
    texts = with_template("problem.found", "problem.found:\n  text: Reply YES to go on.\n  sms: Wonderful!")
    assert faults(texts) == []


def test_saying_how_to_opt_out_is_allowed_where_it_is_due() -> None:
    assert faults(with_template("consent.started", 'consent.started: "Welcome. Reply STOP to opt out."')) == []


def test_a_title_that_is_such_a_word_is_refused() -> None:
    texts = changed("templates/en.yaml", '"yes": { title: "Yes, please"', '"yes": { title: "Yes!"')
    assert "phone companies take the bare reply YES for themselves" in faults(texts)[0]


# --- warnings ---------------------------------------------------------------------------------------------------------


def test_an_emoji_in_an_sms_is_a_warning() -> None:
    assert any("🎉 makes an SMS cost" in told for told in warnings(with_template("thanks", "thanks: Thank you 🎉")))


def test_a_text_for_other_channels_may_have_emoji() -> None:
    texts = with_template("thanks", "thanks:\n  text: Thank you 🎉\n  sms: Thank you")
    assert not any("🎉" in told for told in warnings(texts))


def test_curly_quotes_cost_nothing_because_sms_gets_plain_ones() -> None:
    assert not any(": thanks:" in told for told in warnings(with_template("thanks", "thanks: “Thank you” – Fern’s")))


def test_a_long_sms_is_a_warning() -> None:
    found = warnings(with_template("thanks", f"thanks: {'Thank you. ' * 40}"))
    assert any("thanks: the SMS takes 3 segments" in told for told in found)


def test_an_override_is_rendered_on_its_channel_alone() -> None:
    shop = load(with_template("thanks", "thanks:\n  text: Thanks\n  chat: Ta")).shop
    from bot.model import Say

    said = {
        channel: shop.words.render([Say(key="thanks")], channel=channel, language="en", zone="UTC").text
        for channel in Channel
    }
    assert said == {Channel.SMS: "Thanks", Channel.WHATSAPP: "Thanks", Channel.EMAIL: "Thanks", Channel.CHAT: "Ta"}
