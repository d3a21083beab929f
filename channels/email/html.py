"""A mail's HTML as the lines a person reads, each marked as quote or signature where the mail program says so.

One pass over the tree, without recursion. What the DOM leaves open (an attribution without a marker, Outlook's header
block) is left to the line rules in text.py.
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from lxml import etree


class Kind(Enum):
    NEW = "new"
    QUOTE = "quote"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    kind: Kind = Kind.NEW


class Element(Protocol):
    """The part of an lxml element that the rules look at."""

    tag: object
    text: str | None
    tail: str | None

    def get(self, key: str, default: str = ...) -> str: ...


_SILENT = {"head", "style", "script", "title", "noscript", "template", "svg", "object", "select"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip

#: Elements whose whole inside is a quote, by a word in their class or id.
_QUOTES = re.compile(
    r"\b(?:gmail_attr|moz-cite-prefix|moz-forward-container|yahoo_quoted\w*|protonmail_quote|doorstep_mail|"
    r"OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|zmail_extra|tutanota_quote|hs_reply|"
    r"yandex_quote|mail_quote|ms-outlook-mobile-reference-message)\b"
)
_SIGNATURES = re.compile(
    r"\b(?:gmail_signature(?:_prefix)?|moz-signature|AppleMailSignature|lineBreakAtBeginningOfSignature|"
    r"ms-outlook-mobile-signature|protonmail_signature_block|Signature|signature|yahoo-signature|ydp\w*signature)\b"
)
#: Elements from which on everything is older, to the end of the mail.
_OLDER = re.compile(r"\b(?:appendonsend|divRplyFwdMsg|x_divRplyFwdMsg|reply-intro)\b")
_OUTLOOK_RULE = re.compile(r"border-top:\s?solid\s?#(?:e1e1e1|b5c4df)", re.I)
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_HIDDEN = re.compile(r"display\s?:\s?none|mso-hide\s?:\s?all|font-size\s?:\s?0(?:px)?\s?(?:;|$)", re.I)


def lines_of_html(html: str) -> list[Line]:
    """Never raises; a document the parser gives up on is read as its text without tags."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    walk = _Walk()
    if root is not None:
        for event, element in etree.iterwalk(root, events=("start", "end")):
            walk.enter(element) if event == "start" else walk.leave(element)
    walk.end_line()
    if not any(line.text for line in walk.lines):
        return [Line(_SPACE.sub(" ", re.sub(r"<[^<>]{0,5000}>", " ", html)).strip())]
    return walk.lines


class _Walk:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._line: list[str] = []
        self._marks: list[tuple[object, str]] = []  # the open elements that mean something, and what
        self._open: Counter[str] = Counter()
        self._kind = Kind.NEW
        self._older = False

    def enter(self, element: Element) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _BLOCKS or tag == "br":
            self.end_line(blank=tag == "br")
        mark = self._mark(element, tag)
        if mark:
            self.end_line()
            self._marks.append((element, mark))
            self._count(mark, 1)
        if tag == "li":
            self._line.append("- ")
        elif tag in ("td", "th"):
            self._line.append(" ")
        self._add(element.text)

    def leave(self, element: Element) -> None:
        if self._marks and self._marks[-1][0] is element:
            self.end_line()
            self._count(self._marks.pop()[1], -1)
        if element.tag in _BLOCKS:
            self.end_line()
            if element.tag == "p":
                self.lines.append(Line("", self._kind))
        self._add(element.tail)

    def end_line(self, *, blank: bool = False) -> None:
        text = _SPACE.sub(" ", "".join(self._line)).strip()
        if text and text != "-":
            self.lines.append(Line(text, self._kind))
        elif blank and self.lines and self.lines[-1].text:
            self.lines.append(Line("", self._kind))
        self._line.clear()

    def _add(self, text: str | None) -> None:
        if text and not self._open["silent"]:
            self._line.append(text)

    def _mark(self, element: Element, tag: str) -> str:
        if tag in _SILENT or _HIDDEN.search(element.get("style", "")[:500]):
            return "silent"
        names = f"{element.get('class', '')[:300]} {element.get('id', '')[:300]}"
        marker = element.get("data-marker", "")
        if _OLDER.search(names) or marker == "__DIVIDER__" or _OUTLOOK_RULE.search(element.get("style", "")[:500]):
            self.end_line()
            self._older = True
            return "older"
        if _is_quote(element, tag, names) or marker == "__QUOTED_TEXT__":
            return "quote"
        return "signature" if _SIGNATURES.search(names) or marker.startswith("__SIG") else ""

    def _count(self, mark: str, step: int) -> None:
        self._open[mark] += step
        if self._older or self._open["quote"]:
            self._kind = Kind.QUOTE
        else:
            self._kind = Kind.SIGNATURE if self._open["signature"] else Kind.NEW


def _is_quote(element: Element, tag: str, names: str) -> bool:
    if tag == "blockquote":
        style = element.get("style", "")
        return element.get("type", "").lower() == "cite" or "gmail_quote" in names or "border-left" in style
    return _QUOTES.search(names) is not None
