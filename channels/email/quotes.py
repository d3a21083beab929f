"""How mail programs mark what the customer did not write: by language and program, as tables.

Every pattern is matched against at most a few hundred characters and has no nested repetition, so that a line costs the
same whatever it holds.
"""

import re

LONGEST_ATTRIBUTION = 400  # characters, over at most four lines

#: "On … wrote:" — how it begins. Weekdays and numbers stand for the programs that begin with the date.
_BEGINNINGS = (
    r"on|am|le|el|il|op|w dniu|dnia|em|a|den|på|dne|vid|em|à|в|у|at|from|\d{1,4}|在|于|於|"
    r"(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|gio|"
    r"ma|wo|vr|za|zo|pon|wt|śr|czw|pt|sob|niedz|nd|seg|ter|qua|qui|sex|mån|tis|ons|tors|fre|lör|sön|tir|lør|søn|"
    r"man|ti|ke|to|pe|la|su|po|út|st|čt|pá|ne|пн|вт|ср|чт|пт|сб|вс|нд)\w{0,10}"
)
ATTRIBUTION_START = re.compile(rf"[\s\-_*>]{{0,6}}(?:{_BEGINNINGS})(?=[\s.,:(/年-])", re.I)

#: … and the verb near its end: en de fr es it nl pl pt sv/da/no fi cs ru uk zh ja.
ATTRIBUTION_VERB = re.compile(
    r"\b(?:wrote|writes|schrieb|a écrit|a ecrit|escribió|escribio|ha scritto|schreef|napisał(?:a|\(a\))?|pisze|"
    r"escreveu|skrev|kirjoitti|napsala?|napsal\(a\)|написал(?:а|\(а\))?|пишет|пише|написав|написала)(?!\w)"
    r"|写道|寫道|のメール|は書きました|からのメッセージ",
    re.I,
)
ADDRESS_AT_END = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>\s*[:：]$")
DATED = re.compile(
    r"@|\b(?:19|20)\d\d\b|(?:19|20)\d\d年|\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d月\d"
)

#: A line of Outlook's own header, by what it names.
_FROM = "from|von|de|da|van|od|från|fra|lähettäjä|от|від|发件人|寄件者|寄件人|差出人"
_WHEN = "sent|date|gesendet|datum|envoyé|date|enviado(?: el| em)?|fecha|data|inviato|verzonden|wysłano|skickat|sendt|"
_WHEN += "dato|lähetetty|päiväys|odesláno|дата|отправлено|надіслано|发送时间|寄件日期|日期|送信日時|日時"
_TO = "to|an|à|para|a|aan|do|till|til|vastaanottaja|komu|кому|收件人|收件者|宛先|cc|kopie|kopia|copia|копия|копія|抄送"
_SUBJECT = "subject|betreff|objet|asunto|oggetto|onderwerp|temat|assunto|ämne|emne|aihe|předmět|тема|主题|主旨|件名"
HEADER_FROM = re.compile(rf"\W{{0,4}}(?:{_FROM})\s?\*?\s?[:：]", re.I)
HEADER_OTHER = re.compile(rf"\W{{0,4}}(?:{_WHEN}|{_TO})\s?\*?\s?[:：]", re.I)
HEADER_SUBJECT = re.compile(rf"\W{{0,4}}(?:{_SUBJECT})\s?\*?\s?[:：]", re.I)

#: "-----Original Message-----" and its like: everything after it is older.
DIVIDER = re.compile(
    r"\s*(?:-\s?){2,12}\s*(?:original(?: message|nachricht)?|original appointment|ursprüngliche (?:nachricht|mail)|"
    r"message d['’]origine|message transféré|mensaje original|mensaje reenviado|messaggio originale|"
    r"messaggio inoltrato|"
    r"oorspronkelijk bericht|doorgestuurd bericht|mensagem original|mensagem encaminhada|wiadomość oryginalna|"
    r"treść przekazanej wiadomości|ursprungligt meddelande|vidarebefordrat meddelande|oprindelig meddelelse|"
    r"opprinnelig melding|videresendt (?:besked|meddelelse|melding)|alkuperäinen viesti|"
    r"välitetty viesti|původní zpráva|"
    r"přeposlaná zpráva|исходное сообщение|пересылаемое сообщение|вихідне повідомлення|оригінальне повідомлення|"
    r"forwarded message|weitergeleitete nachricht|original e-?mail|原始邮件|原始郵件|"
    r"转发的邮件|元のメッセージ|転送メッセージ)"
    r"\s*(?:-\s?){2,12}\s*$|(?:begin forwarded message|anfang der weitergeleiteten nachricht|"
    r"début du message réexpédié|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht)\s?:\s*$|"
    r"\s*##-.{3,120}-##\s*$",
    re.I,
)
RULE = re.compile(r"\s*(?:_{8,}|-{20,}|={20,}|\*{20,})\s*$")

#: "Sent from my …", alone on its line.
SENT_FROM = re.compile(
    r"\s*[-*_]{0,3}\s?(?:sent (?:from|via|with|using) (?:my |the )?(?:iphone|ipad|android|samsung|"
    r"galaxy|huawei|phone|mobile|"
    r"blackberry|windows|mac\b|pixel|xperia|outlook|yahoo|proton|mail\b|gmail|gmx|aol|mobile|tablet|"
    r"handset|smartphone)|"
    r"get outlook for|(?:diese nachricht wurde )?(?:von meinem|vom|mit meinem) .{2,40} (?:gesendet|geschickt)|"
    r"gesendet (?:von|mit|aus|über)|envoyé (?:de|depuis|à partir)|enviado (?:desde|do|de|pelo|"
    r"a partir|via)|inviato (?:da|dal)|"
    r"verstuurd (?:vanaf|van|met)|verzonden (?:vanaf|van|met)|wysłan[eoy] z|skickat från|"
    r"sendt (?:fra|med)|lähetetty |odesláno z|"
    r"отправлено (?:с|из)|надіслано з|发自我的|從我的|iphoneから送信|ipadから送信|androidから送信)",
    re.I,
)
SIGNATURE = re.compile(r"--\s{0,2}$")
DISCLAIMER = re.compile(
    r"\s*[*_]{0,3}(?:this (?:e-?mail|message)(?: and any (?:attachments|files).{0,40})? (?:is|are|"
    r"may|contains?)\b.{0,80}"
    r"(?:confidential|privileged|intended)|confidentiality (?:notice|note)|disclaimer\s?:|"
    r"the information (?:contained )?in this "
    r"(?:e-?mail|message)|diese e-?mail (?:enthält|kann) .{0,40}vertraulich|ce (?:message|courriel|"
    r"mail) .{0,60}confidentiel|"
    r"este (?:mensaje|correo|mensagem|e-?mail) .{0,80}confidencia|questo messaggio .{0,80}riservat|"
    r"dit (?:e-?mail)?bericht .{0,60}vertrouwelijk|virus-free\.|this email has been scanned)",
    re.I,
)
QUOTED = re.compile(r"[ \t]{0,3}[>＞|](?=$|[\s>＞|]|\w)")


def is_attribution(text: str) -> tuple[bool, bool]:
    """(looks like one, is one beyond doubt) for a line or up to four joined; the doubtful need a quote after them."""
    if len(text) > LONGEST_ATTRIBUTION or not text.endswith((":", "：")) or not DATED.search(text):
        return False, False
    verb = max((match.end() for match in ATTRIBUTION_VERB.finditer(text)), default=0)
    named = bool(ADDRESS_AT_END.search(text))
    if not named and (not verb or len(text) - verb > 120):
        return False, False
    return True, bool(ATTRIBUTION_START.match(text)) or named or "@" in text
