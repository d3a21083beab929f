"""Verbs that are denied, and what is said to go out of an order, in every language."""

import pytest

from bot.understanding.lexicon import any_of, lexicon
from bot.understanding.normalise import normalise
from bot.understanding.refusing import refuses


def said(text):
    return normalise(text, lexicon().expand)


@pytest.mark.parametrize(
    "text",
    [
        "don't cancel anything",
        "i dont want to cancel it",
        "bitte nicht stornieren",
        "no quiero cancelar nada",
        "n'annulez rien",
        "non voglio annullare niente",
        "niet annuleren",
        "não quero cancelar nada",
    ],
)
def test_a_denied_verb(text):
    assert refuses(said(text).plain, lexicon())


@pytest.mark.parametrize("text", ["cancel it", "storniere das", "annulez-la"])
def test_a_verb_that_stands(text):
    assert not refuses(said(text).plain, lexicon())


@pytest.mark.parametrize(
    "text",
    [
        "take the lamp out of my order",
        "I don't want the lamp any more",
        "nimm die Lampe bitte raus",
        "quita la lámpara de mi pedido",
        "enlevez la lampe de ma commande",
        "togli la lampada dal mio ordine",
        "haal de lamp uit mijn bestelling",
        "tirar a lâmpada do pedido",
    ],
)
def test_what_goes_out(text):
    assert any_of(lexicon().removing, said(text).plain)
