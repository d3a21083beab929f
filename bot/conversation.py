"""One turn of a conversation: what a message means for the matters under way, and what is said to it.

Decides; never reads the clock, a table or a file. Everything that changes the world goes through `act`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.actions import OpenHandoff, PassOn, SetConsent
from bot.flows import FLOWS, flow_of_intent
from bot.model import (
    CaseState,
    Category,
    Channel,
    Conversation,
    Event,
    Expected,
    Json,
    Kind,
    Message,
    Mood,
    Reading,
    Say,
    Wish,
)
from bot.records import OrderStatus, number_key
from bot.story import Act, Asked, Ended, Gone, HandedOver, Telling, World, tell

CASE_DAYS = 7  # an unanswered matter older than this is not gone back to
REOPEN_MINUTES = 60  # "and the other one?" goes on with the last matter for so long
MAX_TELLINGS = 12  # stories told in one turn, however they go to each other
MISSES = 2  # misunderstandings before a person is asked
ANGRY_TURNS = 3  # displeased messages in a row that bring a person

RELEASED: Mapping[str, object] = {"held_since": None, "handoff_id": None, "held_quietly": False}

Reread = Callable[[Expected], Reading]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to. `exempt` marks the one confirmation that may follow an opt-out."""

    conversation: Conversation
    says: tuple[Say, ...] = ()
    events: tuple[Event, ...] = ()
    exempt: bool = False


def turn(
    conversation: Conversation, message: Message, reading: Reading, world: World, act: Act, reread: Reread
) -> Turn:
    """Takes one message. `reread` reads the same text as the answer to another question, for corrections."""
    return _Turning(conversation, world, act).hear(message, reading, reread)


def start(
    conversation: Conversation, flow: str, answers: Mapping[str, Json], notice_id: int, world: World, act: Act
) -> Turn:
    """Begins a story from our side, as a notice does; the next answer of the customer lands in it."""
    return _Turning(conversation, world, act).begin(flow, answers, notice_id)


def give_back(conversation: Conversation) -> Conversation:
    """A person returns the conversation to the bot."""
    return conversation.model_copy(update={**RELEASED, "misses": 0, "angry_turns": 0})


class _Turning:
    """A conversation while a turn is taken: the only mutable thing, gone when the turn is."""

    def __init__(self, conversation: Conversation, world: World, act: Act) -> None:
        self.before = conversation
        self.world = world
        self.act = act
        limit = world.now - timedelta(days=CASE_DAYS)
        self.stack = [case for case in conversation.stack if case.opened_at >= limit]
        self.queue = list(conversation.queue)
        self.expected = conversation.expected if self.stack else None
        self.changes: dict[str, object] = {}
        self.says: list[Say] = []
        self.events: list[Event] = []
        self.counter = conversation.counter
        self.misses = conversation.misses
        self.focus = conversation.focus
        self.grants = list(conversation.grants)
        self.last = conversation.last
        self.tellings = 0
        self.unasked = False  # we began this turn, not the customer

    # -- hearing ---------------------------------------------------------------------------------------------------

    def hear(self, message: Message, reading: Reading, reread: Reread) -> Turn:
        self.changes |= {
            "last_at": self.world.now,
            "last_channel": message.sender.channel,
            "language": reading.language,
        }
        if message.silent:
            return self._close()
        reading = _with_photos(reading, message, self.expected)
        if self._stops(message, reading):
            return self._stop(message, reading)
        if reading.start or message.opt_out == "START":
            return self._start(message)
        if self._held():
            self._pass_on(message)
            return self._close()
        if reading.help or message.opt_out == "HELP":
            if message.opt_out != "HELP":
                self.says.append(Say(key="help"))
            return self._close()
        if self._looping():
            self._hand_over(HandedOver("loop"), quiet=True)
            self.changes["held_quietly"] = True
            return self._close()
        self._feel(reading)
        self._understand(message, reading, reread)
        return self._close()

    def begin(self, flow: str, answers: Mapping[str, Json], notice_id: int) -> Turn:
        self.unasked = True
        self._open(flow, dict(answers), notice_id)
        asks = len(self.stack)
        self._tell_top()
        if 0 < len(self.stack) < asks:
            self.expected = self.before.expected  # news in between leaves the open question open
        return self._close(reply=False)

    def _understand(self, message: Message, reading: Reading, reread: Reread) -> None:
        if self.changes["angry_turns"] == ANGRY_TURNS and not reading.answered:
            self._hand_over(HandedOver("frustration"))
        elif reading.person:
            self.queue = [wish for wish in _with_names(reading) if wish.intent != "person"]
            self._open("person", {"wish": {"text": reading.text}})
            self._run()
        elif reading.never_mind or reading.stop_is_bare_cancel:
            self._drop_top()
        elif self.expected and reading.correction and self._correct(reading, reread):
            self._run()
        elif self.expected and reading.answered:
            self._answer(reading)
        elif reading.wishes:
            self._wish(reading)
        elif self._correct(reading, reread) or self._named_more(reading) or self._follow_up(reading):
            self._run()
        elif reading.candidates:
            self._clarify(reading)
        else:
            self._miss(message, reading)

    def _answer(self, reading: Reading) -> None:
        assert self.expected is not None
        name = self.expected.name
        case = self.stack[-1]
        self.stack[-1] = _heard(case, reading, {name: reading.answer})
        self.misses = 0
        self.queue += [wish for wish in _with_names(reading) if flow_of_intent(wish.intent) != case.flow]
        self._run()

    def _wish(self, reading: Reading) -> None:
        """Serves every wish in the order written; one for the matter already open only adds what it says."""
        self._forget_passing()
        first, *others = _with_names(reading)
        flow = flow_of_intent(first.intent)
        top = self.stack[-1] if self.stack else None
        self.queue = others + self.queue
        if top and flow == top.flow and not first.intent.startswith("faq:"):
            self.stack[-1] = _heard(top, reading, {})
            if self.stack[-1].answers == top.answers and not others and top.notice_id is None:
                self._miss_again()
                return
        else:
            self._open_wish(first)
        self.misses = 0
        self._run()

    def _forget_passing(self) -> None:
        """Lets go of a "which of these?" that was answered by saying it in other words."""
        while self.stack and self.stack[-1].flow in FLOWS and FLOWS[self.stack[-1].flow].passing:
            self.stack.pop()
            self.expected = None

    def _correct(self, reading: Reading, reread: Reread) -> bool:
        """Whether the text changes an answer given earlier in the open matter ("no, the blue one")."""
        if not self.stack:
            return False
        case = self.stack[-1]
        for question in reversed(case.asked):
            if question.kind in (Kind.TEXT, Kind.YES_NO, Kind.PHOTO) or question.name not in case.answers:
                continue
            again = reread(question)
            if again.answered and again.answer != case.answers[question.name]:
                self.stack[-1] = _heard(case, reading, {question.name: again.answer})
                self.misses = 0
                return True
        return False

    def _named_more(self, reading: Reading) -> bool:
        """Whether the text names something new for the open matter, though not what was asked for."""
        named = _entities(reading)
        if not self.expected or not named:
            return False
        case = self.stack[-1]
        more = _heard(case, reading, {})
        self.stack[-1] = more
        return more.answers != case.answers

    def _follow_up(self, reading: Reading) -> bool:
        """A bare order number or product goes on with the matter told last, or asks where that order is."""
        named = reading.entities.order_numbers or reading.entities.products or reading.entities.tracking_numbers
        if not named or self.expected:
            return False
        self._open(self._last_told(), _entities(reading))
        return True

    def _last_told(self) -> str:
        recently = self.before.last_at and self.world.now - self.before.last_at < timedelta(minutes=REOPEN_MINUTES)
        if recently and self.last and self.last.flow in FLOWS and FLOWS[self.last.flow].informational:
            return self.last.flow
        return "where_is_my_order"

    def _clarify(self, reading: Reading) -> None:
        self.misses += 1
        if self.misses > MISSES:
            self._hand_over(HandedOver("not_understood"))
            return
        self._forget_passing()
        self._open("clarify", _entities(reading) | {"intents": [wish.intent for wish in reading.candidates]})
        self._run()

    def _miss(self, message: Message, reading: Reading) -> None:
        """Asks again once; the second time in a row a person is asked."""
        if not reading.text.strip() and not message.media and not message.location:
            return
        self._miss_again()

    def _miss_again(self) -> None:
        self.misses += 1
        if self.misses >= MISSES:
            self._hand_over(HandedOver("not_understood"))
        elif self.expected:
            self._ask_again()
        else:
            self._open("clarify", {"intents": []})
            self._run()

    # -- telling ---------------------------------------------------------------------------------------------------

    def _open(self, flow: str, answers: dict[str, Json], notice_id: int | None = None) -> None:
        self.counter += 1
        case = CaseState(
            id=str(self.counter), flow=flow, opened_at=self.world.now, answers=answers, notice_id=notice_id
        )
        self.stack.append(case)
        self.events.append(Event(kind="case_opened", data={"case": case.id, "flow": flow, "notice_id": notice_id}))

    def _open_wish(self, wish: Wish) -> None:
        self._open(flow_of_intent(wish.intent), _answers_of(wish))

    def _run(self) -> None:
        """Tells the open matter; when it ends, goes on with the next wish, then with what was interrupted."""
        while self._tell_top():
            if self.queue:
                self._open_wish(self.queue.pop(0))
            else:
                self._resume()
                return

    def _tell_top(self) -> bool:
        """Tells the top story; whether it came to its end and the turn may go on."""
        self.tellings += 1
        case = self.stack[-1]
        if case.flow not in FLOWS or self.tellings > MAX_TELLINGS:
            self.stack.pop()
            self._hand_over(HandedOver("story_gone"))
            return False
        telling = tell(FLOWS[case.flow].story, case, self.world, self.act)
        self._learn(telling)
        match telling.outcome:
            case Asked(question):
                words = question.words
                choices = self.world.shop.words.titled(words, self._language())
                self.says.append(words.model_copy(update={"choices": choices}))
                self.expected = question.expected.model_copy(update={"choices": choices})
                return False
            case Gone(flow, answers):
                self._leave_top("gone")
                self._open(flow, dict(answers), case.notice_id)
                return self._tell_top()
            case HandedOver() as over:
                self._hand_over(over)
                return False
            case _:
                self._leave_top("ended")
                return True

    def _learn(self, telling: Telling) -> None:
        asked = tuple(question.expected for question in telling.asked)
        self.stack[-1] = telling.state.model_copy(update={"asked": asked})
        self.says += telling.says
        self.grants += telling.grants
        self.focus = telling.focus

    def _leave_top(self, how: str) -> None:
        case = self.stack.pop()
        self.expected = None
        self.last = case
        self.events.append(Event(kind="case_" + how, data={"case": case.id, "flow": case.flow}))

    def _resume(self) -> None:
        """Back to what was interrupted. A notice's unanswered question still takes its answer, but is not pressed."""
        if not self.stack:
            return
        before = len(self.says)
        top = self.stack[-1]
        if self._tell_top():
            self._resume()
            return
        if top.notice_id is not None:
            del self.says[before:]
        elif self.expected:
            self.says.insert(before, Say(key="resume"))

    def _drop_top(self) -> None:
        if self.stack:
            self._leave_top("dropped")
        self.queue.clear()
        self.misses = 0
        self.says.append(Say(key="never_mind"))
        self._resume()

    def _ask_again(self) -> None:
        self.says.append(Say(key="again"))
        if self._tell_top():
            self._run()

    # -- people, consent, mood -------------------------------------------------------------------------------------

    def _hand_over(self, over: HandedOver, *, quiet: bool = False) -> None:
        """Gives the conversation to a person, after what else was asked and can be told at once.

        What we began ourselves becomes a task for the shop instead: the customer has not been heard yet.
        """
        case = self.stack.pop() if self.stack else None
        unserved = [wish for wish in self.queue if not self._told_at_once(wish)]
        said_of_it = str((case.answers.get("wish") or {}).get("text", "")) if case else ""
        outcome = self.act(
            OpenHandoff(
                reason=over.reason,
                order_id=over.order_id or self.focus,
                flow=case.flow if case else "",
                summary="; ".join(text for text in (said_of_it, *(wish.text for wish in unserved)) if text),
                proposed=over.proposed,
                mood=str(self.changes.get("mood", self.before.mood)),
                answers=dict(case.answers) if case else {},
                silences_bot=not self.unasked,
            ),
            f"{self.world.party}/{self.counter}/{self.world.now.isoformat()}/handoff",
        )
        if not self.unasked:
            self.changes |= {"held_since": self.world.now, "handoff_id": outcome.data.get("id"), "held_quietly": False}
            self.stack.clear()
            self.queue.clear()
            self.expected = None
            self.misses = 0
        self.events.append(Event(kind="handed_over", data={"reason": over.reason}))
        if not quiet:
            self.says.append(Say(key="handoff.opened", facts={"expected_by": _moment(outcome.data.get("expected_by"))}))

    def _told_at_once(self, wish: Wish) -> bool:
        """Answers a further wish beside a hand-off, when it needs no question."""
        entry = FLOWS[flow_of_intent(wish.intent)]
        if not entry.informational:
            return False
        state = CaseState(id=f"{self.counter}+", flow="", opened_at=self.world.now, answers=_answers_of(wish))
        telling = tell(entry.story, state, self.world, self.act)
        if not isinstance(telling.outcome, Ended):
            return False
        self.says += telling.says
        return True

    def _held(self) -> bool:
        since = self.before.held_since
        if since is None:
            return False
        hours = self.world.shop.settings.handoff.release_after_hours
        if self.world.now - since < timedelta(hours=hours):
            return True
        self.changes |= RELEASED
        return False

    def _pass_on(self, message: Message) -> None:
        if self.before.handoff_id and not self.before.held_quietly:
            action = PassOn(
                handoff_id=self.before.handoff_id, text=message.text, media=tuple(item.url for item in message.media)
            )
            self.act(action, f"{self.world.party}/{message.provider_id}/PassOn")

    def _looping(self) -> bool:
        limits = self.world.shop.settings.limits
        since = self.world.now - timedelta(seconds=limits.per_seconds)
        return sum(moment > since for moment in self.before.replied_at) >= limits.automatic_replies

    def _stops(self, message: Message, reading: Reading) -> bool:
        """A stop word or wish. A bare CANCEL to an open question elsewhere than on SMS only means that question."""
        if message.opt_out == "STOP":
            return True
        meant_here = reading.stop_is_bare_cancel and self.expected and message.sender.channel is not Channel.SMS
        return reading.stop and not meant_here

    def _stop(self, message: Message, reading: Reading) -> Turn:
        channel = message.sender.channel
        action = SetConsent(
            channel=channel, categories=tuple(Category), given=False, source="customer", words=message.text
        )
        self.act(action, f"{self.world.party}/{message.provider_id}/stop")
        self.stack.clear()
        self.queue.clear()
        self.expected = None
        open_orders = any(order.status is OrderStatus.PENDING for order in self.world.orders)
        if reading.stop_is_bare_cancel and open_orders:
            task = OpenHandoff(reason="cancel_or_stop", order_id=self.focus, silences_bot=False, summary=message.text)
            self.act(task, f"{self.world.party}/{message.provider_id}/cancel_or_stop")
        if message.opt_out is None and not message.silent:
            self.says.append(Say(key="consent.stopped"))
        return self._close(exempt=True)

    def _start(self, message: Message) -> Turn:
        action = SetConsent(
            channel=message.sender.channel,
            categories=(Category.TRANSACTIONAL,),
            given=True,
            source="customer",
            words=message.text,
        )
        self.act(action, f"{self.world.party}/{message.provider_id}/start")
        if message.opt_out is None:
            self.says.append(Say(key="consent.started"))
        return self._close()

    def _feel(self, reading: Reading) -> None:
        self.changes["mood"] = reading.mood
        self.changes["angry_turns"] = 0
        if reading.mood is Mood.CALM:
            return
        self.changes["angry_turns"] = self.before.angry_turns + 1
        if self.before.mood is Mood.CALM:
            self.says.append(Say(key="mood.angry" if reading.mood is Mood.ANGRY else "mood.upset"))

    # -- closing ---------------------------------------------------------------------------------------------------

    def _language(self) -> str:
        return str(self.changes.get("language") or self.before.language or self.world.shop.settings.language)

    def _close(self, *, exempt: bool = False, reply: bool = True) -> Turn:
        recent = self.before.replied_at
        if self.says and reply:
            recent = (*recent, self.world.now)[-self.world.shop.settings.limits.automatic_replies :]
        fields: dict[str, object] = {
            "stack": tuple(self.stack),
            "queue": tuple(self.queue),
            "expected": self.expected if self.stack else None,
            "counter": self.counter,
            "misses": self.misses,
            "focus": self.focus,
            "grants": tuple(self.grants),
            "last": self.last,
            "replied_at": recent,
        }
        return Turn(self.before.model_copy(update=fields | self.changes), tuple(self.says), tuple(self.events), exempt)


def _entities(reading: Reading) -> dict[str, Json]:
    named = reading.entities.model_dump(mode="json", exclude_defaults=True)
    return {"heard": named} if named else {}


def _with_names(reading: Reading) -> list[Wish]:
    """The wishes, each with what it is about; an order number written in one wish's words is not another's."""
    named = reading.entities.model_dump(mode="json", exclude_defaults=True)
    numbers = named.get("order_numbers", [])
    wishes = []
    for wish in reading.wishes:
        own = [number for number in numbers if number_key(number) in number_key(wish.text)]
        wishes.append(wish.model_copy(update={"named": {**named, "order_numbers": own} if own else named}))
    return wishes


def _answers_of(wish: Wish) -> dict[str, Json]:
    said = {"wish": {"intent": wish.intent, "probability": wish.probability, "text": wish.text}}
    return {**said, "heard": wish.named} if wish.named else dict(said)


def _with_photos(reading: Reading, message: Message, expected: Expected | None) -> Reading:
    """Attachments answer a question for a photo, whatever the words beside them."""
    if not expected or expected.kind is not Kind.PHOTO or not message.media:
        return reading
    photos = [item.url for item in message.media]
    return reading.model_copy(update={"answered": True, "answer": {"photos": photos}, "wishes": (), "candidates": ()})


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _heard(case: CaseState, reading: Reading, answers: Mapping[str, Json]) -> CaseState:
    """The case with these answers, and what else the text names beside what it named before."""
    known = dict(case.answers)
    named = _entities(reading).get("heard")
    if named:
        known["heard"] = {**known.get("heard", {}), **named}
    known.update(answers)
    return case.model_copy(update={"answers": known})
