"""What the post office keeps."""

from __future__ import annotations

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from functools import cached_property

from django.db import models
from django.utils import timezone


class SentMail(models.Model):
    """One mail that the site sent, as it would have gone over the wire."""

    raw = models.BinaryField()
    recipients = models.JSONField(default=list)
    subject = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return BytesParser(policy=default).parsebytes(bytes(self.raw))

    @property
    def source(self) -> str:
        """The mail as it is, for reading."""
        return bytes(self.raw).decode("utf-8", "replace")

    @property
    def to(self) -> str:
        """Whose post this is."""
        return ", ".join(self.recipients)

    @property
    def sender(self) -> str:
        """The From line, for reading."""
        return str(self.message["From"] or "")

    @property
    def text(self) -> str:
        """The plain text of the mail, "" where there is none."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The HTML of the mail, "" where there is none."""
        return self._body("html")

    @property
    def file_names(self) -> list[str]:
        """The names of the files that came along."""
        return [part.get_filename("file") for part in self.message.iter_attachments() if part.get_filename()]

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return part.get_content() if part is not None else ""
