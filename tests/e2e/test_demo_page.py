"""The demo as its user sees it: a page in a browser, over the command they typed."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from tests.e2e.demo_page import Demo, Page, browser, resize
from tests.e2e.outside import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo"))
    yield running.wait_ready()
    running.close()


@pytest.fixture(scope="module")
def page(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    profile = tmp_path_factory.mktemp("profile")
    with browser(profile) as driver:
        yield Page(driver, demo.base).open()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_errors(page: Page) -> Iterator[None]:
    """Whatever is done on the page, nothing fails behind it."""
    resize(page.driver, 1400)
    yield
    assert page.errors() == []


def test_a_question_is_answered_at_once_and_a_list_is_chosen_from(page: Page) -> None:
    page.pick("Maya Okafor")
    page.press("#tries button", "Where is my order?")
    began = time.monotonic()
    page.hears("What would suit you best?")
    assert time.monotonic() - began < 3
    page.one("#thread .choices summary").click()
    page.press("#thread .choices button", "I'll pick it up")
    page.until(lambda: "I'll pick it up" in page.text("#thread li.in"), "the choice is said")
    page.until(lambda: page.all("#thread li.in + li.out + li.in + li.out"), "the choice is answered")


def test_a_numbered_menu_of_an_sms_is_answered_by_number(page: Page) -> None:
    page.pick("Hana Sato")
    page.until(lambda: page.text("#tab-sms b") == "1", "the bot wrote unasked, and it is unread")
    page.switch("sms")
    page.hears("1. Another day")
    assert "SMS segment" in page.text("#thread .foot")
    assert page.text("#tab-sms b") == ""
    page.say("1")
    page.hears("Which day suits you")


def test_a_mail_is_answered_in_its_thread(page: Page) -> None:
    page.pick("Elena Rossi")
    page.switch("email")
    page.one("#subject").send_keys("My parcel")
    page.say("Hello, where is my order?")
    page.until(lambda: "Re: My parcel" in page.text("#thread li.out .subject"), "the answer keeps the subject")
    page.until(lambda: page.one("#subject").get_attribute("value") == "", "the next mail answers this one")
    page.say("Thank you!")
    page.until(lambda: len(page.all("#thread li.in")) == 2, "the second mail is there")
    assert page.text("#thread li.in:nth-child(3) .words") == "Thank you!"  # what it quotes is not read again
    page.switch("whatsapp")


def test_a_photo_can_be_sent(page: Page) -> None:
    page.pick("Ruth Adler")
    page.one("#photo").click()
    page.until(lambda: "Photo" in page.text("#thread li.in"), "the photo is in the thread")


def test_what_the_carrier_reports_is_told_and_can_be_given_back_from_a_person(page: Page) -> None:
    page.pick("Diego Vargas")
    page.press(".carrier button", "Nobody home")
    page.until(lambda: "Delivery problem" in page.text("#notices .sent"), "the customer is told")
    page.until(lambda: "attempt failed" in page.text("#people [aria-pressed=true]"), "the list of customers knows")
    page.press("#tries button", "Talk to a person")
    page.press("#handoffs button", "Give back to the bot")
    page.until(lambda: not page.all("#handoffs button"), "the bot has the conversation again")


def test_five_days_pass_and_a_rating_is_given_in_place(page: Page) -> None:
    page.pick("Jonas Weber")
    page.switch("sms")
    before = page.text("#clock")
    began = time.monotonic()
    page.move_clock("+5 days")
    assert time.monotonic() - began < 20
    assert page.text("#clock") != before
    assert "new messages" in page.text("#news")
    for _ in range(4):
        if "Review request" in page.text("#notices .sent"):
            break
        page.move_clock("+1 hour" if "Review request" in page.text("#notices .held") else "+1 day")
    assert "Review request" in page.text("#notices .sent")
    page.until(lambda: "1" in page.text("#thread li.out:last-child"), "the rating is asked for")
    page.say("4")
    page.until(lambda: page.all("#thread li.in + li.out"), "the rating is answered")


def test_two_customers_picked_quickly_never_mix(page: Page) -> None:
    page.pick("Grace Liu")
    page.switch("whatsapp")
    page.say("Hello from Grace")
    page.until(lambda: "Hello from Grace" in page.text("#thread"), "her message is there")
    script = """
        const people = [...document.querySelectorAll('#people li')];
        const press = (name) => people.find((one) => one.textContent.includes(name)).querySelector('button').click();
        for (let turn = 0; turn < 12; turn += 1) press(turn % 2 ? 'Adam Kowalski' : 'Grace Liu');
    """
    page.driver.execute_script(script)
    page.until(lambda: "Adam Kowalski" in page.text("#who"), "the last one picked is shown")
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        assert "Hello from Grace" not in page.text("#thread")
        assert "Adam Kowalski" in page.text("#people [aria-pressed=true]")


def test_it_goes_by_keyboard_alone(page: Page) -> None:
    page.pick("Zoe Papadakis")
    page.one("#tab-whatsapp").send_keys(Keys.ARROW_RIGHT)
    focused = page.driver.switch_to.active_element
    assert focused.get_attribute("id") == "tab-sms"
    assert focused.get_attribute("aria-selected") == "true"
    focused.send_keys(Keys.ARROW_LEFT)
    page.one("#text").send_keys("Hello", Keys.ENTER)
    page.until(lambda: page.all("#thread li.in + li.out"), "the answer is there")
    outline = (
        "document.activeElement.matches(':focus-visible') && getComputedStyle(document.activeElement).outlineStyle"
    )
    assert page.driver.execute_script(f"return {outline}") == "solid"


def test_every_control_has_a_name_and_every_id_stands_once(page: Page) -> None:
    nameless = """
        const named = (one) => one.ariaLabel || one.textContent.trim() || one.getAttribute('aria-labelledby');
        return [...document.querySelectorAll('button, input, textarea, progress, [role=tabpanel], section')]
            .filter((one) => !named(one)).map((one) => one.outerHTML);
    """
    doubled = """
        const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
        return ids.filter((id, place) => ids.indexOf(id) !== place);
    """
    assert page.driver.execute_script(nameless) == []
    assert page.driver.execute_script(doubled) == []
    assert page.one("#thread").get_attribute("aria-live") == "polite"
    assert page.one("#trouble").get_attribute("role") == "alert"


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_nothing_is_cut_off_at_any_width(page: Page, width: int) -> None:
    resize(page.driver, width, 740)
    script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    page.until(lambda: page.driver.execute_script("return innerWidth") == width, "the window is resized")
    assert page.driver.execute_script(script) == 0
    assert page.one("#compose [type=submit]").is_displayed()


def test_a_message_that_the_webhook_refused_is_told_and_kept(page: Page) -> None:
    refusing = """
        const answer = window.fetch;
        const refusal = () => Promise.resolve(new Response(JSON.stringify({ webhook: 403 }), { status: 502 }));
        window.fetch = (path, asked) => (path.endsWith('send') ? refusal() : answer(path, asked));
    """
    page.pick("Amy Park")
    page.driver.execute_script(refusing)
    page.say("Hello?")
    page.until(lambda: "refused the message (403)" in page.text("#trouble"), "the refusal is told")
    assert page.one("#text").get_attribute("value") == "Hello?"
    page.open()


def test_only_its_own_page_may_press_its_buttons(demo: Demo) -> None:
    refused = httpx.post(f"{demo.base}/demo/api/clock", json={"hours": 1})
    policy = httpx.get(f"{demo.base}/demo").headers["Content-Security-Policy"]
    assert refused.status_code == 403
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy


def test_a_second_demo_is_told_that_the_port_is_taken(demo: Demo, tmp_path: Path) -> None:
    second = Demo(tmp_path, demo.port)
    assert second.ended() == 1
    assert f"127.0.0.1:{demo.port} is taken: set another PORT" in second.said
    assert "Traceback" not in second.said
    assert httpx.get(f"{demo.base}/demo/api/people").status_code == 200


def test_a_demo_that_is_gone_is_told_on_the_page_and_ctrl_c_ends_it_cleanly(tmp_path: Path, page: Page) -> None:
    running = Demo(tmp_path)
    try:
        running.wait_ready()
        assert f"open {running.base}/demo" in running.said
        other = Page(page.driver, running.base).open()
        other.pick("Maya Okafor")
        assert running.interrupt() < 5
        assert running.ended() == 0
        assert "Traceback" not in running.said
        other.until(lambda: "does not answer" in other.text("#trouble"), "the page says so")
        other.say("still there?")
        wait_until(lambda: other.one("#text").get_attribute("value") == "still there?", "what was typed is kept")
        page.errors()  # the browser itself notes each request that found nobody
    finally:
        running.close()
    assert [path.name for path in tmp_path.iterdir()] == [running.log.name]
