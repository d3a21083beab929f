"""The customers' side of a running shop: who writes, on which channel, and what they get to read."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx

from tests.e2e.outside import inbound, post_signed, wait_until
from tests.e2e.post_office import PostOffice, hand_in, text_of, write_mail
from tests.e2e.site import Site
from tests.e2e.stand_in_twilio import StandInTwilio

API_TOKEN = "an-api-token-of-the-tests"
Channel = Literal["sms", "whatsapp", "email"]


@dataclass(frozen=True)
class Sender:
    """Somebody at a phone or a mail program; `contact` is a number or an address."""

    channel: Channel
    contact: str
    dmarc: str | None = "pass"
    domain: str | None = None

    @property
    def address(self) -> str:
        return f"whatsapp:{self.contact}" if self.channel == "whatsapp" else self.contact


class Street:
    """A running shop and everybody who writes to it."""

    def __init__(self, site: Site, twilio: StandInTwilio, post: PostOffice, client: httpx.Client) -> None:
        self.site = site
        self.twilio = twilio
        self.post = post
        self._client = client

    def write(self, sender: Sender, text: str, *, button: str = "", subject: str = "My order") -> str:
        """Hands one message in; its provider id. A `button` is the id of what was tapped."""
        if sender.channel == "email":
            mail = write_mail(sender.contact, text, subject=subject, dmarc=sender.dmarc, domain=sender.domain)
            assert hand_in(self._client, self.site.base, mail) == 204
            return f"email:{mail['Message-ID']}"
        form = inbound(sender.address, text)
        if button:
            form |= {"ButtonText": text, "ButtonPayload": button}
        assert post_signed(self._client, self.site.base, form) == 200
        return f"twilio:{form['MessageSid']}"

    def heard(self, sender: Sender) -> list[str]:
        """Everything that this address was sent, oldest first."""
        if sender.channel == "email":
            return [text_of(mail) for mail in self.post.to(sender.contact)]
        return [sent.body for sent in self.twilio.to(sender.address)]

    def ask_all(self, questions: Sequence[tuple[Sender, str]], *, subject: str = "My order") -> list[str]:
        """Every message handed in at once by senders of their own; what each got to read for it."""
        before = [len(self.heard(sender)) for sender, _ in questions]
        self.wait_for([self.write(sender, text, subject=subject) for sender, text in questions])
        told = [self.heard(sender)[count:] for (sender, _), count in zip(questions, before, strict=True)]
        return ["\n".join(texts) for texts in told]

    def ask(self, sender: Sender, text: str, *, button: str = "", subject: str = "My order") -> str:
        """One message, and what was sent for it; empty when nothing was."""
        before = len(self.heard(sender))
        self.wait_for([self.write(sender, text, button=button, subject=subject)])
        return "\n".join(self.heard(sender)[before:])

    def wait_for(self, provider_ids: Sequence[str]) -> None:
        """Until these are handled and every answer has left."""
        wanted = set(provider_ids)

        def handled() -> bool:
            done = {row.provider_id for row in self.site.rows("SELECT provider_id FROM inbox WHERE state <> 'waiting'")}
            return wanted <= done

        wait_until(handled, f"{len(wanted)} messages are handled", seconds=40)
        wait_until(self.site.settled, "every answer has left", seconds=40)

    def post_events(self, *records: dict[str, Any]) -> httpx.Response:
        """Records in the import format, by `POST /api/events`."""
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        return self._client.post(f"{self.site.base}/api/events", json={"events": list(records)}, headers=headers)


@contextmanager
def open_street(shape: str, database_url: str, folder: Path, **more: str) -> Iterator[Street]:
    """A site, not yet started, with its Twilio and its mail server."""
    with ExitStack() as stack:
        twilio = stack.enter_context(StandInTwilio())
        post = stack.enter_context(PostOffice())
        client = stack.enter_context(httpx.Client(timeout=20))
        settings = {"API_TOKEN": API_TOKEN, **post.environment, **more}
        site = Site(shape, database_url, twilio, folder, **settings)
        stack.callback(site.close)
        yield Street(site, twilio, post, client)
