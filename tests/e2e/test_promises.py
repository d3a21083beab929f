"""The first three promises from outside: nothing lost, once, in order; in one process and in several."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.e2e.outside import inbound, phone, post_signed, wait_until
from tests.e2e.site import Site
from tests.e2e.stand_in_twilio import StandInTwilio

ASK = "where is my order?"


def post_all(base: str, forms: list[dict[str, str]], *, at_once: int = 50) -> list[str]:
    """Posts each form in a thread of its own; the message ids that were answered 2xx."""

    def post(form: dict[str, str]) -> str | None:
        try:
            with httpx.Client(timeout=60, limits=httpx.Limits(max_connections=1)) as client:
                return form["MessageSid"] if post_signed(client, base, form) < 300 else None
        except httpx.TransportError:
            return None

    with ThreadPoolExecutor(at_once) as pool:
        return [sid for sid in pool.map(post, forms) if sid]


def test_the_same_message_fifty_times_at_once_gets_one_reply(site: Site, twilio: StandInTwilio):
    site.load(customers=1)
    site.start()
    form = inbound(phone(0), ASK)

    taken = post_all(site.base, [form] * 50)

    assert len(taken) == 50
    wait_until(lambda: site.handled(taken) and site.settled(), "the reply has left")
    assert len(twilio.to(phone(0))) == 1
    assert "5001" in twilio.to(phone(0))[0].body
    assert set(site.stop()) == {0}  # each process ends by itself when asked to


def test_forty_messages_of_one_customer_at_once_are_handled_in_order(site: Site, twilio: StandInTwilio):
    site.load(customers=1)
    site.start()
    forms = [inbound(phone(0), f"{ASK} ({number})") for number in range(40)]

    taken = post_all(site.base, forms)

    assert len(taken) == 40
    wait_until(lambda: site.handled(taken), "all are handled")
    handled = [row.id for row in site.rows("SELECT id FROM inbox ORDER BY handled_at, id")]
    assert handled == sorted(handled)
    assert len(handled) == 40
    wait_until(site.settled, "all replies have left")
    written = site.rows("SELECT provider_id FROM outbox WHERE audience = 'customer' ORDER BY id")
    assert [row.provider_id.removeprefix("twilio:") for row in written] == [sent.sid for sent in twilio.to(phone(0))]


@pytest.mark.slow
def test_killed_in_the_middle_nothing_taken_is_lost_or_answered_twice(site: Site, twilio: StandInTwilio):
    twilio.slow = 0.02
    customers = 12
    site.load(customers)
    site.start()
    forms = [inbound(phone(number % customers), ASK) for number in range(customers * 5)]
    taken: list[str] = []

    for begin in range(0, len(forms), 20):
        taken += post_all(site.base, forms[begin : begin + 20])
        site.kill()
        site.start()
    wait_until(lambda: site.handled(taken), "everything that was taken is handled", seconds=60)
    wait_until(site.settled, "every reply has left", seconds=180)

    assert len(taken) == len(forms)
    replies = site.rows("SELECT inbox_id, count(*) AS number FROM outbox WHERE audience = 'customer' GROUP BY inbox_id")
    assert all(row.number == 1 for row in replies)
    for number in range(customers):
        assert len(twilio.to(phone(number))) == 5


@pytest.mark.parametrize("site", ["embedded"], indirect=True)
def test_an_unsigned_request_changes_nothing(site: Site):
    site.load(customers=1)
    site.start()

    answer = httpx.post(f"{site.base}/webhooks/twilio", data=inbound(phone(0), ASK))

    assert answer.status_code == 403
    assert site.rows("SELECT id FROM inbox") == []
