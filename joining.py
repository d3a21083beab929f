"""The parts of one app, each joined with those it needs, each made when it is first asked for.

Beside app.py the only module that knows all the parts. Making a Joint opens no connection and reads no file of the
merchant's, so that every command starts quickly.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from bot.errors import Fault, SettingsError
from bot.importing_text import SourceFile
from bot.merchant.shop import Shop
from bot.model import Address, Category, Channel, DeliveryStatus, Expected, Message, Reading, Say
from bot.notices import plan
from bot.outreach import Fired
from bot.ports import Actions, Advisor, Clock, Known, Sender
from bot.service import Service
from channels.address import key_of
from channels.email.settings import EmailSettings, read_smtp_url
from channels.limits import numbered
from channels.setup import ChannelSettings, make_catch_up, make_senders, suppresses
from channels.twilio.settings import TwilioSettings
from config import Settings
from console.logs import set_up_logs
from console.metrics import Metrics
from console.parts import Background, Parts
from storage import terminal
from storage.channels import ChannelBooks, withdraw_consent
from storage.desk import SqlDesk
from storage.engine import is_current, make_engine, migrate, reading
from storage.erasing import erase_customer, erase_due
from storage.exporting import customer_export
from storage.gauges import Backlog, read_backlog
from storage.ingest import Report
from storage.ledger import SqlLedger
from storage.merchant import ShopKeeper, load_files
from storage.shelf import FolderShelf
from storage.store import SqlStore
from storage.unclear import unclear_messages

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

    from bot.understanding.reader import Reader as PhraseReader
    from replaying import Replayed

P = ParamSpec("P")
T = TypeVar("T")


ERASURES_EVERY = 30.0  # seconds


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def make_reader(shop: Shop, *, encoder: bool) -> "PhraseReader":
    """A reader of this shop's phrases and store questions; what was learnt of them before is taken from the shelf."""
    from bot.understanding.encoder import packaged_encoder
    from bot.understanding.reader import Reader as PhraseReader

    return PhraseReader(
        shop.phrases,
        shop.faq,
        language=shop.settings.language,
        country=shop.settings.country,
        shelf=FolderShelf(),
        encoder=packaged_encoder(FolderShelf()) if encoder else None,
    )


class Standing:
    """A clock that stands at one moment."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


class PresentReader:
    """The reader for the shop's phrases as they are now, and the one before, which serves until the new one is made.

    `prepare` takes the second or two that phrases take to be learnt, so it comes before a version is served and never
    inside a transaction.
    """

    def __init__(self, shop: Callable[[], Shop], *, encoder: bool) -> None:
        self._shop = shop
        self._encoder = encoder
        self._lock = Lock()
        self._made: tuple[str, PhraseReader] | None = None
        self._coming: tuple[str, PhraseReader] | None = None

    def read(self, text: str, expected: Expected | None, known: Known, language: str | None) -> Reading:
        return self.present().read(text, expected, known, language)

    def present(self) -> "PhraseReader":
        shop = self._shop()
        with self._lock:
            for made in (self._made, self._coming):
                if made is not None and made[0] == shop.version:
                    self._made = made
                    return made[1]
            self._made = (shop.version, make_reader(shop, encoder=self._encoder))
            return self._made[1]

    def prepare(self, shop: Shop) -> list[Fault]:
        """Learns the phrases of a version that is to be served; why it must not be, where messages of its golden set
        would be read worse than they are now."""
        from bot.merchant.golden import worse

        coming = make_reader(shop, encoder=self._encoder)
        faults = worse(shop.golden, coming, self.present()) if shop.golden else []
        if not faults:
            with self._lock:
                self._coming = (shop.version, coming)
        return faults


class Joint:
    """The parts of one app while they are joined, each made when it is first needed."""

    def __init__(self, settings: Settings, clock: Clock, senders: Mapping[Channel, Sender] | None) -> None:
        self.settings = settings
        self.clock = clock
        self.engine = make_engine(settings.database_url)
        self.metrics = Metrics()
        self.files = ShopKeeper(settings.shop_dir, self.engine, clock, prepare=self._prepare, shelf=FolderShelf())
        self.shop = self.files.shop
        self.reader = PresentReader(self.shop, encoder=settings.encoder)
        self.channels = channel_settings(settings)
        self.store = SqlStore(self.engine, self.actions)
        self._senders = senders
        self._prepared = False

    def _prepare(self, shop: Shop) -> list[Fault]:
        return self.reader.prepare(shop)

    @cached_property
    def senders(self) -> Mapping[Channel, Sender]:
        if self._senders is not None:
            return self._senders
        books = ChannelBooks(self.engine, self.clock)
        return make_senders(
            self.channels, books=books, shop=lambda: self.shop().settings, words=self.words, clock=self.clock
        )

    @cached_property
    def service(self) -> Service:
        return self.service_with(self.senders)

    def service_with(self, senders: Mapping[Channel, Sender], clock: Clock | None = None) -> Service:
        return Service(
            self.store,
            self.reader,
            self.shop,
            senders,
            clock or self.clock,
            suppresses=suppresses,
            watch=self.metrics,
            advisor=self.advisor,
        )

    @cached_property
    def desk(self) -> SqlDesk:
        return SqlDesk(
            self.engine,
            self.shop,
            self.clock,
            senders=lambda: self.senders,
            prepare=self.prepare,
            posted=self.wake,
        )

    @cached_property
    def advisor(self) -> Advisor | None:
        """Whom to ask where a reading is unsure; nobody unless the settings name an endpoint."""
        llm = self.settings.llm
        if llm is None:
            return None
        from connectors.second_opinion import Endpoint, SecondOpinion

        return SecondOpinion(Endpoint(llm.base_url, llm.model, llm.api_key, llm.price_in, llm.price_out))

    def actions(self, connection: Connection, party: int, sender: Address, shop: Shop, now: datetime) -> Actions:
        return SqlLedger(connection, party, sender, shop=shop, now=now, secret=self.settings.secret_key)

    def words(self, key: str) -> str:
        """A text of the shop's own, without facts, in its own language."""
        shop = self.shop()
        settings = shop.settings
        said = [Say(key=key)]
        return shop.words.render(said, channel=Channel.EMAIL, language=settings.language, zone=settings.time_zone).text

    def unsubscribe(self, address: Address, category: Category) -> None:
        shop, now = self.shop(), self.clock.now()
        with self.engine.begin() as connection:
            withdraw_consent(connection, self.actions, address, category, shop, now)

    # -- in from the channels, without making a service before there is something for it -----------------------------

    def receive(self, message: Message) -> bool:
        return self.service.receive(message)

    def record_delivery(
        self, provider_id: str, status: DeliveryStatus, error_code: str | None, outbox_id: int | None, at: datetime
    ) -> None:
        self.service.record_delivery(provider_id, status, error_code, outbox_id, at)

    def suppress_recipient(self, outbox_id: int, why: str) -> None:
        self.service.suppress_recipient(outbox_id, why)

    def sent_bodies(self, address: Address) -> Iterable[str]:
        return self.service.sent_bodies(address)

    def take_for_desk(self, message: Message, named: Sequence[int]) -> bool:
        return self.desk.take_mail(message, named)

    # -- what commands and pages are given ---------------------------------------------------------------------------

    def parts(self) -> Parts:
        return Parts(
            settings=self.settings,
            engine=self.engine,
            clock=self.clock,
            files=self.files,
            reader=self.reader,
            metrics=self.metrics,
            get_service=lambda: self.service,
            get_senders=lambda: self.senders,
            service_with=self.service_with,
            migrate=self.migrate,
            prepare=self.prepare,
            is_current=self.is_migrated,
            workers=self.workers,
            scheduler=self.scheduler,
            warm=self.warm,
            tell_all=self.log_all,
            import_files=self.import_files,
            export_text=self.export_text,
            export_customer=self.reads(customer_export),
            erase_customer=self.erase_customer,
            notice_round=self.notice_round,
            send_waiting=self.send_waiting,
            get_desk=lambda: self.desk,
            take_seat=self.take_seat,
            unclear_since=self.reads(lambda connection, since: list(unclear_messages(connection, since))),
            newest_reply=self.reads(terminal.newest),
            is_settled=self.reads(terminal.is_settled),
            replies=self.reads(terminal.replies_to),
            shaped=lambda channel, body: numbered(channel, body).parts,
            replay=self.replay,
            read_shop=lambda: load_files(self.settings.shop_dir, FolderShelf()).shop,
        )

    def reads(self, ask: Callable[Concatenate[Connection, P], T]) -> Callable[P, T]:
        """The question with a reading transaction of its own."""

        def asked(*arguments: P.args, **named: P.kwargs) -> T:
            self.prepare()
            with reading(self.engine) as connection:
                return ask(connection, *arguments, **named)

        return asked

    def writes(self, change: Callable[Concatenate[Connection, P], T]) -> Callable[P, T]:
        """The change with a transaction of its own."""

        def changed(*arguments: P.args, **named: P.kwargs) -> T:
            self.prepare()
            with self.engine.begin() as connection:
                return change(connection, *arguments, **named)

        return changed

    def workers(self) -> Background:
        from scheduler.worker import POLL_ALONE, POLL_SHARED, Workers

        self.reader.present()
        poll = POLL_ALONE if self.settings.embedded else POLL_SHARED
        return Workers(self.service, answerers=self.settings.answerers, senders=self.settings.senders, poll=poll)

    def scheduler(self) -> Background:
        from scheduler.clock import Job, make_scheduler

        jobs = [Job(name, run, seconds) for name, run, seconds in self.catch_up_jobs()]
        jobs.append(Job("erasures", self.erase_due, ERASURES_EVERY))
        return Ticking(make_scheduler(self.service, jobs))

    def catch_up_jobs(self) -> list[tuple[str, Callable[[], object], float]]:
        """What looks for messages that no webhook brought; not where senders were given instead of made."""
        books = ChannelBooks(self.engine, self.clock)
        return [] if self._senders is not None else make_catch_up(self.channels, self, books, self.clock)

    def import_files(
        self,
        files: Sequence[SourceFile],
        *,
        source: str = "import",
        start: Callable[[int], None] = lambda total: None,
        progress: Callable[[int], None] = lambda step: None,
    ) -> Report:
        from storage.importing import import_files

        self.prepare()
        now = self.clock.now()
        return import_files(
            self.engine, files, shop=self.shop(), now=now, plan=plan, source=source, start=start, progress=progress
        )

    def export_text(self, *, messages: bool) -> Iterator[str]:
        from storage.exporting import export_text

        self.prepare()
        with reading(self.engine) as connection:
            yield from export_text(connection, messages=messages)

    def replay(
        self,
        directory: Path | None,
        since: datetime | None,
        limit: int | None,
        start: Callable[[int], None],
        progress: Callable[[int], None],
    ) -> "list[Replayed]":
        """Plays stored turns against the files of a directory. The database is only read, and must be at this version.
        Raises ShopFilesError."""
        from rehearsal import Stage
        from replaying import replay
        from storage.past import read_past

        file = self.engine.url.database if self.settings.embedded else None
        if (file and not Path(file).is_file()) or not self.is_migrated():
            raise SettingsError(["DATABASE_URL leads to no database of this version: there is nothing to replay"])
        shop = load_files(directory or self.settings.shop_dir, FolderShelf()).shop
        with reading(self.engine) as connection:
            past = read_past(connection)
        start(len(past.turns))
        with TemporaryDirectory(prefix="doorstep-replay-") as folder:
            stage = Stage(shop, lambda files: make_reader(files, encoder=self.settings.encoder), Path(folder))
            return replay(stage, past, since, limit, progress)

    def erase_customer(self, customer_id: str) -> bool:
        shop, now = self.shop(), self.clock.now()
        return self.writes(erase_customer)(customer_id, shop, now)

    def erase_due(self) -> int:
        """Erases those who asked for it and have had their last word."""
        return erase_due(self.engine, self.shop(), self.clock.now())

    def notice_round(self, now: datetime, *, send: bool) -> Iterable[Fired]:
        from storage.rounds import hold_round

        self.prepare()
        return hold_round(self.engine, self.actions, self.shop().reaching(self.senders), now, send=send)

    def send_waiting(self, now: datetime) -> int:
        service, sent = self.service_with(self.senders, Standing(now)), 0
        while service.send_next():
            sent += 1
        return sent

    def wake(self) -> None:
        """Tells whoever sends in this process that there is something to send."""
        self.service.on_outgoing()

    def take_seat(self, contact: str, channel: Channel) -> Address | None:
        if channel is not Channel.CHAT:
            return key_of(channel, contact)
        return self.writes(terminal.seat_of_customer)(contact)

    def log_all(self) -> None:
        """Logs at the level of the settings, as whoever serves wants it."""
        set_up_logs(self.settings.log_level, json=self.settings.log_json, secrets=self.settings.secrets)

    def log_faults(self) -> None:
        """Logs only what is wrong, as somebody at a terminal wants it."""
        set_up_logs("warning", json=self.settings.log_json, secrets=self.settings.secrets)

    def reach(self) -> None:
        """Asks the database for nothing; raises when it does not answer."""
        with reading(self.engine) as connection:
            connection.exec_driver_sql("SELECT 1")

    def is_migrated(self) -> bool:
        """Whether the tables are at this version; not asked again once they were."""
        self._prepared = self._prepared or is_current(self.engine)
        return self._prepared

    def migrate(self) -> None:
        migrate(self.engine)
        self._prepared = True

    def prepare(self) -> None:
        """Makes sure of the tables: an embedded database is brought to this version, a shared one must be there."""
        if self._prepared:
            return
        if self.is_migrated():
            return
        if self.settings.embedded:
            self.migrate()
        else:
            raise SettingsError(["DATABASE_URL leads to a database that is not at this version: run `flask migrate`"])

    def warm(self) -> None:
        """Makes what the first message would otherwise wait for. Reading the shop's files opens a transaction of its
        own, so it comes before any other."""
        self.prepare()
        self.reader.present()
        self.service  # noqa: B018 - made here

    def backlog(self) -> Backlog:
        with reading(self.engine) as connection:
            return read_backlog(connection, self.clock.now())


class Ticking:
    """The scheduler, stopped by the same word as everything else."""

    def __init__(self, scheduler: "BackgroundScheduler") -> None:
        self._scheduler = scheduler

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)


def channel_settings(settings: Settings) -> ChannelSettings:
    """What the channels are told, each in its own words. Raises SettingsError for what only they can see."""
    twilio, mail, base = settings.twilio, settings.mail, settings.public_base_url or ""
    return ChannelSettings(
        twilio=TwilioSettings(
            account_sid=twilio.account_sid,
            auth_token=twilio.auth_token,
            public_base_url=base,
            sms_from=twilio.sms_from or "",
            whatsapp_from=twilio.whatsapp_from or "",
            messaging_service_sid=twilio.messaging_service_sid or "",
            api_url=twilio.api_url or "",
        )
        if twilio
        else None,
        email=EmailSettings(
            sender=mail.sender,
            secret_key=settings.secret_key,
            webhook_secret=mail.webhook_secret or "",
            authserv_id=mail.authserv_id or "",
            public_base_url=base,
        )
        if mail.sender and settings.secret_key
        else None,
        smtp=read_smtp_url(mail.smtp_url) if mail.smtp_url else None,
    )
