"""Mails as they come to a help desk: with HTML, with files. The same in every run."""

from __future__ import annotations

import random
from email.message import EmailMessage
from email.utils import format_datetime

from django.utils import timezone

from benchmarks import words

#: Share of mails that have HTML too, that bring a file.
WITH_HTML, WITH_FILE = 0.6, 0.1
FILE_BYTES = (5_000, 150_000)


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
