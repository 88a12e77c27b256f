"""What leaves: the row is the truth, whatever becomes of the sending."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import Audience, DeliveryEventKind, MailKind, OutboundState, RecipientState
from wagtail_helpdesk.mail.models.arrived import InboundMail
from wagtail_helpdesk.mail.querysets import OutboundMailQuerySet
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


class OutboundMail(models.Model):
    """One mail of ours, frozen when it was decided on. The row is the truth, whatever becomes of the sending."""

    public_id = models.CharField(max_length=12, unique=True, editable=False)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=MailKind.choices)
    #: sha256 of what the mail is for: makes "one mail per reply" a fact of the database.
    purpose_key = models.CharField(max_length=64, unique=True)
    #: None for what belongs to no ticket: a probe, a digest.
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="outbound_mails")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="outbound_mails")
    #: sha256 of ticket and recipient: mails with the same one leave in their order.
    queue_key = models.CharField(max_length=64)
    message_visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.PUBLIC)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.PROTECT, related_name="outbound_mails")
    #: Without angle brackets; the same in every attempt.
    message_id_header = models.CharField(_("Message-ID"), max_length=120, unique=True)
    subject = models.CharField(_("subject"), max_length=600)
    from_header = models.CharField(max_length=400)
    reply_to = models.CharField(max_length=400, blank=True)
    #: Where reports go (RFC 5321 4.5.5): a signed address, "<>" for the null sender, "" for the mailbox's own.
    envelope_from = models.CharField(max_length=320, blank=True)
    #: Further headers, in order: [[name, value], ...].
    headers = models.JSONField(default=list)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    #: Keys of the attachments that go along.
    attachment_ids = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=OutboundState.choices, default=OutboundState.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    lease_owner = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    #: The kind of error and the server's code, never its words about a customer.
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    #: What the service that sent it calls it.
    provider_id = models.CharField(max_length=250, blank=True, db_index=True)
    #: When its fate became unknown, and when the agents were told that it is late.
    uncertain_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    #: When a person was done with its failure.
    settled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = OutboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="helpdesk_outbound_due"),
            models.Index(fields=["queue_key", "id"], name="helpdesk_outbound_queue"),
            models.Index(fields=["mailbox", "sent_at"], name="helpdesk_outbound_sent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(audience=Audience.CUSTOMER) | models.Q(message_visibility=Visibility.PUBLIC),
                name="helpdesk_no_note_to_customer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class OutboundRecipient(models.Model):
    """One recipient of a mail of ours, and what became of it."""

    class Kind(models.TextChoices):
        TO = "to", _("To")
        CC = "cc", _("Cc")
        BCC = "bcc", _("Bcc")

    outbound = models.ForeignKey(OutboundMail, on_delete=models.CASCADE, related_name="recipients")
    participant = models.ForeignKey(
        TicketParticipant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: The agent, where it goes to one.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=3, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    address_hash = models.CharField(max_length=64, db_index=True)
    state = models.CharField(_("state"), max_length=12, choices=RecipientState.choices, default=RecipientState.PENDING)
    smtp_code = models.PositiveIntegerField(_("SMTP code"), null=True, blank=True)
    #: RFC 3463, such as 5.1.1.
    status_code = models.CharField(_("status code"), max_length=12, blank=True)
    #: The server's words, which may name the address: shown to agents, never logged.
    diagnostic = models.CharField(_("diagnostic"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.address


class DeliveryEvent(models.Model):
    """What was heard of a mail after it was handed over. Only ever added to; states are the maximum over these."""

    outbound = models.ForeignKey(OutboundMail, on_delete=models.CASCADE, related_name="delivery_events")
    recipient = models.ForeignKey(
        OutboundRecipient, null=True, blank=True, on_delete=models.CASCADE, related_name="delivery_events"
    )
    kind = models.CharField(_("what"), max_length=12, choices=DeliveryEventKind.choices)
    #: Who says so: "dsn", "mdn", "arf", "webhook", "sent_folder", "answer".
    witness = models.CharField(max_length=12)
    #: Whether the report proved that it answers our mail; others are shown and change nothing.
    verified = models.BooleanField(default=True)
    status_code = models.CharField(max_length=12, blank=True)
    diagnostic = models.CharField(max_length=500, blank=True)
    inbound = models.ForeignKey(InboundMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    #: sha256 of what makes this event the same when it is told again.
    event_key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.outbound_id}"
