"""text → Reading: commands, language, entities, the open question's answer, then wishes clause by clause.

Pure and deterministic; never raises, whatever the text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.merchant.schema import FaqEntry
from bot.model import Entities, Expected, Json, Kind, Mood, Reading, Wish
from bot.ports import Known, Shelf
from bot.understanding import deciding
from bot.understanding.answers import Heard, asks, read_answer, said_first
from bot.understanding.clauses import Clause, sentences, splits
from bot.understanding.deciding import Judged
from bot.understanding.entities import find_entities
from bot.understanding.language import Languages, language_asked_for
from bot.understanding.lexicon import any_of, lexicon
from bot.understanding.mood import COMPLAINT, read_mood
from bot.understanding.normalise import Text, normalise
from bot.understanding.phrases import Labelled, Phrases, labelled, own_phrases
from bot.understanding.scorer import Scorer
from bot.understanding.spelling import Speller
from bot.understanding.stopwords import read_commands

PERSON = "person"
SURE_BESIDE_AN_ANSWER = 0.75  # a wish beside an answer is believed only so sure
MOST_RULED_WORDS = 60  # of a clause that rules look at
QUIET_KINDS = frozenset({Kind.CODE, Kind.CONTACT, Kind.ADDRESS})  # their answers hold no wishes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text asks for, before it is known whether it answers a question."""

    wishes: tuple[Wish, ...]
    candidates: tuple[Wish, ...]
    problem: str
    complaint: float


@lru_cache(maxsize=2)
def learnt(phrases: Labelled, shelf: Shelf | None = None) -> tuple[Speller, Scorer, Mapping[tuple[str, ...], str]]:
    """What the phrases teach, and the phrases themselves, which mean what they stand for.

    The same phrases are learnt once, so that a reload of other files costs nothing.
    """
    expand = lexicon().expand
    examples = [(normalise(phrase, expand).words, intent) for phrase, intent in phrases]
    speller = Speller(word for words, _ in examples for word in words)
    return speller, Scorer(examples, shelf), dict(examples)


class Reader:
    """Fills bot.ports.Reader. Learns its phrases when built, about a second; remembers nothing between two readings.

    `phrases` is language → intent → the merchant's own ways to say it; `faq` adds the intents `faq:<id>`. `language` is
    the shop's, where a text tells none; `country` (ISO 3166 alpha-2) is whose phones, postcodes and dates are meant.
    """

    def __init__(
        self,
        phrases: Phrases | None = None,
        faq: Sequence[FaqEntry] = (),
        *,
        language: str = "en",
        country: str = "US",
        shelf: Shelf | None = None,
    ) -> None:
        self._lexicon = lexicon()
        self._language = language
        self._country = country
        self._speller, self._scorer, self._exact = learnt(labelled(phrases or {}, faq), shelf)
        self._judge = lru_cache(maxsize=64)(self._judge_afresh)  # a message's stretches are often its sentences
        self._languages = Languages((own_phrases(), phrases or {}), self._lexicon)

    def read(self, text: str, expected: Expected | None, known: Known, language: str | None) -> Reading:
        """What the text means; `language` is the conversation's so far."""
        words = normalise(text, self._lexicon.expand)
        spoken = self._languages.read(words.bare, language, self._language)
        commands = read_commands(words, expected, self._lexicon)
        if commands.stop or commands.start or commands.help:
            return Reading(
                text=text,
                language=spoken,
                stop=commands.stop,
                stop_is_bare_cancel=commands.bare_cancel,
                start=commands.start,
                help=commands.help,
                mood=read_mood(words, self._lexicon) if commands.stop else Mood.CALM,
            )
        return self._meaning(words, expected, known, spoken)

    def judge(self, said: str) -> Judged:
        """The ranked intents of a text as a whole, whatever was asked."""
        return self._judge(self._words(said))

    def why(self, said: str, label: str) -> list[tuple[str, float]]:
        """The words and word pairs that speak for an intent, strongest first."""
        labels = [name for name in self._scorer.labels if name.partition(".")[0] == label]
        fixed = self._speller.fixed(self._words(said))
        return max(
            (self._scorer.why(fixed, name) for name in labels), key=lambda said: sum(w for _, w in said), default=[]
        )

    def _meaning(self, text: Text, expected: Expected | None, known: Known, spoken: str) -> Reading:
        entities = find_entities(text, expected, known, self._lexicon, self._country)
        never_mind = any_of(self._lexicon.never_mind, text.plain)
        person = self._wants_person(text)
        mood = read_mood(text, self._lexicon)
        wanted = self._wanted(text)
        answer = None if never_mind or not expected else self._answer(text, expected, known, entities, wanted)
        answered = answer is not None
        wishes, candidates = wanted.wishes, wanted.candidates
        if answered and expected:
            wishes, candidates = self._beside_the_answer(text, expected), ()
        if never_mind:
            wishes, candidates = (), ()
        if person:
            wishes = _with_a_person(wishes, text)
            candidates = ()
        return Reading(
            text=text.raw,
            language=self._language_of(wishes, text, spoken),
            wishes=wishes,
            candidates=candidates,
            entities=entities.model_copy(update={"problem": wanted.problem}) if not answered else entities,
            answer=answer,
            answered=answered,
            correction=any_of(self._lexicon.correction, text.plain),
            never_mind=never_mind,
            person=person,
            mood=mood,
            complaint=round(max(wanted.complaint, COMPLAINT[mood]), 3),
        )

    # -- the open question -----------------------------------------------------------------------------------------

    def _answer(self, text: Text, expected: Expected, known: Known, entities: Entities, wanted: Wanted) -> Json:
        heard = Heard(
            text=text,
            entities=entities,
            known=known,
            lexicon=self._lexicon,
            country=self._country,
            question=asks(text, self._lexicon),
            wishes=bool(wanted.wishes) and any(wish.intent not in deciding.COURTESIES for wish in wanted.wishes),
        )
        return read_answer(expected, heard)

    def _beside_the_answer(self, text: Text, expected: Expected) -> tuple[Wish, ...]:
        """Wishes in the stretches that do not answer: "yes, and where is my other order?"."""
        if expected.kind in QUIET_KINDS or (expected.kind is Kind.TEXT and not asks(text, self._lexicon)):
            return ()
        found: list[tuple[Wish, bool]] = []
        for clause in self._stretches(text, expected):
            judged = self._judge(clause.words)
            intent, probability = judged.best
            sure = judged.acted_on is not None and probability >= SURE_BESIDE_AN_ANSWER
            if sure and intent not in deciding.COURTESIES and (clause.question or expected.kind is Kind.YES_NO):
                found.append(
                    (Wish(intent=intent, probability=round(probability, 4), text=clause.said), clause.question)
                )
        return deciding.settle(found)

    def _stretches(self, text: Text, expected: Expected) -> list[Clause]:
        """The sentences and their parts, without a leading yes or no; the one that answers is left out."""
        parts: list[Clause] = []
        for sentence in sentences(text, self._lexicon):
            ways = splits(sentence, self._lexicon)
            parts += ways[0] if ways else [sentence]
        if expected.kind is not Kind.YES_NO:
            return parts[1:]
        stripped: list[Clause] = []
        for part in parts:
            lead = said_first(list(part.words), self._lexicon)
            rest = part.words[lead:]
            if len(rest) >= 2:
                stripped.append(Clause(part.said, rest, part.question or rest[0] in self._lexicon.question))
        return stripped

    # -- wishes ----------------------------------------------------------------------------------------------------

    def _wants_person(self, text: Text) -> bool:
        """Any wording of wanting a human; "the delivery person left it" and "are you a human?" are none."""
        plain = text.plain.replace("-", " ")
        for pattern in self._lexicon.person_except:
            plain = pattern.sub(" ", plain)
        return any_of(self._lexicon.person, plain.strip())

    def _wanted(self, text: Text) -> Wanted:
        whole = self._judge(text.words)
        found: list[tuple[Wish, bool]] = []
        problem = whole.problem
        parts = sentences(text, self._lexicon)
        for sentence in parts:
            for clause, judged in self._parted(sentence):
                intent = judged.acted_on
                if intent is None:
                    continue
                problem = problem or judged.problem
                wish = Wish(intent=intent, probability=round(judged.best[1], 4), text=clause.said)
                found.append((wish, clause.question))
        if not found or (len(parts) > 1 and not _real(found)):
            found = self._as_a_whole(whole, text) or found
        complaint = dict(whole.ranked).get("complaint", 0.0)
        complaint = max([complaint, *(wish.probability for wish, _ in found if wish.intent == "complaint")])
        wishes = deciding.settle(found)
        offered = () if _real(found) else self._offered(whole, parts, text)
        if offered and offered[0].probability >= deciding.MORE_THAN_MANNERS:
            wishes = ()
        elif wishes:
            offered = ()
        likely = [wish.intent for wish in wishes or offered]
        return Wanted(wishes, offered, problem if "delivery_problem" in likely else "", complaint)

    def _offered(self, whole: Judged, parts: Sequence[Clause], text: Text) -> tuple[Wish, ...]:
        """What to ask about: of the text as a whole, or of the sentence that tells most."""
        offers = [deciding.candidates(whole, text.clean.strip())]
        offers += [deciding.candidates(self._judge(part.words), part.said) for part in parts if len(parts) > 1]
        return max(offers, key=lambda offer: offer[0].probability if offer else 0.0)

    def _as_a_whole(self, whole: Judged, text: Text) -> list[tuple[Wish, bool]]:
        intent = whole.acted_on
        if intent is None:
            return []
        wish = Wish(intent=intent, probability=round(whole.best[1], 4), text=text.clean.strip())
        return [(wish, asks(text, self._lexicon))]

    def _parted(self, sentence: Clause) -> list[tuple[Clause, Judged]]:
        """A sentence, or its two parts where each surely wants something else."""
        whole = self._judge(sentence.words)
        best: list[tuple[Clause, Judged]] = [(sentence, whole)]
        least = 0.0
        for left, right in splits(sentence, self._lexicon):
            first, second = self._judge(left.words), self._judge(right.words)
            weakest = min(first.best[1], second.best[1])
            different = first.acted_on and second.acted_on and first.acted_on != second.acted_on
            if different and weakest > least:
                best, least = [(left, first), (right, second)], weakest
        return best

    def _judge_afresh(self, words: tuple[str, ...]) -> Judged:
        fixed = self._speller.fixed(words)
        found = deciding.judged(self._scorer.rank(fixed))
        said = " ".join(fixed[:MOST_RULED_WORDS])
        phrase = self._exact.get(fixed) or self._exact.get(words)
        if phrase:
            return deciding.ruled(found, phrase, certain=True)
        label = next((label for label, pattern in self._lexicon.intents if pattern.search(said)), None)
        return deciding.ruled(found, label) if label else found

    def _words(self, said: str) -> tuple[str, ...]:
        return normalise(said, self._lexicon.expand).words

    def _language_of(self, wishes: Sequence[Wish], text: Text, spoken: str) -> str:
        asked = any(wish.intent == "language_change" for wish in wishes)
        return (language_asked_for(text.bare.split()[:40]) if asked else None) or spoken


def _real(found: Sequence[tuple[Wish, bool]]) -> bool:
    return any(wish.intent not in deciding.COURTESIES for wish, _ in found)


def _with_a_person(wishes: Sequence[Wish], text: Text) -> tuple[Wish, ...]:
    """The wish for a person first: whatever else is wanted waits for them."""
    kept = [wish for wish in wishes if wish.intent not in deciding.COURTESIES and wish.intent != PERSON]
    return (Wish(intent=PERSON, probability=0.99, text=text.clean.strip()), *kept)
