"""What cannot be taken back is done for a clear answer only: no wording gets it by accident or by force (P7)."""

import pytest

from bot.model import Choice, Expected, Json, Kind, Say
from bot.understanding.reader import Reader
from joining import make_reader
from tests.bot.stories import NOW, sample_shop


class Nothing:
    today = NOW
    orders = ()
    customer = None

    def variants(self):
        return ()

    def products(self):
        return ()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return make_reader(sample_shop(), encoder=True)


def question(key: str, kind: Kind, *ids: str, binding: tuple[str, ...]) -> Expected:
    say = Say(key=key, choices=tuple(Choice(id=one, title="") for one in ids))
    return Expected(name="asked", kind=kind, choices=sample_shop().words.titled(say, "en"), binding=binding)


REMEDY = question("problem.remedy", Kind.CHOICE, "replacement", "refund", "person", binding=("replacement", "refund"))
OFFER = question("reorder.offer", Kind.CHOICE, "again", "other_amount", "not_now", binding=("again",))
SURE = question("mend.address_summary", Kind.YES_NO, "yes", "no", binding=("yes",))


def answer(reader: Reader, text: str, expected: Expected) -> Json:
    return reader.read(text, expected, Nothing(), "en").answer


@pytest.mark.parametrize(
    "text",
    [
        *("I don't want a refund", "no refund please", "never refund", "refund?", "anything but a refund"),
        *("forget the refund", "cancel refund", "i wont accept a refund", "refund me $5000", "refund all my orders"),
        *("the refund i got last time was late", "rather than refund", "no replacement", "don't replace it"),
        *("hold the replacement", "if you don't reply I'll ask for a refund from my bank"),
    ],
)
def test_money_does_not_move_for_words_that_only_name_it(reader: Reader, text: str) -> None:
    assert answer(reader, text, REMEDY) is None


@pytest.mark.parametrize(
    "text", ["refund", "refund please", "I'd like a refund", "I want my money back", "Refund!", "2", "the second one"]
)
def test_a_refund_asked_for_plainly_is_one(reader: Reader, text: str) -> None:
    assert answer(reader, text, REMEDY) == "refund"


@pytest.mark.parametrize(
    "text", ["again?", "the same problem again", "broken again", "here we go again", "tell me again"]
)
def test_nothing_is_ordered_because_something_happened_again(reader: Reader, text: str) -> None:
    assert answer(reader, text, OFFER) is None


@pytest.mark.parametrize(
    "text", ["never again", "don't order again", "I would never order that again", "once again no"]
)
def test_never_again_is_a_no(reader: Reader, text: str) -> None:
    assert answer(reader, text, OFFER) == "not_now"


@pytest.mark.parametrize("text", ["yes", "yes please", "yeah", "same again please", "yes order it again please", "1"])
def test_the_usual_is_ordered_again_when_that_is_all_that_is_said(reader: Reader, text: str) -> None:
    assert answer(reader, text, OFFER) == "again"


@pytest.mark.parametrize(
    "text", ["yes?", "ok?", "right?", "yes no", "yeah no", "yes but wrong", "yes if you refund me 500", "correct?"]
)
def test_a_doubtful_yes_confirms_nothing(reader: Reader, text: str) -> None:
    assert answer(reader, text, SURE) is None


@pytest.mark.parametrize(
    "text", ["yes", "Yes, that's right", "ok", "ja bitte", "👍", "yes and where is my other order?"]
)
def test_a_plain_yes_confirms(reader: Reader, text: str) -> None:
    assert answer(reader, text, SURE) is True


def test_what_binds_nobody_is_read_as_loosely_as_before(reader: Reader) -> None:
    loose = REMEDY.model_copy(update={"binding": ()})
    assert answer(reader, "the refund, if that works", loose) == "refund"
