"""What is said not to be done is no wish, in every language; what cannot be done, or was not, still is one."""

import pytest

DENIED = (
    "don't cancel it",
    "please do not delete my order",
    "dont remove anything",
    "i dont want to cancel anything now",
    "I don't want to return it anymore",
    "no wait, dont remove anything, i changed my mind",
    "Bitte nicht stornieren",
    "ich will nichts löschen",
    "storniert meine Bestellung bitte nicht",
    "no canceles nada por favor",
    "no quiero devolver nada",
    "n'annulez pas ma commande",
    "je ne veux rien supprimer",
    "não cancele o pedido",
    "não quero apagar nada",
    "non cancellate l'ordine",
    "non voglio restituire niente",
    "niet annuleren alsjeblieft",
    "annuleer mijn bestelling niet",
)
WANTED = (
    ("I can't cancel my order", "cancel_order"),
    ("why don't you cancel my order", "cancel_order"),
    ("my order was not cancelled", "cancel_order"),
    ("i dont want order W8389220 anymore", "cancel_order"),
    ("don't send it, cancel it", "cancel_order"),
    ("please dont cancel, just change the address", "change_address"),
    ("cancel it, don't change anything", "cancel_order"),
    ("exchange it, don't refund me", "exchange"),
    ("ich kann meine Bestellung nicht stornieren", "cancel_order"),
    ("no puedo cancelar mi pedido", "cancel_order"),
    ("je n'arrive pas à annuler ma commande", "cancel_order"),
    ("ik kan mijn bestelling niet annuleren", "cancel_order"),
)


@pytest.mark.parametrize("text", DENIED)
def test_what_is_denied_is_no_wish(ear, text):
    reading = ear(text)
    assert (reading.wishes, reading.candidates, reading.declined) == ((), (), True)


@pytest.mark.parametrize(("text", "intent"), WANTED)
def test_what_stands_beside_a_denial_or_only_looks_like_one_is_wanted(ear, text, intent):
    assert intent in {wish.intent for wish in (*ear(text).wishes, *ear(text).candidates)}
    assert not ear(text).declined
