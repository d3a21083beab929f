"""Whether a text clearly takes up an offer that cannot be taken back: an order, a refund, a change that is passed on.

What is asked, doubted, refused or conditioned beside it does not; "never again" is no order and "yes?" no yes. Decides
only that an answer is not clear enough, never which one it is.
"""

import re

from bot.model import Expected, Json
from bot.understanding.choices import NO_IDS, own_words
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Text, words_of

_REFUSING = """
dont doesnt didnt wont wouldnt cant cannot couldnt shouldnt isnt not never no nor neither without nothing none
nicht kein keine keinen niemals nie ohne nunca jamas ni sin jamais pas sans ne geen niet nooit zonder non mai senza
nao nem sem
"""
_DOUBTING = """
but if unless except wrong incorrect wait hold stop cancel forget aber wenn falsch pero incorrecto mais sauf faux
maar tenzij fout ma sbagliato mas errado
"""
_POLITE = "hi hello ok okay yeah yep yup sure great perfect then well rather now choose give full cheers myself"

REFUSALS = frozenset(_REFUSING.split())
DOUBTS = REFUSALS | frozenset(_DOUBTING.split())
POLITE = frozenset(_POLITE.split())  # said around an offer that is taken up, beside the lexicon's own fillers
CANCELLING = frozenset({"cancel"})  # no doubt in an answer to whether to do so: "yes cancel"
NEAR = 4  # words behind a yes in which a doubt is about that yes


def clear_answer(answer: Json, expected: Expected, text: Text, lexicon: Lexicon, lead: int) -> Json:
    """The answer, where it binds nobody or is clear; what refuses instead, if the question offers it; else None.

    `lead` is how many words of the text say yes or no by themselves.
    """
    chosen = "yes" if answer is True else answer
    if chosen not in expected.binding:
        return answer
    words = text.bare.split()
    if answer is True:
        rest = words[lead:] if lead else ([] if text.bare in lexicon.yes else words)
        doubts = DOUBTS - CANCELLING if asks_to_cancel(expected) else DOUBTS
        return None if doubts & set(rest[:NEAR]) or (not rest and "?" in text.plain) else True
    if _is_clear(str(chosen), expected, text.raw, words, lexicon) or _clearly_said(
        str(chosen), expected, text, lexicon
    ):
        return answer
    refusing = [choice.id for choice in expected.choices if choice.id in NO_IDS]
    return refusing[0] if len(refusing) == 1 and REFUSALS & set(words) and "?" not in text.plain else None


def asks_to_cancel(expected: Expected) -> bool:
    """Whether a yes to the question cancels something, so that the word itself neither doubts nor declines."""
    return "cancel" in expected.asks


def _clearly_said(chosen: str, expected: Expected, text: Text, lexicon: Lexicon) -> bool:
    """One sentence of several says the choice clearly, and nothing beside it asks, doubts or refuses."""
    if "?" in text.plain or DOUBTS & set(text.bare.split()):
        return False
    offered = next(choice for choice in expected.choices if choice.id == chosen)
    for sentence in re.split(r"[.!\n]+", text.clean):
        words = words_of(sentence)
        if own_words(offered, frozenset()) & set(words) and _is_clear(chosen, expected, sentence, words, lexicon):
            return True
    return False


def _is_clear(chosen: str, expected: Expected, said: str, words: list[str], lexicon: Lexicon) -> bool:
    """Nothing is said but the choice and what is polite around it."""
    if said.strip() == chosen:
        return True  # the button itself
    if "?" in said or REFUSALS & set(words):
        return False
    offered = next(choice for choice in expected.choices if choice.id == chosen)
    common = frozenset().union(*lexicon.common.values()) | lexicon.filler | POLITE
    plain = common | own_words(offered, frozenset()) | lexicon.yes | frozenset(lexicon.numbers) | lexicon.last
    return all(word in plain or (word.isdigit() and len(word) <= 2) for word in words) and not DOUBTS & set(words)
