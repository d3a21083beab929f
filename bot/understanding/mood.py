"""How the customer feels, from what rules can see: strong words, shouting, threats, "the third time"."""

from bot.model import Mood
from bot.understanding.lexicon import Lexicon, any_of
from bot.understanding.normalise import Text

LETTERS_TO_SHOUT = 8
FACES = {"😡": Mood.ANGRY, "🤬": Mood.ANGRY, "😠": Mood.UPSET, "😤": Mood.UPSET, "👿": Mood.ANGRY}
#: The least share of complaint that a mood stands for.
COMPLAINT = {Mood.CALM: 0.0, Mood.UPSET: 0.6, Mood.ANGRY: 0.9}


def read_mood(text: Text, lexicon: Lexicon) -> Mood:
    face = next((mood for sign, mood in FACES.items() if sign in text.clean), Mood.CALM)
    if face is Mood.ANGRY or any_of(lexicon.angry, text.plain):
        return Mood.ANGRY
    upset = face is Mood.UPSET or any_of(lexicon.upset, text.plain)
    loud = _shouts(text.clean) or "!!!" in text.plain
    if upset and loud:
        return Mood.ANGRY
    return Mood.UPSET if upset or (loud and "?" in text.plain) or _shouts(text.clean) else Mood.CALM


def _shouts(clean: str) -> bool:
    """All capitals over at least two words: an order number or a STOP is no shouting."""
    words = [word for word in clean.split() if word.isalpha()]
    letters = sum(len(word) for word in words)
    return len(words) >= 2 and letters >= LETTERS_TO_SHOUT and all(word.isupper() for word in words)
