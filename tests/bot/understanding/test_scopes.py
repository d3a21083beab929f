"""Several orders at once, everything of one, how often, and what a wish hangs on."""

import pytest


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("cancel all my pending orders", "pending"),
        ("please cancel every order that hasn't shipped", "pending"),
        ("cancel everything that hasn't shipped yet", "pending"),
        ("all of my open orders please", "pending"),
        ("alle offenen Bestellungen stornieren", "pending"),
        ("cancela todos mis pedidos pendientes", "pending"),
        ("annulez toutes mes commandes en attente", "pending"),
        ("cancelar todos os pedidos que ainda não foram enviados", "pending"),
        ("annulla tutti i miei ordini non ancora spediti", "pending"),
        ("annuleer al mijn openstaande bestellingen", "pending"),
        ("return all my delivered orders", "delivered"),
        ("cancel both orders", "all"),
        ("change the address on all my orders", "all"),
        ("beide Bestellungen", "all"),
        ("les deux commandes", "all"),
        ("where is my order", ""),
        ("where are my orders", ""),
        ("all i want is my order", ""),
    ],
)
def test_which_orders_are_meant(ear, text, scope):
    assert ear(text).entities.scope == scope


@pytest.mark.parametrize(
    "text",
    [
        *("return everything except the lamp", "i want to send all of it back", "cancel the whole order"),
        *("alles zurückschicken", "devolver todo el pedido", "renvoyer toute la commande", "alle spullen terug"),
    ],
)
def test_everything_is_meant(ear, text):
    assert ear(text).entities.everything


@pytest.mark.parametrize("text", ["alles gute", "everything is fine", "tutto bene", "where is my order", "thats all"])
def test_everything_is_not_meant(ear, text):
    assert not ear(text).entities.everything


@pytest.mark.parametrize(
    ("text", "days"),
    [
        *(("send it every 6 weeks", 42), ("once a month please", 30), ("twice a month", 15), ("every other week", 14)),
        *(("alle zwei Wochen", 14), ("jede zweite Woche", 14), ("tous les 15 jours", 15), ("cada dos semanas", 14)),
        *(
            ("a cada 3 semanas", 21),
            ("ogni mese", 30),
            ("elke 4 weken", 28),
            ("monthly", 30),
            ("twee keer per maand", 15),
        ),
        *(("una vez al mes", 30), ("todo mês", 30), ("every time i call", None), ("in 6 weeks", None)),
        ("every 4000 weeks", None),
    ],
)
def test_how_often(ear, text, days):
    assert ear(text).entities.every_days == days


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (
            "Cancel my order. If it can't go back to the card, don't cancel it.",
            "If it can't go back to the card, don't cancel it",
        ),
        ("Only cancel my order if I get the money on my card", "Only cancel my order if I get the money on my card"),
        ("cancel my order unless it has shipped", "unless it has shipped"),
        ("I want to return the lamp, but only if it's free", "but only if it's free"),
        (
            "Stornieren Sie meine Bestellung nur, wenn sie noch nicht verschickt ist",
            "nur, wenn sie noch nicht verschickt ist",
        ),
        ("Cancela mi pedido solo si no se ha enviado", "solo si no se ha enviado"),
        ("Annulez ma commande sauf si elle est déjà partie", "sauf si elle est déjà partie"),
        ("Annulla il mio ordine solo se non è partito", "solo se non è partito"),
        ("Cancelem a minha encomenda só se ainda não saiu", "só se ainda não saiu"),
        ("Annuleer mijn bestelling alleen als het nog niet verzonden is", "alleen als het nog niet verzonden is"),
        ("cancel my order if you can", ""),
        ("cancel my order if possible please", ""),
        ("can you check if my order has shipped", ""),
    ],
)
def test_what_a_wish_hangs_on(ear, text, condition):
    assert [wish.condition for wish in ear(text).wishes] == [condition]
