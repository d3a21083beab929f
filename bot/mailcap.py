"""How many mails one address or thread may get in an hour, so that two bots facing each other stop."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.merchant.schema import Limits

HOUR = timedelta(hours=1)


def over_hourly_cap(sent: Sequence[datetime], limits: Limits, now: datetime) -> bool:
    """`sent`: when automatic mails went to this address, or in this thread; CHANNELS.md 33."""
    return sum(now - HOUR < moment <= now for moment in sent) >= limits.mails_per_hour
