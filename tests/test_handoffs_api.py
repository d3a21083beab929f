"""`/api/handoffs` from outside, on each database: cases listed, read, claimed, answered and given back."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from bot.model import Channel
from tests.e2e.outside import ROOT
from tests.front_desk import FrontDesk, front_desk

PERSON = "let me talk to a human"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[FrontDesk]:
    with front_desk(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[FrontDesk]:
    """For what no database can make a difference to."""
    with front_desk(sqlite_url, tmp_path) as opened:
        yield opened


def at_once(*calls: Any) -> list[Any]:
    barrier, answers = Barrier(len(calls)), []

    def run(call: Any) -> None:
        barrier.wait()
        answers.append(call())

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_case_goes_from_the_customer_to_an_agent_and_back_to_the_bot(desk: FrontDesk) -> None:
    desk.hears("where is my order?")
    desk.hears(PERSON)
    [case] = desk.get().json["cases"]
    assert (case["reason"], case["state"], case["customer"]) == (
        "asked_for_person",
        "unclaimed",
        {"id": "c0", "name": "Pat0"},
    )

    assert desk.post("/1/claim", {"agent": "anna"}).json["claimed_by"] == "anna"
    answer = desk.reply("Hi Pat, I look into it.\n\nAnna")
    assert (answer.status_code, answer.json["channel"]) == (201, "sms")
    assert desk.told()[-1] == "Hi Pat, I look into it.\n\nAnna"

    before = len(desk.told())
    desk.hears("thanks, and where is my order?")
    assert len(desk.told()) == before  # a person holds it: the bot is silent
    assert "where is my order" in desk.mails()[-1].body.text
    whole = desk.case()
    said = [(entry["who"], entry["text"]) for entry in whole["transcript"]]
    assert said[-2:] == [("agent", "Hi Pat, I look into it.\n\nAnna"), ("customer", "thanks, and where is my order?")]
    assert (said[0][0], said[1][0]) == ("customer", "bot")

    asked = [row.kind for row in desk.rows("notices")].count("csat")
    assert desk.post("/1/give_back", {"agent": "anna", "note": "settled by phone"}).json["state"] == "closed"
    assert desk.case()["note"] == "settled by phone"
    assert [row.kind for row in desk.rows("notices")].count("csat") == asked + 1
    desk.hears("where is my order?")
    assert "5001" in desk.told()[-1]
    assert [row.written_by for row in desk.rows("outbox") if row.key == "handoff.reply"] == ["anna"]


def test_the_whole_case_tells_the_story_and_no_more_contact_data_than_needed(small: FrontDesk) -> None:
    small.hears("where is my order?")
    small.hears("I want to talk to a human about order 5001, it is late")
    whole = small.case()
    assert whole["order"]["number"] == "5001"
    assert whole["facts"]["parcels"][0]["tracking_number"].startswith("1Z999AA1")
    assert whole["reply_goes_to"] == {"channel": "sms", "address": "•••00"}
    assert whole["expected_by"] == "2026-11-30T22:00:02+00:00"
    assert {"mood", "tried", "proposed", "story", "summary"} <= set(whole)
    assert "+1503555" not in str(whole)


def test_of_two_who_claim_at_once_one_gets_the_case(desk: FrontDesk) -> None:
    desk.hears(PERSON)
    names = ["anna", "ben", "carla", "dev"]
    answers = at_once(*(lambda name=name: desk.post("/1/claim", {"agent": name}) for name in names))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    winner = next(answer.json["claimed_by"] for answer in answers if answer.status_code == 200)
    lost = next(answer.json for answer in answers if answer.status_code == 409)
    assert (lost["error"], lost["claimed_by"]) == ("claimed", winner)
    assert lost["do"] == "ask them to release it"
    assert desk.post("/1/claim", {"agent": winner}).status_code == 200
    assert [row.kind for row in desk.rows("events")].count("handoff_claimed") == 1


def test_a_reply_sent_many_times_at_once_reaches_the_customer_once(desk: FrontDesk) -> None:
    desk.hears(PERSON)
    before = len(desk.told())
    answers = at_once(*(lambda: desk.reply("On it.") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json["message_id"] for answer in answers}) == 1
    assert desk.told()[before:] == ["On it."]
    reused = desk.reply("Something else.")
    assert (reused.status_code, reused.json["error"]) == (409, "key_reused")


def test_of_two_agents_who_reply_at_once_one_is_told_who_has_it(desk: FrontDesk) -> None:
    desk.hears(PERSON)
    before = len(desk.told())
    answers = at_once(*(lambda name=name: desk.reply("Hello", agent=name, key=name) for name in ("anna", "ben")))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert desk.told()[before:] == ["Hello"]


def test_a_released_case_waits_for_anybody_and_the_bot_stays_silent(small: FrontDesk) -> None:
    small.hears(PERSON)
    small.post("/1/claim", {"agent": "anna"})
    assert small.post("/1/release", {"agent": "ben"}).status_code == 409
    assert small.post("/1/release", {"agent": "anna"}).json["state"] == "unclaimed"
    before = len(small.told())
    small.hears("hello?")
    assert len(small.told()) == before
    assert small.post("/1/claim", {"agent": "ben"}).status_code == 200


def test_the_bot_recovers_so_long_after_the_last_thing_the_person_did(small: FrontDesk) -> None:
    small.hears(PERSON)
    small.clock.pass_by(hours=40)
    assert small.reply("Still at it.").status_code == 201
    small.clock.pass_by(hours=40)
    before = len(small.told())
    small.hears("where is my order?")
    assert len(small.told()) == before  # 80 hours after the hand-off, 40 after the reply
    small.clock.pass_by(hours=9)
    small.hears("where is my order?")
    assert "5001" in small.told()[-1]


def test_a_reply_to_somebody_who_opted_out_is_refused_and_not_lost(small: FrontDesk) -> None:
    small.hears(PERSON)
    small.hears("STOP")
    answer = small.reply("Are you there?")
    assert (answer.status_code, answer.json["error"], answer.json["channel"]) == (409, "opted_out", "sms")
    assert answer.mimetype == "application/problem+json"
    assert "START" in answer.json["do"]
    assert "Are you there?" not in small.told()
    small.hears("START")
    assert small.reply("Are you there?").status_code == 201  # the key of what was refused is free


def test_a_reply_outside_the_whatsapp_window_is_refused_with_the_reason(small: FrontDesk) -> None:
    small.hears(PERSON, whatsapp=True)
    small.clock.pass_by(hours=25)
    answer = small.reply("Sorry for the wait.")
    assert (answer.status_code, answer.json["error"]) == (409, "whatsapp_window")
    small.hears("hello?", whatsapp=True)
    assert small.reply("Sorry for the wait.").json["channel"] == "whatsapp"
    assert small.told(Channel.WHATSAPP)[-1] == "Sorry for the wait."


def test_an_approved_template_for_replies_goes_out_after_the_window(sqlite_url: str, tmp_path: Path) -> None:
    shop = shutil.copytree(ROOT / "shop", tmp_path / "shop")
    with (shop / "shop.yaml").open("a") as file:
        file.write("\nwhatsapp_templates:\n  handoff.reply:\n")
        file.write(f"    en: {{sid: HX{'0' * 32}, variables: [agent, text]}}\n")
    with front_desk(sqlite_url, tmp_path, SHOP_DIR=str(shop)) as desk:
        desk.hears(PERSON, whatsapp=True)
        desk.clock.pass_by(hours=25)
        assert desk.reply("Sorry for the wait.").status_code == 201
        desk.works()
        sent = desk.mouth.sent[-1]
        assert (sent.in_session, sent.template_variables) == (False, ("anna", "Sorry for the wait."))


def test_the_words_of_an_agent_go_out_as_they_are(small: FrontDesk) -> None:
    small.hears(PERSON, whatsapp=True)
    words = "Code {{ shop.name }} & <b>5 %</b> {% raw %}\n\n- *one*\n- two\n\n\nÄnna 🙂"
    small.reply(words)
    assert small.told(Channel.WHATSAPP)[-1].split() == words.split()


def test_a_reply_goes_where_the_customer_last_wrote(small: FrontDesk) -> None:
    small.hears(PERSON)
    small.hears("I am on WhatsApp now", whatsapp=True)
    assert small.reply("Hello there.").json["channel"] == "whatsapp"


def test_who_replies_in_a_task_has_the_conversation_until_it_is_given_back(small: FrontDesk) -> None:
    small.hears("I want to make a complaint")
    small.hears("something else")
    small.hears("The courier shouted at me and threw the parcel over the fence")
    tasks = [case for case in small.get().json["cases"] if case["kind"] == "task"]
    assert tasks, small.told()
    assert small.reply("I am sorry to read that.", case=tasks[0]["id"]).status_code == 201
    before = len(small.told())
    small.hears("where is my order?")
    assert len(small.told()) == before
    small.post(f"/{tasks[0]['id']}/give_back", {})
    small.hears("where is my order?")
    assert "5001" in small.told()[-1]


def test_two_processes_on_one_database_answer_a_case_once(database_url: str, tmp_path: Path) -> None:
    with front_desk(database_url, tmp_path) as one, front_desk(database_url, tmp_path) as other:
        one.hears(PERSON)
        claims = at_once(*(lambda at=at: at.post("/1/claim", {"agent": "anna"}) for at in (one, other)))
        assert [answer.status_code for answer in claims] == [200, 200]
        sent = at_once(*(lambda at=at: at.reply("On it.") for at in (one, other, one, other)))
        assert sorted(answer.status_code for answer in sent) == [200, 200, 200, 201]
        closed = at_once(*(lambda at=at: at.post("/1/give_back") for at in (one, other)))
        assert sorted(answer.status_code for answer in closed) == [200, 409]
        assert [row.key for row in one.rows("outbox")].count("handoff.reply") == 1


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-25T18:00", "Wed, Nov 25, 2:00 PM"),
        ("2026-11-26T06:00", "Fri, Nov 27, 1:00 PM"),  # at night, before Thanksgiving
        ("2026-11-26T18:00", "Fri, Nov 27, 1:00 PM"),
        ("2026-12-24T23:00", "Mon, Dec 28, 11:00 AM"),  # two hours are left before Christmas and the day after
    ],
)
def test_the_customer_is_told_when_to_expect_an_answer_over_nights_and_holidays(
    sqlite_url: str, tmp_path: Path, moment: str, told: str
) -> None:
    with front_desk(sqlite_url, tmp_path, datetime.fromisoformat(moment).replace(tzinfo=UTC)) as desk:
        desk.hears(PERSON)
        assert told in desk.told()[-1]


def test_a_reply_to_somebody_who_wrote_a_mail_joins_its_thread(small: FrontDesk) -> None:
    small.writes("jane@mail.example", PERSON, message_id="<7@mail.example>")
    assert small.case()["reply_goes_to"] == {"channel": "email", "address": "j•••@m•••.example"}
    assert small.reply("Hello Jane.").json["channel"] == "email"
    small.works()
    sent = small.mouth.sent[-1]
    assert (sent.to, sent.headers["In-Reply-To"], sent.body.text) == (
        "jane@mail.example",
        "<7@mail.example>",
        "Hello Jane.",
    )


def test_a_closed_case_takes_nothing_more(small: FrontDesk) -> None:
    small.hears(PERSON)
    small.post("/1/give_back")
    for answer in (small.reply("Hi"), small.post("/1/claim", {"agent": "anna"}), small.post("/1/give_back")):
        assert (answer.status_code, answer.json["error"]) == (409, "closed")


def test_cases_are_listed_by_state_page_by_page(small: FrontDesk) -> None:
    small.hears(PERSON, 0)
    small.hears(PERSON, 1)
    small.hears(PERSON, 2)
    small.post("/1/give_back")
    small.post("/2/claim", {"agent": "anna"})
    listed = {
        state: [case["id"] for case in small.get(state=state).json["cases"]]
        for state in ("open", "unclaimed", "claimed", "closed", "all")
    }
    assert listed == {"open": [2, 3], "unclaimed": [3], "claimed": [2], "closed": [1], "all": [1, 2, 3]}
    first = small.get(state="all", limit=2).json
    assert ([case["id"] for case in first["cases"]], first["next"]) == ([1, 2], 2)
    assert small.get(state="all", limit=2, after=2).json["next"] is None
    assert small.get("/3").json["customer"] == {"id": None, "name": None}


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "error"),
    [
        ("/1/reply", {"agent": "anna", "text": "x"}, None, 400, "idempotency_key"),
        ("/1/reply", {"agent": "anna", "text": "x" * 4001}, "k", 400, "invalid"),
        ("/1/reply", {"agent": "anna", "text": "  "}, "k", 400, "invalid"),
        ("/1/reply", {"agent": "anna", "text": "a\x00b"}, "k", 400, "invalid"),
        ("/1/reply", {"agent": "anna", "text": "a", "channel": "sms"}, "k", 400, "invalid"),
        ("/1/reply", {"text": "a"}, "k", 400, "invalid"),
        ("/1/claim", ["anna"], None, 400, "unreadable"),
        ("/1/claim", {"agent": 7}, None, 400, "invalid"),
        ("/1/claim", {"agent": "a\nb"}, None, 400, "invalid"),
        ("/9/claim", {"agent": "anna"}, None, 404, "no_such_case"),
        ("/99999999999999999999/claim", {"agent": "anna"}, None, 404, "no_such_case"),
        ("/1/reply", {"agent": "anna", "text": "x" * 70_000}, "k", 413, "too_large"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_to_do(
    small: FrontDesk, path: str, body: Any, key: str | None, status: int, error: str
) -> None:
    answer = small.post(path, body, key)
    assert (answer.status_code, answer.json["error"], answer.json["status"]) == (status, error, status)
    assert answer.json["what"]
    assert answer.json["do"]


def test_without_the_token_nothing_is_told(small: FrontDesk) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = small.client.get("/api/handoffs/1", headers=headers)
        assert (answer.status_code, answer.json["error"]) == (401, "not_authorised")
    assert small.get(state="lost").status_code == 400


def test_tokens_cannot_be_guessed_for_long(small: FrontDesk) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = [small.client.get("/api/handoffs", headers=wrong).status_code for _ in range(62)]
    assert (set(answers[:60]), set(answers[60:])) == ({401}, {429})
