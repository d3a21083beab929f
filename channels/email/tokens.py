"""Signed addresses and message ids: what leads a reply or a bounce back to the mail it belongs to.

The name of our own mail is its outbox row, so nothing is stored for it. The signature of a reply address and of a
message id covers whom the mail went to: from anybody else's hands it does not verify, and gives nothing (CHANNELS.md
31, 38). A token says which mail is answered, never who is asking.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from channels.email.addresses import key_of
from channels.email.settings import EmailSettings

LARGEST_ID = 2**63
_REPLY, _BOUNCE, _MESSAGE = "r", "b", "m"
_SIGNED = r"([0-9a-f]{1,16})-([a-z2-7]{16})"


def provider_id_of(outbox_id: int) -> str:
    """What a mail of ours is called where its delivery is noted: all that a bounce can say for sure."""
    return f"email:{outbox_id}"


class Tokens:
    """Makes and reads them for one shop address and secret."""

    def __init__(self, settings: EmailSettings) -> None:
        self._key = hashlib.sha256(b"doorstep mail " + settings.secret_key.encode()).digest()
        local, _, self._domain = settings.address.rpartition("@")
        self._local = local
        own = re.escape(local)
        at = re.escape(self._domain)
        self._reply = re.compile(rf"{own}\+{_REPLY}{_SIGNED}@{at}")
        self._bounce = re.compile(rf"{own}\+{_BOUNCE}{_SIGNED}@{at}")
        self._own = re.compile(rf"{own}(\+.*)?@{at}")
        self._message = re.compile(rf"<{_MESSAGE}{_SIGNED}@{at}>")
        self._unsubscribe = URLSafeSerializer(settings.secret_key, salt="doorstep unsubscribe")

    def reply_to(self, outbox_id: int, to: str) -> str:
        return f"{self._local}+{self._signed(_REPLY, outbox_id, to)}@{self._domain}"

    def return_path(self, outbox_id: int) -> str:
        """The envelope sender (VERP); a bounce does not come from whom we wrote to, so nobody is bound."""
        return f"{self._local}+{self._signed(_BOUNCE, outbox_id, '')}@{self._domain}"

    def message_id(self, outbox_id: int, to: str) -> str:
        """The same for each attempt, so that a mail sent twice is one mail to who receives it (CHANNELS.md 37)."""
        return f"<{self._signed(_MESSAGE, outbox_id, to)}@{self._domain}>"

    def is_own(self, address: str) -> bool:
        return self._own.fullmatch(key_of(address)) is not None

    def is_return_path(self, address: str) -> bool:
        return self._bounce.fullmatch(key_of(address)) is not None

    def bounced(self, recipients: Iterable[str]) -> int | None:
        """The outbox row whose return path this is."""
        return self._first(self._bounce, _BOUNCE, recipients, "")

    def answered(self, recipients: Iterable[str], message_ids: Iterable[str], author: str) -> int | None:
        """The outbox row that this author answers: by reply address first, then by In-Reply-To and References."""
        by_address = self._first(self._reply, _REPLY, recipients, author)
        return by_address or self._first(self._message, _MESSAGE, message_ids, author)

    def named(self, recipients: Iterable[str], message_ids: Iterable[str]) -> tuple[int, ...]:
        """The outbox rows that a mail says it answers, reply address first, signed or not: it proves nothing."""
        found = [self._reply.fullmatch(text.lower()) for text in recipients]
        found += [self._message.fullmatch(text.lower()) for text in message_ids]
        numbers = (int(match[1], 16) for match in found if match)
        return tuple(dict.fromkeys(number for number in numbers if number < LARGEST_ID))

    def unsubscribe(self, address: str, category: str) -> str:
        token = self._unsubscribe.dumps([address, category])
        return token if isinstance(token, str) else token.decode()

    def read_unsubscribe(self, token: str) -> tuple[str, str] | None:
        """Address and category of a link that we made, or None."""
        try:
            loaded: Any = self._unsubscribe.loads(token)
        except BadData:
            return None
        match loaded:
            case [str(address), str(category)]:
                return address, category
        return None

    def _signed(self, purpose: str, outbox_id: int, to: str) -> str:
        return f"{purpose}{outbox_id:x}-{self._mac(purpose, outbox_id, to)}"

    def _mac(self, purpose: str, outbox_id: int, to: str) -> str:
        said = f"{purpose}\n{outbox_id}\n{key_of(to)}".encode()
        return base64.b32encode(hmac.digest(self._key, said, "sha256")[:10]).decode().lower()

    def _first(self, pattern: re.Pattern[str], purpose: str, texts: Iterable[str], to: str) -> int | None:
        for text in texts:
            match = pattern.fullmatch(text.lower())
            if match:
                outbox_id = int(match[1], 16)
                if hmac.compare_digest(match[2], self._mac(purpose, outbox_id, to)):
                    return outbox_id
        return None
