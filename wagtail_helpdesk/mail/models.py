"""E-mail both ways: what arrived, what leaves, and what keeps the two from chasing each other."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import (
    Audience,
    InboundState,
    MailKind,
    MailOutcome,
    OutboundState,
    QuoteHistory,
    RecipientState,
    SenderName,
)
from wagtail_helpdesk.mail.querysets import InboundMailQuerySet, OutboundMailQuerySet
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


class MailboxOptions(models.Model):
    """How a mailbox deals with mail. A mailbox without a row has the defaults."""

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="mail_options")
    acknowledge = models.BooleanField(
        _("acknowledge new tickets"), default=True, help_text=_("Sends the tracking link to whoever opens a ticket.")
    )
    plus_addressing = models.BooleanField(
        _("plus addressing"),
        default=False,
        help_text=_("The mail server delivers support+anything@… to support@…: answers find their ticket by address."),
    )
    sender_name = models.CharField(
        _("sender's name"), max_length=20, choices=SenderName.choices, default=SenderName.AGENT_VIA_TEAM
    )

    quote_history = models.CharField(
        _("quoted history"),
        max_length=4,
        choices=QuoteHistory.choices,
        default=QuoteHistory.LAST,
        help_text=_("Which earlier public messages stand below a reply."),
    )

    class Meta:
        verbose_name = _("mail options")
        verbose_name_plural = _("mail options")

    def __str__(self) -> str:
        return str(self.mailbox)


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
    #: {"mail_from": str or null, "rcpt_to": [...]}, as the transport said it.
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
    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), null=True, blank=True, on_delete=models.SET_NULL, related_name="inbound_mails"
    )
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="inbound_mails")
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
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


class OutboundMail(models.Model):
    """One mail of ours, frozen when it was decided on. The row is the truth, whatever becomes of the sending."""

    public_id = models.CharField(max_length=12, unique=True, editable=False)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=MailKind.choices)
    #: sha256 of what the mail is for: makes "one mail per reply" a fact of the database.
    purpose_key = models.CharField(max_length=64, unique=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="outbound_mails")
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
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = OutboundMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="helpdesk_outbound_due"),
            models.Index(fields=["queue_key", "id"], name="helpdesk_outbound_queue"),
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

    outbound = models.ForeignKey(OutboundMail, on_delete=models.CASCADE, related_name="recipients")
    participant = models.ForeignKey(
        TicketParticipant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=3, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    address_hash = models.CharField(max_length=64, db_index=True)
    state = models.CharField(_("state"), max_length=12, choices=RecipientState.choices, default=RecipientState.PENDING)
    smtp_code = models.PositiveIntegerField(_("SMTP code"), null=True, blank=True)

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.address


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
