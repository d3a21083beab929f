"""How streets, flats and their numbers are written, as patterns, surest first."""

import re

_NUMBER = r"(?<![\w#$€£+/-])(?<!\d[.,])\d{1,6}(?:[ ]?[A-Z](?![\w'’]))?(?:[-/]\d{1,4}[A-Z]?)?(?:[ ](?:bis|ter)\b)?"
_BEHIND = r"\d{1,4}(?!\d)(?:[ ]?[A-Z](?![\w'’]))?(?:[-/][\dA-Z]{1,4}(?![\w]))?"
_WORD = r"(?:[^\W\d_][\w'’.-]*|\d{1,3}(?:st|nd|rd|th|º|ª|er|e)\b)"
STRONG = (
    "street|str|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|court|ct|terrace|square|sq|highway|hwy|"
    "bd|bvd|crescent|cres|circle|cir|parkway|pkwy|trail|trl|mews|gardens|grove|alley|turnpike"
)
WEAK = "place|pl|way|close|row|walk|run|point|view|bend|gate|plaza|path|hill|loop|pike|quay|ridge|crossing|green"
_LEADING = (
    "calle|c/|avenida|avda|av|paseo|plaza|pla[cç]a|carrer|camino|carretera|ronda|traves[ií]a|rue|avenue|boulevard|bd|"
    "chemin|all[eé]e|impasse|place|quai|route|cours|rua|travessa|pra[cç]a|largo|alameda|estrada|via|viale|corso|"
    "piazza|piazzale|vicolo|strada|lungotevere|lungomare"
)
_SUFFIX = (
    "stra(?:ß|ss)e|str|weg|platz|gasse|allee|damm|ufer|ring|steig|chaussee|straat|laan|plein|gracht|kade|dijk|singel|"
    "steeg|dreef|baan|markt"
)
_SIDE = r"(?:[ ]+(?:N|S|E|W|NE|NW|SE|SW|north|south|east|west)\b\.?)?"
_TWICE = rf"(?:[ ]+(?:{STRONG}|{WEAK})\b(?=\s*[,\n]))?"


def _street(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


#: A street with its number. The second member says that a town or a postcode behind it is needed, the third that both
#: are.
STREETS: tuple[tuple[re.Pattern[str], bool, bool], ...] = (
    (_street(rf"{_NUMBER},?[ ]+(?:{_WORD}[ ]+){{1,5}}?(?:{STRONG})\b\.?{_TWICE}{_SIDE}"), False, False),
    (_street(rf"{_NUMBER},?[ ]+(?:{_LEADING})\.?[ ]+{_WORD}(?:[ ]+{_WORD}){{0,6}}"), True, False),
    (
        _street(rf"\b(?:{_LEADING})\.?[ ]*{_WORD}(?:[ ]+{_WORD}){{0,5}},?[ ]*(?:n[º°o]?\.?[ ]*)?{_BEHIND}"),
        False,
        False,
    ),
    (_street(rf"(?:\b{_WORD}[ ]+){{0,3}}\b{_WORD}[- ]?(?:{_SUFFIX})\.?[ ]*{_BEHIND}"), False, False),
    (_street(r"\b(?:p\.?[ ]?o\.?[ ]?box|postfach|postbus|apartado|casella postale)[ ]*\d{1,8}"), True, False),
    (_street(rf"{_NUMBER},?[ ]+(?:{_WORD}[ ]+){{1,4}}?(?:{WEAK})\b\.?{_SIDE}"), True, False),
    (_street(rf"{_NUMBER},?[ ]+(?:{_WORD}[ ]+){{0,3}}?{_WORD}(?=[ ]*[,\n])"), True, True),
    (_street(rf"(?:\b{_WORD}[ ]+){{0,3}}\b{_WORD}[ ]+{_BEHIND}(?=[ ]*[,\n])"), True, True),
    (_street(rf"(?:\b{_WORD}[ ]+){{1,3}}(?:{STRONG})\b\.?{_SIDE}(?=[ ]*[,\n])"), True, True),
    (_street(rf"\b(?:{_LEADING})\.?[ ]+{_WORD}(?:[ ]+{_WORD}){{0,4}}(?=[ ]*[,\n])"), True, True),
)
_NAMED_FLAT = (
    "apt|apartment|appartment|appartement|appt?|apto|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|block|blk|lot|"
    "esc|escalera|piso|puerta|planta|depto|dpto|int|interno|interior|scala|andar|bloco|stock|og|wohnung|whg|bus|"
    "b[aâ]t|b[aâ]timent|[eé]tage|verdieping"
)
_FLATS_NUMBER = r"(?:\d{1,5}[ -]?[A-Z]?(?!\w)|\d{1,5}[-/]\d{1,4}|[A-Z]\d{0,4}(?!\w)|[A-Z]-\d{1,4})"
FLAT = re.compile(
    r"(?:\b(?:c/o|care of|z\.?\s?hd\.?|attn\.?:?|t\.a\.v\.)\s+[^,\n;.]{2,60}"
    rf"|\b(?:{_NAMED_FLAT})\b\.?[ ]*(?:n[o.º°]*[ ]*)?#?[ ]*{_FLATS_NUMBER}"
    r"|#[ ]?\d{1,5}[A-Z]?\b"
    r"|\b\d{1,3}(?:st|nd|rd|th)[ ](?:floor|fl)\b\.?"
    r"|\b\d{1,2}\.?[ ]?(?:[eè]me?|er|º|ª|°|\.)[ ]?"
    r"(?:[eé]tage|piso|andar|stock|og|piano|verdieping|[A-Z]{1,4}(?![\w]))"
    r"|\b(?:ground|first|second|third|top)[ ](?:floor|flat)\b)",
    re.IGNORECASE,
)
_ABBREVIATIONS = "st apt ste ave rd dr fl ln str no nr b[aâ]t app esc mt ft av"
_ABBREVIATED = "".join(rf"(?<!\b{word})" for word in _ABBREVIATIONS.split())
#: Where an address's parts are parted (`comma`), and where its sentence ends (`end`).
PARTED = re.compile(
    r"(?P<comma>[,\n;(:]|\s-\s|\s[–—]\s?)"
    rf"|(?P<end>{_ABBREVIATED}[.](?=\s|$)(?!\s*(?:stock|etage|étage|og|piso|andar|verdieping|piano)\b)"
    r"|[!?)]+(?=\s|$|,))",
    re.IGNORECASE,
)
LEADS_IN = re.compile(r"^(?:in|at|en|à|a|em|te|near)\s+", re.IGNORECASE)
TOWN_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
_PARTICLES = """
de da do das dos del della di la le les los las el van der den am an im in aan upon on of the and sur sous l d bei ob zu
y e
"""
_LEADING_IN = "an in to at on nach zu zur die der das den a al la el en à au naar op para pra alla"
_LITTLE = "in is the city town postcode zip code it s es e est ist stad ort ville"
PARTICLES = frozenset(_PARTICLES.split())  # words of names in small letters
LEADING_IN = frozenset(_LEADING_IN.split())  # words in small letters that lead up to a street
LITTLE = frozenset(_LITTLE.split())  # words that lead up to a town
UPPER = frozenset({"n", "s", "e", "w", "ne", "nw", "se", "sw", "po", "p.o."})
