"""The short stories: hello and thanks, a person, a store question, which of these, and what is not ours."""

from datetime import datetime

from babel import Locale

from bot.actions import OpenHandoff, SetPreference
from bot.identity import KNOWN_WELL
from bot.model import Choice, Json, Kind
from bot.story import Case, Ending, Question
from bot.wording.keys import INTENTS

MENU = ("where_is_my_order", "delivery_problem", "order_confirmation", "person")
PHOTO_MENU = ("delivery_problem", "return", "person")
ELSE = "something_else"
GRAVE = ("legal_threat", "safety", "chargeback")  # never the bot's to answer (PRODUCT.md section 3)


def greeting(case: Case) -> Ending:
    first_name = case.world.customer.first_name if case.world.customer else None
    return case.end("greeting", first_name=first_name)


def thanks(case: Case) -> Ending:
    return case.end("thanks")


def goodbye(case: Case) -> Ending:
    return case.end("goodbye")


def who_are_you(case: Case) -> Ending:
    return case.end("who_are_you")


def out_of_scope(case: Case) -> Ending:
    return case.end("out_of_scope")


def person(case: Case) -> Ending:
    """A person, because the customer wants one."""
    return case.person("asked_for_person")


def grave(case: Case) -> Ending:
    """A legal threat, an injury, a chargeback: people answer it."""
    if _intent(case) == "safety":
        case.say("safety")
    return case.person(_intent(case))


def passed_on(case: Case) -> Ending:
    """A wish that only people can grant here: they get it with what was said of it."""
    return case.person(_intent(case))


def asked_of_people(case: Case) -> Ending:
    """A question that people answer later, while the bot goes on with whatever else there is."""
    said = (case.answers.get("wish") or {}).get("text", "")
    task = OpenHandoff(
        reason=_intent(case), order_id=case.focus, flow="asked_of_people", summary=said, silences_bot=False
    )
    by = case.once(task).data.get("expected_by")
    return case.end("handoff.opened", expected_by=datetime.fromisoformat(by) if by else None)


def store_question(case: Case) -> Ending:
    """A question that the merchant's faq answers, in the merchant's words."""
    return case.end("faq." + _intent(case).removeprefix("faq:"))


def language_change(case: Case) -> Ending:
    """Another language, as far as the shop has words in it; kept on the record, so that notices speak it too."""
    spoken = case.world.shop.words.languages
    asked = case.answers.get("heard", {}).get("language")
    if asked in spoken:
        if case.world.customer and case.world.level in KNOWN_WELL:
            case.once(SetPreference(customer_id=case.world.customer.id, language=asked))
        return case.end("language.changed")
    names = [Locale.parse(language, sep="-").get_display_name() or language for language in spoken]
    return case.end("language.which", languages=", ".join(name.capitalize() for name in names))


def clarify(case: Case) -> Ending:
    """Which of the likeliest was meant; without any, what can be asked for at all.

    What the shop's words have no title for is not offered; what only people may answer is offered as a person.
    """
    from bot.flows import flow_of_intent

    titles = case.answers.get("titles", {})
    meant = dict.fromkeys("person" if intent in GRAVE else intent for intent in case.answers.get("intents", []))
    intents = [intent for intent in meant if intent in titles or intent in INTENTS][:3]
    key, offered = ("clarify.which", (*intents, ELSE)) if intents else ("clarify.menu", MENU)
    if len(intents) == 1:
        key = "clarify.one"
    elif not intents and case.heard("photos"):
        key, offered = "clarify.photo", PHOTO_MENU
    choices = tuple(Choice(id=intent, title=titles.get(intent, "")) for intent in offered)
    chosen = case.need(Question("meant", Kind.CHOICE, key, _text, choices=choices))
    if chosen == ELSE:
        return case.end("clarify.rephrase")
    return case.go(flow_of_intent(chosen), **_carried(case), wish={"intent": chosen, "probability": 1.0, "text": ""})


def _intent(case: Case) -> str:
    wish = case.answers.get("wish") or {}
    return str(wish.get("intent", "question"))


def _carried(case: Case) -> dict[str, Json]:
    return {"heard": case.answers["heard"]} if case.answers.get("heard") else {}


def _text(answer: Json) -> str | None:
    return answer if isinstance(answer, str) else None
