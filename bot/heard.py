"""What a message brings to a matter: what it names, what is attached, which of it answers; values only, no decision."""

from collections.abc import Mapping

from bot.model import CaseState, Choice, Expected, Json, Kind, Message, Reading, Wish

DESCRIBING = frozenset(
    {
        "amounts",
        "quantity",
        "options",
        "window",
        "reason",
        "language",
        "methods",
        "every_days",
        "on_top",
        "nothing_else",
    }
)
ATTACHED = frozenset({"photos"})
ORDERS = ("order_numbers", "order_items")  # which order, by number or by what is in it
LEFT_OUT = ("left_out", "orders_left_out")
WORDY = 3  # words behind a rating that are its reason


def named_by(reading: Reading) -> dict[str, Json]:
    """What the text names, as the answer `heard` of a case; nothing when it names nothing."""
    named = reading.entities.model_dump(mode="json", exclude_defaults=True)
    return {"heard": named} if named else {}


def wishes_of(reading: Reading) -> list[Wish]:
    """The wishes, each with what it is about, of several as the reader told them apart, and what is attached."""
    named = reading.entities.model_dump(mode="json", exclude_defaults=True)
    if any(wish.named for wish in reading.wishes):
        attached = {name: value for name, value in named.items() if name in ATTACHED}
        return [wish.model_copy(update={"named": {**wish.named, **attached}}) for wish in reading.wishes]
    return [wish.model_copy(update={"named": named}) for wish in reading.wishes]


def with_photos(reading: Reading, message: Message) -> Reading:
    """Photos are named by a message like anything else."""
    photos = tuple(item.url for item in message.media)
    return reading.model_copy(update={"entities": reading.entities.model_copy(update={"photos": photos})})


def answered_by_photos(reading: Reading, expected: Expected | None) -> Reading:
    """Attachments answer a question for a photo, whatever the words beside them."""
    photos = list(reading.entities.photos)
    if not photos or not expected or expected.kind is not Kind.PHOTO:
        return reading
    return reading.model_copy(update={"answered": True, "answer": {"photos": photos}, "wishes": (), "candidates": ()})


def reason_given(expected: Expected, reading: Reading) -> dict[str, Json]:
    """What stands behind a rating in the same breath: "3, the lid leaks a little"."""
    said = reading.text.strip()
    behind = [word for word in said.split()[1:] if any(character.isalpha() for character in word)]
    reasoned = expected.kind is Kind.RATING and not said[:1].isalpha() and len(behind) >= WORDY
    return {"reason": said} if reasoned else {}


def with_heard(case: CaseState, reading: Reading, answers: Mapping[str, Json]) -> CaseState:
    """The case with these answers, and what else the text names beside what it named before."""
    known = dict(case.answers)
    named = named_by(reading).get("heard")
    if named:
        known["heard"] = joined(known.get("heard", {}), named)
        out = set(named.get("left_out") or ())
        picked = known.get("lines")
        if out and isinstance(picked, list):
            known["lines"] = [one for one in picked if one["id"] not in out] or None
    known.update(answers)
    return case.model_copy(update={"answers": known})


def joined(before: Mapping[str, Json], named: Mapping[str, Json]) -> dict[str, Json]:
    """What is named now beside what was named before; a narrower word takes the place of a wider one."""
    kept = dict(before)
    if any(named.get(name) for name in ORDERS) and not named.get("scope"):
        for name in ("scope", "order_items", "order_numbers"):
            kept.pop(name, None)
    if named.get("items") and not named.get("everything"):
        kept.pop("everything", None)
    if named.get("on_top"):
        kept.pop("removing", None)
    if named.get("removing") or named.get("part"):
        kept.pop("on_top", None)
    if named.get("order_numbers"):
        kept.pop("orders_left_out", None)
    out = {name: [*kept.get(name, ()), *named.get(name, ())] for name in LEFT_OUT}
    meant = {line_id for item in named.get("items") or () for line_id in item["ids"]}
    out = {name: [one for one in dict.fromkeys(said) if one not in meant] for name, said in out.items()}
    if kept.get("order_items"):
        kept["order_items"] = [one for one in kept["order_items"] if one not in meant]
    if named.get("left_out") and kept.get("items"):
        kept["items"] = [item for item in kept["items"] if not set(item["ids"]) <= {*named["left_out"]}]
    return {**kept, **named, **{name: said for name, said in out.items() if said}}


def pointed_at(case: CaseState) -> dict[str, Json]:
    """What was heard that says which order, item, day or contact is meant; how, why and how many do not."""
    return {name: value for name, value in case.answers.get("heard", {}).items() if name not in DESCRIBING}


def loosely(question: Expected) -> Expected:
    """For what says that it corrects: the "no" and "wait" of it are about the answer before."""
    return question.model_copy(update={"binding": ()})


def strictly(question: Expected) -> Expected:
    """For what may be about something else: a choice only by its own name."""
    return question.model_copy(update={"choices": tuple(Choice(id=choice.id, title="") for choice in question.choices)})


def is_read_back(expected: Expected) -> bool:
    """Whether a clear yes to what was just shown is waited for."""
    return expected.kind is Kind.YES_NO and "yes" in expected.binding
