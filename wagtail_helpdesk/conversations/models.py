"""The words and files of tickets."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.choices import Direction, DraftMode, Flag, IdRole, MessageState, ScanState, Verdict
from wagtail_helpdesk.conversations.file_names import is_dangerous
from wagtail_helpdesk.conversations.file_types import MAIL, OUTLOOK_MAIL
from wagtail_helpdesk.conversations.querysets import DraftQuerySet, MessageQuerySet
from wagtail_helpdesk.desk.models import Status, Team
from wagtail_helpdesk.tickets.choices import Channel, Visibility
from wagtail_helpdesk.tickets.models import Ticket


class Message(models.Model):
    """One message of a conversation. Written by actions only."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility.choices)
    state = models.CharField(_("state"), max_length=9, choices=MessageState.choices, default=MessageState.PUBLISHED)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    author_contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="helpdesk_messages"
    )
    author_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="helpdesk_messages",
        # The index of what somebody wrote by time begins with it.
        db_index=False,
    )
    #: The name as it was.
    author_name = models.CharField(_("author"), max_length=200, blank=True)
    #: The address that an arriving message claims to come from.
    from_address = models.CharField(_("from"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    #: Sanitised on arrival, shown through ``sanitising.render_html`` only.
    html = models.TextField(_("HTML"), blank=True)
    #: The new words only; the whole where quoted text could not be told from them with certainty.
    reply_text = models.TextField(_("new words"), blank=True)
    reply_html = models.TextField(_("new words as HTML"), blank=True)
    sanitizer_version = models.PositiveIntegerField(default=0)
    #: Images that the sender's HTML would load from elsewhere.
    remote_images = models.PositiveIntegerField(default=0)
    #: An agent wants to see them, for this message.
    images_allowed = models.BooleanField(default=False)
    #: What is known of the sender's claim to be who "from" says: "pass", "fail", "unknown"; "" where nobody asked.
    sender_auth = models.CharField(max_length=8, blank=True)
    #: Invitations and answers to them, as plain values (``mail.arriving.calendar``).
    cards = models.JSONField(default=list, blank=True)
    flags = models.JSONField(default=list, blank=True)
    #: When its words were taken out for good, and by whom; and how many of its files.
    redacted_at = models.DateTimeField(null=True, blank=True)
    redacted_by = models.CharField(max_length=200, blank=True)
    removed_files = models.PositiveSmallIntegerField(default=0)
    #: {"to": [{"participant": pk, "name": ..., "address": ...}], "cc": [...], "bcc": []}
    recipients = models.JSONField(default=dict, blank=True)
    #: What its author chose for the mail: {"unquoted", "later", "regardless": True}, "forwarded": [keys of messages].
    mailing = models.JSONField(default=dict, blank=True)
    #: When a scheduled message (or one that waits for approval) is to be published, and the status to set then.
    publish_at = models.DateTimeField(null=True, blank=True)
    on_publish = models.ForeignKey(Status, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    #: sha256 that is the same for the same message and never for two; NULL where nothing can repeat it.
    external_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    #: When the author says it was sent.
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    #: When it reached us, or left; a scheduled one: when it was written.
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["ticket", "created_at", "id"], name="helpdesk_message_ticket"),
            models.Index(fields=["state", "publish_at"], name="helpdesk_message_due"),
            models.Index(fields=["author_user", "created_at"], name="helpdesk_message_author"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(direction=Direction.INTERNAL, visibility=Visibility.PUBLIC),
                name="helpdesk_note_is_internal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.pk}"

    @property
    def is_note(self) -> bool:
        """Whether this is an agent's internal note."""
        return self.direction == Direction.INTERNAL

    @property
    def flag_labels(self) -> list[str]:
        """The flags in words."""
        return [Flag(flag).label for flag in self.flags if flag in Flag.values]

    @property
    def has_quote(self) -> bool:
        """Whether there is more than the new words."""
        return self.reply_text != self.text


class Approval(models.Model):
    """A reply waits until a colleague has looked at it; and what the colleague decided."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="approval")
    #: Who was asked: one agent, or anybody of a team.
    asked_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    #: What the author would like to have looked at.
    note = models.CharField(max_length=500, blank=True)
    verdict = models.CharField(max_length=9, choices=Verdict.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.message_id} {self.verdict or 'waiting'}"


class PrivateFile(models.Model):
    """A file in the private storage."""

    public_id = models.CharField(max_length=32, unique=True, editable=False)
    #: Name in the private storage: random, without anything a sender wrote.
    storage_key = models.CharField(max_length=100, db_index=True)
    sha256 = models.CharField(max_length=64)
    display_name = models.CharField(_("file name"), max_length=150)
    declared_type = models.CharField(max_length=150, blank=True)
    #: What the content is, as we see it.
    sniffed_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    content_id = models.CharField(max_length=250, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_locked(self) -> bool:
        """Whether the site's scanner has not cleared it."""
        return False

    @property
    def is_dangerous(self) -> bool:
        """Whether opening it may start a program."""
        return is_dangerous(self.display_name)

    @property
    def is_mail(self) -> bool:
        """Whether it is a mail of its own."""
        return MAIL in (self.declared_type, self.sniffed_type) or self.sniffed_type == OUTLOOK_MAIL


class Attachment(PrivateFile):
    """A file of a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    disposition = models.CharField(max_length=10, default="attachment")
    #: Shown inside the message instead of in the list of files.
    hidden = models.BooleanField(default=False)
    scan_state = models.CharField(max_length=8, choices=ScanState.choices, blank=True, db_index=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    @property
    def is_locked(self) -> bool:
        """Whether the site's scanner has not cleared it."""
        return self.scan_state in (ScanState.PENDING, ScanState.INFECTED)

    @property
    def is_infected(self) -> bool:
        """Whether the site's scanner found something in it."""
        return self.scan_state == ScanState.INFECTED


class Draft(models.Model):
    """What an agent has written and not sent: one for each agent and ticket, or a new ticket's."""

    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helpdesk_drafts")
    mode = models.CharField(max_length=10, choices=DraftMode.choices)
    #: The editor's own content, as its widget gives it (Wagtail's database HTML).
    body = models.TextField(blank=True)
    #: The first words, for lists.
    preview = models.CharField(max_length=200, blank=True)
    #: What else was chosen: recipients, status, subject ...
    choices = models.JSONField(default=dict, blank=True)
    #: Counts the savings: whoever saves names the one that he knows.
    version = models.PositiveIntegerField(default=1)
    #: When it was thrown away: for a while there is a way back.
    discarded_at = models.DateTimeField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="helpdesk_draft")]
        indexes = [models.Index(fields=["user", "-updated_at"], name="helpdesk_draft_user")]

    def __str__(self) -> str:
        return f"{self.mode} {self.pk}"


class DraftFile(PrivateFile):
    """A file that waits with a draft to be sent."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    #: An image for the text; without it there, it does not go along.
    inline = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("file of a draft")
        verbose_name_plural = _("files of drafts")
        ordering = ["pk"]


class MessageIdIndex(models.Model):
    """The foreign Message-IDs (RFC 5322 3.6.4) by which answers find their ticket. Not unique: they collide."""

    id_hash = models.CharField(max_length=64, db_index=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="message_ids")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="message_ids")
    role = models.CharField(max_length=10, choices=IdRole.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Message-ID")
        verbose_name_plural = _("Message-IDs")

    def __str__(self) -> str:
        return self.id_hash[:12]
