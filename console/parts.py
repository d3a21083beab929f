"""The running parts as commands and pages use them: what app.py joined, under `current_app.extensions["doorstep"]`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, Protocol, cast

import click
from flask import Flask, current_app
from sqlalchemy import Engine

from bot.desk import Case, Refused, Replied
from bot.errors import Fault, SettingsError
from bot.importing_text import SourceFile
from bot.merchant.shop import Shop
from bot.model import Address, Channel, Message, Rendered
from bot.outreach import Fired
from bot.ports import Clock, Reader, Sender
from console.metrics import Metrics

NAME = "doorstep"


class ShopFiles(Protocol):
    """The merchant's files as they are served."""

    def shop(self) -> Shop: ...

    @property
    def faults(self) -> tuple[Fault, ...]: ...

    def refresh(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> object: ...


class Background(Protocol):
    """Threads that work until they are stopped; `stop` waits for what is under way."""

    def start(self) -> None: ...

    def stop(self) -> object: ...


class Service(Protocol):
    """What becomes of messages: taken in, answered, sent."""

    def receive(self, message: Message) -> bool: ...

    def answer_next(self) -> bool: ...

    def send_next(self) -> bool: ...

    def fire_due(self, now: datetime) -> int: ...


class Desk(Protocol):
    """Cases for the shop's people, and what is done with them."""

    def open_cases(self) -> Sequence[Case]: ...

    def show(self, number: int) -> dict[str, Any] | Refused: ...

    def reply(self, number: int, agent: str, text: str, key: str) -> Replied | Refused: ...

    def give_back(self, number: int, agent: str | None = None, note: str = "") -> Case | Refused: ...


class Unclear(Protocol):
    """A message that was not understood, with the intents that were offered."""

    @property
    def text(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def channel(self) -> Channel: ...

    @property
    def guesses(self) -> tuple[str, ...]: ...

    @property
    def names(self) -> tuple[str, ...]: ...


class Reply(Protocol):
    """A message that was written to an address, sent or held back."""

    @property
    def body(self) -> Rendered: ...

    @property
    def state(self) -> str: ...

    @property
    def reason(self) -> str | None: ...


class ImportFiles(Protocol):
    def __call__(
        self, files: Sequence[SourceFile], *, start: Callable[[int], None], progress: Callable[[int], None]
    ) -> Any: ...


class NoticeRound(Protocol):
    def __call__(self, now: datetime, *, send: bool) -> Iterable[Fired]: ...


class ExportText(Protocol):
    def __call__(self, *, messages: bool) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything joined. `settings` is config.Settings; nothing here has touched the database yet."""

    settings: Any
    engine: Engine
    clock: Clock
    files: ShopFiles
    reader: Reader
    metrics: Metrics
    get_service: Callable[[], Service]
    get_senders: Callable[[], Mapping[Channel, Sender]]
    service_with: Callable[[Mapping[Channel, Sender]], Service]
    migrate: Callable[[], None]
    prepare: Callable[[], None]
    is_current: Callable[[], bool]
    workers: Callable[[], Background]
    scheduler: Callable[[], Background]
    warm: Callable[[], None]
    tell_all: Callable[[], None]
    import_files: ImportFiles
    export_text: ExportText
    export_customer: Callable[[str], Sequence[str] | None]
    erase_customer: Callable[[str], bool]
    notice_round: NoticeRound
    send_waiting: Callable[[datetime], int]
    get_desk: Callable[[], Desk]
    take_seat: Callable[[str, Channel], Address | None]
    unclear_since: Callable[[datetime | None], Iterable[Unclear]]
    newest_reply: Callable[[], int]
    is_settled: Callable[[str], bool]
    replies: Callable[[Address, int], Sequence[Reply]]
    shaped: Callable[[Channel, Rendered], Sequence[str]]
    read_shop: Callable[[], Shop]
    replay: Callable[..., Any]

    @property
    def shop(self) -> Callable[[], Shop]:
        """Gives the merchant's files as they are served now."""
        return self.files.shop

    @property
    def service(self) -> Service:
        return self.get_service()

    @property
    def desk(self) -> Desk:
        return self.get_desk()

    @property
    def senders(self) -> Mapping[Channel, Sender]:
        return self.get_senders()


class Unjoined:
    """Stands in for the parts when the settings are wrong: whoever asks for one is told every fault."""

    def __init__(self, error: SettingsError) -> None:
        self.error = error

    def __getattr__(self, name: str) -> NoReturn:
        raise click.ClickException(told(self.error))


def told(error: SettingsError) -> str:
    return "the settings are wrong:\n" + "\n".join(f"  {problem}" for problem in error.problems)


def parts(app: Flask | None = None) -> Parts:
    """The parts of this app, or of the one that the command under way belongs to."""
    return cast(Parts, (app or current_app).extensions[NAME])
