"""The providers' side of the demo: what Twilio or a mail server would post for what is typed on the page."""

from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from secrets import token_hex

import httpx
from twilio.request_validator import RequestValidator

from bot.model import Channel
from bot.records import Customer
from console.demo.desk import Desk

TIMEOUT = 10.0
#: One grey pixel: the photo that the page's camera takes.
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63a8afaf0700030201"
    "7f6df33bc00000000049454e44ae426082"
)


def post_message(
    desk: Desk, customer: Customer, channel: Channel, text: str, choice: str | None, *, photo: bool
) -> int:
    """Posts the message to this server's own webhook; the HTTP status it answered."""
    if channel is Channel.EMAIL:
        return _post_mail(desk, customer, text, photo=photo)
    return _post_twilio(desk, customer, channel, text, choice, photo=photo)


def _post_twilio(
    desk: Desk, customer: Customer, channel: Channel, text: str, choice: str | None, *, photo: bool
) -> int:
    prefix = "whatsapp:" if channel is Channel.WHATSAPP else ""
    recipient = desk.whatsapp_number if channel is Channel.WHATSAPP else desk.sms_number
    form = {
        "MessageSid": "SM" + token_hex(16),
        "AccountSid": "AC" + "0" * 32,
        "From": f"{prefix}{customer.phone}",
        "To": f"{prefix}{recipient}",
        "Body": text,
        "NumMedia": "1" if photo else "0",
    }
    if photo:
        form["MediaUrl0"] = f"https://api.twilio.com/demo/Media/ME{token_hex(16)}"
        form["MediaContentType0"] = "image/png"
    if choice and channel is Channel.WHATSAPP:
        form |= {"ButtonPayload": choice, "ButtonText": text}
    url = f"{desk.base_url}/webhooks/twilio"
    signature = RequestValidator(desk.twilio_token).compute_signature(url, form)
    return httpx.post(url, data=form, headers={"X-Twilio-Signature": signature}, timeout=TIMEOUT).status_code


def _post_mail(desk: Desk, customer: Customer, text: str, *, photo: bool) -> int:
    mail = EmailMessage()
    mail["From"] = f"{customer.first_name} {customer.last_name} <{customer.email}>"
    mail["To"] = desk.email_address
    mail["Subject"] = "Re: your order"
    mail["Date"] = format_datetime(desk.clock.now())
    mail["Message-ID"] = make_msgid(domain="example.com")
    mail["Authentication-Results"] = f"{desk.authserv_id}; dmarc=pass header.from=example.com"
    mail.set_content(text or " ")
    if photo:
        mail.add_attachment(PHOTO, maintype="image", subtype="png", filename="photo.png")
    headers = {"Authorization": f"Bearer {desk.email_secret}", "Content-Type": "message/rfc822"}
    url = f"{desk.base_url}/webhooks/email/mime"
    return httpx.post(url, content=mail.as_bytes(), headers=headers, timeout=TIMEOUT).status_code
