"""What flows are written with: `need`, `once`, `say`, `end`.

A flow is a function of a Case, told from the top each turn with what is known by then. `need` gives an answer or stops
the telling with its question; `once` gives an action's outcome, having had it done; `say` says something once. Nothing
of a telling is kept but the answers, the outcomes and what has been said, so a restart or a deploy changes nothing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NoReturn, TypeVar

from bot.actions import Action
from bot.merchant.schema import Policies
from bot.merchant.shop import Shop
from bot.model import (
    Address,
    CaseState,
    Channel,
    Choice,
    Expected,
    Grant,
    Json,
    Kind,
    Level,
    Mood,
    Outcome,
    Say,
    Sort,
    Source,
)
from bot.policy import is_vip
from bot.ports import Records
from bot.records import Customer, Order

T = TypeVar("T")

#: The choices of a yes-or-no question; their titles are the merchant's.
YES_NO = (Choice(id="yes", title=""), Choice(id="no", title=""))
LONGEST_CONDITION = 200  # characters said back
Act = Callable[[Action, str], Outcome]


@dataclass(frozen=True, slots=True)
class World:
    """Everything a story may know: the records the sender has a right to, the shop's files, and the moment.

    `orders` are newest first. `status_only` names the orders shown by knowledge alone: no address, contact or payment
    details of these may be said. `contact_changed_at` is when the contact written from last changed on the record.
    `language` is the one they are answered in; `under_way` are the flows that the one told now has interrupted.
    """

    now: datetime
    zone: str
    party: int
    sender: Address
    shop: Shop
    records: Records
    customer: Customer | None = None
    level: Level = Level.UNKNOWN
    orders: tuple[Order, ...] = ()
    status_only: frozenset[str] = frozenset()
    contact_changed_at: datetime | None = None
    mood: Mood = Mood.CALM
    focus: str | None = None
    refusals: Mapping[str, Sequence[str]] = field(default_factory=dict)  # as in Conversation
    language: str = "en"
    under_way: tuple[str, ...] = ()

    @property
    def policies(self) -> Policies:
        return self.shop.policies

    @property
    def channel(self) -> Channel:
        return self.sender.channel

    def order(self, order_id: str) -> Order | None:
        return next((order for order in self.orders if order.id == order_id), None)


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What a story needs to know. `read` turns the stored answer into a value, or None when it does not fit (any more).

    `presumed` is an answer that need not be asked for: the only order, a number already written. `key` is the template
    that asks; `refused` the one said before asking again when an answer did not fit. `binding` and `sort` as in
    Expected. An `early` question is first put to the words that began the matter, which may have answered it.
    """

    name: str
    kind: Kind
    key: str
    read: Callable[[Json], T | None]
    facts: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    presumed: Json = None
    sources: tuple[Source, ...] = ()
    optional: bool = False
    refused: str | None = None
    binding: tuple[str, ...] = ()
    unshown: tuple[str, ...] = ()  # ids of choices that may be said but are not offered
    most: int | None = None
    early: bool = False
    sort: Sort | None = None
    given: Mapping[str, Json] = field(default_factory=dict)  # as in Expected

    @property
    def expected(self) -> Expected:
        return Expected(
            name=self.name,
            kind=self.kind,
            asks=self.key,
            sort=self.sort,
            choices=self.choices,
            optional=self.optional,
            binding=self.binding,
            most=self.most,
            given=dict(self.given),
        )

    @property
    def words(self) -> Say:
        return Say(key=self.key, facts=dict(self.facts), choices=self.choices, sources=self.sources)


@dataclass(frozen=True, slots=True)
class Ended:
    """The story is told to its end."""


@dataclass(frozen=True, slots=True)
class Asked:
    question: Question[Any]


@dataclass(frozen=True, slots=True)
class Gone:
    """Another story takes over, with these answers already known."""

    flow: str
    answers: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A person is to take over; the engine opens the hand-off and tells the customer when to expect an answer."""

    reason: str
    order_id: str | None = None
    proposed: str = ""


Ending = Ended | Gone | HandedOver
Flow = Callable[["Case"], Ending]


class _Stop(Exception):
    def __init__(self, outcome: "Asked | Ended | Gone | HandedOver") -> None:
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Telling:
    """What one telling came to: the case with what it learnt, the words said, and how it stopped."""

    state: CaseState
    says: tuple[Say, ...]
    outcome: Asked | Ended | Gone | HandedOver
    asked: tuple[Question[Any], ...]  # every question whose answer this telling used, in order
    grants: tuple[Grant, ...]
    focus: str | None
    refused: tuple[str, ...] = ()  # what policy refused in it


class Case:
    """One matter while its story is told."""

    def __init__(self, state: CaseState, world: World, act: Act) -> None:
        self.state = state
        self.world = world
        self._act = act
        self.answers: dict[str, Json] = dict(state.answers)
        self._outcomes = dict(state.outcomes)
        self._said = list(state.said)
        self.says: list[Say] = []
        self.asked: list[Question[Any]] = []
        self.grants: list[Grant] = []
        self.refused: list[str] = []
        self.focus: str | None = world.focus

    @property
    def now(self) -> datetime:
        return self.world.now

    def need(self, question: Question[T]) -> T:
        """The answer; stops the telling with the question when there is none that fits."""
        given = self.answers.pop(question.name, None)
        for answer in (given, question.presumed):
            value = question.read(answer) if answer is not None else None
            if value is not None:
                self.answers[question.name] = answer
                self.asked.append(question)
                return value
        if given is not None and question.refused:
            self.says.append(Say(key=question.refused, facts=dict(question.facts)))
        raise _Stop(Asked(question))

    def ask(self, question: Question[Any]) -> NoReturn:
        """Stops the telling with a question, whatever was answered before."""
        self.forget(question.name)
        raise _Stop(Asked(question))

    def forget(self, *names: str) -> None:
        for name in names:
            self.answers.pop(name, None)

    def heard(self, entity: str) -> list[Any]:
        """What the customer's texts of this matter name, by field of model.Entities; the likeliest first."""
        found = self.answers.get("heard", {}).get(entity) or []
        return list(found)

    def confirm(
        self, name: str, key: str, *, sort: Sort = Sort.CONFIRM, sources: tuple[Source, ...] = (), **facts: Any
    ) -> bool:
        """A clear yes or no to exactly these facts: other facts are another question.

        Where the wish hangs on something ("only if it goes back to my card"), that is put before the customer beside
        the facts: whether they meet it, nobody but the customer decides.
        """
        condition = (self.answers.get("wish") or {}).get("condition")
        if condition:
            self.say("wish.condition", condition=str(condition)[:LONGEST_CONDITION])
        named = f"{name}-{_digest(facts)}"
        question = Question(
            named, Kind.YES_NO, key, _truth, facts, YES_NO, sources=sources, binding=("yes",), sort=sort
        )
        return self.need(question)

    def once(self, action: Action) -> Outcome:
        """The action's outcome; done on the first telling that comes here, and never again in this case."""
        if action.name not in self._outcomes:
            key = f"{self.world.party}/{self.state.id}/{action.name}"
            self._outcomes[action.name] = self._act(action, key)
        return self._outcomes[action.name]

    def say(self, key: str, *, sources: tuple[Source, ...] = (), **facts: Any) -> None:
        """Says it in this telling, unless the very same was said in an earlier one."""
        say = Say(key=key, facts=facts, sources=sources)
        label = f"{key}:{_digest(facts)}"
        if label not in self._said:
            self._said.append(label)
            self.says.append(say)

    def end(self, key: str | None = None, *, sources: tuple[Source, ...] = (), **facts: Any) -> Ended:
        if key is not None:
            self.says.append(Say(key=key, facts=facts, sources=sources))
        return Ended()

    def refuse(
        self, key: str, rule: str, *, about: str, sources: tuple[Source, ...] = (), proposed: str = "", **facts: Any
    ) -> Ending:
        """Holds policy's line: told by the rule, told again with a person offered, and the third time handed over.
        For those whom policy has looked after by people, a person has the last word at once.

        `about` is the record refused for; the same rule for another record is told from the beginning.
        """
        label = f"{self.state.flow}:{about}:{rule}"
        self.refused.append(label)
        before = [case for case in self.world.refusals.get(label, ()) if case != self.state.id]
        if len(before) > 1:
            return self.person("insists", order_id=self.focus, proposed=proposed or rule)
        self.say(key, sources=sources, **facts)
        if is_vip(self.world.customer, self.world.policies):
            return self.person("vip", order_id=self.focus, proposed=proposed or rule)
        if before:
            offer = Question(
                "person_instead", Kind.YES_NO, "policy.person_offer", _truth, choices=YES_NO, sort=Sort.OFFER
            )
            if not self.need(offer):
                return self.end("acknowledged")
            return self.person("insists", order_id=self.focus, proposed=proposed or rule)
        return Ended()

    def go(self, flow: str, **answers: Json) -> Gone:
        return Gone(flow, answers)

    def person(self, reason: str, *, order_id: str | None = None, proposed: str = "") -> HandedOver:
        return HandedOver(reason, order_id, proposed)

    def leave(self, key: str | None = None, **facts: Any) -> NoReturn:
        """Ends the story from inside a helper."""
        raise _Stop(self.end(key, **facts))

    def turn_to(self, flow: str, **answers: Json) -> NoReturn:
        """Has another story take over from inside a helper."""
        raise _Stop(self.go(flow, **answers))

    def stop(self, ending: Ending) -> NoReturn:
        """Ends the story so from inside a helper."""
        raise _Stop(ending)

    def leave_to_person(self, reason: str, *, order_id: str | None = None, proposed: str = "") -> NoReturn:
        raise _Stop(self.person(reason, order_id=order_id, proposed=proposed))

    def grant(self, grant: Grant) -> None:
        """Remembers that this sender has shown a right to an order or a customer."""
        self.grants.append(grant)


def tell(flow: Flow, state: CaseState, world: World, act: Act) -> Telling:
    """Tells a story from the top with what is known."""
    case = Case(state, world, act)
    outcome: Asked | Ended | Gone | HandedOver
    try:
        outcome = flow(case)
    except _Stop as stop:
        outcome = stop.outcome
    learnt = state.model_copy(update={"answers": case.answers, "outcomes": case._outcomes, "said": tuple(case._said)})
    return Telling(
        learnt, tuple(case.says), outcome, tuple(case.asked), tuple(case.grants), case.focus, tuple(case.refused)
    )


def _truth(answer: Json) -> bool | None:
    return answer if isinstance(answer, bool) else None


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:12]
