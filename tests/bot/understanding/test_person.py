"""Wanting a human, in every wording, and what is none of it."""

import pytest

from bot.model import Kind


@pytest.mark.parametrize(
    "text",
    [
        "agent",
        "AGENT",
        "representative!!!",
        "human",
        "human please",
        "real person pls",
        "operator",
        "i want to talk to a person",
        "speak to someone",
        "can i speak with a human being",
        "let me talk to a real human",
        "connect me with an agent",
        "transfer me to customer service",
        "is there a human",
        "is there anyone i can talk to",
        "get me a manager",
        "I need to speak with your supervisor",
        "can someone call me",
        "call me back",
        "please call me",
        "customer service",
        "customer support please",
        "live agent",
        "live chat",
        "talk to a rep",
        "i dont want to talk to a bot",
        "stop this robot and give me a human",
        "no bots",
        "i need a human",
        "put me through to a person",
        "would like to speak to somebody",
        "want to chat with someone from your team",
        "can i get a real person",
        "give me a human",
        "speak to agent",
        "talk to human",
        "i want a human",
        "can you get me someone who can help",
        "escalate this to a manager",
        "I wish to speak to a member of staff",
        "phone number for support",
        "who can i talk to",
        "can i talk to ur manager",
        "spk to sum1",
        "quiero hablar con una persona",
        "necesito un agente",
        "pásame con un asesor",
        "llámame",
        "atención al cliente",
        "je veux parler à quelqu'un",
        "un conseiller svp",
        "rappelez-moi",
        "ich möchte mit einem Mitarbeiter sprechen",
        "Mensch bitte",
        "echter mensch",
        "rufen Sie mich an",
        "quero falar com uma pessoa",
        "atendente",
        "me liguem",
        "voglio parlare con un operatore",
        "operatore",
        "chiamatemi",
        "ik wil een medewerker spreken",
        "mens graag",
        "bel me",
        "reprasentative",
        "get me a humen",
        "let a colleague ring my mobile",
        "hand me to your supervisor",
        "is anybody real there",
        "who can i complain to",
        "give us a bell later",
        "no more robots",
        "que me llame alguien",
        "persona de carne y hueso",
        "passez-moi un conseiller",
        "quelqu'un de vivant svp",
        "stellt mich zu einem menschen durch",
        "kann mich jemand zurückrufen",
        "me passa pro atendente",
        "mi passate un responsabile",
        "verbind me met een collega",
    ],
)
def test_a_person_is_wanted(ear, text):
    assert ear(text).person


@pytest.mark.parametrize(
    "text",
    [
        "the delivery person left it",
        "the delivery agent never came",
        "are you a human?",
        "is this a real person",
        "am i talking to a bot or a person",
        "someone stole my package",
        "left it with someone else",
        "it's a gift for a person i like",
        "i got another person's order",
        "deliver it to the person at the desk",
        "where is my order",
        "can i call my son's size medium",
        "the package was signed by someone",
        "who signed for it",
        "hay otra persona en la caja",
        "eres una persona?",
        "bist du ein mensch",
        "the human hair wig arrived damaged",
        "spoke to your agent on friday, she approved it",
        "i don't need an agent, thanks",
        "tell the courier to call me",
        "does it have lumbar support",
        "no hace falta que me llamen",
        "la table est pour six personnes",
        "für vier personen",
        "para quantas pessoas é",
        "per quante persone è la tenda",
        "voor hoeveel personen is het",
    ],
)
def test_no_person_is_wanted(ear, text):
    assert not ear(text).person


def test_asking_whether_it_is_a_bot_is_asking_who_is_there(ear):
    assert [wish.intent for wish in ear("are you a bot?").wishes] == ["identity"]


def test_the_key_that_gets_an_operator_on_the_telephone_gets_a_person(ear):
    assert ear("0").person


def test_a_nought_that_answers_a_question_gets_none(ear):
    assert not ear("0", Kind.NUMBER).person


@pytest.mark.parametrize(
    "text", ["no need to talk to anybody, cancel it", "dont want to speak to anyone just refund me"]
)
def test_a_person_that_is_declined_is_not_fetched(ear, text):
    assert not ear(text).person
