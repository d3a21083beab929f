"""What an SMS can carry in seven bits (GSM 03.38), and the plain form of punctuation that would double its price.

One character outside the alphabet turns 160 characters a segment into 70. Letters are left alone; only punctuation that
word processors put in is written plainly.
"""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")

PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "•": "*",
        "·": "-",
        "×": "x",
        "→": "->",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u200b": "",
        "\ufe0f": "",
    }
)


def plain(text: str) -> str:
    """The text with typographic punctuation written in the SMS alphabet."""
    return text.translate(PLAIN)


def costly(text: str) -> tuple[str, ...]:
    """Signs, not letters, that are outside the alphabet even when written plainly: emoji for the most part."""
    strange = (char for char in plain(text) if char not in BASIC and char not in EXTENDED and not char.isalpha())
    return tuple(dict.fromkeys(strange))


def segments(text: str) -> int:
    """How many SMS segments the text takes: 160 or 153 septets, 70 or 67 UTF-16 units (CHANNELS.md 15)."""
    if all(char in BASIC or char in EXTENDED for char in text):
        length, one, many = sum(2 if char in EXTENDED else 1 for char in text), 160, 153
    else:
        length, one, many = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= one else -(-length // many)
