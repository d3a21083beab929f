"""text → Reading: commands, language, entities, the open question's answer, then wishes clause by clause.

Pure and deterministic; never raises, whatever the text.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from bot.merchant.schema import FaqEntry
from bot.model import Entities, Expected, Json, Kind, Mood, Reading, Sort, Wish
from bot.ports import Known, Shelf
from bot.understanding import deciding
from bot.understanding.acts import OF_THINGS, find_acts, is_pending, with_acts
from bot.understanding.addresses import find_address
from bot.understanding.answers import YES_OR_NO, Heard, asks, is_yes_or_no, read_answer
from bot.understanding.asking import with_questions
from bot.understanding.binding import clear_answer
from bot.understanding.choices import common_words
from bot.understanding.clauses import NUMBER, Clause, sentences, units, whole
from bot.understanding.deciding import Judged
from bot.understanding.encoder import Encoder
from bot.understanding.entities import find_entities
from bot.understanding.judging import Judge
from bot.understanding.language import Languages, language_asked_for
from bot.understanding.lessons import lessons
from bot.understanding.lexicon import Lexicon, any_of, lexicon
from bot.understanding.likeness import likest
from bot.understanding.masking import masked, names_of
from bot.understanding.money import find_money
from bot.understanding.mood import COMPLAINT, read_mood
from bot.understanding.normalise import Text, normalise, words_of
from bot.understanding.parts import with_named, without_what_belongs
from bot.understanding.phrases import Phrases, their_labelled, their_languages
from bot.understanding.reasons import find_reasons, only_tells_reason, tells_reason
from bot.understanding.refusing import refuses, without_refused
from bot.understanding.remembered import Remembered
from bot.understanding.scorer import Scorer
from bot.understanding.spelling import Speller
from bot.understanding.stopwords import read_commands, spoken, wishes_no_more, without
from bot.understanding.tellings import answer_told, tellings_of
from bot.understanding.yes_no import may_tell, said_first

SURE_BESIDE_AN_ANSWER = 0.75  # a wish beside an answer is believed only so sure
SURELY_MANNERS = 0.5
LONGEST_MANNERS = 5  # words
MOST_PARTS = 4  # sentences of a message, or pieces of one of these, that are looked at by themselves
OPERATOR_KEYS = frozenset({"0", "00", "000"})  # what gets a person on a telephone's menu
MANNERS = frozenset({"greeting", "thanks", "goodbye"})
MOST_OF_A_DETAIL = 5  # words
OTHER_VERSION = frozenset({"exchange", "change_order"})
SURE_BY_THINGS = 0.9
ABOUT_PAYING = frozenset({"payment", "faq:payment_methods"})
_LITTLE = "order number from in of on for with my the a an one both also and too please pls that this"
LITTLE_BESIDE_THINGS = frozenset(_LITTLE.split())
BESIDE_THINGS = frozenset(
    {
        "setup_help",
        "reorder",
        "product_question",
        "order_confirmation",
        "payment",
        "faq:payment_methods",
        "resend_receipt",
        "recommendation",
        "subscription",
        *deciding.COURTESIES,
        deciding.OUT_OF_SCOPE,
    }
)
TAKEN_FOR_REMOVING = frozenset(
    {"return", "setup_help", "where_is_my_order", "order_confirmation", "delivery_problem", "cancel_order", "privacy"}
)
CANCELS = "cancel.summary"  # asks whether whole orders shall be cancelled
BEFORE_ANY_WISH = frozenset({"bitte", "please", "pls", "alstublieft", "alsjeblieft", "prego"})
REASONED = frozenset({"return", "exchange", "refund", "cancel_order", "subscription"})
SURE_OF_AN_ANSWER = 0.65
SURE_OF_A_BINDING_YES = 0.95
ANSWERED_FIRST = frozenset({Kind.YES_NO, Kind.CHOICE})  # a text that begins with yes or no is about these
MOST_FIRST_WORDS = 8
SAID_OF_ADDRESSES = frozenset({"delivery_problem", "where_is_my_order", "complaint"})  # though it tells where to send
BESIDE_AN_ADDRESS = frozenset({"cancel_order", "change_order", "return", "exchange", "refund_status", "reorder"})
MOST_AROUND_AN_ADDRESS = 3  # characters
FEWEST_BESIDE_AN_ADDRESS = 3  # words
QUIET_KINDS = frozenset({Kind.CODE, Kind.CONTACT, Kind.ADDRESS})  # their answers hold no wishes

Found = tuple[Wish, bool]
"""A wish, and whether it was asked as a question."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text asks for, before it is known whether it answers a question."""

    wishes: tuple[Wish, ...]
    candidates: tuple[Wish, ...]
    problem: str
    complaint: float
    stop: bool = False
    told: tuple[Wish, ...] = ()  # the wishes of all parts, before those told twice became one


class Reader:
    """Fills bot.ports.Reader. Learns its phrases when built, a second or two; remembers nothing between two readings.

    `phrases` is language → intent → the merchant's own ways to say it; `faq` adds the intents `faq:<id>`. `language` is
    the shop's, where a text tells none; `country` (ISO 3166 alpha-2) is whose phones, postcodes and dates are meant.
    Without an `encoder` the words alone tell what is wanted.
    """

    def __init__(
        self,
        phrases: Phrases | None = None,
        faq: Sequence[FaqEntry] = (),
        *,
        language: str = "en",
        country: str = "US",
        shelf: Shelf | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self._lexicon = lexicon()
        self._language = language
        self._country = country
        taught = lessons(their_labelled(phrases or {}, faq), their_languages(phrases or {}, faq), shelf, encoder)
        self._encoder = once = Remembered(encoder) if encoder else None
        scorer = Scorer(taught.learnt, once, taught.topics)
        meanings = taught.phrases.told(scorer.name_of)
        self._judge = Judge(scorer, Speller(taught.vocabulary), self._lexicon, meanings)
        self._yes_no = Scorer(taught.yes_no, once)
        self._languages = Languages(taught.tongues, self._lexicon)
        self._common = common_words(self._lexicon)

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
        asked = None if expected and expected.kind in QUIET_KINDS else find_money(words, expected, self._lexicon)
        if asked:
            rest = normalise(asked.rest, self._lexicon.expand)
            beside = self._without_names(self._meaning(rest, expected, known, spoken), known) if rest.bare else None
            named = find_entities(words, None, known, self._lexicon, self._country)
            reading = with_questions(words, asked, beside, named, expected, known, spoken)
            if reading:
                return reading
        return self._meaning(words, expected, known, spoken)

    @property
    def intents(self) -> tuple[str, ...]:
        """Every intent that may be read, without kinds."""
        return self._judge.scorer.intents

    def judge(self, said: str) -> Judged:
        """The ranked intents of a text as a whole, whatever was asked."""
        return self._judge.together([whole(normalise(said, self._lexicon.expand), self._lexicon)])[0]

    def why(self, said: str, intent: str) -> list[tuple[str, float]]:
        """The words and word pairs that speak for an intent, strongest first."""
        fixed = self._judge.fixed(normalise(said, self._lexicon.expand).words)
        labels = self._judge.scorer.labels_of(intent)
        said_for = (self._judge.scorer.why(fixed, label) for label in labels)
        return max(said_for, key=lambda reasons: sum(weight for _, weight in reasons), default=[])

    def _meaning(self, text: Text, expected: Expected | None, known: Known, spoken: str) -> Reading:
        entities = find_entities(text, expected, known, self._lexicon, self._country)
        asked_why = expected is not None and expected.kind is Kind.REASON and tells_reason(text.plain, self._lexicon)
        never_mind = any_of(self._lexicon.never_mind, text.plain) and not asked_why
        main = self._judge.together([whole(text, self._lexicon)])[0]
        person = expected is None and text.bare in OPERATOR_KEYS
        person = person or (self._wants_person(text) and not deciding.is_someone_elses_business(main))
        mood = read_mood(text, self._lexicon)
        answer, wanted = None, NOTHING_WANTED
        if expected and not never_mind:
            answer, wanted = self._answer(text, expected, known, entities)
        elif not never_mind:
            wanted = self._wanted(text, known)
        if answer is None and not never_mind:
            wanted = self._told_by_things(wanted, text, entities)
            wanted = self._told_by_acts(wanted, text, known, entities)
        if refused := refuses(text.plain, self._lexicon):
            wanted = self._without_refused(wanted)
        declined = refused and not _real([(wish, False) for wish in wanted.wishes])
        if declined and expected and expected.kind is Kind.REASON:
            answer = None
        if answer is None and declined and expected and expected.kind is Kind.YES_NO and expected.binding:
            answer = False
        answered, told = answer is not None, wanted.told
        if not answered and ((wanted.stop and self._means_no_more(text)) or self._misspells_no_more(text)):
            return Reading(text=text.raw, language=spoken, stop=True, mood=mood)
        denied = bool(wanted.wishes) and self._denies_a_person(text)
        person = person or deciding.is_wish_for_a_person(wanted.wishes, main, denied=denied)
        wishes, candidates = wanted.wishes, wanted.candidates
        if entities.order_numbers or entities.tracking_numbers:  # then it is our business, whatever else it is
            wishes = tuple(wish for wish in wishes if wish.intent != deciding.OUT_OF_SCOPE)
        if answered and expected:
            beside = self._beside_the_answer(text, expected)
            wishes, candidates, told = deciding.settle(beside), (), tuple(wish for wish, _ in beside)
            if refused:
                wishes, told = self._but_refused(wishes), self._but_refused(told)
        if person:
            wishes, candidates = _with_a_person(wishes, text), ()
        asked_for = self._language_asked_for(wishes or candidates, text)
        if answered and isinstance(answer, dict) and "on_file" in answer:  # then the orders named only tell which
            entities = entities.model_copy(update={"order_numbers": ()})
        named = {
            "language": asked_for or "",
            "problem": "" if answered else wanted.problem,
            "reason": self._reason(text, wishes or candidates, asked=_asks_of_a_return(expected)),
        }
        entities = entities.model_copy(update=named)
        wishes, told = without_what_belongs(wishes, told, self._lexicon)
        wishes = with_named(
            text,
            wishes,
            told,
            entities,
            self._reader_of_parts(known, entities),
            known.orders,
            self._lexicon,
            beside=answered,
        )
        return Reading(
            text=text.raw,
            language=asked_for or spoken,
            wishes=wishes,
            candidates=candidates,
            entities=entities,
            answer=answer,
            answered=answered,
            reserved=answer is True and self._reserves(text),
            correction=any_of(self._lexicon.correction, text.plain),
            never_mind=never_mind,
            declined=declined,
            person=person,
            mood=mood,
            complaint=round(max(wanted.complaint, COMPLAINT[mood]), 3),
        )

    def _told_by_things(self, wanted: Wanted, text: Text, entities: Entities) -> Wanted:
        """Where it is said of one's own things what is wanted in their place, or how an order shall be paid, that is
        the wish, whatever the words around it may also be about."""
        wanted = self._without_the_address(wanted, text)
        where = self._tells_where(wanted, text, entities)
        if not where and any(wish.intent not in BESIDE_THINGS for wish in wanted.wishes):
            return wanted
        other = any(item.options for item in entities.items) and any_of(self._lexicon.swap, text.plain)
        their_own = any(method.id for method in entities.methods)
        about_paying = entities.methods and all(wish.intent in ABOUT_PAYING for wish in wanted.wishes)
        paying = entities.order_numbers and (their_own or about_paying)
        if not other and not paying and not where:
            return wanted
        intent, kind = ("change_address", "") if where else ("exchange", "") if other else ("change_order", "payment")
        wish = Wish(intent=intent, kind=kind, probability=SURE_BY_THINGS, text=text.clean.strip())
        return replace(wanted, wishes=(wish,), candidates=(), told=(wish,))

    def _without_the_address(self, wanted: Wanted, text: Text) -> Wanted:
        """Without wishes that are no more than words of an address: "9 Willow Court" threatens nobody."""
        found = find_address(text.clean, self._country) if wanted.wishes else None
        if found is None or not found.address.line1:
            return wanted
        names = set(words_of(text.clean[found.start : found.end]))
        wishes, told = (
            tuple(wish for wish in some if not set(words_of(wish.text)) <= names)
            for some in (wanted.wishes, wanted.told)
        )
        return replace(wanted, wishes=wishes, told=told)

    def _tells_where(self, wanted: Wanted, text: Text, entities: Entities) -> bool:
        """Whether nothing is said but an address or that the account's shall be another, or likeliest where to send."""
        real = {wish.intent for wish in wanted.wishes if wish.intent not in deciding.COURTESIES}
        if not real <= SAID_OF_ADDRESSES:
            return False
        found = find_address(text.clean, self._country)
        if not real and not asks(text, self._lexicon):
            alone = found and found.end - found.start >= len(text.clean.strip()) - MOST_AROUND_AN_ADDRESS
            return entities.for_account or bool(found and (found.is_whole or alone))
        likeliest = bool(found and found.is_whole) and self._judge.together([whole(text, self._lexicon)])[0].best[0]
        return likeliest == "change_address"

    def _told_by_acts(self, wanted: Wanted, text: Text, known: Known, entities: Entities) -> Wanted:
        """With the wishes that only the verbs of a part tell, and what is said to go out of an order, as a change."""

        def names(said: str) -> Entities:
            return find_entities(normalise(said, self._lexicon.expand), None, known, self._lexicon, self._country)

        if any(wish.intent in deciding.GRAVE or wish.intent == deciding.STOP for wish in wanted.wishes):
            return wanted
        acts = find_acts(text, known, names, self._lexicon)
        if len({act.intent for act in acts}) < 2:
            return self._told_by_one_act(wanted, text, known, entities, acts)
        wishes = with_acts(wanted.wishes, acts, text.clean)
        return wanted if wishes == wanted.wishes else replace(wanted, wishes=wishes, candidates=(), told=wishes)

    def _told_by_one_act(
        self, wanted: Wanted, text: Text, known: Known, entities: Entities, acts: Sequence[Wish]
    ) -> Wanted:
        """The one wish that the verbs tell, where nothing else is told; what goes out of an order is a change of it."""
        real = [wish for wish in wanted.wishes if wish.intent not in deciding.COURTESIES]
        away = entities.removing and entities.items and not entities.on_top and is_pending(entities, known.orders)
        if away and all(wish.intent in TAKEN_FOR_REMOVING for wish in real):
            intent, kind = "change_order", "items"
        elif acts and acts[0].intent in OF_THINGS and not real and not asks(text, self._lexicon):
            intent, kind = acts[0].intent, acts[0].kind
        else:
            return wanted
        wish = Wish(intent=intent, kind=kind, probability=SURE_BY_THINGS, text=text.clean.strip())
        return replace(wanted, wishes=(wish,), candidates=(), told=(wish,))

    # -- the open question -----------------------------------------------------------------------------------------

    def _answer(self, text: Text, expected: Expected, known: Known, entities: Entities) -> tuple[Json, Wanted]:
        """The answer, or None, and what the text wants: looked for only where it asks, or does not answer."""
        question = asks(text, self._lexicon)
        said_otherwise = expected.kind is Kind.REASON and not expected.early  # any words are a reason, but for a wish
        wanted = self._wanted(text, known) if question or said_otherwise else NOTHING_WANTED
        heard = Heard(
            text=text,
            entities=entities,
            known=known,
            lexicon=self._lexicon,
            country=self._country,
            question=question,
            wishes=any(
                wish.intent not in deciding.COURTESIES
                and not (said_otherwise and wish.probability < deciding.SAID_BY_ITSELF)
                for wish in wanted.wishes
            ),
        )
        answer = read_answer(expected, heard)
        if answer is None and is_yes_or_no(expected) and not question and self._may_tell(text, expected):
            answer = self._yes_or_no(text, expected)
        if answer is True and "yes" in expected.binding and _says_otherwise(text, expected, entities, self._lexicon):
            answer = None
        if answer is None and not question:
            wanted = self._wanted(text, known)
            surely = any(_is_sure(wish) for wish in wanted.wishes)
            if self._encoder and not expected.early and not surely:
                answer = _as_answer(likest(text, expected, self._encoder, self._lexicon), expected)
        return answer, self._beside_the_question(wanted, text, expected) if answer is None else wanted

    def _reserves(self, text: Text) -> bool:
        words = text.bare.split()
        return any_of(self._lexicon.reserving, " ".join(words[said_first(words, self._lexicon) :]))

    def _may_tell(self, text: Text, expected: Expected) -> bool:
        strict = bool(expected.binding) or expected.sort is None
        return may_tell(text, self._lexicon, tellings_of(expected.sort), strict=strict)

    def _yes_or_no(self, text: Text, expected: Expected) -> Json:
        """What the model makes of an answer that no rule reads; surer where a yes cannot be taken back."""
        clause = whole(text, self._lexicon)
        ranked = self._yes_no.rank([(self._judge.fixed(clause.words), clause.encoded)])[0].ranked
        said, share = answer_told(ranked, expected.sort)
        if said is None:
            return None
        bound = YES_OR_NO[said] in expected.binding
        if share < (SURE_OF_A_BINDING_YES if bound else SURE_OF_AN_ANSWER):
            return None
        if expected.kind is Kind.CHOICE:
            return YES_OR_NO[said]
        return clear_answer(said, expected, text, self._lexicon, 0)

    def _beside_the_question(self, wanted: Wanted, text: Text, expected: Expected) -> Wanted:
        """What is wanted besides what the open question binds to: half an answer is asked again, and is no wish."""
        wishes = tuple(wish for wish in wanted.wishes if wish.intent not in expected.binding)
        candidates = tuple(wish for wish in wanted.candidates if wish.intent not in expected.binding)
        if expected.kind in ANSWERED_FIRST and said_first(text.bare.split()[:MOST_FIRST_WORDS], self._lexicon):
            candidates = ()
        return replace(wanted, wishes=wishes, candidates=candidates)

    def _beside_the_answer(self, text: Text, expected: Expected) -> list[Found]:
        """Wishes in the stretches that do not answer: "yes, and where is my other order?"."""
        if expected.kind is Kind.ADDRESS:
            return self._beside_the_address(text)
        if expected.kind in QUIET_KINDS or (expected.kind is Kind.TEXT and not asks(text, self._lexicon)):
            return []
        clauses = self._stretches(text, expected)
        found: list[Found] = []
        for clause, judged in zip(clauses, self._judge.together(clauses), strict=True):
            intent, probability = judged.best
            sure = judged.acted_on is not None and probability >= SURE_BESIDE_AN_ANSWER
            if sure and intent not in deciding.COURTESIES and (clause.question or expected.kind is Kind.YES_NO):
                found.append(_found(clause, judged))
        return found

    def _beside_the_address(self, text: Text) -> list[Found]:
        """What else is wanted where an address was given, apart from the stretches that it stands in."""
        written = find_address(text.clean, self._country)
        if written is None:
            return []
        rest = text.clean[: written.start] + "\n" + text.clean[written.end :]
        if len(rest.split()) < FEWEST_BESIDE_AN_ADDRESS:
            return []
        parts = sentences(normalise(rest, self._lexicon.expand), self._lexicon)
        clauses = [unit for part in parts for unit in units(part, self._lexicon)][:MOST_PARTS]
        found = zip(clauses, self._judge.together(clauses), strict=True)
        return [
            _found(clause, judged)
            for clause, judged in found
            if judged.acted_on in BESIDE_AN_ADDRESS and judged.best[1] >= SURE_BESIDE_AN_ANSWER
        ]

    def _stretches(self, text: Text, expected: Expected) -> list[Clause]:
        """The sentences and their parts, without a leading yes or no; the one that answers is left out."""
        parts: list[Clause] = []
        for sentence in sentences(text, self._lexicon):
            parts += units(sentence, self._lexicon)
        if expected.kind is not Kind.YES_NO:
            return parts[1:]
        stripped: list[Clause] = []
        for part in parts:
            lead = said_first(list(part.words), self._lexicon)
            rest = part.words[lead:]
            if len(rest) >= 2:
                said = " ".join(rest) if lead else part.said
                stripped.append(Clause(said, rest, part.question or rest[0] in self._lexicon.question))
        return stripped

    # -- wishes ----------------------------------------------------------------------------------------------------

    def _denies_a_person(self, text: Text) -> bool:
        return any_of(self._lexicon.person_except, spoken(text, self._lexicon))

    def _means_no_more(self, text: Text) -> bool:
        """Whether what the model takes for a wish to hear no more speaks of messages, and of nothing else to end."""
        said = spoken(text, self._lexicon)
        other = any_of(self._lexicon.stop_except, said) or any_of(self._lexicon.stop_other, said)
        return any_of(self._lexicon.stop_cue, text.plain) and not other

    def _misspells_no_more(self, text: Text) -> bool:
        """Whether a plain wish to hear no more shows once the words are put right."""
        said = spoken(text, self._lexicon)
        put_right = self._put_right(said)
        return put_right != said and wishes_no_more(put_right, self._lexicon)

    def _put_right(self, said: str) -> str:
        return " ".join(self._judge.fixed(tuple(said.split())))

    def _wants_person(self, text: Text) -> bool:
        """Any wording of wanting a human; "the delivery person left it" and "are you a human?" are none."""
        said = spoken(text, self._lexicon)
        return any(
            any_of(self._lexicon.person, without(self._lexicon.person_except, words))
            for words in dict.fromkeys((said, self._put_right(said)))
        )

    def _wanted(self, text: Text, known: Known) -> Wanted:
        """What is wanted; where that is not told, whatever the things are called that the customer has bought."""
        wanted = self._wanted_of(text)
        titles = dict.fromkeys(line.title for order in known.orders for line in order.lines)
        names = names_of(titles, self._common)
        if any(wish.intent not in (*deciding.COURTESIES, deciding.OUT_OF_SCOPE) for wish in wanted.wishes):
            return self._without_mere_things(wanted, names)
        hidden = masked(text, names, self._lexicon.expand)
        if not hidden.names:
            return wanted
        wanted = self._wanted_of(hidden.text)
        wishes, candidates, told = (
            tuple(wish.model_copy(update={"text": hidden.restored(wish.text)}) for wish in some)
            for some in (wanted.wishes, wanted.candidates, wanted.told)
        )
        return self._without_mere_things(replace(wanted, wishes=wishes, candidates=candidates, told=told), names)

    def _without_refused(self, wanted: Wanted) -> Wanted:
        wishes, told = self._but_refused(wanted.wishes), self._but_refused(wanted.told)
        return replace(wanted, wishes=wishes, candidates=(), told=told)

    def _but_refused(self, wishes: Sequence[Wish]) -> tuple[Wish, ...]:
        return without_refused(wishes, self._lexicon, self._wanted_beside)

    def _wanted_beside(self, said: str) -> Wish | None:
        """What the words beside a denial want by themselves, where they do more than tell why."""
        clause = whole(normalise(said, self._lexicon.expand), self._lexicon)
        if not set(clause.words) - self._lexicon.courtesy or only_tells_reason(said, self._lexicon, self._common):
            return None
        judged = self._judge.together([clause])[0]
        intent, share = judged.best
        tells = deciding.acted_on_after_asking(intent) and share >= deciding.MORE_THAN_MANNERS
        return _found(clause, judged)[0] if tells or judged.acted_on not in (None, deciding.STOP) else None

    def _without_mere_things(self, wanted: Wanted, names: Set[str]) -> Wanted:
        """Without further wishes that only name things: "return the lamp and the puzzle from order 1042" is one."""
        mere = [wish for wish in wanted.wishes[1:] if self._only_names(wish.text, names)]
        wishes, told = (tuple(wish for wish in some if wish not in mere) for some in (wanted.wishes, wanted.told))
        return replace(wanted, wishes=wishes, told=told) if mere else wanted

    def _without_names(self, reading: Reading, known: Known) -> Reading:
        """Without wishes that only name things."""
        names = names_of(dict.fromkeys(line.title for order in known.orders for line in order.lines), self._common)
        wishes = tuple(wish for wish in reading.wishes if not self._only_names(wish.text, names))
        return reading.model_copy(update={"wishes": wishes})

    def _only_names(self, said: str, names: Set[str]) -> bool:
        words = [word for word in words_of(NUMBER.sub(" ", said)) if not any(character.isdigit() for character in word)]
        return all(word in LITTLE_BESIDE_THINGS or word in names or word.rstrip("s") in names for word in words)

    def _wanted_of(self, text: Text) -> Wanted:
        """What the whole says, or the sentences, or the pieces of these, where they want different things."""
        everything = whole(text, self._lexicon)
        parts = sentences(text, self._lexicon)
        parts = parts if len(parts) > 1 else [everything]
        main = self._judge.together([everything])[0]
        judged = {everything: main}
        pieces = [self._promising(units(part, self._lexicon)) for part in parts]
        together = [*self._promising(parts), *(piece for some in pieces for piece in some)]
        judged |= dict(zip(together, self._judge.together(together), strict=True))
        found: list[Found] = []
        for part, some in zip(parts, pieces, strict=True):
            found += self._found_in(part, some, judged, main)
        if main.acted_on and all(wish.intent != main.acted_on for wish, _ in found):
            found = [_found(everything, main), *found]
        found = [one for one in found if not self._leaves_alone(one[0].text)]
        found = _as_one_change(self._without_reasons(found), everything)
        complaint = dict(main.ranked).get("complaint", 0.0)
        complaint = max([complaint, *(wish.probability for wish, _ in found if wish.intent == "complaint")])
        wishes = deciding.settle([(wish, asked) for wish, asked in found if wish.intent != deciding.STOP])
        offered = () if _real(found) else _offered([everything, *(part for part in parts if part in judged)], judged)
        if offered and offered[0].probability >= deciding.MORE_THAN_MANNERS:
            wishes = ()
        elif wishes:
            offered = ()
        stop = main.acted_on == deciding.STOP or any(
            part.best[0] == deciding.STOP and part.best[1] >= deciding.SURELY_STOP for part in judged.values()
        )
        told = tuple(wish for wish, _ in found)
        return Wanted(wishes, offered, _problem(wishes or offered, main), complaint, stop, told)

    def _without_reasons(self, found: list[Found]) -> list[Found]:
        """Without what only says why something else of the same sort is wanted: "changed my mind" beside a return."""
        reasoned = [wish for wish, _ in found if wish.intent in REASONED]
        whys = [wish for wish in reasoned if only_tells_reason(wish.text, self._lexicon, self._common)]
        if len(reasoned) == len(whys):
            return found
        return [one for one in found if one[0] not in whys]

    def _leaves_alone(self, said: str) -> bool:
        """Whether it only says that nothing beside is changed: "everything else the same" orders nothing again."""
        return any_of(self._lexicon.unchanged, " ".join(words_of(said)))

    def _promising(self, clauses: Sequence[Clause]) -> list[Clause]:
        """Of several stretches those that are no mere manners, by words alone: the encoder takes its time for each."""
        if len(clauses) < 2:
            return []
        likely = [clause for clause in clauses if len(clause.words) >= 2 and not self._is_mere_manners(clause)]
        return likely[-MOST_PARTS:]

    def _is_mere_manners(self, clause: Clause) -> bool:
        if len(clause.words) > LONGEST_MANNERS:
            return False
        intent, share = self._judge.quickly(clause).best
        return intent in MANNERS and share >= SURELY_MANNERS

    def _found_in(
        self, part: Clause, pieces: Sequence[Clause], judged: Mapping[Clause, Judged], main: Judged
    ) -> list[Found]:
        """The wishes of a sentence: of its pieces where these want different things, else its own."""
        backing = judged.get(part, main)
        wanted = [piece for piece in pieces if deciding.is_wish(judged[piece], backing, question=piece.question)]
        if len({judged[piece].acted_on for piece in wanted}) > 1:
            return [_found(piece, judged[piece]) for piece in wanted]
        own = judged.get(part)
        grave = [_found(piece, judged[piece]) for piece in wanted if judged[piece].acted_on in deciding.GRAVE]
        return [*grave, *([_found(part, own)] if own and deciding.is_wish(own, main, question=part.question) else [])]

    def _reader_of_parts(self, known: Known, whole: Entities) -> Callable[[str, Wish], Entities]:
        """What one part of the message names by itself."""

        def read(said: str, wish: Wish) -> Entities:
            part = normalise(said, self._lexicon.expand)
            found = find_entities(part, None, known, self._lexicon, self._country)
            own = {"reason": self._reason(part, [wish])}
            if wish.intent == "delivery_problem":
                own["problem"] = wish.kind or whole.problem
            return found.model_copy(update=own)

        return read

    def _reason(self, text: Text, wishes: Sequence[Wish], *, asked: bool = False) -> str:
        """Why something goes back or is called off, where that is what is wanted, or what is `asked` about."""
        if not asked and not REASONED & {wish.intent for wish in wishes}:
            return ""
        return next(iter(find_reasons(text, self._lexicon)), "")

    @staticmethod
    def _language_asked_for(wishes: Sequence[Wish], text: Text) -> str | None:
        asked = any(wish.intent == "language_change" for wish in wishes)
        return language_asked_for(text.bare.split()[:40]) if asked else None


def _as_answer(chosen: str | None, expected: Expected) -> Json:
    """The one choice in the form of an answer to the question."""
    return [{"id": chosen, "quantity": None}] if chosen and expected.kind is Kind.ITEMS else chosen


NOTHING_WANTED = Wanted((), (), "", 0.0)


def _says_otherwise(text: Text, expected: Expected, entities: Entities, lexicon: Lexicon) -> bool:
    """Whether what is said beside a yes changes what it is said to: something kept, or another thing to go out."""
    if entities.left_out or entities.orders_left_out or (entities.part and expected.asks == CANCELS):
        return True
    named = entities.items or entities.products
    first = next(iter(text.bare.split()), "")
    return bool(named and entities.removing) and (first not in lexicon.yes or first in BEFORE_ANY_WISH)


def _found(clause: Clause, judged: Judged) -> Found:
    intent, probability = judged.best
    wish = Wish(intent=intent, kind=judged.kind, probability=round(probability, 4), text=clause.said)
    return wish, clause.question


def _as_one_change(found: list[Found], everything: Clause) -> list[Found]:
    """Another version of a thing, told in several pieces, is one wish: "change the shelf: black, 4 ft instead"."""
    changes = [one for one in found if one[0].intent in OTHER_VERSION]
    if len(changes) < 2 or len(changes) < len(found):
        return found
    if any(len(wish.text.split()) > MOST_OF_A_DETAIL for wish, _ in changes[1:]):
        return found
    wish, asked = changes[0]
    return [(wish.model_copy(update={"text": everything.said}), asked)]


def _is_sure(wish: Wish) -> bool:
    return wish.intent not in deciding.COURTESIES and wish.probability >= SURE_BESIDE_AN_ANSWER


def _asks_of_a_return(expected: Expected | None) -> bool:
    """Whether an answer may tell why something goes back: "no, I opened it, it's not what you described"."""
    return expected is not None and expected.sort is Sort.INTACT


def _problem(likely: Sequence[Wish], main: Judged) -> str:
    """What is wrong with the delivery, as the whole says, or else the part that speaks of it."""
    kinds = [wish.kind for wish in likely if wish.intent == "delivery_problem"]
    if kinds and main.best[0] == "delivery_problem" and main.kind:
        return main.kind
    return next(filter(None, kinds), "")


def _offered(looked_at: Sequence[Clause], judged: Mapping[Clause, Judged]) -> tuple[Wish, ...]:
    """What to ask about: of the text as a whole, or of the sentence that tells most."""
    offers = [deciding.candidates(judged[part], part.said) for part in looked_at]
    return max(offers, key=lambda offer: offer[0].probability if offer else 0.0)


def _real(found: Sequence[Found]) -> bool:
    return any(wish.intent not in deciding.COURTESIES for wish, _ in found)


def _with_a_person(wishes: Sequence[Wish], text: Text) -> tuple[Wish, ...]:
    """The wish for a person first: whatever else is wanted waits for them."""
    kept = [wish for wish in wishes if wish.intent not in deciding.COURTESIES and wish.intent != deciding.PERSON]
    return (Wish(intent=deciding.PERSON, probability=0.99, text=text.clean.strip()), *kept)
