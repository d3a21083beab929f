"""The shop's files while the bot runs: changes are taken up, mistakes never reach a customer, restarts are safe."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.errors import Fault, ShopFilesError
from bot.merchant.shop import Shop
from bot.model import Channel, Say
from storage.merchant import KEPT, ShopKeeper, fingerprints, keep_good, last_good, read_files
from storage.shelf import FolderShelf

SHOP = Path(__file__).resolve().parents[2] / "shop"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GOOD = "thanks: You're very welcome! I'm here if anything else comes up."
BROKEN = "thanks: You're very welcome, {{ order.number }}!"


class StillClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The sample shop in English alone, so that many loads stay quick."""
    copy = tmp_path / "shop"
    shutil.copytree(SHOP, copy)
    shutil.rmtree(copy / "faq")
    shutil.rmtree(copy / "catalog" / "guides")
    for path in [*copy.glob("templates/*.yaml"), *copy.glob("phrases/*.yaml")]:
        if path.name != "en.yaml":
            path.unlink()
    return copy


@pytest.fixture
def keeper(directory: Path, engine: Engine) -> ShopKeeper:
    return ShopKeeper(directory, engine, StillClock())


def save(directory: Path, old: str, new: str, file: str = "templates/en.yaml") -> None:
    path = directory / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))


def thanks(keeper: ShopKeeper) -> str:
    words = keeper.shop().words
    return words.render([Say(key="thanks")], channel=Channel.CHAT, language="en", zone="UTC").text


def test_a_change_is_served_at_the_next_look(keeper: ShopKeeper, directory: Path) -> None:
    assert thanks(keeper).startswith("You're very welcome")
    save(directory, GOOD, "thanks: Any time.")
    assert keeper.refresh()
    assert thanks(keeper) == "Any time."


def test_nothing_is_read_again_while_nothing_changes(keeper: ShopKeeper) -> None:
    assert keeper.refresh()
    shop = keeper.shop()
    assert not keeper.refresh()
    assert keeper.shop() is shop


def test_a_broken_template_is_logged_exactly_and_once_and_customers_get_the_last_good_words(
    keeper: ShopKeeper, directory: Path
) -> None:
    keeper.refresh()
    save(directory, GOOD, BROKEN)
    with capture_logs() as logs:
        assert not keeper.refresh()
        assert not keeper.refresh()
    faults = [entry["fault"] for entry in logs if entry["event"] == "shop_file_fault"]
    assert len(faults) == 1
    assert faults[0].startswith("templates/en.yaml:")
    assert "thanks: order is not known here (known: shop)" in faults[0]
    assert [str(fault) for fault in keeper.faults] == faults
    assert thanks(keeper).startswith("You're very welcome")


def test_a_mended_file_is_served_again(keeper: ShopKeeper, directory: Path) -> None:
    keeper.refresh()
    save(directory, GOOD, BROKEN)
    keeper.refresh()
    save(directory, BROKEN, "thanks: Mended.")
    assert keeper.refresh()
    assert thanks(keeper) == "Mended."
    assert keeper.faults == ()


def test_a_mistake_taken_back_leaves_no_fault(keeper: ShopKeeper, directory: Path) -> None:
    keeper.refresh()
    save(directory, GOOD, BROKEN)
    keeper.refresh()
    save(directory, BROKEN, GOOD)
    assert not keeper.refresh()
    assert keeper.faults == ()


def test_a_version_that_must_not_follow_is_refused_and_the_one_before_goes_on(directory: Path, engine: Engine) -> None:
    told = Fault("golden.yaml", 7, "en.reorder", "'more' would be read as thanks")
    keeper = ShopKeeper(directory, engine, StillClock(), prepare=lambda shop: [told])
    keeper.refresh()
    served = keeper.shop()
    save(directory, GOOD, "thanks: Any time.")
    with capture_logs() as logs:
        assert not keeper.refresh()
        assert not keeper.refresh()
    assert keeper.shop() is served
    assert keeper.faults == (told,)
    assert [entry["event"] for entry in logs] == ["shop_file_fault", "shop_files_refused"]
    assert logs[0]["fault"] == "golden.yaml:7: en.reorder: 'more' would be read as thanks"
    kept = last_good(engine)
    assert kept is not None
    assert GOOD in kept[0]["templates/en.yaml"]


def test_a_version_is_made_ready_before_it_is_served(directory: Path, engine: Engine) -> None:
    seen: list[tuple[str, str]] = []

    def prepare(shop: Shop) -> Sequence[Fault]:
        seen.append((shop.version, keeper.shop().version))
        return ()

    keeper = ShopKeeper(directory, engine, StillClock(), prepare=prepare)
    keeper.refresh()
    assert seen == []  # the first follows none
    before = keeper.shop().version
    save(directory, GOOD, "thanks: Any time.")
    keeper.refresh()
    assert seen == [(keeper.shop().version, before)]


def test_files_that_are_not_read_at_all_are_not_made_ready(directory: Path, engine: Engine) -> None:
    made: list[Shop] = []
    keeper = ShopKeeper(directory, engine, StillClock(), prepare=lambda shop: made.append(shop) or ())
    keeper.refresh()
    save(directory, GOOD, BROKEN)
    keeper.refresh()
    assert made == []


def test_a_restart_with_broken_files_serves_the_last_good_ones_loudly(directory: Path, engine: Engine) -> None:
    ShopKeeper(directory, engine, StillClock()).refresh()
    save(directory, GOOD, BROKEN)
    restarted = ShopKeeper(directory, engine, StillClock())
    with capture_logs() as logs:
        assert restarted.refresh()
    assert thanks(restarted).startswith("You're very welcome")
    assert restarted.faults
    assert {entry["log_level"] for entry in logs} == {"error"}


def test_a_restart_without_any_files_serves_the_last_good_ones(directory: Path, engine: Engine) -> None:
    ShopKeeper(directory, engine, StillClock()).refresh()
    shutil.rmtree(directory)
    assert thanks(ShopKeeper(directory, engine, StillClock())).startswith("You're very welcome")


def test_with_nothing_good_ever_it_refuses_with_every_fault(directory: Path, engine: Engine) -> None:
    save(directory, GOOD, BROKEN)
    save(directory, "currency: USD\n", "", "shop.yaml")
    with pytest.raises(ShopFilesError) as refused:
        ShopKeeper(directory, engine, StillClock()).refresh()
    assert any(fault.key == "currency" for fault in refused.value.faults)


def test_a_refused_start_goes_well_once_the_files_are_mended(directory: Path, engine: Engine) -> None:
    save(directory, GOOD, BROKEN)
    keeper = ShopKeeper(directory, engine, StillClock())
    with pytest.raises(ShopFilesError):
        keeper.refresh()
    save(directory, BROKEN, GOOD)
    assert keeper.refresh()


def test_the_watching_thread_takes_changes_up(keeper: ShopKeeper, directory: Path) -> None:
    import time

    keeper.refresh()
    keeper.start()
    try:
        save(directory, GOOD, "thanks: Any time.")
        until = time.monotonic() + 20
        while thanks(keeper) != "Any time." and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        keeper.stop()
    assert thanks(keeper) == "Any time."


def test_only_the_newest_good_versions_are_kept(engine: Engine) -> None:
    for number in range(KEPT + 3):
        keep_good(engine, f"v{number}", {"shop.yaml": str(number)}, NOW + timedelta(minutes=number))
    assert last_good(engine) == ({"shop.yaml": str(KEPT + 2)}, NOW + timedelta(minutes=KEPT + 2))


def test_going_back_to_an_older_version_makes_it_the_newest_good_one(engine: Engine) -> None:
    keep_good(engine, "old", {"shop.yaml": "old"}, NOW)
    keep_good(engine, "new", {"shop.yaml": "new"}, NOW + timedelta(minutes=1))
    keep_good(engine, "old", {"shop.yaml": "old"}, NOW + timedelta(minutes=2))
    kept = last_good(engine)
    assert kept is not None
    assert kept[0] == {"shop.yaml": "old"}


def test_hidden_files_and_editors_leftovers_are_not_read(directory: Path) -> None:
    (directory / ".git").mkdir()
    (directory / ".git/config.yaml").write_text("a: 1")
    (directory / "templates/.en.yaml.swp").write_text("x")
    (directory / "templates/en.yaml~").write_text("x")
    (directory / "notes.md").write_text("x")
    assert {path for path in read_files(directory) if not path.startswith("tests/")} == {
        "catalog/products.yaml",
        "golden.yaml",
        "notices.yaml",
        "phrases/en.yaml",
        "policies.yaml",
        "shop.yaml",
        "templates/en.yaml",
    }


def test_a_file_with_a_byte_order_mark_is_read(directory: Path) -> None:
    path = directory / "shop.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_files(directory)["shop.yaml"].startswith("# Your shop")


def test_a_file_that_is_not_utf8_is_told_with_its_line(directory: Path) -> None:
    (directory / "phrases/en.yaml").write_bytes(b"reorder:\n  - caf\xe9\n")
    with pytest.raises(ShopFilesError) as refused:
        read_files(directory)
    assert str(refused.value) == "phrases/en.yaml:2: this is not UTF-8 text (save the file as UTF-8)"


def test_a_missing_directory_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(ShopFilesError, match="set SHOP_DIR"):
        read_files(tmp_path / "nowhere")


def test_saving_a_file_changes_its_fingerprint(directory: Path) -> None:
    before = fingerprints(directory)
    save(directory, GOOD, "thanks: Hi.")
    assert fingerprints(directory) != before


def test_what_was_found_clean_is_kept_on_the_shelf_for_the_next_start(
    directory: Path, engine: Engine, tmp_path: Path
) -> None:
    shelf = FolderShelf(tmp_path / "cache")
    ShopKeeper(directory, engine, StillClock(), shelf=shelf).refresh()
    assert {path.name.split("-")[0] for path in (tmp_path / "cache").iterdir()} == {"clean"}
    keeper = ShopKeeper(directory, engine, StillClock(), shelf=shelf)
    assert thanks(keeper).startswith("You're very welcome")
    save(directory, GOOD, BROKEN)
    keeper.refresh()
    assert [fault.key for fault in keeper.faults] == ["thanks"]
