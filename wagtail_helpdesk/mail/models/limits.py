"""What keeps automatic mail from chasing itself."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.models import Mailbox


class AutoReplyLedger(models.Model):
    """An automatic mail that we sent: what the limits count."""

    address_hash = models.CharField(max_length=64)
    domain_hash = models.CharField(max_length=64)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("automatic mail")
        verbose_name_plural = _("automatic mails")
        indexes = [
            models.Index(fields=["address_hash", "at"], name="helpdesk_ledger_address"),
            models.Index(fields=["domain_hash", "at"], name="helpdesk_ledger_domain"),
            models.Index(fields=["mailbox", "at"], name="helpdesk_ledger_mailbox"),
        ]

    def __str__(self) -> str:
        return f"{self.address_hash[:12]} {self.at}"


class AddressSuppression(models.Model):
    """An address that gets no automatic mail for now."""

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=40)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")

    def __str__(self) -> str:
        return f"{self.address_hash[:12]} {self.reason}"
