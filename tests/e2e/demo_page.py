"""`flask demo` in a process of its own, and its page in a browser."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.e2e.outside import ROOT, free_port, wait_until

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = "Doorstep is ready"


class Demo:
    """The command under way in a directory that holds nothing of ours."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.port = port or free_port()
        self.log = folder / f"demo-{self.port}-{time.monotonic_ns()}.log"
        self.base = f"http://127.0.0.1:{self.port}"
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", str(ROOT / "app.py"), "demo"],
                cwd=folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return {**kept, "PYTHONUNBUFFERED": "1", "HOST": "127.0.0.1", "PORT": str(self.port)}

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_ready(self) -> "Demo":
        wait_until(lambda: READY in self.said or self._process.poll() is not None, "the demo is ready", seconds=60)
        assert READY in self.said, self.said
        return self

    def ended(self, seconds: float = 60.0) -> int:
        """Its exit code, once it has ended by itself."""
        return self._process.wait(seconds)

    def interrupt(self) -> float:
        """Presses Ctrl+C; the seconds until it has ended."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)
        return time.monotonic() - began

    def close(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.interrupt()  # so that it takes its database with it
            self._process.kill()
            self._process.wait(10)


@contextlib.contextmanager
def browser(profile: Path, width: int = 1400, height: int = 900) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    resize(driver, width, height)
    try:
        yield driver
    finally:
        driver.quit()


def resize(driver: webdriver.Chrome, width: int, height: int = 900) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


class Page:
    """The demo's page as who sits before it uses it."""

    def __init__(self, driver: webdriver.Chrome, base: str) -> None:
        self.driver = driver
        self._base = base

    def open(self) -> "Page":
        self.driver.get(f"{self._base}/demo")
        self.until(lambda: self.all("#people button"), "there are customers")
        return self

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """What stands in all that match, seen or not."""
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent).join('\\n')"
        return str(self.driver.execute_script(script, selector))

    def until(self, true: Callable[[], Any], what: str, seconds: float = 20.0) -> None:
        def holds() -> bool:
            try:
                return bool(true())
            except StaleElementReferenceException:
                return False

        wait_until(holds, what, seconds=seconds)

    def pick(self, name: str) -> None:
        self.press("#people button", name)
        self.until(lambda: name in self.text("#who"), f"{name} is picked")

    def switch(self, channel: str) -> None:
        self.one(f"#tab-{channel}").click()
        self.until(lambda: self.one(".screen").get_attribute("data-channel") == channel, f"{channel} is shown")

    def press(self, selector: str, title: str) -> None:
        self.until(lambda: self._titled(selector, title), f"there is {title}")
        self._titled(selector, title)[0].click()

    def _titled(self, selector: str, title: str) -> list[WebElement]:
        return [one for one in self.all(selector) if title in one.text]

    def say(self, text: str) -> None:
        self.one("#text").send_keys(text)
        self.one("#compose [type=submit]").click()

    def hears(self, words: str, seconds: float = 20.0) -> None:
        """Waits until the latest message of the shop's has these words."""
        self.until(lambda: words in self.text("#thread li.out:last-child"), f"the shop says {words!r}", seconds)

    def move_clock(self, title: str) -> None:
        self.press("[data-hours]", title)
        self.until(lambda: not self.one("#moving").is_displayed(), "the clock has moved", seconds=60)

    def errors(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]
