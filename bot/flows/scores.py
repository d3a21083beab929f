"""How likely they are to recommend the shop (NPS, 0…10), and how a conversation was (CSAT, 1…5), each with its why.

A low score is told to a person; where a conversation went badly help is offered at once.
"""

from bot.actions import OpenHandoff, RecordScore
from bot.model import Choice, Json, Kind
from bot.story import Case, Ending, Question

DETRACTOR = 6  # of the Net Promoter Score: up to here
BAD = 2  # of 1…5: up to here
STARS = tuple(Choice(id=str(stars), title="") for stars in range(1, 6))


def nps(case: Case) -> Ending:
    """0…10 and why."""
    question = Question("score", Kind.RATING, "nps.ask", lambda answer: _within(answer, 0, 10), most=10)
    score = case.need(question)
    case.once(RecordScore(scale="nps", score=score, matter=case.state.id))
    words = _why(case, "nps.why")
    if words:
        case.once(RecordScore(scale="nps", score=score, matter=case.state.id, words=words))
    if score <= DETRACTOR:
        case.once(_told("low_nps", score, words))
    return case.end("score.thanks")


def csat(case: Case) -> Ending:
    """1…5 and, where it was not good, why; then a person is offered."""
    question = Question("score", Kind.RATING, "csat.ask", lambda answer: _within(answer, 1, 5), choices=STARS)
    score = case.need(question)
    case.once(RecordScore(scale="csat", score=score, matter=case.state.id))
    reason = str(case.answers.get("reason") or "")
    if score > BAD:
        if reason:
            case.once(RecordScore(scale="csat", score=score, matter=case.state.id, words=reason))
        return case.end("score.thanks")
    words = _why(case, "csat.why")
    if words:
        case.once(RecordScore(scale="csat", score=score, matter=case.state.id, words=words))
    case.once(_told("low_csat", score, words))
    if case.confirm("help", "review.offer_help"):
        return case.person("low_csat", order_id=case.focus, proposed="make_it_right")
    return case.end("review.no_help")


def _why(case: Case, key: str) -> str:
    return case.need(Question("words", Kind.TEXT, key, _text, optional=True, presumed=case.answers.get("reason")))


def _told(reason: str, score: int, words: str) -> OpenHandoff:
    """A task: the bot goes on."""
    summary = f"{score}: {words}" if words else str(score)
    return OpenHandoff(reason=reason, flow="scores", summary=summary, silences_bot=False)


def _within(answer: Json, least: int, most: int) -> int | None:
    return answer if isinstance(answer, int) and not isinstance(answer, bool) and least <= answer <= most else None


def _text(answer: Json) -> str | None:
    return answer if isinstance(answer, str) else None
