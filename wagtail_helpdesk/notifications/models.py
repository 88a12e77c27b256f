"""What an agent was told, and what each agent wants to be told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.notifications.choices import NoticeKind, NoticeMail, NoticePush, Rhythm
from wagtail_helpdesk.notifications.querysets import NoticeQuerySet
from wagtail_helpdesk.tickets.models import Ticket


class Notice(models.Model):
    """One thing that one agent should know. It holds no words of the ticket: those are read when it is shown."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helpdesk_notices")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notices")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind.choices)
    #: Which of the things that a kind stands for: "opened", "moved", "answered"; "failed", "bounced" ...
    what = models.CharField(max_length=12, blank=True)
    #: Who did it; the name as it was.
    actor_name = models.CharField(_("who"), max_length=200, blank=True)
    #: For whom the reader stands in; the name as it was.
    for_name = models.CharField(max_length=200, blank=True)
    #: Whether it is shown in the admin; if not, it is there for its mail.
    in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mail_state = models.CharField(max_length=8, choices=NoticeMail.choices, default=NoticeMail.NONE)
    #: The mail that it left in.
    outbound = models.ForeignKey(OutboundMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices")
    push_state = models.CharField(max_length=8, choices=NoticePush.choices, default=NoticePush.NONE)
    #: When it left for the agent's devices.
    pushed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "read_at", "-id"], name="helpdesk_notice_unread"),
            models.Index(fields=["mail_state", "created_at"], name="helpdesk_notice_to_mail"),
            models.Index(fields=["push_state", "created_at"], name="helpdesk_notice_to_push"),
            models.Index(fields=["user", "pushed_at"], name="helpdesk_notice_pushed"),
            models.Index(fields=["created_at"], name="helpdesk_notice_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket_id}"


class NoticePreference(models.Model):
    """What one agent wants to be told, and how. Without a row, what :mod:`preferences` takes for sensible."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helpdesk_notice_preference"
    )
    #: {kind: {"in_app": bool, "by_mail": bool, "by_push": bool}}; a kind that is not here is as by default.
    choices = models.JSONField(default=dict, blank=True)
    #: {key of a mailbox: the same as in "choices"}: what else holds for the tickets of single mailboxes.
    mailboxes = models.JSONField(default=dict, blank=True)
    #: Whoever replies on a ticket or writes a note watches it from then on.
    watch_replied = models.BooleanField(default=False)
    #: Whether a device shows the subject of a ticket: it may lie where others see it.
    show_subject = models.BooleanField(default=True)
    rhythm = models.CharField(_("mails"), max_length=8, choices=Rhythm.choices, default=Rhythm.AT_ONCE)

    class Meta:
        verbose_name = _("notice preference")
        verbose_name_plural = _("notice preferences")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
