"""A shop's words: template keys rendered for a channel and a language."""
from collections.abc import Sequence
from bot.model import Channel, Choice, Say, Value


class Rendered(Value):
    """Words ready for a channel's limits: `text` is plain; choices carry the titles to show."""

    text: str
    choices: tuple[Choice, ...] = ()
    subject: str | None = None
    html: str | None = None


class Words:
    """Templates of all languages, compiled."""

    def titled(self, say: Say, language: str) -> tuple[Choice, ...]:
        raise NotImplementedError

    def render(self, says: Sequence[Say], *, channel: Channel, language: str, zone: str) -> Rendered:
        raise NotImplementedError
