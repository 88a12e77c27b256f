"""What arrived, from the raw source on."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome
from wagtail_helpdesk.mail.querysets import InboundMailQuerySet
from wagtail_helpdesk.tickets.models import Ticket


class RawMail(models.Model):
    """A raw mail in the database, for sites without shared disk (RAW_STORE "db")."""

    sha256 = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("raw mail")
        verbose_name_plural = _("raw mails")

    def __str__(self) -> str:
        return self.sha256[:12]


class InboundMail(models.Model):
    """One accepted mail. Its raw source was stored before this row, and this row before anything was parsed."""

    raw_sha256 = models.CharField(max_length=64, db_index=True)
    #: Where the raw source is: a name in the private storage, "db", or "" once it was removed.
    raw_ref = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    #: "" or, with MULTI_MAILBOX "per_mailbox", the mailbox's key.
    dedupe_scope = models.CharField(max_length=20, blank=True)
    dedupe_key = models.CharField(max_length=64)
    message_id_header_hash = models.CharField(max_length=64, blank=True, db_index=True)
    message_id_header = models.TextField(_("Message-ID"), blank=True)
    #: sha256 of Message-ID, From and Date: equal for one mail that a list altered on the way. "" without them.
    twin_hash = models.CharField(max_length=64, blank=True, db_index=True)
    from_header = models.CharField(_("from"), max_length=300, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    #: {"mail_from": str or null, "rcpt_tos": [...], "fidelity": ..., "is_spam": true}, as the transport said it.
    envelope = models.JSONField(default=dict, blank=True)
    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), null=True, on_delete=models.PROTECT, related_name="inbound_mails"
    )
    origin = models.CharField(_("origin"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=InboundState.choices, default=InboundState.RECEIVED)
    #: Committed before each try, so that a mail that kills the process is read more simply the third time.
    attempts = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=MailOutcome.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    trace = models.JSONField(_("decision trace"), default=list, blank=True)
    classification = models.JSONField(_("classification"), default=list, blank=True)
    #: What the sender's authentication said: {"result": "pass", "method": ..., "reason": ...}.
    auth = models.JSONField(_("authentication"), default=dict, blank=True)
    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), null=True, blank=True, on_delete=models.SET_NULL, related_name="inbound_mails"
    )
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="inbound_mails")
    #: When it reached the mail server, as far as that is known; and when it was taken in here.
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    accepted_at = models.DateTimeField(default=timezone.now, editable=False)
    processed_at = models.DateTimeField(_("processed at"), null=True, blank=True)

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrived mail")
        verbose_name_plural = _("arrived mails")
        constraints = [models.UniqueConstraint(fields=["dedupe_scope", "dedupe_key"], name="helpdesk_inbound_dedupe")]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="helpdesk_inbound_state"),
            models.Index(fields=["-received_at", "-id"], name="helpdesk_inbound_received"),
        ]

    def __str__(self) -> str:
        return self.subject or f"#{self.pk}"

    @property
    def is_untried(self) -> bool:
        """Whether nobody has ever claimed it."""
        return self.state == InboundState.RECEIVED and not self.attempts and not self.lease_owner

    def is_waiting(self, now: datetime) -> bool:
        """Tell of the row as it was read what ``InboundMail.objects.waiting`` asks for."""
        if self.state == InboundState.RECEIVED:
            return self.lease_until is None or self.lease_until <= now
        return self.state == InboundState.PROCESSING and self.lease_until is not None and self.lease_until <= now


class InboundDelivery(models.Model):
    """A further copy of a mail that was accepted before."""

    inbound = models.ForeignKey(InboundMail, on_delete=models.CASCADE, related_name="deliveries")
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.inbound_id} {self.origin}"
