"""Why something goes back, in the words that people have for it."""

import pytest

from bot.model import Choice, Kind
from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import normalise
from bot.understanding.reasons import find_reasons

OFFERED = tuple(
    Choice(id=reason, title=title)
    for reason, title in [
        ("wrong_size", "It doesn't fit"),
        ("damaged", "It arrived damaged"),
        ("changed_mind", "Changed my mind"),
        ("other", "Something else"),
    ]
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("too small around the shoulders", "wrong_size"),
        ("didnt fit", "wrong_size"),
        ("i'm swimming in it", "wrong_size"),
        ("me queda pequeña", "wrong_size"),
        ("trop serré", "wrong_size"),
        ("passt nicht", "wrong_size"),
        ("ci nuoto dentro", "wrong_size"),
        ("ficou apertado", "wrong_size"),
        ("te krap", "wrong_size"),
        ("es ist kaputt angekommen", "damaged"),
        ("came smashed to bits", "damaged"),
        ("llegó roto", "damaged"),
        ("arrivé cassé", "damaged"),
        ("chegou quebrado", "damaged"),
        ("è arrivato rotto", "damaged"),
        ("geht nicht an", "defective"),
        ("it stopped working after a day", "defective"),
        ("no enciende", "defective"),
        ("doet het niet", "defective"),
        ("nothing like the picture", "not_as_described"),
        ("you sent the wrong colour, wrong item", "wrong_item"),
        ("found it cheaper elsewhere", "found_cheaper"),
        ("ordered two by accident", "ordered_by_mistake"),
        ("don't need it anymore", "no_longer_needed"),
        ("mudei de ideia", "changed_mind"),
        ("just not for me", "changed_mind"),
        ("it was a present", "gift"),
        ("it came after the party", "late"),
        ("really flimsy, feels cheap", "quality"),
    ],
)
def test_a_reason_is_heard(text, reason):
    words = lexicon()
    assert find_reasons(normalise(text, words.expand), words)[:1] == (reason,)


STRANGERS = {
    "ordered_by_mistake": [
        "i ordered it by mistake",
        "ordered twice by accident",
        "I accidentally ordered this",
        "wrong button sorry",
        "it was a duplicate order",
        "my son ordered it",
        "ordered the same thing two times",
        "I didn't mean to order this",
        "i bought it by error",
        "lo pedí por error",
        "me equivoqué al pedir",
        "j'ai commandé par erreur",
        "commandé deux fois",
        "aus Versehen bestellt",
        "doppelt bestellt",
        "versehentlich bestellt",
        "comprei por engano",
        "pedi errado",
        "ordinato per sbaglio",
        "ho sbagliato ordine",
        "per ongeluk besteld",
        "dubbel besteld",
    ],
    "no_longer_needed": [
        "no longer needed",
        "I don't need it anymore",
        "dont want it any more",
        "I already have one",
        "we don't need these now",
        "plans changed",
        "my event got cancelled",
        "not needed any longer",
        "ya no lo necesito",
        "je n'en ai plus besoin",
        "brauche ich nicht mehr",
        "nicht mehr benötigt",
        "não preciso mais",
        "já não preciso",
        "non mi serve più",
        "non ne ho più bisogno",
        "niet meer nodig",
        "heb het niet meer nodig",
        "i no longer want them",
    ],
    "found_cheaper": [
        "found it cheaper",
        "it's cheaper on amazon",
        "saw a better price elsewhere",
        "found a better deal",
        "too expensive",
        "lo encontré más barato",
        "woanders günstiger gefunden",
        "ich habe es billiger gefunden",
        "achei mais barato",
        "encontrei mais barato noutro sítio",
        "l'ho trovato a meno",
        "trovato più economico altrove",
        "ergens anders goedkoper gevonden",
        "price dropped since",
        "trop cher",
    ],
    "late": [
        "it takes too long",
        "taking too long to arrive",
        "arrived late",
        "came after the party",
        "delivery is too slow",
        "I can't wait that long",
        "shipping takes forever",
        "tarda demasiado",
        "llegó tarde",
        "trop long à arriver",
        "arrivé en retard",
        "dauert zu lange",
        "zu spät angekommen",
        "demora muito",
        "chegou tarde demais",
        "ci mette troppo",
        "è arrivato tardi",
        "duurt te lang",
        "te laat aangekomen",
        "it was meant for a birthday last week and came too late",
    ],
    "changed_mind": [
        "changed my mind",
        "I don't like it",
        "just don't love it",
        "not my style",
        "he cambiado de opinión",
        "no me gusta",
        "j'ai changé d'avis",
        "ça ne me plaît pas",
        "habe es mir anders überlegt",
        "gefällt mir nicht",
        "mudei de ideias",
        "não gostei",
        "ho cambiato idea",
        "non mi piace",
        "van gedachten veranderd",
        "bevalt me niet",
        "had second thoughts",
        "it just isn't for me",
    ],
    "wrong_size": [
        "too small",
        "it's too large for me",
        "way too big",
        "doesn't fit",
        "runs small",
        "me queda grande",
        "es demasiado pequeño",
        "trop petit",
        "trop grand",
        "zu klein",
        "zu groß",
        "passt nicht",
        "ficou grande",
        "muito pequeno",
        "troppo piccolo",
        "mi va grande",
        "te klein",
        "past niet",
        "I need a bigger size",
    ],
    "damaged": [
        "arrived damaged",
        "it came broken",
        "box crushed and item cracked",
        "screen is shattered",
        "llegó roto",
        "estaba dañado",
        "arrivé cassé",
        "abîmé",
        "kaputt angekommen",
        "beschädigt",
        "chegou partido",
        "danificado",
        "arrivato rotto",
        "danneggiato",
        "kapot aangekomen",
        "beschadigd",
        "has a big scratch",
    ],
    "not_as_described": [
        "not as described",
        "looks nothing like the photo",
        "different from the picture",
        "not what the website said",
        "the description was wrong",
        "no es como en la foto",
        "no coincide con la descripción",
        "pas comme sur la photo",
        "ne correspond pas à la description",
        "nicht wie beschrieben",
        "sieht anders aus als auf dem Bild",
        "não é como na foto",
        "diferente da descrição",
        "non è come nella foto",
        "non corrisponde alla descrizione",
        "niet zoals beschreven",
        "anders dan op de foto",
    ],
    "gift": [
        "unwanted gift",
        "it was a gift she didn't like",
        "gift from my aunt, not wanted",
        "era un regalo",
        "c'était un cadeau",
        "war ein Geschenk",
        "era um presente",
        "era un regalo che non è piaciuto",
        "was een cadeau",
    ],
    "quality": [
        "poor quality",
        "feels cheap",
        "the quality is terrible",
        "mala calidad",
        "mauvaise qualité",
        "schlechte Qualität",
        "má qualidade",
        "scarsa qualità",
        "slechte kwaliteit",
        "fell apart after a day",
    ],
    "defective": [
        "doesn't work",
        "stopped working",
        "won't turn on",
        "no funciona",
        "ne marche pas",
        "funktioniert nicht",
        "não funciona",
        "non funziona",
        "werkt niet",
        "it's defective",
    ],
    "wrong_item": [
        "you sent the wrong one",
        "received the wrong item",
        "got a different color than I ordered",
        "me enviaron otro artículo",
        "j'ai reçu le mauvais article",
        "falscher Artikel",
        "enviaram o produto errado",
        "articolo sbagliato",
        "verkeerde artikel",
    ],
}


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in STRANGERS.items() for text in texts])
def test_a_reason_is_heard_in_any_wording(reason, text):
    words = lexicon()
    assert find_reasons(normalise(text, words.expand), words)[:1] == (reason,)


@pytest.mark.parametrize("text", ["hello", "i want to send it back", "where is my order", "quiero devolverlo"])
def test_where_no_reason_is_told_none_is_heard(text):
    words = lexicon()
    assert find_reasons(normalise(text, words.expand), words) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2", "damaged"),
        ("It doesn't fit", "wrong_size"),
        ("way too tight", "wrong_size"),
        ("the glass is cracked", "damaged"),
        ("don't like it tbh", "changed_mind"),
        ("my dog ate the manual", "other"),
    ],
)
def test_an_answer_is_one_of_the_reasons_offered_or_another(ear, text, reason):
    assert ear(text, Kind.REASON, OFFERED).answer == {"reason": reason, "words": text}


def test_a_question_gives_no_reason(ear):
    assert not ear("who pays for the postage?", Kind.REASON, OFFERED).answered
