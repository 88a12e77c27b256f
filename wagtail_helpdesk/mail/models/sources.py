"""Where mail is fetched from, and what was taken there."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import (
    FolderRole,
    Grant,
    PostAction,
    PostActionState,
    Provider,
    Security,
    SourceState,
    StartFrom,
)
from wagtail_helpdesk.mail.models.arrived import InboundMail


class MailAccount(models.Model):
    """An account with a provider that signs in by OAuth2, for reading and for sending. Secrets are sealed."""

    name = models.CharField(_("name"), max_length=100)
    provider = models.CharField(_("provider"), max_length=20, choices=Provider.choices)
    grant = models.CharField(_("grant"), max_length=20, choices=Grant.choices, default=Grant.CONSENT)
    username = models.CharField(_("user name"), max_length=254, help_text=_("The address of the mailbox."))
    tenant = models.CharField(_("tenant"), max_length=100, blank=True, help_text=_("Microsoft 365 only."))
    client_id = models.CharField(_("client ID"), max_length=300)
    #: Sealed by ``vault``; so are the two tokens.
    client_secret = models.TextField(blank=True, editable=False)
    refresh_token = models.TextField(blank=True, editable=False)
    access_token = models.TextField(blank=True, editable=False)
    access_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    secret_expires_at = models.DateField(
        _("client secret expires on"), null=True, blank=True, help_text=_("You are warned 30, 7 and 1 days before.")
    )
    needs_consent = models.BooleanField(default=True, editable=False)
    #: The kind of error and the provider's code, never its words.
    last_error = models.CharField(max_length=200, blank=True, editable=False)
    lease_owner = models.CharField(max_length=60, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("mail account")
        verbose_name_plural = _("mail accounts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MailSource(models.Model):
    """One place that mail for a mailbox is fetched from. ``kind`` names a class in ``mail.sources``."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="sources", verbose_name=_("mailbox"))
    kind = models.CharField(_("kind"), max_length=20)
    host = models.CharField(_("server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(_("port"), null=True, blank=True)
    security = models.CharField(_("security"), max_length=8, choices=Security.choices, default=Security.TLS)
    username = models.CharField(_("user name"), max_length=254, blank=True)
    #: Sealed by ``vault``.
    password = models.TextField(blank=True, editable=False)
    account = models.ForeignKey(
        MailAccount, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="sources"
    )
    #: What this kind alone needs, such as a Maildir's path.
    settings = models.JSONField(default=dict, blank=True)
    start_from = models.CharField(_("begin with"), max_length=4, choices=StartFrom.choices, default=StartFrom.NOW)
    start_days = models.PositiveIntegerField(_("days"), default=7)
    post_action = models.CharField(
        _("mail that was taken"), max_length=6, choices=PostAction.choices, default=PostAction.MARK
    )
    move_to = models.CharField(_("folder to move it to"), max_length=200, blank=True)
    waits_for_news = models.BooleanField(
        _("wait for news (IDLE)"), default=False, help_text=_("Needs a worker of its own: helpdesk_mail idle.")
    )
    state = models.CharField(_("state"), max_length=8, choices=SourceState.choices, default=SourceState.ACTIVE)
    next_fetch_at = models.DateTimeField(default=timezone.now, editable=False)
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True, blank=True, editable=False)
    last_ok_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    #: The kind of error, never the server's words about a mail.
    last_error = models.CharField(_("last error"), max_length=200, blank=True, editable=False)
    #: What the administrator should know: codes such as "uidvalidity_changed".
    warnings = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("mail source")
        verbose_name_plural = _("mail sources")
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "next_fetch_at"], name="helpdesk_source_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.mailbox}"


class SourceFolder(models.Model):
    """One folder of a source, and how far it was read. A lease keeps two workers from reading it at once."""

    source = models.ForeignKey(MailSource, on_delete=models.CASCADE, related_name="folders")
    name = models.CharField(_("folder"), max_length=200)
    #: sha256 of the name.
    name_hash = models.CharField(max_length=64, editable=False)
    role = models.CharField(_("contents"), max_length=5, choices=FolderRole.choices, default=FolderRole.INBOX)
    uidvalidity = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    last_uid = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    #: When it was read for the first time. What came before is old mail: nobody gets an acknowledgement.
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: What reached the server before this time is left alone.
    since = models.DateTimeField(null=True, blank=True, editable=False)
    #: Smaller UIDs were there before; 0 when that can no longer be told by UID.
    first_uid = models.PositiveBigIntegerField(default=0, editable=False)
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_sweep_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Mails that wait on the server, as counted by the last visit.
    backlog = models.PositiveIntegerField(default=0, editable=False)
    lease_owner = models.CharField(max_length=60, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("folder")
        verbose_name_plural = _("folders")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "name_hash"], name="helpdesk_source_folder")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_hash = hash_folder_name(self.name)
        super().save(*args, **kwargs)


def hash_folder_name(name: str) -> str:
    """Return the sha256 (hex) by which a source's folders are told apart."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


class InboundOrigin(models.Model):
    """One mail as a source names it. Stays when its ticket is erased, so that mail left there is not taken again."""

    source = models.ForeignKey(MailSource, on_delete=models.CASCADE, related_name="origins")
    folder = models.ForeignKey(SourceFolder, null=True, blank=True, on_delete=models.SET_NULL, related_name="origins")
    #: sha256 of the transport's identity: folder|uidvalidity|uid, a UIDL, a Maildir's base name.
    key_hash = models.CharField(max_length=64)
    uidvalidity = models.PositiveBigIntegerField(null=True, blank=True)
    uid = models.PositiveBigIntegerField(null=True, blank=True)
    #: None while it could not be taken.
    inbound = models.ForeignKey(InboundMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="origins")
    post_action_state = models.CharField(max_length=8, choices=PostActionState.choices, default=PostActionState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("origin of a mail")
        verbose_name_plural = _("origins of mails")
        constraints = [models.UniqueConstraint(fields=["source", "key_hash"], name="helpdesk_inbound_origin")]
        indexes = [
            models.Index(fields=["post_action_state", "next_try_at"], name="helpdesk_origin_due"),
            models.Index(fields=["folder", "uidvalidity", "uid"], name="helpdesk_origin_uid"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.key_hash[:12]}"
