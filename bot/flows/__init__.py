"""The register of stories: which there are, and which intents start them."""
from dataclasses import dataclass
from bot.story import Flow


@dataclass(frozen=True, slots=True)
class Entry:
    story: Flow
    intents: tuple[str, ...] = ()
    informational: bool = False


FLOWS: dict[str, Entry] = {}


def flow_of_intent(intent: str) -> str:
    return "out_of_scope"
