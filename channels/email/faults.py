"""What an SMTP fault means for the mail: sent later, never, or perhaps sent. By the stage it came in and its code.

RFC 5321 4.2 (reply codes), RFC 3463 (enhanced codes). Only an answer about the recipient says anything of the address;
a refused login or greeting is the operator's to mend, and the mail waits for it.
"""

import re
from enum import IntEnum

from aiosmtplib import SMTPNotSupported, SMTPResponseException

from bot.errors import SendFault, SendLater, SendRefused, SendUnknown
from channels.email.bounces import DEAD_ADDRESS

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_DEAD_WITHOUT_ENHANCED = {550}


class Stage(IntEnum):
    """How far the conversation with the server had come when it failed."""

    CONNECT = 0
    SENDER = 1
    RECIPIENT = 2
    DATA = 3


def fault_of(error: Exception, stage: Stage) -> SendFault:
    """The texts of servers stay out of it: they quote addresses."""
    if isinstance(error, SMTPResponseException):
        return _of_answer(error.code, error.message, stage)
    if isinstance(error, SMTPNotSupported):
        return SendLater("the server lacks what we need", type(error).__name__)
    if stage is Stage.DATA:
        return SendUnknown("no answer after the mail left", type(error).__name__)
    return SendLater("the server was not reached", type(error).__name__)


def _of_answer(code: int, text: str, stage: Stage) -> SendFault:
    found = _ENHANCED.match(text)
    told = found[1] if found else str(code)
    if not 500 <= code <= 599 or stage is Stage.CONNECT:
        return SendLater(f"the server answered {code}", told)
    dead = DEAD_ADDRESS.fullmatch(told) if found else code in _DEAD_WITHOUT_ENHANCED
    return SendRefused(f"the server refused {code}", told, suppresses=stage is Stage.RECIPIENT and bool(dead))
