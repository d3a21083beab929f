"""A shop's words: template keys rendered for a channel and a language."""
from collections.abc import Sequence
from bot.model import Channel, Choice, Rendered, Say


class Words:
    """Templates of all languages, compiled."""

    def titled(self, say: Say, language: str) -> tuple[Choice, ...]:
        raise NotImplementedError

    def render(self, says: Sequence[Say], *, channel: Channel, language: str, zone: str) -> Rendered:
        raise NotImplementedError
