"""The sample shop's files as texts, and small shops made from them with one thing changed."""

from collections.abc import Mapping
from pathlib import Path

from bot.errors import ShopFilesError
from bot.merchant.load import Loaded
from storage.merchant import Loading

LOADING = Loading()  # what was judged for one test is not judged for the next
ROOT = Path(__file__).resolve().parents[3] / "shop"


def sample_texts() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.yaml"))
    }


def english_texts() -> dict[str, str]:
    """Without the words in other languages, which many tests need not wait for."""
    texts = sample_texts()
    others = [name for name in texts if name.startswith("templates/") and name != "templates/en.yaml"]
    return texts | dict.fromkeys(others, "thanks: De nada.\n")


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The sample shop with one passage of one file replaced."""
    texts = english_texts()
    assert old in texts[file], f"{old!r} is not in {file}"
    return {**texts, file: texts[file].replace(old, new, 1)}


def with_template(key: str, entry: str) -> dict[str, str]:
    """The sample shop whose English file ends with this entry for the key, instead of its own."""
    texts = english_texts()
    lines = texts["templates/en.yaml"].splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(f"{key}:"))
    after = (index for index in range(start + 1, len(lines)) if lines[index][:1] not in ("", " "))
    end = next(after, len(lines))
    kept = [*lines[:start], *lines[end:]]
    return {**texts, "templates/en.yaml": "\n".join([*kept, entry.rstrip("\n"), ""])}


def line_of(texts: Mapping[str, str], file: str, passage: str) -> int:
    """The 1-based line of the last place where the passage stands."""
    return texts[file].rindex(passage) and texts[file][: texts[file].rindex(passage)].count("\n") + 1


def load(texts: Mapping[str, str]) -> Loaded:
    return LOADING.load(texts)


def faults(texts: Mapping[str, str]) -> list[str]:
    try:
        LOADING.load(texts)
    except ShopFilesError as error:
        return [str(fault) for fault in error.faults]
    return []


def warnings(texts: Mapping[str, str]) -> list[str]:
    return [str(warning) for warning in LOADING.load(texts).warnings]
