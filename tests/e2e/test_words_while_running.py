"""The merchant's words, edited while the shop is running: a mistake is told exactly and no customer ever sees it."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from tests.e2e.outside import ROOT, phone, ready, run, wait_until, write_shop
from tests.e2e.street import Sender, Street, open_street

CUSTOMERS = 100  # so many that none asks as fast as a machine would
SOON = 10.0  # seconds in which a saved file is heard of
GREETING = "Take care! Write any time if you need us."  # the sample shop's goodbye


class Merchant:
    """Somebody with an editor in the shop's folder."""

    def __init__(self, folder: Path, street: Street) -> None:
        self.words = folder / "templates" / "en.yaml"
        self.folder = folder
        self.street = street
        self.customers = cycle(range(CUSTOMERS))
        self._good = self.words.read_text()

    def save(self, change: Callable[[str], str]) -> str:
        """The sample shop's words with a change; what they are then."""
        text = change(self._good)
        assert text != self._good
        self.words.write_text(text)
        return text

    def restore(self) -> None:
        self.words.write_text(self._good)

    def log(self) -> str:
        return "".join(process.log.read_text(errors="replace") for process in self.street.site.processes)

    def check(self) -> tuple[int, str]:
        """`flask shop check`: its exit code, and all it says on one line."""
        done = run(self.street.site.environment, "shop", "check")
        return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.fixture(scope="module")
def merchant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Merchant]:
    folder = tmp_path_factory.mktemp("words")
    shop = folder / "shop"
    shutil.copytree(ROOT / "shop", shop)
    with open_street("embedded", f"sqlite:///{folder / 'doorstep.db'}", folder, SHOP_DIR=str(shop)) as street:
        street.site.run("shop", "import", str(write_shop(folder / "shop.json", CUSTOMERS)))
        street.site.start()
        yield Merchant(shop, street)


@pytest.fixture(autouse=True)
def mended(merchant: Merchant) -> Iterator[None]:
    """Each test begins and ends with good files being served."""
    yield
    merchant.restore()
    wait_until(lambda: says(merchant, GREETING), "the good words are served again", seconds=SOON)


def says(merchant: Merchant, words: str) -> bool:
    """Whether a customer, another one each time, gets to read these words for a goodbye."""
    return words in merchant.street.ask(Sender("sms", phone(next(merchant.customers))), "bye")


def line_of(text: str, words: str) -> int:
    """The line of a file that has these words, from 1."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def reworded(new: str) -> Callable[[str], str]:
    return lambda text: text.replace(GREETING, new)


#: Slips of a merchant: the key, what is written there, and what is suggested instead.
SLIPS = (
    ("thanks", "Thanks from {{ shop.name|uper }}!", "upper"),
    ("goodbye", "Bye from {{ shop.nmae }}!", "shop.name"),
    ("never_mind", "Never mind {{ shop.name !", ""),
    ("again", "Again {{ shop.__class__.__mro__ }}!", ""),
)


def test_every_slip_is_told_with_file_line_and_key_and_customers_get_the_last_good_words(merchant: Merchant):
    before = len(merchant.log())

    text = merchant.save(with_slips)
    places = [f"templates/en.yaml:{line_of(text, wrong)}: {key}: " for key, wrong, _ in SLIPS]
    wait_until(lambda: all(place in merchant.log()[before:] for place in places), f"all of {places}", seconds=SOON)
    code, said = merchant.check()

    assert code == 1
    for place, (_, _, suggestion) in zip(places, SLIPS, strict=True):
        assert place in said
        assert suggestion in said.partition(place)[2].partition("templates/en.yaml")[0]
    assert "shop_files_refused" in merchant.log()[before:]
    assert says(merchant, GREETING)


def with_slips(text: str) -> str:
    for key, wrong, _ in SLIPS:
        text = re.sub(rf"^{key}: .*$", f"{key}: '{wrong}'", text, flags=re.M)
    return text


def test_a_file_that_is_no_yaml_is_told_by_its_line(merchant: Merchant):
    before = len(merchant.log())

    text = merchant.save(lambda good: good.replace("thanks: You're", "thanks: [You're"))
    where = re.compile(rf"templates/en\.yaml:({line_of(text, 'thanks: [')}|{line_of(text, 'thanks: [') + 2})\b")
    wait_until(lambda: bool(where.search(merchant.log()[before:])), f"the log says {where.pattern}", seconds=SOON)
    code, said = merchant.check()

    assert code == 1
    assert where.search(said)
    assert says(merchant, GREETING)


def test_the_same_mistake_is_logged_once_for_each_time_it_is_saved(merchant: Merchant):
    before = len(merchant.log())

    merchant.save(reworded("'Bye {{ nobody }}'"))
    wait_until(lambda: "shop_files_refused" in merchant.log()[before:], "it is logged", seconds=SOON)
    time.sleep(2.2)  # two looks at the files

    assert merchant.log()[before:].count("shop_files_refused") == 1


def test_good_words_are_served_within_seconds(merchant: Merchant):
    merchant.save(reworded("'Bye {{ nobody }}'"))
    time.sleep(1.5)
    merchant.save(reworded("So long, and thanks from {{ shop.name }}!"))

    wait_until(lambda: says(merchant, "So long, and thanks from Fern & Field!"), "the new words", seconds=SOON)
    assert merchant.check()[0] == 0


def test_an_editor_that_replaces_the_file_is_noticed_too(merchant: Merchant):
    new = merchant.folder / "templates" / ".en.yaml.swp"
    new.write_text(merchant.words.read_text().replace(GREETING, "See you!"))
    new.replace(merchant.words)

    wait_until(lambda: says(merchant, "See you!"), "the new words", seconds=SOON)


def test_the_service_says_that_it_is_ready_while_files_are_broken(merchant: Merchant):
    merchant.save(reworded("'Bye {{ nobody }}'"))
    time.sleep(1.5)

    assert httpx.get(f"{merchant.street.site.base}/readyz", timeout=5).status_code == 200


def test_after_a_restart_with_broken_files_the_last_good_words_are_served(merchant: Merchant):
    site = merchant.street.site
    merchant.save(reworded("Farewell!"))
    wait_until(lambda: says(merchant, "Farewell!"), "the new words", seconds=SOON)
    text = merchant.save(reworded("'Bye {{ nobody }}'"))

    assert set(site.stop()) == {0}
    site.start()

    assert ready(site.base)
    assert f"templates/en.yaml:{line_of(text, 'nobody')}: goodbye" in merchant.log()
    assert says(merchant, "Farewell!")
    assert "5001" in merchant.street.ask(Sender("sms", phone(0)), "where is my order?")
