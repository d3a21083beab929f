"""What a customer newly wrote in a mail: without the history, the signature and what their program added.

Linear in the input, whatever it holds. Unsure means more text, never less: the words of a customer are not thrown away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels.email.decoding import clean
from channels.email.fragments import SentBodies
from channels.email.html import Kind, Line, lines_of_html
from channels.email.quotes import (
    DISCLAIMER,
    DIVIDER,
    HEADER_FROM,
    HEADER_OTHER,
    HEADER_SUBJECT,
    LONGEST_ATTRIBUTION,
    QUOTED,
    RULE,
    SENT_FROM,
    SIGNATURE,
    is_attribution,
)

MAX_TEXT = 256 * 1024
MAX_LINE = 500  # what a rule looks at of a line
ATTRIBUTION_LINES = 4
HEADER_LINES = 6
SIGNATURE_LINES = 14
DISCLAIMER_LINES = 60

SURE, LIKELY, UNSURE = 0.95, 0.8, 0.3


@dataclass(frozen=True, slots=True)
class NewText:
    """`method` is how it was read: plain, html or whole (nothing could be told apart); `confidence` is 0…1."""

    text: str
    quoted: str = ""
    signature: str = ""
    method: str = "plain"
    confidence: float = SURE


def new_text(text: str, html: str, sent_bodies: Iterable[str]) -> NewText:
    """The plain part is believed when its quoting is plain to see; else the HTML, whose programs mark it better."""
    ours = SentBodies(sent_bodies)
    plain = _read(_plain_lines(text), ours, "plain") if text.strip() else None
    if not html.strip() or (plain and plain.confidence >= SURE and plain.quoted):
        return plain or NewText("")
    marked = _read(lines_of_html(clean(html[:MAX_TEXT])), ours, "html")
    if plain is None or (marked.text and marked.quoted and marked.confidence >= plain.confidence):
        return marked
    return plain


def _plain_lines(text: str) -> list[Line]:
    lines = clean(text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return [Line(line.rstrip(), Kind.QUOTE if QUOTED.match(line) else Kind.NEW) for line in lines]


def _read(lines: Sequence[Line], ours: SentBodies, method: str) -> NewText:
    kinds = [line.kind for line in lines]
    heads = [line.text[:MAX_LINE] for line in lines]
    pieces = ours.pieces([line.text for line in lines])
    for number in pieces:
        kinds[number] = Kind.QUOTE
    cut, attributed = _mark_history(heads, kinds)
    _mark_signatures(heads, kinds, cut)
    found = NewText(
        _joined(lines, kinds, Kind.NEW),
        _joined(lines, kinds, Kind.QUOTE),
        _joined(lines, kinds, Kind.SIGNATURE),
        method,
        LIKELY if cut < len(lines) else SURE,
    )
    if found.text or (attributed and cut == len(lines)):
        return found
    return _unsure(lines, pieces, found)


def _unsure(lines: Sequence[Line], pieces: set[int], found: NewText) -> NewText:
    """Nothing stood out as new. What is neither ours nor a program's may be: an answer below, or the whole of it."""
    marked = Kind.QUOTE if found.method == "html" else None
    left = [
        line.text
        for number, line in enumerate(lines)
        if number not in pieces and line.kind is not marked and not _is_machinery(line.text[:MAX_LINE])
    ]
    text = "\n".join(QUOTED.sub("", line).strip() for line in left).strip()
    return NewText(text, found.quoted, "", "whole", UNSURE) if text else found


def _is_machinery(text: str) -> bool:
    header = HEADER_FROM.match(text) or HEADER_OTHER.match(text) or HEADER_SUBJECT.match(text)
    return bool(header or DIVIDER.match(text) or RULE.match(text) or is_attribution(text.strip())[0])


def _mark_history(heads: Sequence[str], kinds: list[Kind]) -> tuple[int, bool]:
    """Marks attributions and an unmarked history: where that begins (or the number of lines); if any was attributed."""
    number, attributed = 0, False
    while number < len(heads):
        if kinds[number] is not Kind.NEW or not heads[number].strip():
            number += 1
            continue
        if DIVIDER.match(heads[number]) or _is_header_block(heads, number):
            return _cut(heads, kinds, number), True
        span, sure = _attribution(heads, kinds, number)
        following = _next_kind(heads, kinds, number + span) if span else None
        if sure and following is Kind.NEW:
            return _cut(heads, kinds, number), True
        if span and (sure or following is Kind.QUOTE):
            kinds[number : number + span] = [Kind.QUOTE] * span
            attributed = True
        number += span or 1
    return len(heads), attributed


def _attribution(heads: Sequence[str], kinds: Sequence[Kind], number: int) -> tuple[int, bool]:
    """How many lines from here are an attribution (0: none), and whether it is one beyond doubt."""
    joined = ""
    for span in range(1, ATTRIBUTION_LINES + 1):
        index = number + span - 1
        if index >= len(heads) or kinds[index] is not Kind.NEW or not heads[index].strip():
            break
        joined = f"{joined} {heads[index].strip()}".strip()
        if len(joined) > LONGEST_ATTRIBUTION:
            break
        is_one, sure = is_attribution(joined)
        if is_one:
            return span, sure
    return 0, False


def _is_header_block(heads: Sequence[str], number: int) -> bool:
    """Outlook's From/Sent/To/Subject: a From line, then two more, a subject among them or an address in the first."""
    if not HEADER_FROM.match(heads[number]):
        return False
    others, subject, seen = 0, False, 0
    for index in range(number + 1, min(number + 2 * HEADER_LINES, len(heads))):
        if not heads[index].strip():
            continue
        seen += 1
        is_subject = bool(HEADER_SUBJECT.match(heads[index]))
        subject = subject or is_subject
        others += is_subject or bool(HEADER_OTHER.match(heads[index]))
        if seen == HEADER_LINES:
            break
    return others >= 2 and (subject or "@" in heads[number])


def _next_kind(heads: Sequence[str], kinds: Sequence[Kind], number: int) -> Kind | None:
    """The kind of the next line that is not blank; None at the end."""
    for index in range(number, len(heads)):
        if heads[index].strip():
            return kinds[index]
    return None


def _cut(heads: Sequence[str], kinds: list[Kind], number: int) -> int:
    """Everything from here is history, and a rule drawn just above it with it."""
    start = number
    while start and (not heads[start - 1].strip() or RULE.match(heads[start - 1])):
        start -= 1
    kinds[start:] = [Kind.SIGNATURE if kind is Kind.SIGNATURE else Kind.QUOTE for kind in kinds[start:]]
    return start


def _mark_signatures(heads: Sequence[str], kinds: list[Kind], cut: int) -> None:
    """A signature runs from its mark to the next quote or the end, if that is near and something stands above it."""
    number, written = 0, False
    while number < cut:
        if kinds[number] is Kind.NEW and heads[number].strip():
            end = _end_of_signature(heads, kinds, number, cut) if written else number
            if end > number:
                kinds[number:end] = [Kind.SIGNATURE] * (end - number)
            elif SENT_FROM.match(heads[number]) and len(heads[number]) <= 120:
                kinds[number] = Kind.SIGNATURE
            else:
                written = True
        number += 1


def _end_of_signature(heads: Sequence[str], kinds: Sequence[Kind], number: int, cut: int) -> int:
    """The end of the signature or disclaimer that begins on this line, or this line when none does."""
    disclaims = DISCLAIMER.match(heads[number])
    if not disclaims and not SIGNATURE.match(heads[number]):
        return number
    limit = min(cut, number + (DISCLAIMER_LINES if disclaims else SIGNATURE_LINES))
    end = next((index for index in range(number, limit) if kinds[index] is not Kind.NEW), limit)
    ends_here = end == cut or kinds[end] is not Kind.NEW
    return end if disclaims or ends_here else number


def _joined(lines: Sequence[Line], kinds: Sequence[Kind], wanted: Kind) -> str:
    """The lines of one kind in order, with at most one blank line between two of them."""
    kept: list[str] = []
    for line, kind in zip(lines, kinds, strict=True):
        if kind is wanted and (line.text.strip() or (kept and kept[-1])):
            kept.append(line.text.strip() if not line.text.strip() else line.text)
    return "\n".join(kept).strip()
