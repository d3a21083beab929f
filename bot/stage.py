"""A conversation while a turn is taken: the matters under way, told, left, handed over. Gone when the turn is.

What a message means is decided in bot/conversation.py; here is what follows from it for the stack of stories.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.actions import Action, OpenHandoff
from bot.flows import FLOWS, flow_of_intent
from bot.model import CaseState, Conversation, Event, Expected, Json, Mood, Outcome, Reading, Say, Wish
from bot.ports import Records
from bot.records import Order
from bot.story import Act, Asked, Ended, Gone, HandedOver, Question, Telling, World, tell

CASE_DAYS = 7  # an unanswered matter older than this is not gone back to
MAX_TELLINGS = 40  # stories told in one turn, however they go to each other or are answered by what was said before
MOST_REFUSALS = 20  # remembered
MANNERS = frozenset({"thanks", "goodbye"})
#: Matters of one sort: where one came to its end, another about the same is done with, too.
WHAT_IS_DONE: Mapping[str, str] = {
    **dict.fromkeys(("return", "exchange", "reorder"), "goods"),
    **dict.fromkeys(("cancel_order", "change_order", "change_items"), "items"),
    "change_address": "address",
    "change_payment": "payment",
}
OTHER = "other"  # the reason that any words are: none that was told unasked
MISSES = 2  # misunderstandings before a person is asked

RELEASED: Mapping[str, object] = {"held_since": None, "handoff_id": None, "held_quietly": False}


class Reread(Protocol):
    """Reads a text again as the answer to another question: the message of this turn, or other words of the sender."""

    def __call__(self, expected: Expected, text: str | None = None) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to. `exempt` marks the one confirmation that may follow an opt-out."""

    conversation: Conversation
    says: tuple[Say, ...] = ()
    events: tuple[Event, ...] = ()
    exempt: bool = False


class Stage:
    """The only mutable thing of a turn. With `unasked` we begin it ourselves and no customer has been heard."""

    def __init__(
        self,
        conversation: Conversation,
        world: World,
        act: Act,
        reread: Reread | None = None,
        *,
        unasked: bool = False,
    ) -> None:
        self.before = conversation
        self.world = world
        self.act = self._acting(act)
        self.acted = False
        self.reread = reread
        self.unasked = unasked
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
        self.refusals = dict(conversation.refusals)
        self.last = conversation.last
        self.tellings = 0

    @property
    def top(self) -> CaseState | None:
        return self.stack[-1] if self.stack else None

    # -- telling ---------------------------------------------------------------------------------------------------

    def open(self, flow: str, answers: dict[str, Json], notice_id: int | None = None) -> None:
        self.counter += 1
        case = CaseState(
            id=str(self.counter), flow=flow, opened_at=self.world.now, answers=answers, notice_id=notice_id
        )
        self.stack.append(case)
        self.events.append(Event(kind="case_opened", data={"case": case.id, "flow": flow, "notice_id": notice_id}))

    def open_wish(self, wish: Wish) -> None:
        flow, answers = flow_of_intent(wish.intent), answers_of(wish)
        if flow in FLOWS and FLOWS[flow].aside:
            answers |= {"beside": self._beside(), "followed": bool(self.queue)}
        self.open(flow, answers)

    def _beside(self) -> dict[str, Json]:
        """The open matter that a question is put in between: what it knows, and what it last asked."""
        case = self.top
        if case is None:
            return {}
        asked = self.expected.model_dump(mode="json") if self.expected else None
        known = case.model_dump(mode="json", include={"flow", "answers", "outcomes"})
        return {**known, "asked": asked}

    def run(self) -> None:
        """Tells the open matter; when it ends, goes on with the next wish, then with what was interrupted."""
        while self.tell_top():
            if not self._next_wish():
                self.resume()
                return

    def _next_wish(self) -> bool:
        if self.queue:
            self.look_again()
            self.open_wish(self.queue.pop(0))
            return True
        return False

    def look_again(self) -> None:
        """The orders as they stand after what was done in this turn, for whatever is told next."""
        if self.acted:
            orders = tuple(_as_it_stands(order, self.world.records) for order in self.world.orders)
            self.world, self.acted = replace(self.world, orders=orders), False

    def _acting(self, act: Act) -> Act:
        def acting(action: Action, key: str) -> Outcome:
            self.acted = True
            return act(action, key)

        return acting

    def tell_top(self) -> bool:
        """Tells the top story; whether it came to its end and the turn may go on."""
        self.tellings += 1
        case = self.stack[-1]
        if case.flow not in FLOWS or self.tellings > MAX_TELLINGS:
            self.stack.pop()
            self.hand_over(HandedOver("story_gone"))
            return False
        telling = tell(FLOWS[case.flow].story, case, self.spoken_to(), self.act)
        self.learn(telling)
        match telling.outcome:
            case Asked(question):
                self.expected = self.titled(question)
                if question.early and self._said_already(self.expected):
                    return self.tell_top()
                shown = tuple(choice for choice in self.expected.choices if choice.id not in question.unshown)
                self.says.append(question.words.model_copy(update={"choices": shown}))
                return False
            case Gone(flow, answers):
                self.leave_top("gone")
                if FLOWS[flow].passing and (self.stack or self.queue):
                    return True  # an offer gives way to what else is wanted
                self.open(flow, dict(answers), case.notice_id)
                return self.tell_top()
            case HandedOver() as over:
                self.hand_over(over)
                return False
            case _:
                self.leave_top("ended")
                return True

    def spoken_to(self) -> World:
        """The world with the language that this turn is answered in; a mood lasts one calm message longer.

        What was told in between may be what is meant next: "cancel my cheapest order".
        """
        heard = Mood(str(self.changes.get("mood", Mood.CALM)))
        aside = self.last is not None and self.last.flow in FLOWS and FLOWS[self.last.flow].aside
        return replace(
            self.world,
            language=self.language(),
            mood=self.world.mood if heard is Mood.CALM else heard,
            under_way=tuple(case.flow for case in self.stack[:-1]),
            focus=self.focus if aside else self.world.focus,
        )

    def learn(self, telling: Telling) -> None:
        asked = tuple(self.titled(question) for question in telling.asked)
        self.stack[-1] = telling.state.model_copy(update={"asked": asked})
        self.says += [say for say in telling.says if say not in self.says]
        self.grants += telling.grants
        self.focus = telling.focus
        for label in telling.refused:
            cases = (*self.refusals.pop(label, ()), telling.state.id)
            self.refusals[label] = tuple(dict.fromkeys(cases))

    def _said_already(self, expected: Expected) -> bool:
        """Whether the words that began the matter answer its question; each question is put to them once."""
        case = self.stack[-1]
        text = str((case.answers.get("wish") or {}).get("text", ""))
        tried = case.answers.get("early", [])
        if self.reread is None or not text or expected.name in tried:
            return False
        again = self.reread(expected.model_copy(update={"early": True}), text)
        answers = {**case.answers, "early": [*tried, expected.name]}
        if again.answered:
            answers[expected.name] = again.answer
        self.stack[-1] = case.model_copy(update={"answers": answers})
        return again.answered

    def titled(self, question: Question[Any]) -> Expected:
        """What understanding needs to read the answer: the choices with the titles they are shown by."""
        choices = self.world.shop.words.titled(question.words, self.language())
        return question.expected.model_copy(update={"choices": choices})

    def leave_top(self, how: str) -> None:
        case = self.stack.pop()
        if how == "ended":
            self.stack = [other for other in self.stack if not replaces(case, other)]
        self.expected = None
        self.last = case
        self.events.append(Event(kind="case_" + how, data={"case": case.id, "flow": case.flow}))

    def resume(self) -> None:
        """Back to what was interrupted. A notice's unanswered question still takes its answer, but is not pressed."""
        if not self.stack:
            return
        before = len(self.says)
        top = self.stack[-1]
        if self.tell_top():
            self.resume()
            return
        pressed = "resumed" in top.answers and self.last is not None and self.last.flow in MANNERS
        if top.notice_id is not None or pressed:
            del self.says[before:]
        elif self.expected:
            self.says.insert(before, Say(key="resume"))
            top = self.stack[-1]
            self.stack[-1] = top.model_copy(update={"answers": {**top.answers, "resumed": True}})

    def drop_top(self) -> None:
        """Lets go of the open matter, and of what was only asked on top of it."""
        if any(case.flow not in FLOWS or not FLOWS[case.flow].passing for case in self.stack):
            self.forget_passing()
        if self.stack:
            self.leave_top("dropped")
        self.queue.clear()
        self.misses = 0
        self.says.append(Say(key="never_mind"))
        self.resume()

    def ask_again(self) -> None:
        before = len(self.says)
        if not self.tell_top():
            self.says.insert(before, Say(key="again"))
        elif self._next_wish():  # it came to its end by what happened since it was asked
            self.run()
        else:
            self.resume()

    def miss(self) -> None:
        """Asks again once; the second time in a row a person is asked."""
        self.misses += 1
        if self.misses >= MISSES:
            self.hand_over(HandedOver("not_understood"))
        elif self.expected:
            self.ask_again()
        else:
            self.open("clarify", {"intents": []})
            self.run()

    def forget_passing(self) -> dict[str, Json]:
        """Lets go of a "which of these?" that was answered by saying it in other words; gives what it had heard."""
        named: dict[str, Json] = {}
        while self.stack and self.stack[-1].flow in FLOWS and FLOWS[self.stack[-1].flow].passing:
            case = self.stack.pop()
            if not FLOWS[case.flow].aside:
                named |= case.answers.get("heard") or {}
            self.expected = None
        return named

    def clear(self) -> None:
        """Leaves every matter."""
        self.stack.clear()
        self.queue.clear()
        self.expected = None

    # -- people ----------------------------------------------------------------------------------------------------

    def hand_over(self, over: HandedOver, *, quiet: bool = False) -> None:
        """Gives the conversation to a person, after what else was asked and can be told at once.

        What we began ourselves becomes a task for the shop instead: the customer has not been heard yet.
        """
        case = self.stack.pop() if self.stack else None
        unserved = [wish for wish in self.queue if not self.told_at_once(wish)]
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
            self.clear()
            self.misses = 0
        self.events.append(Event(kind="handed_over", data={"reason": over.reason}))
        if not quiet:
            self.soften()
            key = "handoff.unasked" if self.unasked else "handoff.opened"
            self.says.append(Say(key=key, facts={"expected_by": _moment(outcome.data.get("expected_by"))}))

    def soften(self) -> None:
        """What was said to somebody displeased before it was clear that a person would take over is said otherwise."""
        self.says = [say for say in self.says if not say.key.startswith("mood.")]
        if self.changes.get("mood", Mood.CALM) is not Mood.CALM:
            self.says.insert(0, Say(key="mood.handed_over"))

    def told_at_once(self, wish: Wish) -> bool:
        """Answers a further wish beside a hand-off, when it needs no question."""
        entry = FLOWS[flow_of_intent(wish.intent)]
        if not entry.informational:
            return False
        state = CaseState(id=f"{self.counter}+", flow="", opened_at=self.world.now, answers=answers_of(wish))
        telling = tell(entry.story, state, self.spoken_to(), self.act)
        offers = isinstance(telling.outcome, Gone) and FLOWS[telling.outcome.flow].passing
        if not isinstance(telling.outcome, Ended) and not offers:
            return False
        self.says += telling.says
        return True

    # -- closing ---------------------------------------------------------------------------------------------------

    def language(self) -> str:
        return str(self.changes.get("language") or self.before.language or self.world.shop.settings.language)

    def close(self, *, exempt: bool = False, reply: bool = True) -> Turn:
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
            "refusals": dict(list(self.refusals.items())[-MOST_REFUSALS:]),
            "last": self.last,
            "replied_at": recent,
        }
        return Turn(self.before.model_copy(update=fields | self.changes), tuple(self.says), tuple(self.events), exempt)


def replaces(ended: CaseState, other: CaseState) -> bool:
    """Whether an ended matter leaves nothing to be done of another one: it is the same, or all was cancelled."""
    about = _orders_of(ended) & _orders_of(other)
    if not about or other.notice_id is not None:
        return False
    if ended.flow == "cancel_order":
        return other.flow == ended.flow or (bool(ended.outcomes) and other.flow in WHAT_IS_DONE)
    same = WHAT_IS_DONE.get(ended.flow)
    lines, others = _lines_of(ended), _lines_of(other)
    return (
        same is not None
        and WHAT_IS_DONE.get(other.flow) == same
        and (lines >= others if others else ended.flow == other.flow)
    )


def _orders_of(case: CaseState) -> set[str]:
    return {*case.answers.get("orders", ()), *filter(None, [case.answers.get("order")])}


def _lines_of(case: CaseState) -> set[str]:
    return {str(one["id"]) for one in case.answers.get("lines") or () if isinstance(one, dict)}


def answers_of(wish: Wish) -> dict[str, Json]:
    """What a story that a wish begins knows from the start: the wish, and what it was said about."""
    said = {"wish": {"intent": wish.intent, "kind": wish.kind, "probability": wish.probability, "text": wish.text}}
    if wish.condition:
        said["wish"]["condition"] = wish.condition
    return {**said, "heard": wish.named} if wish.named else dict(said)


def _as_it_stands(order: Order, records: Records) -> Order:
    found = (one for one in records.orders_by_number(order.number) if one.id == order.id)
    return next(found, order)


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
