"""What is said to a proposal: a yes counts for just what was shown, and what is wished otherwise is proposed anew."""

from bot.correcting import correct
from bot.flows import flow_of_intent
from bot.heard import wishes_of, with_heard
from bot.model import CaseState, Reading, Say, Sort, Wish
from bot.stage import Reread, Stage

ABOUT_PAYING = frozenset({"payment", "change_order", "refund", "refund_status", "loyalty", "faq:payment_methods"})
WAYS = frozenset({"pay_by", "refund_to", "remedy"})  # answers that say which way money goes
OF_ORDERS = frozenset({"change_order", "change_items", "cancel_order", "return", "exchange", "refund"})


def proposes_otherwise(stage: Stage, reading: Reading, reread: Reread) -> bool:
    """A yes to a proposal, with more said about what was proposed: it counts only where that changes nothing.

    Else what it comes to now is proposed, and the customer asked again: nothing is done that was partly taken back.
    """
    asked = stage.expected
    if asked is None or asked.sort is not Sort.CONFIRM or reading.answer is not True or not _says_more(stage, reading):
        return False
    case, before = stage.stack[-1], len(stage.says)
    corrected = correct(stage, reading, reread)
    if not corrected:
        stage.stack[-1] = with_heard(case, reading, {})
    stage.tell_top()
    again = stage.expected is not None and stage.expected.name == asked.name and len(stage.says) == before + 1
    if not corrected and again and not reading.reserved:
        stage.stack[-1], stage.expected = case, asked
        del stage.says[before:]
        return False
    if again:
        stage.stack[-1] = case
        stage.says.insert(before, Say(key="confirm.exactly"))
    stage.misses = 0
    stage.queue += [wish for wish in wishes_of(reading) if flow_of_intent(wish.intent) not in OF_ORDERS]
    return True


def pays_otherwise(stage: Stage, reading: Reading) -> bool:
    """Whether the text only says by which way the money of the open matter shall go: "to my PayPal please"."""
    case, ways = stage.top, reading.entities.methods
    if case is None or not stage.expected or case.flow not in OF_ORDERS or not ways:
        return False
    if any(wish.intent not in ABOUT_PAYING for wish in (*reading.wishes, *reading.candidates[:1])):
        return False
    known = {name: value for name, value in case.answers.items() if name not in WAYS}
    if "remedy" in case.answers:
        known["remedy"] = "store_credit" if ways[0].kind == "store_credit" else "refund"
    changed = with_heard(case.model_copy(update={"answers": known}), reading, {})
    stage.stack[-1] = changed
    stage.misses = 0
    return changed.answers != case.answers


def end_otherwise(stage: Stage, case: CaseState, wish: Wish, reading: Reading, reread: Reread) -> bool:
    """Whether it is news to the open matter that it shall end so: money instead of another size."""
    if correct(stage, reading, reread):
        return True
    changed = with_heard(case, reading, {"wish": {**(case.answers.get("wish") or {}), "intent": wish.intent}})
    stage.stack[-1] = changed
    return changed.answers != case.answers


def _says_more(stage: Stage, reading: Reading) -> bool:
    """Whether the text names ways to pay, versions, or things of the order that is dealt with."""
    named = reading.entities
    order = stage.world.order(str(stage.stack[-1].answers.get("order")))
    theirs = {one for line in order.lines for one in (line.id, line.product_id)} if order else set()
    things = {*named.products, *(one for item in named.items for one in item.ids)}
    return bool(named.methods or named.options or things & theirs)
