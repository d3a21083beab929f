"""Wanting a human, in every wording, and what is none of it."""

import pytest


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
    ],
)
def test_no_person_is_wanted(ear, text):
    assert not ear(text).person


def test_asking_whether_it_is_a_bot_is_asking_who_is_there(ear):
    assert [wish.intent for wish in ear("are you a bot?").wishes] == ["identity"]
