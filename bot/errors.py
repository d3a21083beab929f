"""Every fault Doorstep raises on purpose, in one tree.

    DoorstepError
    ├── SettingsError          the environment is wrong; told whole, at start
    ├── ShopFilesError         the merchant's files are wrong; carries every Fault
    ├── ImportRefused          an import file is wrong; carries every Fault; nothing was stored
    ├── WordingError           a template could not be rendered with the facts given
    ├── UnreadableMessage      a provider's request cannot be parsed (→ 400)
    ├── NotSigned              a provider's request failed verification (→ 403)
    └── SendFault              a provider did not take a message
        ├── SendRefused        final for this address and channel; carries the provider's code
        ├── SendLater          a passing fault: the same message may be sent again
        └── SendUnknown        no answer after the request left: it may or may not have been sent

Outcomes that are part of the plan (hold, drop, refused by policy) are values, not exceptions.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in a merchant's file: where (1-based line, 0 if the whole file), what, and what to do."""

    file: str
    line: int
    key: str
    what: str
    suggestion: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{where}:{key} {self.what}{hint}"


class DoorstepError(Exception):
    """The root of every fault raised on purpose."""


class SettingsError(DoorstepError):
    """Settings that are missing or wrong, all of them at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class FaultsError(DoorstepError):
    """Raised with a list of Faults, each printable as file:line: key: what (suggestion)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ShopFilesError(FaultsError):
    """The merchant's files were refused; the last good version keeps serving."""


class ImportRefused(FaultsError):
    """An import was refused as a whole; nothing of it was stored."""


class WordingError(DoorstepError):
    """A template could not be rendered: unknown key, missing fact, or a forbidden operation."""


class UnreadableMessage(DoorstepError):
    """The request or mail cannot be parsed into a message."""


class NotSigned(DoorstepError):
    """The request carries no valid proof of who sent it."""


class SendFault(DoorstepError):
    """A provider did not take a message. `code` is the provider's own, as text, or empty."""

    def __init__(self, what: str, code: str = "") -> None:
        self.code = code
        super().__init__(f"{code}: {what}" if code else what)


class SendRefused(SendFault):
    """Final: sending the same will fail again. `suppresses`: nothing at all may be sent to this address any more.

    `other_channel`: the same may go by the next channel (never after an opt-out, CHANNELS.md 23).
    """

    def __init__(self, what: str, code: str = "", *, suppresses: bool = False, other_channel: bool = False) -> None:
        self.suppresses = suppresses
        self.other_channel = other_channel
        super().__init__(what, code)


class SendLater(SendFault):
    """A passing fault; `after` is the provider's own wait in seconds, or None."""

    def __init__(self, what: str, code: str = "", after: float | None = None) -> None:
        self.after = after
        super().__init__(what, code)


class SendUnknown(SendFault):
    """The request left and no answer came: reconcile before sending again."""
