"""One turn of a conversation: what a message means for the matters under way, and what is said to it.

Decides; never reads the clock, a table or a file. Everything that changes the world goes through `act`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.actions import OpenHandoff, PassOn, SetConsent
from bot.correcting import correct, leaves_out, named_more, puts_right
from bot.flows import FLOWS, flow_of_intent, is_matter
from bot.heard import (
    answered_by_photos,
    joined,
    named_by,
    reason_given,
    wishes_of,
    with_heard,
    with_photos,
)
from bot.model import (
    CaseState,
    Category,
    Channel,
    Conversation,
    Expected,
    Json,
    Kind,
    Message,
    Mood,
    Reading,
    Say,
    Wish,
)
from bot.narrowing import narrowed
from bot.proposals import end_otherwise, pays_otherwise, proposes_otherwise
from bot.records import OrderStatus
from bot.splitting import by_order, of_order, several_of
from bot.stage import MISSES, OTHER, RELEASED, Reread, Stage, Turn
from bot.story import Act, HandedOver, World
from bot.weighing import ABOUT_AN_ORDER, REOPEN_MINUTES, believed

ANGRY_TURNS = 3  # displeased messages in a row that bring a person
LIKELY = 0.4  # a guess this likely is asked about even while another question is open
MOST_OF_A_NOD = 3  # words of an "ok" that answers nothing
MONEY = "money"  # the intent of what is answered before anything else
SHOW = "show"  # the kind of a wish that only asks
ASKING_WHICH = frozenset({Kind.CHOICE, Kind.ITEMS, Kind.VARIANT, Kind.REASON, Kind.ADDRESS, Kind.NUMBER})
NOD = Expected(name="nod", kind=Kind.YES_NO)


def turn(
    conversation: Conversation, message: Message, reading: Reading, world: World, act: Act, reread: Reread
) -> Turn:
    """Takes one message. `reread` reads its text as the answer to another question, for corrections."""
    stage = Stage(conversation, world, act, reread)
    stage.changes |= {"last_at": world.now, "last_channel": message.sender.channel}
    stage.changes["language"] = _language(conversation, reading, world)
    if message.silent:
        return stage.close()
    reading = with_photos(reading, message)
    if _stops(stage, message, reading):
        return _stop(stage, message, reading)
    if _starts(stage, message, reading):
        return _start(stage, message)
    if _held(stage):
        _pass_on(stage, message)
    elif reading.help or message.opt_out == "HELP":
        stage.says += () if message.opt_out == "HELP" else (Say(key="help"),)
    elif _looping(stage):
        stage.hand_over(HandedOver("loop"), quiet=True)
        stage.changes["held_quietly"] = True
    else:
        _feel(stage, reading)
        _understand(stage, believed(stage, answered_by_photos(reading, stage.expected)), reread)
    return stage.close()


def start(
    conversation: Conversation, flow: str, answers: Mapping[str, Json], notice_id: int, world: World, act: Act
) -> Turn:
    """Begins a story from our side, as a notice does; the next answer of the customer lands in it."""
    stage = Stage(conversation, world, act, unasked=True)
    stage.open(flow, dict(answers), notice_id)
    asks = len(stage.stack)
    stage.tell_top()
    if 0 < len(stage.stack) < asks:
        stage.expected = conversation.expected  # news in between leaves the open question open
    return stage.close(reply=False)


def is_resolved(taken: Turn) -> bool:
    """Whether a matter that the customer brought came to its end, and none is left open nor with a person."""
    ended = (event.data for event in taken.events if event.kind == "case_ended")
    after = taken.conversation
    return any(is_matter(data["flow"]) for data in ended) and not after.stack and after.held_since is None


def give_back(conversation: Conversation) -> Conversation:
    """A person returns the conversation to the bot."""
    return conversation.model_copy(update={**RELEASED, "misses": 0, "angry_turns": 0})


# -- what a message means ----------------------------------------------------------------------------------------------


def _understand(stage: Stage, reading: Reading, reread: Reread) -> None:
    if stage.changes["angry_turns"] == ANGRY_TURNS and not reading.answered:
        stage.hand_over(HandedOver("frustration"))
    elif reading.person:
        stage.queue = [wish for wish in wishes_of(reading) if wish.intent != "person"]
        stage.open("person", {"wish": {"text": reading.text}})
        stage.run()
    elif reading.never_mind or reading.stop_is_bare_cancel:
        _never_mind(stage, reading)
    elif _asked_about(stage, reading, reread):
        pass
    elif reading.wishes:
        _wish(stage, reading, reread)
    elif _take_several(stage, reading) or _answers_what_is_under(stage, reread):
        pass
    elif correct(stage, reading, reread) or named_more(stage, reading) or _follow_up(stage, reading):
        stage.run()
    elif reading.candidates and _may_clarify(stage, reading):
        _clarify(stage, reading)
    else:
        _miss(stage, reading, reread)


def _asked_about(stage: Stage, reading: Reading, reread: Reread) -> bool:
    """Whether the text is about the open matter: takes something out of it, declines, corrects or answers it."""
    if narrowed(stage, reading):
        stage.run()
    elif reading.declined and not reading.answered and (stage.expected or not reading.wishes):
        _decline(stage)
    elif puts_right(stage, reading, reread) or leaves_out(stage, reading):
        stage.run()
    elif len(reading.entities.order_numbers) > 1 and not reading.wishes and _take_several(stage, reading):
        pass
    elif stage.expected and reading.answered:
        if not proposes_otherwise(stage, reading, reread):
            _answer(stage, reading, reread)
    elif pays_otherwise(stage, reading):
        stage.run()
    else:
        return False
    return True


def _never_mind(stage: Stage, reading: Reading) -> None:
    """The open matter is let go of; a question about money beside it is answered all the same."""
    asked = [wish for wish in reading.wishes if wish.intent == MONEY]
    if not asked:
        stage.drop_top()
        return
    if stage.stack:
        stage.leave_top("dropped")
    stage.queue = asked[1:]
    stage.open_wish(asked[0])
    stage.run()


def _language(before: Conversation, reading: Reading, world: World) -> str | None:
    """The language to go on in; one asked for that the shop has no words in changes nothing."""
    asked = reading.entities.language
    return reading.language if not asked or asked in world.shop.words.languages else before.language


def _decline(stage: Stage) -> None:
    """Nothing shall be done: what is open is let go of."""
    if stage.expected:
        stage.drop_top()
        return
    stage.misses = 0
    stage.says.append(Say(key="acknowledged"))


def _answer(stage: Stage, reading: Reading, reread: Reread) -> None:
    _take_answer(stage, reading)
    _answer_at_once(stage, reading, reread)


def _take_answer(stage: Stage, reading: Reading) -> None:
    assert stage.expected is not None
    case = stage.stack[-1]
    answers = {stage.expected.name: reading.answer, **reason_given(stage.expected, reading)}
    stage.stack[-1] = with_heard(case, reading, answers)
    stage.misses = 0
    if stage.expected.kind is Kind.REASON:
        stage.queue = [_with_reason(wish, case, reading.answer) for wish in stage.queue]
    wishes = [
        wish
        for wish in wishes_of(reading)
        if flow_of_intent(wish.intent) != case.flow or (wish.named.get("for_account") and not case.answers.get("home"))
    ]
    first = next((wish for wish in wishes if wish.intent == MONEY), None)
    stage.queue += [wish for wish in wishes if wish is not first]
    if first:  # answered before anything else is asked
        stage.open_wish(first)
    stage.run()


def _with_reason(wish: Wish, case: CaseState, answer: Json) -> Wish:
    """A wish told by the same words has the same reason."""
    same = wish.text == (case.answers.get("wish") or {}).get("text") and wish.intent == case.answers["wish"]["intent"]
    if not same or wish.named.get("reason") or answer["reason"] == OTHER:
        return wish
    return wish.model_copy(update={"named": {**wish.named, "reason": answer["reason"]}})


def _wish(stage: Stage, reading: Reading, reread: Reread) -> None:
    """Serves every wish in the order written; one for the matter already open only adds what it says."""
    before = stage.forget_passing()
    first, *others = wishes_of(reading)
    if not others:
        first = first.model_copy(update={"text": reading.text})  # what stands around it may answer its questions
    first = first.model_copy(update={"named": joined(before, first.named)})
    first, *others = [one for wish in (first, *others) for one in by_order(wish, stage.world.orders)]
    top = stage.top
    stage.queue = others + stage.queue
    if top and _is_another_kind(top, first):
        if first.kind != SHOW:
            stage.leave_top("dropped")
        stage.open_wish(first)
    elif top and top.flow in FLOWS and first.intent in FLOWS[top.flow].also:
        if not end_otherwise(stage, top, first, reading, reread) and not others:
            stage.miss()
            return
    elif top and flow_of_intent(first.intent) == top.flow and not first.intent.startswith("faq:"):
        stage.stack[-1] = with_heard(top, reading, {})
        if stage.stack[-1].answers == top.answers and not others and top.notice_id is None:
            stage.miss()
            return
    else:
        stage.open_wish(first)
    stage.misses = 0
    stage.run()
    _answer_at_once(stage, reading, reread)
    if stage.top and (stage.top.answers.get("heard") or {}).get("scope"):
        _take_several(stage, None)


def _is_another_kind(case: CaseState, wish: Wish) -> bool:
    """Whether the wish is for the same flow, but for something else than the open matter is about."""
    if flow_of_intent(wish.intent) != case.flow or case.flow not in FLOWS or not FLOWS[case.flow].by_kind:
        return False
    known = case.answers.get("what") or (case.answers.get("wish") or {}).get("kind")
    return bool(wish.kind) and wish.kind != known


def _take_several(stage: Stage, reading: Reading | None) -> bool:
    """Whether several of the orders offered are chosen ("both", two numbers, or all from the start): the matter goes
    on with the first, and the others are served after it."""
    case, expected = stage.top, stage.expected
    if case is None or expected is None or expected.name != "order" or "wish" not in case.answers:
        return False
    offered = [order for choice in expected.choices if (order := stage.world.order(choice.id))]
    chosen = offered if reading is None else several_of(offered, reading.entities)
    if len(chosen) < 2:
        return False
    began = case.answers["wish"]
    heard = case.answers.get("heard") or {}
    wish = Wish(
        intent=began["intent"],
        kind=began.get("kind", ""),
        probability=began.get("probability", 1.0),
        text=began.get("text", ""),
        named=heard,
        condition=began.get("condition", ""),
    )
    first, *others = [of_order(wish, order) for order in chosen]
    if reading is None or not reading.answered:
        stage.says = [say for say in stage.says if say.key != expected.asks]
    answers = {**case.answers, "heard": first.named, "order": chosen[0].id}
    stage.stack[-1] = case.model_copy(update={"answers": answers})
    stage.queue = others + stage.queue
    stage.misses = 0
    stage.run()
    return True


def _answer_at_once(stage: Stage, reading: Reading, reread: Reread) -> None:
    """An address written in the same breath answers the question for it, which then need not be put."""
    if not stage.expected or stage.expected.kind is not Kind.ADDRESS:
        return
    again = reread(stage.expected.model_copy(update={"early": True}))
    if again.answered:
        stage.says.pop()
        _take_answer(stage, reading.model_copy(update={"answer": again.answer, "wishes": ()}))


def _follow_up(stage: Stage, reading: Reading) -> bool:
    """A bare order number or product goes on with the matter told last, or asks where that order is."""
    named = reading.entities.order_numbers or reading.entities.products or reading.entities.tracking_numbers
    if not named or stage.expected:
        return False
    stage.open(_last_told(stage, reading), named_by(reading))
    return True


def _last_told(stage: Stage, reading: Reading) -> str:
    """What was told last of another order; what was done last of another thing: "and the white helmet"."""
    last, at = stage.last, stage.before.last_at
    recently = at and stage.world.now - at < timedelta(minutes=REOPEN_MINUTES)
    again = last is not None and (
        (last.flow in FLOWS and FLOWS[last.flow].informational)
        or (last.flow in ABOUT_AN_ORDER and bool(reading.entities.products) and len(reading.text.split()) > 1)
    )
    if recently and last and again:
        return last.flow
    return "where_is_my_order"


def _may_clarify(stage: Stage, reading: Reading) -> bool:
    """Whether asking which was meant helps: a doubtful guess does not, where an open question can be put again."""
    top = stage.top
    passing = top is not None and top.flow in FLOWS and FLOWS[top.flow].passing
    return not stage.expected or passing or reading.candidates[0].probability >= LIKELY


def _clarify(stage: Stage, reading: Reading) -> None:
    stage.misses += 1
    if stage.misses > MISSES:
        stage.hand_over(HandedOver("not_understood"))
        return
    named = {**stage.forget_passing(), **named_by(reading).get("heard", {})}
    intents = [wish.intent for wish in reading.candidates]
    stage.open("clarify", {"heard": named, "intents": intents, "titles": _titles(stage, intents)})
    stage.run()


def _titles(stage: Stage, intents: Sequence[str]) -> dict[str, str]:
    """How the store questions among the intents are called, in the customer's language or the shop's."""
    shop, language = stage.world.shop, stage.language()
    found = {f"faq:{entry.id}": entry.title for entry in shop.faq if f"faq:{entry.id}" in intents}
    named = {intent: title.get(language) or title.get(shop.settings.language) for intent, title in found.items()}
    return {intent: title for intent, title in named.items() if title}


def _answers_what_is_under(stage: Stage, reread: Reread) -> bool:
    """Whether the text answers the question on top of which a "which of these?" was put; the latter is let go of."""
    top = stage.top
    if top is None or len(stage.stack) < 2 or top.flow not in FLOWS or not FLOWS[top.flow].passing:
        return False
    stage.forget_passing()
    before = len(stage.says)
    if stage.tell_top() or not stage.expected:
        return False
    del stage.says[before:]
    again = reread(stage.expected)
    if again.answered:
        _answer(stage, again, reread)
    return again.answered


def _miss(stage: Stage, reading: Reading, reread: Reread) -> None:
    """Not understood. "Ok" to nothing asked is a nod; a photo alone is asked about; an empty text is nothing at all."""
    text = reading.text.strip()
    few = bool(text) and len(text.split()) <= MOST_OF_A_NOD
    if few and stage.expected and stage.expected.kind in ASKING_WHICH and reread(NOD).answer is False:
        stage.drop_top()  # a plain "no" to "which one?" wants none
    elif stage.expected is None and few and reread(NOD).answered:
        stage.misses = 0
        stage.says.append(Say(key="acknowledged"))
    elif reading.entities.photos and not text and not stage.expected:
        stage.open("clarify", named_by(reading) | {"intents": []})
        stage.run()
    elif text or reading.entities.photos or stage.expected:
        stage.miss()


# -- people, mood, consent ---------------------------------------------------------------------------------------------


def _held(stage: Stage) -> bool:
    """Whether a person holds the conversation; after the policy's hours without one the bot answers again."""
    since = stage.before.held_since
    if since is None:
        return False
    hours = stage.world.shop.settings.handoff.release_after_hours
    if stage.world.now - since < timedelta(hours=hours):
        return True
    stage.changes |= RELEASED
    return False


def _pass_on(stage: Stage, message: Message) -> None:
    before = stage.before
    if before.handoff_id and not before.held_quietly:
        photos = tuple(item.url for item in message.media)
        action = PassOn(handoff_id=before.handoff_id, text=message.text, media=photos)
        stage.act(action, _key(stage, message, "pass_on"))


def _looping(stage: Stage) -> bool:
    """Whether this sender had more automatic replies lately than a person would want (CHANNELS.md 10)."""
    limits = stage.world.shop.settings.limits
    since = stage.world.now - timedelta(seconds=limits.per_seconds)
    return sum(moment > since for moment in stage.before.replied_at) >= limits.automatic_replies


def _feel(stage: Stage, reading: Reading) -> None:
    stage.changes |= {"mood": reading.mood, "angry_turns": 0}
    if reading.mood is Mood.CALM:
        return
    stage.changes["angry_turns"] = stage.before.angry_turns + 1
    if stage.before.mood is Mood.CALM:
        stage.says.append(Say(key="mood.angry" if reading.mood is Mood.ANGRY else "mood.upset"))


def _stops(stage: Stage, message: Message, reading: Reading) -> bool:
    """A stop word or wish. A bare CANCEL to an open question elsewhere than on SMS only means that question."""
    if message.opt_out == "STOP":
        return True
    meant_here = reading.stop_is_bare_cancel and stage.expected and message.sender.channel is not Channel.SMS
    return reading.stop and not meant_here


def _starts(stage: Stage, message: Message, reading: Reading) -> bool:
    """START and its like; a bare "yes" only where it can mean that (CHANNELS.md 20)."""
    channel = message.sender.channel
    if message.opt_out == "START" or channel in stage.before.stopped:
        return reading.start or message.opt_out == "START"
    if reading.text.strip(" .!").casefold() != "yes":
        return reading.start
    talking = stage.before.last_at and stage.world.now - stage.before.last_at < timedelta(minutes=REOPEN_MINUTES)
    return reading.start and channel is Channel.SMS and stage.before.held_since is None and not talking


def _stop(stage: Stage, message: Message, reading: Reading) -> Turn:
    """Nothing more on this channel, confirmed once; a bare CANCEL with an order waiting is looked at by a person."""
    channel, world = message.sender.channel, stage.world
    action = SetConsent(channel=channel, categories=tuple(Category), given=False, source="customer", words=message.text)
    stage.act(action, _key(stage, message, "stop"))
    stage.clear()
    if reading.stop_is_bare_cancel and any(order.status is OrderStatus.PENDING for order in world.orders):
        task = OpenHandoff(reason="cancel_or_stop", order_id=stage.focus, silences_bot=False, summary=message.text)
        stage.act(task, _key(stage, message, "cancel_or_stop"))
    if message.opt_out is None and channel not in stage.before.stopped:
        stage.says.append(Say(key="consent.stopped"))
    stage.changes["stopped"] = tuple(dict.fromkeys((*stage.before.stopped, channel)))
    return stage.close(exempt=True)


def _start(stage: Stage, message: Message) -> Turn:
    channel = message.sender.channel
    action = SetConsent(
        channel=channel, categories=(Category.TRANSACTIONAL,), given=True, source="customer", words=message.text
    )
    stage.act(action, _key(stage, message, "start"))
    stage.changes["stopped"] = tuple(each for each in stage.before.stopped if each is not channel)
    if message.opt_out is None:
        stage.says.append(Say(key="consent.started"))
    return stage.close()


def _key(stage: Stage, message: Message, what: str) -> str:
    return f"{stage.world.party}/{message.provider_id}/{what}"
