"""Whether a text changes what was answered earlier in the open matter, names more for it, or takes something out of it.

Each changes the top of the stack and says so; telling it again is for who asked.
"""

from bot.heard import is_read_back, loosely, pointed_at, strictly, with_heard
from bot.model import Kind, Reading
from bot.stage import OTHER, Reread, Stage

LEAVING_OUT = frozenset({"change_order", "cancel_order", "return", "exchange"})  # what "keep" is taken for


def correct(stage: Stage, reading: Reading, reread: Reread) -> bool:
    """Whether the text changes an answer given earlier in the open matter ("no, the blue one")."""
    case = stage.top
    for question in reversed(case.asked if case else ()):
        assert case is not None
        if question.kind in (Kind.TEXT, Kind.YES_NO, Kind.PHOTO) or question.name not in case.answers:
            continue
        again = reread(loosely(question) if reading.correction else strictly(question))
        if question.kind is Kind.REASON and again.answered and again.answer["reason"] == OTHER:
            continue  # any words are another reason
        if again.answered and again.answer != case.answers[question.name]:
            stage.stack[-1] = with_heard(case, reading, {question.name: again.answer})
            stage.misses = 0
            return True
    return False


def puts_right(stage: Stage, reading: Reading, reread: Reread) -> bool:
    """Whether the text corrects what was answered before rather than answer what is asked now."""
    corrects = stage.expected is not None and reading.correction and correct(stage, reading, reread)
    return corrects or _puts_address_right(stage, reading, reread)


def _puts_address_right(stage: Stage, reading: Reading, reread: Reread) -> bool:
    """Whether the text changes the address that is read back: "no, apt 5", "yes, but the zip is 43130"."""
    case, expected = stage.top, stage.expected
    if case is None or expected is None or not is_read_back(expected):
        return False
    question = next((one for one in reversed(case.asked) if one.kind is Kind.ADDRESS and one.given), None)
    if question is None or question.name not in case.answers or (reading.answer is True and reading.wishes):
        return False
    again = reread(question)
    known = case.answers[question.name]
    if not again.answered or again.answer == known or (reading.answer is True and "on_file" in again.answer):
        return False
    stage.stack[-1] = with_heard(case, again, {question.name: again.answer})
    stage.misses = 0
    return True


def named_more(stage: Stage, reading: Reading) -> bool:
    """Whether the text names something new for the open matter, though not what was asked for."""
    case = stage.top
    if case is None or not stage.expected:
        return False
    stage.stack[-1] = with_heard(case, reading, {})
    return pointed_at(stage.stack[-1]) != pointed_at(case)


def leaves_out(stage: Stage, reading: Reading) -> bool:
    """Whether the text only takes something out of what the open matter is about: "wait, keep the lamp order"."""
    said = reading.entities
    others = said.items or said.order_numbers or said.order_items or said.scope or said.options
    if others or reading.answered or not (said.left_out or said.orders_left_out):
        return False
    return all(wish.intent in LEAVING_OUT for wish in reading.wishes) and named_more(stage, reading)
