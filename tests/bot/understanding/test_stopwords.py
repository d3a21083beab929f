"""STOP, START, HELP and plain wishes to hear no more (CHANNELS.md 20)."""

import pytest

from bot.model import Choice, Kind
from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import normalise
from bot.understanding.stopwords import read_commands

LIST = ("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "OPT OUT", "STOP ALL")


@pytest.mark.parametrize("word", LIST)
@pytest.mark.parametrize("form", ["{}", "{}.", " {} !!", "“{}”", "{}\n"])
def test_every_stop_word_stops_in_any_case_and_punctuation(ear, word, form):
    assert ear(form.format(word)).stop
    assert ear(form.format(word.lower())).stop
    assert ear(form.format(word.title())).stop


@pytest.mark.parametrize(
    "word",
    [
        "BAJA",
        "parar",
        "Alto",
        "ARRET",
        "arrêt",
        "désabonner",
        "STOPP",
        "Abmelden",
        "sair",
        "PARAR",
        "afmelden",
        "basta",
    ],
)
def test_local_stop_words_stop(ear, word):
    assert ear(word).stop


@pytest.mark.parametrize(
    "text",
    ["STOPPP", "sotp", "st0p", "s t o p", "unsubscirbe", "UNSUSCRIBE", "opt-out!", "stop al", "abmeldne", "disiscivi"],
)
def test_a_stop_word_with_a_slip_still_stops(ear, text):
    assert ear(text).stop


@pytest.mark.parametrize("text", ["shop", "step", "anmelden", "inschrijven", "bestellen", "subscribe", "end it"])
def test_a_word_that_only_looks_like_a_stop_word_does_not_stop(ear, text):
    assert not ear(text).stop


@pytest.mark.parametrize(
    "text",
    [
        "stop please",
        "please stop",
        "STOP STOP STOP",
        "stop it now",
        "please stop texting me",
        "stop texting me!!",
        "Stop sending me messages",
        "stop sending me these texts",
        "quit messaging me",
        "can you stop texting me",
        "i want you to stop messaging me",
        "unsubscribe me",
        "please unsubscribe me from this list",
        "unsubscribe from all emails",
        "how do i unsubscribe",
        "don't message me again",
        "dont text me anymore",
        "do not contact me again",
        "please do not text me",
        "never text me again",
        "no more texts please",
        "no more messages",
        "take me off your list",
        "remove me from your mailing list",
        "remove my number from your list",
        "opt me out please",
        "i dont want any more messages",
        "I don't want to receive these texts anymore",
        "stop all these messages",
        "stop the texts",
        "leave me alone",
        "lose my number",
        "stop spamming me",
        "no me escriban más",
        "dejen de mandarme mensajes",
        "quiero darme de baja",
        "no quiero más mensajes",
        "arrêtez de m'envoyer des messages",
        "ne m'écrivez plus",
        "je ne veux plus recevoir de sms",
        "bitte keine nachrichten mehr",
        "schreiben Sie mir nicht mehr",
        "pare de me mandar mensagens",
        "não me mandem mais mensagens",
        "smettetela di scrivermi",
        "non mi scrivete più",
        "stuur me geen berichten meer",
        "stop met berichten sturen",
        "would you cease these alerts",
        "turn those notifications off",
        "enough with your emails",
        "im fed up with these texts",
        "erase my number off your contact list",
        "i withdraw my permission for texts",
        "I never signed up for these messages",
        "who is this? STOP! never heard of you",
        "sáquenme de la lista de difusión",
        "basta de publicidad",
        "j'en ai marre de vos pubs",
        "enlevez-moi de votre fichier",
        "nehmt mich aus dem verteiler",
        "keine werbung mehr bitte",
        "chega de propaganda",
        "me tirem da lista",
        "levatemi dalla lista",
        "niente più sms per favore",
        "hou op met die appjes",
        "haal mij van de mailinglijst",
    ],
)
def test_a_plain_wish_to_hear_no_more_stops(ear, text):
    assert ear(text).stop


@pytest.mark.parametrize(
    "text",
    [
        "stop by the store",
        "can i stop by the store tomorrow",
        "cancel my order",
        "please cancel",
        "can you stop the delivery",
        "stop my order",
        "stop the order from shipping",
        "end of the week",
        "will it come by the end of the day",
        "it stopped working",
        "i quit smoking and bought your patches",
        "cancel my subscription",
        "i want to unsubscribe from my coffee subscription",
        "why did you stop texting me updates",
        "you stopped sending me updates",
        "don't stop the delivery",
        "please don't stop sending me updates",
        "i never got a message from you",
        "i dont get any texts about my order",
        "the driver did not call me",
        "please dont text me before 9",
        "bus stop near the shop",
        "mi pedido no llegó, está de baja calidad",
        "keine nachrichten bekommen",
        "i want to end the return",
        "do you stop selling this",
        "non-stop problems with this order",
        "please revoke the refund",
        "if you don't contact me today i will be upset",
        "stop the parcel, i moved",
        "i had no texts from the driver",
        "no more updates since monday",
        "stop emailing me, use whatsapp instead",
        "how do i turn off notifications on the watch",
        "unsubscribe me from the tea box",
        "no message on the gift card please",
        "este mes no me manden la caja",
        "cancel it, but if it can't be refunded to my visa then don't",
        "non sono sicura, cancella il mio ordine",
        "manda no email",
        "me manda o recibo no email",
        "ya no quiero que me manden cada mes",
    ],
)
def test_what_only_sounds_like_a_stop_wish_does_not_stop(ear, text):
    assert not ear(text).stop


@pytest.mark.parametrize(
    "text",
    [
        "please forget this number, ok",
        "i want out",
        "you guys are spamming me",
        "lovely thanks 😊 take me off",
        "ya no me manden nada",
        "supprimez mon numéro svp",
        "streicht meine nummer bitte",
        "apaguem o meu telefone por favor",
        "toglietemi da qui",
        "wis mijn nummer aub",
    ],
)
def test_an_indirect_wish_for_no_more_messages_stops(ear, text):
    assert ear(text).stop


@pytest.mark.parametrize(
    "text", ["please stop sendng me mesages", "do not contatc me agian", "stop all marketting texts"]
)
def test_a_misspelt_wish_for_no_more_messages_stops(ear, text):
    assert ear(text).stop


@pytest.mark.parametrize(
    "text",
    [
        "je ne reçois plus vos sms",
        "ich bekomme keine nachrichten mehr",
        "não recebo mais mensagens de vocês",
        "non ricevo più sms da voi",
        "ik krijg geen berichten meer",
    ],
)
def test_no_rule_takes_messages_that_do_not_come_for_a_wish_to_get_none(text):
    assert not read_commands(normalise(text, lexicon().expand), None, lexicon()).stop


def test_cancel_alone_stops_and_says_that_it_may_have_meant_an_order(ear):
    reading = ear("CANCEL")
    assert reading.stop
    assert reading.stop_is_bare_cancel


def test_cancel_is_an_answer_where_cancelling_is_offered(ear):
    choices = (Choice(id="keep", title="Keep it"), Choice(id="cancel", title="Cancel order"))
    reading = ear("Cancel", Kind.CHOICE, choices)
    assert not reading.stop
    assert reading.answer == "cancel"


def test_stop_stops_whatever_was_asked(ear):
    assert ear("stop", Kind.YES_NO).stop
    assert ear("STOP", Kind.TEXT).stop


@pytest.mark.parametrize("text", ["START", "start", "Unstop", "START!"])
def test_start_words_opt_in(ear, text):
    assert ear(text).start


@pytest.mark.parametrize("text", ["start a return", "how do i start", "let's start over"])
def test_start_within_a_sentence_does_not_opt_in(ear, text):
    assert not ear(text).start


def test_a_bare_yes_answers_an_open_question_and_opts_in_only_without_one(ear):
    answered = ear("YES", Kind.YES_NO)
    assert (answered.start, answered.answer) == (False, True)
    assert ear("YES").start


@pytest.mark.parametrize("text", ["HELP", "help", "Info", "HELP!"])
def test_help_words_ask_for_help(ear, text):
    assert ear(text).help


@pytest.mark.parametrize("text", ["can you help me", "help with my order", "i need info about my order"])
def test_help_within_a_sentence_is_a_wish_like_any_other(ear, text):
    assert not ear(text).help
