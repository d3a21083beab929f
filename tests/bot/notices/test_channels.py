"""On which channel a notice goes out: where they last wrote, else the shop's order, else the next that may be used."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.merchant.schema import WhatsAppTemplate
from bot.model import Category, Channel, Conversation
from bot.notices import Go, NoticeKind, opening_key

Stage = Any
DAY = timedelta(days=1)


def shipped(stage: Stage, **facts: Any) -> Any:
    order = stage.order(stage.parcel(stage.event("in_transit")))
    return stage.judge(stage.one(NoticeKind.SHIPPED, order), stage.facts(order, **facts))


def channel_of(judged: Any) -> Channel:
    assert isinstance(judged, Go), judged
    return judged.send.channel


def test_the_shops_order_decides(stage: Stage) -> None:
    assert channel_of(shipped(stage)) is Channel.SMS


def test_the_notices_own_order_comes_before_it(stage_with: Any) -> None:
    assert channel_of(shipped(stage_with(shipped={"channels": ["email"]}))) is Channel.EMAIL


def test_where_they_wrote_last_is_preferred(stage: Stage) -> None:
    assert channel_of(shipped(stage, conversation=Conversation(last_channel=Channel.EMAIL))) is Channel.EMAIL


def test_whatsapp_within_the_session_and_the_next_channel_after_it(stage: Stage) -> None:
    others = (stage.contact(Channel.SMS),)
    wrote = stage.contact(Channel.WHATSAPP, last_inbound_at=stage.start - DAY / 2)
    before = stage.contact(Channel.WHATSAPP, last_inbound_at=stage.start - 2 * DAY)
    assert channel_of(shipped(stage, contacts=(*others, wrote))) is Channel.WHATSAPP
    assert channel_of(shipped(stage, contacts=(*others, before))) is Channel.SMS


def test_after_the_session_an_approved_template_stands_in(stage: Stage) -> None:
    template = {"notice.shipped": {"en": WhatsAppTemplate(sid="HX" + "0" * 32, variables=("order.number",))}}
    settings = stage.shop.settings.model_copy(update={"whatsapp_templates": template})
    stage.shop = replace(stage.shop, settings=settings)
    before = stage.contact(Channel.WHATSAPP, last_inbound_at=stage.start - 2 * DAY)
    judged = shipped(stage, contacts=(before,))
    assert channel_of(judged) is Channel.WHATSAPP
    assert not judged.send.in_session


def test_an_opt_out_on_one_channel_leaves_the_other(stage: Stage) -> None:
    stopped = {(Channel.SMS, Category.TRANSACTIONAL): False}
    assert channel_of(shipped(stage, consents=stopped)) is Channel.EMAIL
    both = stopped | {(Channel.EMAIL, Category.TRANSACTIONAL): False}
    assert shipped(stage, consents=both).why == "opted_out"


def test_without_an_address_the_reason_says_so(stage: Stage) -> None:
    assert shipped(stage, contacts=()).why == "no_address"


def test_each_notice_names_the_words_it_opens_with(stage: Stage) -> None:
    stage.beans()
    order = stage.delivered()
    keys = {one.kind: opening_key(one) for one in stage.planned(order).values()}
    assert keys == {
        NoticeKind.REVIEW: "review.ask",
        NoticeKind.REPLENISHMENT: "reorder.offer",
        NoticeKind.NPS: "nps.ask",
    }
