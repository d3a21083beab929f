"""Which questions about money a text asks, in every language; what only sounds like one; what stands beside them."""

import pytest

from bot.model import Expected, Kind
from bot.understanding.lexicon import lexicon
from bot.understanding.money import find_money
from bot.understanding.normalise import normalise

WORDS = lexicon()
CONFIRM = Expected(name="cancel-1", kind=Kind.YES_NO, binding=("yes",))
VERSIONS = Expected(name="variant-1", kind=Kind.VARIANT)

ASKED = [
    ("¿Cuánto saldo me queda en la tarjeta regalo?", "balance"),
    ("¿Cuál es mi pedido más caro?", "dearest"),
    ("¿Cuánto me devolvéis si cancelo el pedido W123456?", "back.cancel"),
    ("¿Cuánto recupero si devuelvo la lámpara?", "back.return"),
    ("¿Cuánto he gastado en total en todos mis pedidos?", "total.several"),
    ("¿Cuántos artículos hay en mi pedido?", "count"),
    ("¿Con qué tarjeta pagué el pedido?", "paid"),
    ("Muéstrame todos mis pedidos", "list"),
    ("¿Qué métodos de pago tengo guardados?", "methods"),
    ("¿Me habéis cobrado dos veces?", "charged"),
    ("¿cuánto costó la lámpara?", "total"),
    ("Quel est le solde de ma carte cadeau ?", "balance"),
    ("Quelle est ma commande la plus chère ?", "dearest"),
    ("Combien me serait remboursé si j'annule la commande W123456 ?", "back.cancel"),
    ("Combien je récupère si je renvoie la lampe ?", "back.return"),
    ("Combien ai-je dépensé pour toutes mes commandes ?", "total.several"),
    ("Combien d'articles y a-t-il dans ma commande ?", "count"),
    ("Avec quelle carte ai-je payé la commande ?", "paid"),
    ("Montrez-moi toutes mes commandes", "list"),
    ("Quelle est ma commande la plus ancienne ?", "oldest"),
    ("Wie viel ist noch auf meiner Geschenkkarte?", "balance"),
    ("Welche meiner Bestellungen ist die teuerste?", "dearest"),
    ("Wie viel bekomme ich zurück, wenn ich die Bestellung W123456 storniere?", "back.cancel"),
    ("Was bekomme ich zurück, wenn ich die Lampe zurückschicke?", "back.return"),
    ("Wie viel habe ich für alle Bestellungen ausgegeben?", "total.several"),
    ("Wie viele Artikel sind in meiner Bestellung?", "count"),
    ("Womit habe ich die Bestellung bezahlt?", "paid"),
    ("Zeig mir alle meine Bestellungen", "list"),
    ("Was hat die Lampe gekostet?", "total"),
    ("Wie viel teurer wäre die schwarze Lampe?", "difference"),
    ("Qual é o saldo do meu cartão-presente?", "balance"),
    ("Qual é o meu pedido mais caro?", "dearest"),
    ("Quanto recebo de volta se cancelar o pedido W123456?", "back.cancel"),
    ("Quanto recebo de volta se devolver a lâmpada?", "back.return"),
    ("Quanto gastei em todos os meus pedidos?", "total.several"),
    ("Quantos artigos tem o meu pedido?", "count"),
    ("Com que cartão paguei o pedido?", "paid"),
    ("Mostre todos os meus pedidos", "list"),
    ("Qual è il saldo della mia carta regalo?", "balance"),
    ("Qual è il mio ordine più caro?", "dearest"),
    ("Quanto mi rimborsate se annullo l'ordine W123456?", "back.cancel"),
    ("Quanto mi torna indietro se restituisco la lampada?", "back.return"),
    ("Quanto ho speso in tutti i miei ordini?", "total.several"),
    ("Quanti articoli ci sono nel mio ordine?", "count"),
    ("Come ho pagato l'ordine?", "paid"),
    ("Elenca tutti i miei ordini", "list"),
    ("Hoeveel staat er nog op mijn cadeaukaart?", "balance"),
    ("Wat is mijn duurste bestelling?", "dearest"),
    ("Hoeveel krijg ik terug als ik bestelling W123456 annuleer?", "back.cancel"),
    ("Hoeveel krijg ik terug als ik de lamp terugstuur?", "back.return"),
    ("Hoeveel heb ik in totaal uitgegeven aan al mijn bestellingen?", "total.several"),
    ("Hoeveel artikelen zitten er in mijn bestelling?", "count"),
    ("Waarmee heb ik de bestelling betaald?", "paid"),
    ("Toon al mijn bestellingen", "list"),
    ("Wat heeft de lamp gekost?", "total"),
    ("how much did I pay for the lamp", "total"),
    ("how much have i spent with you", "total.several"),
    ("if i cancel both orders what do i get back?", "back.cancel"),
    ("whats the refund if i return the lamp?", "back.return"),
    ("what would my refund be?", "back"),
    ("how much money is left on my gift card", "balance"),
    ("gift card balance?", "balance"),
    ("what is the balance of my gift card", "balance"),
    ("do i have any store credit left?", "balance"),
    ("which order is the newest?", "newest"),
    ("what orders do i have?", "list"),
    ("can you list all my orders with the totals", "list"),
    ("show me my pending orders", "list"),
    ("what's my most expensive order", "dearest"),
    ("how did i pay for order W123456?", "paid"),
    ("which card did i use for W123456", "paid"),
    ("how many things did i order in total", "count"),
    ("what was the total of order W123456?", "total"),
    ("whats the sum of my orders", "total.several"),
    ("what cards do i have saved", "methods"),
]

NOT_ASKED = [
    "how do I return the lamp?",
    "where is my refund?",
    "what does shipping cost?",
    "when will I get my money back?",
    "I was charged twice",
    "how much does the hoodie cost?",
    "how long does a refund take?",
    "do I get a refund if it is damaged?",
    "what payment methods do you accept?",
    "can I pay with a gift card?",
    "I want to buy a gift card",
    "what is the return policy?",
    "how many points do I have?",
    "Wann bekomme ich mein Geld zurück?",
    "Ich möchte die Lampe zurückschicken",
    "quiero devolver la lámpara",
    "¿dónde está mi reembolso?",
    "je veux renvoyer la lampe",
    "où est mon remboursement ?",
    "ik wil de lamp terugsturen",
    "wanneer krijg ik mijn geld terug?",
    "quando ricevo il rimborso?",
    "quando recebo o reembolso?",
    "wat moet ik doen om de lamp terug te sturen?",
    "was muss ich tun, um es zurückzugeben?",
]


def found(text: str, expected: Expected | None = None) -> tuple[str, ...]:
    asked = find_money(normalise(text, WORDS.expand), expected, WORDS)
    return asked.kinds if asked else ()


@pytest.mark.parametrize(("text", "kind"), ASKED)
def test_what_is_asked_is_told_apart_in_every_language(text: str, kind: str):
    assert found(text) == (kind,)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_other_business_is_no_question_about_money(text: str):
    assert found(text) == ()


@pytest.mark.parametrize(
    "text", ["total?", "and the total?", "how much", "wie viel insgesamt?", "¿total?", "in totale?"]
)
def test_a_bare_total_is_asked_only_about_what_lies_open(text: str):
    assert found(text, CONFIRM) == ("total",)
    assert found(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "so thats like 1185 right? ok go ahead",
        "ok so I get $43.26, yes?",
        "yes, how much is that again?",
        "ja, wie viel?",
    ],
)
def test_a_yes_beside_a_question_about_the_amount_is_no_yes(text: str):
    assert found(text, CONFIRM) == ("total",)


@pytest.mark.parametrize("text", ["yes", "yes please, I know it's $12.00", "ok go ahead", "no", "yes to W123456"])
def test_a_yes_that_asks_nothing_stays_one(text: str):
    assert found(text, CONFIRM) == ()


@pytest.mark.parametrize("text", ["What does each of them cost?", "which one is cheaper?", "was kosten die beiden?"])
def test_prices_of_what_is_offered_are_asked_only_while_it_is(text: str):
    assert found(text, VERSIONS) == ("variants",)
    assert "variants" not in found(text, CONFIRM)


def test_two_questions_of_one_sentence_are_both_told():
    assert found("which of my orders was paid w gift card and whats left on it") == ("paid", "balance")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("cancel my most expensive order, found it cheaper", "cancel my most expensive order, found it cheaper"),
        ("yes please. how much is that again?", "yes please."),
        ("changed my mind. how much in total?", "changed my mind."),
        ("I'd like to return the lamp and the hose, how much is the total", "id like to return the lamp and the hose."),
        ("if I return the lamp, how much do I get back?", ""),
        ("never mind then. how much will i get back if i cancel that order", "never mind then."),
    ],
)
def test_what_stands_beside_the_question_is_a_matter_of_its_own(text: str, rest: str):
    asked = find_money(normalise(text, WORDS.expand), CONFIRM, WORDS)
    assert asked
    assert asked.rest == rest


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("how much have I spent on these three orders?", "total.3"),
        ("add up all my orders", "total.several"),
        ("list my orders by price", "list.sorted"),
        ("how much would W123456 be without the lamp?", "back.remove"),
    ],
)
def test_how_it_is_meant_is_told_behind_the_dot(text: str, kind: str):
    assert found(text) == (kind,)
