"""Mails as customers' programs write them, and the way by which they reach the desk."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr

from demo_desk.models import SentMail
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.models import InboundMail


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes along."""

    name: str
    content: bytes = field(repr=False)
    type: str = "application/octet-stream"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A mail from a customer."""

    sender: str
    sender_name: str = ""
    to: str
    cc: Sequence[str] = ()
    subject: str
    text: str
    html: str = ""
    at: datetime
    files: Sequence[File] = ()
    answers: SentMail | None = None
    headers: Sequence[tuple[str, str]] = ()

    def to_bytes(self) -> bytes:
        """Return the mail as it comes over the wire."""
        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((self.sender_name, self.sender))
        message["To"] = self.to
        if self.cc:
            message["Cc"] = ", ".join(self.cc)
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.at)
        message["Message-ID"] = f"<{secrets.token_hex(12)}@{self.sender.rpartition('@')[2]}>"
        if self.answers is not None:
            known = str(self.answers.message["Message-ID"] or "").strip()
            message["In-Reply-To"] = known
            message["References"] = f"{self.answers.message['References'] or ''} {known}".strip()
        message.set_content(self.text + self._quote())
        if self.html:
            message.add_alternative(self.html, subtype="html")
        for file in self.files:
            kind, _slash, subtype = file.type.partition("/")
            message.add_attachment(file.content, maintype=kind, subtype=subtype or "octet-stream", filename=file.name)
        # Last: to set the content takes away every header that begins with Content-.
        for name, value in self.headers:
            message[name] = value
        return message.as_bytes()

    def _quote(self) -> str:
        """Return what most programs put under an answer: who wrote when, and every line with a mark before it."""
        if self.answers is None:
            return "\n"
        name, address = parseaddr(self.answers.sender)
        when = self.answers.sent_at.strftime("%a, %d %b %Y at %H:%M")
        quoted = "\n".join(f"> {line}" if line else ">" for line in self.answers.text.splitlines())
        return f"\n\nOn {when}, {name or address} <{address}> wrote:\n\n{quoted}\n"


def answer_to(mail: SentMail, *, text: str, at: datetime, files: Sequence[File] = ()) -> Letter:
    """Return the answer that whoever got ``mail`` writes."""
    header = mail.message["To"]
    name, address = parseaddr(str(header or ""))
    subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
    reply_to = parseaddr(str(mail.message["Reply-To"] or mail.message["From"]))[1]
    return Letter(
        sender=mail.recipients[0] if mail.recipients else address,
        sender_name=name if mail.recipients and address == mail.recipients[0] else "",
        to=reply_to,
        subject=subject,
        text=text,
        at=at,
        files=files,
        answers=mail,
    )


def deliver(letter: Letter) -> InboundMail:
    """Bring a letter to the desk, as a mail server would, and return what became of it."""
    to = parseaddr(letter.to)[1]
    envelope = Envelope(mail_from=letter.sender, rcpt_tos=(to,), received_at=letter.at)
    mail = accept(letter.to_bytes(), envelope, Origin("post_office", None)).mail
    process(mail.pk)
    mail.refresh_from_db()
    return mail
