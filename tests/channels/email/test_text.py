"""CHANNELS.md 25 to 27: what a customer newly wrote, whatever their program and language add to it."""

import pytest

from channels.email.text import new_text

HISTORY = "> The carrier could not deliver order W1001.\n> 1. Bring it again\n"

ATTRIBUTIONS = {
    "en": "On Mon, Nov 24, 2025 at 9:14 AM Acme <support@shop.example> wrote:",
    "en, Apple": "On 24 Nov 2025, at 09:14, Acme <support@shop.example> wrote:",
    "en, Thunderbird": "On 11/24/25 09:14, Acme wrote:",
    "en, Yahoo": "On Monday, November 24, 2025 at 09:14:02 AM GMT+1, Acme <support@shop.example> wrote:",
    "de": "Am Mo., 24. Nov. 2025 um 09:14 Uhr schrieb Acme <support@shop.example>:",
    "de, Apple": "Am 24.11.2025 um 09:14 schrieb Acme <support@shop.example>:",
    "fr": "Le lun. 24 nov. 2025 à 09:14, Acme <support@shop.example> a écrit :",
    "es": "El lun, 24 nov 2025 a las 9:14, Acme (<support@shop.example>) escribió:",
    "it": "Il giorno lun 24 nov 2025 alle ore 09:14 Acme <support@shop.example> ha scritto:",
    "nl": "Op ma 24 nov 2025 om 09:14 schreef Acme <support@shop.example>:",
    "pl": "pon., 24 lis 2025 o 09:14 Acme <support@shop.example> napisał(a):",
    "pl, Thunderbird": "W dniu 24.11.2025 o 09:14, Acme pisze:",
    "pt": "Em seg., 24 de nov. de 2025 às 09:14, Acme <support@shop.example> escreveu:",
    "sv": "Den mån 24 nov. 2025 kl 09:14 skrev Acme <support@shop.example>:",
    "da": "Den man. 24. nov. 2025 kl. 09.14 skrev Acme <support@shop.example>:",
    "no": "man. 24. nov. 2025 kl. 09:14 skrev Acme <support@shop.example>:",
    "fi": "ma 24. marrask. 2025 klo 9.14 Acme (support@shop.example) kirjoitti:",
    "cs": "po 24. 11. 2025 v 9:14 odesílatel Acme <support@shop.example> napsal:",
    "ru": "пн, 24 нояб. 2025 г. в 09:14, Acme <support@shop.example>:",
    "ru, Mail.ru": "Понедельник, 24 ноября 2025, 9:14 +03:00 от Acme <support@shop.example> написал:",
    "uk": "пн, 24 лист. 2025 р. о 09:14 Acme <support@shop.example> пише:",
    "zh": "Acme <support@shop.example> 于2025年11月24日周一 09:14写道：",
    "zh, Apple": "在 2025年11月24日，09:14，Acme <support@shop.example> 写道：",
    "ja": "2025年11月24日(月) 9:14 Acme <support@shop.example>:",
    "ja, Apple": "2025/11/24 9:14、Acme <support@shop.example>のメール:",
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_attribution_in_every_main_language_ends_what_is_new(attribution: str) -> None:
    found = new_text(f"Friday, please\n\n{attribution}\n\n{HISTORY}", "", ())
    assert (found.text, found.method) == ("Friday, please", "plain")
    assert "W1001" in found.quoted


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_a_history_without_marks_ends_at_its_attribution(attribution: str) -> None:
    found = new_text(f"Friday, please\n\n{attribution}\n\nThe carrier could not deliver order W1001.", "", ())
    assert found.text == "Friday, please"


@pytest.mark.parametrize("cut", [12, 30, 45])
def test_an_attribution_may_be_wrapped(cut: int) -> None:
    line = ATTRIBUTIONS["en, Yahoo"]
    at = line.index(" ", cut)
    assert new_text(f"Yes\n\n{line[:at]}\n{line[at + 1 :]}\n{HISTORY}", "", ()).text == "Yes"


OUTLOOK = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "es": ("De", "Enviado", "Para", "Asunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "pt": ("De", "Enviado", "Para", "Assunto"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
}


@pytest.mark.parametrize("labels", OUTLOOK.values(), ids=OUTLOOK.keys())
def test_outlooks_header_block_ends_what_is_new(labels: tuple[str, ...]) -> None:
    values = ("Acme <support@shop.example>", "24.11.2025", "Jane", "Order W1001")
    block = "\n".join(f"{label}: {value}" for label, value in zip(labels, values, strict=True))
    found = new_text(f"The blue one\n\n________________________________\n{block}\n\nWhich colour for W1001?", "", ())
    assert found.text == "The blue one"


@pytest.mark.parametrize(
    "divider",
    [
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------",
        "----- Mensaje original -----",
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "##- Please type your reply above this line -##",
    ],
)
def test_a_dashed_divider_ends_what_is_new(divider: str) -> None:
    assert new_text(f"No thanks\n\n{divider}\nold words\n", "", ()).text == "No thanks"


@pytest.mark.parametrize(
    "words",
    [
        "Please send:\n- one lamp\n- two bulbs\n----\nDate: Friday\nFrom: the shop in town",
        "From: Berlin\nTo: Munich\nwhen will it be there?",
        "On Monday my neighbour wrote:\nyour parcel is here",
        "1. the box was open\n2. the lamp is gone\n\n--\n\nwhat now, and what of these:\n"
        + "\n".join("abcdefghijklmnop"),
        "> 5 days is too long\nI want it now",
        "I paid 12:30 on 3/4/2025 and the bank said:\nall fine",
    ],
)
def test_what_only_looks_like_history_survives(words: str) -> None:
    found = new_text(words, "", ())
    assert [line for line in words.split("\n") if line and not line.startswith(">")] == [
        line for line in found.text.split("\n") if line
    ]


def test_answers_between_the_quoted_lines_are_kept_in_order() -> None:
    text = f"{ATTRIBUTIONS['en']}\n> Which colour?\nBlue\n> When?\nFriday\n> Regards\n\nThanks!"
    assert new_text(text, "", ()).text == "Blue\nFriday\n\nThanks!"


def test_an_answer_below_the_quote_is_kept() -> None:
    assert new_text(f"{ATTRIBUTIONS['en']}\n{HISTORY}\nBring it on Friday", "", ()).text == "Bring it on Friday"


def test_order_numbers_of_the_history_are_not_new() -> None:
    assert "W1001" not in new_text(f"Yes\n{ATTRIBUTIONS['de']}\n{HISTORY}", "", ()).text


@pytest.mark.parametrize(
    "line", ["Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé de mon iPhone", "Enviado desde mi iPhone"]
)
def test_a_line_that_the_phone_added_is_a_signature(line: str) -> None:
    found = new_text(f"2\n\n{line}\n\n{HISTORY}", "", ())
    assert (found.text, found.signature) == ("2", line)


def test_a_signature_and_a_disclaimer_are_set_apart() -> None:
    found = new_text("Where is W7?\n-- \nBob\nStone Ltd, call W99", "", ())
    assert (found.text, found.signature) == ("Where is W7?", "--\nBob\nStone Ltd, call W99")
    found = new_text("Where is W7?\n\nThis e-mail is confidential and intended for the addressee.\nDelete it.", "", ())
    assert found.text == "Where is W7?"


def test_pieces_of_our_own_mail_are_no_words_of_the_customer_however_they_are_wrapped() -> None:
    ours = (
        "The carrier could not deliver your parcel today because nobody was at home. What shall we do?\n\n1. Bring it"
    )
    wrapped = "The carrier could not deliver your parcel\ntoday because nobody was at home. What shall\nwe do?"
    assert new_text(f"Pick-up please\n\n{wrapped}\n", "", [ours]).text == "Pick-up please"
    assert new_text(f"{wrapped}\n\nPick-up please", "", [ours]).text == "Pick-up please"


def test_a_short_answer_that_repeats_our_words_is_kept() -> None:
    assert new_text("Bring it again", "", ["1. Bring it again\n2. Pick-up point"]).text == "Bring it again"


def test_unsure_keeps_the_whole_text_rather_than_nothing() -> None:
    found = new_text(f"{ATTRIBUTIONS['en']}\nWhere is my order, and why so late?", "", ())
    assert (found.text, found.method) == ("Where is my order, and why so late?", "whole")
    assert found.confidence < 0.5
    assert new_text("> where is my order", "", ()).text == "where is my order"


def test_a_mail_of_history_alone_says_nothing_new() -> None:
    assert new_text(f"\n{ATTRIBUTIONS['en']}\n{HISTORY}", "", ()).text == ""


GMAIL = (
    '<div class="gmail_quote"><div class="gmail_attr">On Mon, Acme wrote:<br></div>'
    '<blockquote class="gmail_quote">Order W1001</blockquote></div>'
)
YES = "<div>Yes<br>please</div>"
PROGRAMS = {
    "Gmail": f'<div dir="ltr">{YES}</div><br>{GMAIL}',
    "Apple": f'{YES}<div><br><blockquote type="cite"><div>On 24 Nov, Acme wrote:</div>W1001</blockquote></div>',
    "Outlook": f'{YES}<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: Acme</div><p>W1001</p>',
    "Outlook, Word": (
        f'{YES}<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Acme</p></div>'
        '<p class="MsoNormal">W1001</p>'
    ),
    "Thunderbird": (
        f'{YES}<div class="moz-cite-prefix">On 24/11 Acme wrote:</div><blockquote type="cite">W1001</blockquote>'
    ),
    "Yahoo": f'{YES}<div id="ydp1yahoo_quoted_9" class="yahoo_quoted"><div>On Mon wrote:</div>W1001</div>',
    "Proton": f'{YES}<div class="protonmail_quote">On Mon wrote:<blockquote>W1001</blockquote></div>',
    "Zimbra": f'{YES}<hr data-marker="__DIVIDER__"><div>From: Acme</div><blockquote>W1001</blockquote>',
    "our own": f'{YES}<div class="m_-1doorstep_mail doorstep_mail">W1001</div>',
}


@pytest.mark.parametrize("html", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_markers_of_each_program_end_what_is_new(html: str) -> None:
    found = new_text("", html, ())
    assert (found.text, found.method) == ("Yes\nplease", "html")
    assert "W1001" in found.quoted


def test_answers_between_gmails_quotes_are_kept() -> None:
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon wrote:</div><blockquote class="gmail_quote">Colour?'
        '</blockquote><div>Blue</div><blockquote class="gmail_quote">When?</blockquote><div>Friday</div></div>'
    )
    assert new_text("", html, ()).text.split() == ["Blue", "Friday"]


def test_html_lists_and_hidden_text_read_as_a_person_sees_them() -> None:
    html = "<style>p{}</style><div style='display:none'>preheader</div><p>I want:</p><ul><li>one</li><li>two</li></ul>"
    assert new_text("", html, ()).text == "I want:\n\n- one\n- two"


def test_the_html_decides_when_the_plain_part_shows_no_quoting() -> None:
    plain = "Yes please\n\nActually the history, unmarked, order W1001"
    assert new_text(plain, PROGRAMS["Gmail"], ()).text == "Yes\nplease"


def test_a_signature_marked_in_html_is_set_apart() -> None:
    html = '<div>Hello</div><div class="gmail_signature">Bob<br>CEO</div>'
    found = new_text("", html, ())
    assert (found.text, found.signature) == ("Hello", "Bob\nCEO")
