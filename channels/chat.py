"""The terminal and the pages of the shop: they read their messages from the outbox themselves, so nothing is sent."""

from bot.model import Outgoing


class ChatSender:
    """Fills `bot.ports.Sender`: what is in the outbox has arrived."""

    def send(self, outgoing: Outgoing) -> str:
        return f"chat:{outgoing.outbox_id}"

    def find(self, outgoing: Outgoing) -> str | None:
        return f"chat:{outgoing.outbox_id}"
