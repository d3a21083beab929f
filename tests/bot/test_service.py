"""Whole turns over the real store: who is told what, and what a turn leaves behind."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.model import Address, Channel, Conversation, Grant, Level
from bot.records import Customer, Product
from bot.service import Facts
from bot.store import Turn
from bot.story import World
from bot.world import world_of
from storage.engine import make_engine, migrate
from tests.bot.stories import MemoryRecords, order
from tests.works import NOW, PHONE, Works, message, shop

MAYA = Customer(id="c-1", first_name="Maya", phone=PHONE, email="maya@example.com")
BEN = Customer(id="c-2", first_name="Ben", phone="+15035550177", email="ben@example.com")
MAYAS = order("FF-1001", ("in_transit", None, 5))
BENS = order("FF-2002", ("in_transit", None, 5), customer_id="c-2")
MAYAS_MAIL = Address(channel=Channel.EMAIL, raw="Maya@Example.com", key="maya@example.com")


@pytest.fixture
def works(sqlite_url: str) -> Iterator[Works]:
    engine = make_engine(sqlite_url)
    migrate(engine)
    yield Works(engine)
    engine.dispose()


def world(works: Works, *grants: Grant, **fields: Any) -> World:
    """The world of the first waiting message."""
    with works.store.next_turn(works.clock.now()) as turn:
        assert turn is not None
        return _world(turn, works, *grants)


def _world(turn: Turn, works: Works, *grants: Grant) -> World:
    turn.conversation = Conversation(grants=grants)  # type: ignore[misc]
    heard = turn.inbound.message
    return world_of(turn, heard.sender, shop(), works.clock.now(), verified=heard.verified)


def numbers(world: World) -> list[str]:
    return [order.number for order in world.orders]


def grant(level: Level, customer: str, order_id: str | None = None, **fields: Any) -> Grant:
    return Grant(
        **({"level": level, "customer_id": customer, "order_id": order_id, "address_key": PHONE, "at": NOW} | fields)
    )


def test_a_turn_answers_from_the_record_and_keeps_what_the_answer_was_based_on(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.hear("where is my order")
    works.answer_all()
    works.send_all()
    (outgoing,) = works.mouth.sent
    assert "FF-1001" in outgoing.body.text
    (row,) = works.rows("outbox")
    assert row.key == "wismo.in_transit"
    assert [source["record"] for source in row.says[0]["sources"]] == ["orders/o-FF-1001", "shipments/s-FF-1001"]
    assert row.says[0]["facts"]["order"]["number"] == "FF-1001"
    (heard,) = works.rows("inbox")
    assert (heard.state, heard.handled_at, heard.reading["text"]) == ("done", NOW, "where is my order")
    assert row.inbox_id == heard.id


def test_a_stranger_knows_no_orders(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.hear("where", phone="+15035550199")
    seen = world(works)
    assert (seen.level, seen.customer, numbers(seen)) == (Level.UNKNOWN, None, [])


def test_a_customer_on_a_signed_channel_knows_their_own_orders_and_nobody_elses(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.add_customer(BEN, BENS)
    works.hear("where")
    seen = world(works)
    assert (seen.level, numbers(seen), seen.status_only) == (Level.MATCHED, ["FF-1001"], frozenset())


def test_a_mail_that_proved_nothing_knows_no_orders(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.hear("where", sender=MAYAS_MAIL, verified=False)
    assert numbers(world(works)) == []


def test_one_order_shown_by_knowledge_is_known_by_its_status_only_and_for_a_day(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.hear("where", phone="+15035550199")
    shown = grant(Level.KNOWLEDGE, "c-1", MAYAS.id, address_key="+15035550199")
    seen = world(works, shown)
    assert (seen.level, numbers(seen), seen.status_only) == (Level.KNOWLEDGE, ["FF-1001"], {MAYAS.id})
    assert seen.customer is None
    works.clock.pass_by(hours=24)
    assert numbers(world(works, shown)) == []


def test_a_code_shows_everything_of_that_customer_until_it_expires(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.hear("where", phone="+15035550199")
    shown = grant(Level.CODE, "c-1", address_key="+15035550199")
    seen = world(works, shown)
    assert (seen.level, numbers(seen), seen.status_only) == (Level.CODE, ["FF-1001"], frozenset())
    assert seen.customer == MAYA
    works.clock.pass_by(days=31)
    assert world(works, shown).level is Level.UNKNOWN


def test_a_code_for_somebody_elses_orders_makes_nobody_somebody_else(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.add_customer(BEN, BENS)
    works.hear("where")
    seen = world(works, grant(Level.CODE, "c-2"))
    assert (seen.level, seen.customer) == (Level.MATCHED, MAYA)
    assert sorted(numbers(seen)) == ["FF-1001", "FF-2002"]


def test_what_one_address_has_shown_counts_for_no_other(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.hear("where", phone="+15035550199")
    assert numbers(world(works, grant(Level.KNOWLEDGE, "c-1", MAYAS.id))) == []


def test_one_conversation_goes_on_over_channels(works: Works) -> None:
    works.add_customer(MAYA, MAYAS)
    works.hear("hello", channel=Channel.WHATSAPP)
    works.hear("thanks", sender=MAYAS_MAIL)
    works.answer_all()
    works.send_all()
    assert len(works.rows("conversations", "customer_id")) == 1
    assert [outgoing.to for outgoing in works.mouth.sent] == [f"whatsapp:{PHONE}", "Maya@Example.com"]


def test_an_answer_to_a_mail_joins_its_thread(works: Works) -> None:
    works.hear("hello", sender=MAYAS_MAIL, message_id="<b@x>", references=("<a@x>",), subject="My order")
    works.answer_all()
    works.send_all()
    headers = works.mouth.sent[0].headers
    assert headers == {"In-Reply-To": "<b@x>", "References": "<a@x> <b@x>", "Subject": "My order"}


def test_nothing_automatic_answers_what_must_not_be_answered(works: Works) -> None:
    works.hear("hello", sender=MAYAS_MAIL, silent="auto_reply")
    works.answer_all()
    assert works.rows("outbox") == []
    assert works.rows("inbox")[0].state == "done"


def test_two_bots_facing_each_other_by_mail_stop(works: Works) -> None:
    for _ in range(shop().settings.limits.mails_per_hour + 5):
        works.hear("hello", sender=MAYAS_MAIL)
        works.clock.pass_by(seconds=70)
    works.answer_all()
    assert len(works.rows("outbox")) == shop().settings.limits.mails_per_hour
    assert "reply_capped" in {row.kind for row in works.rows("events")}


def test_a_tapped_choice_is_read_by_its_id_where_it_was_offered(works: Works) -> None:
    works.service.receive(message("Talk to us", choice="person"))
    works.service.receive(message("", choice="hello"))
    works.answer_all()
    assert list(dict.fromkeys(works.reader.texts)) == ["Talk to us", "hello"]


def test_a_fault_is_told_by_its_place_and_not_by_what_the_customer_wrote(
    works: Works, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    works.hear("boom 4111 1111 1111 1111")
    works.answer_all()
    shown = capsys.readouterr()
    told = shown.out + shown.err + caplog.text  # wherever the logs of this process go by now
    assert "turn_failed" in told
    assert "4111 1111" not in told


def test_understanding_looks_up_what_was_bought_once_and_knows_whose_it_is():
    asked: list[str] = []

    class Counted(MemoryRecords):
        def product(self, product_id: str) -> Product | None:
            asked.append(product_id)
            return super().product(product_id)

    lines = [{"id": "1", "product_id": "p", "sku": "s", "title": "Lamp", "quantity": 1, "price": "9.00"}] * 2
    lamp = Product.model_validate(
        {"id": "p", "title": "Lamp", "variants": [{"sku": "s", "price": "9.00", "currency": "USD"}]}
    )
    known = Facts(NOW, [order("FF-1001", lines=lines)], Counted(products=[lamp]), MAYA)
    assert (known.products(), [one.sku for one in known.variants()]) == ((lamp,), ["s"])
    assert (asked, known.customer) == (["p"], MAYA)
