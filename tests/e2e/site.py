"""A running Doorstep in one of its two shapes, and what its database says of the messages it took."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from storage.engine import make_engine, reading
from tests.e2e.outside import Process, environment, free_port, ready, run, wait_until, write_shop
from tests.e2e.stand_in_twilio import StandInTwilio

SHAPES: Mapping[str, tuple[str, ...]] = {
    "embedded": ("serve",),
    "spread out": ("web", "worker", "worker", "scheduler"),
}


class Site:
    """Processes over one database. `start` returns when the site says that it is ready."""

    def __init__(self, shape: str, database_url: str, twilio: StandInTwilio, folder: Path, **more: str) -> None:
        self.port = free_port()
        self.environment = environment(
            database_url=database_url, port=self.port, twilio_url=twilio.url, **{"WEB_CONCURRENCY": "2", **more}
        )
        self.base = f"http://127.0.0.1:{self.port}"
        self.processes: list[Process] = []
        self._commands = SHAPES[shape]
        self._folder = folder
        self._engine: Engine = make_engine(database_url)

    def load(self, customers: int) -> None:
        """Migrates, and imports customers with an order each."""
        self.run("migrate")
        self.run("shop", "import", str(write_shop(self._folder / "shop.json", customers)))

    def run(self, *arguments: str) -> str:
        done = run(self.environment, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        self.processes = [Process(command, self.environment, self._folder) for command in self._commands]
        wait_until(lambda: ready(self.base), f"{self._commands} is ready; {self.logs()}", seconds=40)

    def kill(self) -> None:
        for process in self.processes:
            process.kill()

    def stop(self) -> list[int]:
        return [process.stop() for process in reversed(self.processes)]

    def close(self) -> None:
        self.kill()
        self._engine.dispose()

    def logs(self) -> str:
        return "\n".join(process.log.read_text(errors="replace")[-3000:] for process in self.processes)

    def rows(self, query: str, **values: object) -> list[Any]:
        with reading(self._engine) as connection:
            return list(connection.execute(text(query), values))

    def handled(self, sids: list[str]) -> bool:
        done = {row.provider_id for row in self.rows("SELECT provider_id FROM inbox WHERE state = 'done'")}
        return all(f"twilio:{sid}" in done for sid in sids)

    def settled(self) -> bool:
        """Whether nothing waits any more, neither in the inbox nor in the outbox."""
        waiting = self.rows(
            "SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting')"
            " + (SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'unknown')) AS waiting"
        )
        return bool(waiting[0].waiting == 0)
