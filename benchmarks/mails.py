"""A thousand mails as they come to a help desk: new questions, answers, HTML, files. The same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime

from django.utils import timezone

from benchmarks import words

#: Share of mails that answer an earlier one, that have HTML too, that bring a file.
ANSWERS, WITH_HTML, WITH_FILE = 0.3, 0.6, 0.1
FILE_BYTES = (5_000, 150_000)
SENDERS = 400


def make_mails(count: int, to: str, *, seed: int = 1) -> Iterator[bytes]:
    """Yield the raw mails."""
    chance = random.Random(seed)
    known: list[tuple[str, str, int]] = []
    for number in range(count):
        message_id = f"<{seed}.{number}@example.org>"
        if known and chance.random() < ANSWERS:
            answered, subject, sender = chance.choice(known[-200:])
            mail = make_mail(chance, to, sender=sender, subject=f"Re: {subject}", message_id=message_id)
            mail["In-Reply-To"] = mail["References"] = answered
        else:
            subject, sender = words.subject(chance), chance.randrange(SENDERS)
            mail = make_mail(chance, to, sender=sender, subject=subject, message_id=message_id)
            known.append((message_id, subject, sender))
        yield mail.as_bytes()


def make_mail(
    chance: random.Random, to: str, *, sender: int, subject: str, message_id: str, file_bytes: int | None = None
) -> EmailMessage:
    """Return one mail; with a file of ``file_bytes``, or with one by chance."""
    mail = EmailMessage()
    mail["From"] = f"Customer {sender} <customer{sender}@mail{sender % 50}.example.org>"
    mail["To"], mail["Subject"], mail["Message-ID"] = to, subject, message_id
    mail["Date"] = format_datetime(timezone.now())
    text = words.text(chance)
    mail.set_content(text)
    if chance.random() < WITH_HTML:
        paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines() if line)
        mail.add_alternative(f"<html><body><div style='color:#222'>{paragraphs}</div></body></html>", subtype="html")
    if file_bytes is None and chance.random() < WITH_FILE:
        file_bytes = chance.randint(*FILE_BYTES)
    if file_bytes:
        mail.add_attachment(
            chance.randbytes(file_bytes), maintype="application", subtype="octet-stream", filename="scan.bin"
        )
    return mail
