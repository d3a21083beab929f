"""What the Twilio channel must be told, and what it refuses to start with."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.errors import SettingsError


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """One account. `timeout` is (connect, read) in seconds; `api_url` replaces every twilio.com host (proxies, tests).

    Raises SettingsError with an empty auth token: the validator would then accept forgeries (CHANNELS.md 1).
    """

    account_sid: str
    auth_token: str = field(repr=False)
    public_base_url: str
    sms_from: str = ""
    whatsapp_from: str = ""
    messaging_service_sid: str = ""
    api_url: str = ""
    timeout: tuple[float, float] = (4.0, 10.0)

    def __post_init__(self) -> None:
        problems = []
        if not self.auth_token.strip():
            problems.append("TWILIO_AUTH_TOKEN is empty: anybody could forge a webhook")
        if not self.account_sid.strip():
            problems.append("TWILIO_ACCOUNT_SID is empty")
        problems += _faulty_url("PUBLIC_BASE_URL", self.public_base_url)
        if self.api_url:
            problems += _faulty_url("TWILIO_API_URL", self.api_url)
        if problems:
            raise SettingsError(problems)


def _faulty_url(name: str, url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    return [] if sound else [f"{name} must be an http(s) address with a host, such as https://shop.example"]
