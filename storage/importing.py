"""Imports files: read whole, checked whole, stored in one transaction or not at all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from bot.errors import Fault, ImportRefused
from bot.importing import Parsed, parse
from bot.importing_text import SourceFile
from bot.merchant.shop import Shop
from storage.engine import reading
from storage.ingest import Plan, Progress, Report, ingest, missing_references, unknown_text


def import_files(
    engine: Engine,
    files: Sequence[SourceFile],
    *,
    shop: Shop,
    now: datetime,
    plan: Plan,
    source: str = "import",
    start: Progress = lambda _: None,
    progress: Progress = lambda _: None,
) -> Report:
    """Stores the records of all the files. Raises ImportRefused with every fault of every file.

    `start` is told the number of records once they are known to be good, `progress` how many more are stored.
    """
    parsed = parse(files)
    faults = [*parsed.faults, *_reference_faults(engine, parsed)]
    if faults:
        raise ImportRefused(_in_order(faults, files))
    start(len(parsed.records))
    with engine.begin() as connection:
        return ingest(connection, parsed.records, shop=shop, now=now, source=source, plan=plan, progress=progress)


def _reference_faults(engine: Engine, parsed: Parsed) -> list[Fault]:
    """References to what is nowhere; to a faulty record of the same import is no further fault."""
    with reading(engine) as connection:
        missing = list(missing_references(connection, parsed.records))
    return [
        parsed.placed[item.index].fault(item.field, unknown_text(item))
        for item in missing
        if (item.kind, item.id) not in parsed.seen
    ]


def _in_order(faults: Sequence[Fault], files: Sequence[SourceFile]) -> list[Fault]:
    names = {file.name: index for index, file in enumerate(files)}
    return sorted(faults, key=lambda fault: (names.get(fault.file, 0), fault.line))
