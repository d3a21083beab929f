"""`flask shop replay` over a conversation that came in by signed webhooks: the same with nothing edited, and otherwise
where words or policies were edited; the live database stays as it was."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from app import create_app
from bot.importing_text import SourceFile
from bot.model import Channel
from config import Settings, TwilioSettings
from console.demo.sample import sample
from console.parts import parts
from rehearsal import MovedClock, Nodding
from tests.channels.twilio_payloads import ACCOUNT, BASE, TOKEN, encoded, payload, signature

SHOP = Path(__file__).resolve().parents[2] / "shop"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
TALK = ("where is my order", "can I talk to a real person")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which customers of the sample shop wrote by SMS, each thing a minute after the other."""
    folder = tmp_path_factory.mktemp("replay")
    shutil.copytree(SHOP, folder / "shop", ignore=shutil.ignore_patterns("guides", "golden.yaml"))
    for path in (folder / "shop").glob("*/*.yaml"):
        if path.name != "en.yaml" and path.parent.name != "tests":
            path.unlink()
    clock = MovedClock(NOW)
    app = make_app(folder, clock)
    joined = parts(app)
    records = sample(NOW)
    joined.import_files([SourceFile("shop.json", json.dumps(records).encode())], start=print, progress=lambda _: None)
    for customer in [one for one in records["customers"] if one.get("phone")][:3]:
        for count, text in enumerate(TALK):
            clock.moment += timedelta(minutes=1)
            form = payload("sms_text", Body=text, From=customer["phone"], MessageSid=f"SM{customer['id']}{count}")
            url = f"{BASE}/webhooks/twilio"
            headers = {"X-Twilio-Signature": signature(url, form)}
            answer = app.test_client().post(
                "/webhooks/twilio",
                base_url=BASE,
                data=encoded(form),
                headers=headers,
                content_type="application/x-www-form-urlencoded",
            )
            assert answer.status_code == 200, answer.text
            joined.service.answer_next()
            while joined.service.send_next():
                pass
    joined.engine.dispose()
    return folder


@pytest.fixture
def edited(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder / "shop", tmp_path / "edited"))


def make_app(folder: Path, clock: MovedClock) -> Flask:
    settings = Settings(
        public_base_url=BASE,
        shop_dir=folder / "shop",
        database_url=f"sqlite:///{folder / 'doorstep.db'}",
        secret_key="a secret key of the tests only",
        twilio=TwilioSettings(ACCOUNT, TOKEN, sms_from="+15005550006"),
        encoder=False,
        log_level="warning",
    )
    return create_app(settings, clock=clock, senders=dict.fromkeys(Channel, Nodding()))


def replay(folder: Path, *arguments: str) -> Result:
    app = make_app(folder, MovedClock(NOW + timedelta(days=2)))
    result = FlaskCliRunner(app).invoke(args=["shop", "replay", *arguments])
    parts(app).engine.dispose()
    return result


def replayed(folder: Path, *arguments: str) -> Any:
    result = replay(folder, "--json", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("doorstep.db*")) if not path.name.endswith("-shm"))


def test_with_nothing_edited_all_is_the_same_and_the_database_untouched(folder: Path) -> None:
    before = content(folder)
    result = replay(folder, "--json", "--fail-on-change")
    assert result.exit_code == 0, result.output
    counts = {"same": 6, "other words": 0, "other action": 0, "not replayable": 0}
    assert json.loads(result.stdout) == {"messages": 6, "counts": counts, "turns": []}
    assert content(folder) == before


def test_edited_words_are_shown_beside_those_that_were_said(folder: Path, edited: Path) -> None:
    words = edited / "templates/en.yaml"
    words.write_text(words.read_text().replace("I've passed this to our team", "Our team has it now"))
    result = replay(folder, "--shop", str(edited), "--fail-on-change")
    assert result.exit_code == 1
    assert "  - I've passed this to our team" in result.output
    assert "  + Our team has it now" in result.output
    assert "customer: can I talk to a real person" in result.output
    assert "+1503" not in result.output
    found = replayed(folder, "--shop", str(edited), "--limit", "2")
    assert found["messages"] == 2
    assert found["counts"]["other words"] == 1
    assert found["turns"][0]["from"].startswith("•••")


def test_another_policy_shows_as_another_action(folder: Path, edited: Path) -> None:
    settings = edited / "shop.yaml"
    settings.write_text(settings.read_text().replace("answer_within_hours: 4", "answer_within_hours: 2"))
    found = replayed(folder, "--shop", str(edited))
    assert found["counts"]["other words"] == 3  # the customer is promised an earlier answer
    assert all("handoff.opened" in turn["now"]["keys"] for turn in found["turns"])


def test_what_came_before_is_left_out(folder: Path) -> None:
    assert replayed(folder, "--since", "1d")["messages"] == 0
    assert replayed(folder, "--since", "7d")["messages"] == 6
    assert replayed(folder, "--since", (NOW + timedelta(minutes=6)).isoformat())["messages"] == 1


def test_faulty_files_and_a_wrong_moment_are_told(folder: Path, edited: Path) -> None:
    (edited / "shop.yaml").write_text("name: Fern\n")
    result = replay(folder, "--shop", str(edited))
    assert result.exit_code == 1
    assert "shop.yaml:" in result.output
    assert "neither a moment" in replay(folder, "--since", "last week").output


def test_where_there_is_no_database_none_is_made(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "shop", tmp_path / "shop")
    result = replay(tmp_path)
    assert result.exit_code == 1
    assert "there is nothing to replay" in result.output
    assert not (tmp_path / "doorstep.db").exists()
