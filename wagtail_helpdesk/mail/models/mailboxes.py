"""How a mailbox deals with mail: its options, and how its mail leaves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import MailKind, QuoteHistory, Security, SenderName
from wagtail_helpdesk.mail.models.sources import MailAccount


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

    web_form_senders = models.JSONField(
        _("web form senders"),
        default=list,
        blank=True,
        help_text=_("Addresses of forms elsewhere that write in somebody's name: Reply-To says who it is."),
    )
    trusted_authserv_ids = models.JSONField(
        _("trusted authentication servers"),
        default=list,
        blank=True,
        help_text=_(
            "Names that your mail server writes into Authentication-Results. Agents can answer by mail only "
            "where one is trusted."
        ),
    )
    trusts_microsoft = models.BooleanField(
        _("received by Microsoft 365"),
        default=False,
        help_text=_("Microsoft writes its results without a name: trust the topmost ones."),
    )
    strict_threading = models.BooleanField(
        _("new ticket for outside senders"),
        default=False,
        help_text=_("An answer from an address that takes no part opens a linked ticket instead of joining."),
    )
    auto_replies_open_tickets = models.BooleanField(
        _("tickets for automatic replies"),
        default=False,
        help_text=_("Automatic replies that belong to no ticket open one; else they stand in the mail log only."),
    )
    bounce_address = models.CharField(
        _("bounce address"),
        max_length=254,
        blank=True,
        help_text=_("An address with plus addressing whose mail arrives here: reports come back to a form of it."),
    )
    retry_uncertain = models.BooleanField(
        _("send again when unsure"),
        default=False,
        help_text=_("A mail whose fate is unknown is sent once more, at the risk of arriving twice."),
    )
    canary = models.BooleanField(
        _("hourly test"),
        default=False,
        help_text=_(
            "Every hour the mailbox sends a mail to itself. The mail health says so when one is not back after "
            "a quarter of an hour."
        ),
    )

    class Meta:
        verbose_name = _("mail options")
        verbose_name_plural = _("mail options")

    def __str__(self) -> str:
        return str(self.mailbox)


class MailTransport(models.Model):
    """How a mailbox's mail leaves. ``kind`` names a class in ``mail.transports``; without a row, the site's backend."""

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="mail_transport")
    kind = models.CharField(_("sends over"), max_length=20, default="site")
    host = models.CharField(_("server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(_("port"), null=True, blank=True)
    security = models.CharField(_("security"), max_length=8, choices=Security.choices, default=Security.STARTTLS)
    username = models.CharField(_("user name"), max_length=254, blank=True)
    #: Sealed by ``vault``.
    password = models.TextField(blank=True, editable=False)
    account = models.ForeignKey(
        MailAccount,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transports",
    )
    per_minute = models.PositiveIntegerField(
        _("mails a minute"), null=True, blank=True, help_text=_("At most so many. Empty for no limit.")
    )
    #: Set while nothing can be sent, whatever the mail: wrong password, no connection. No mail is to blame.
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    pause_reason = models.CharField(max_length=200, blank=True, editable=False)
    next_probe_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_ok_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("mail transport")
        verbose_name_plural = _("mail transports")

    def __str__(self) -> str:
        return f"{self.kind} {self.mailbox}"


class MailTemplate(models.Model):
    """An administrator's own words for one kind of mail, in one language; without a row, those that came with us.

    Only the declared placeholders are replaced: what stands here is no template language.
    """

    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MailKind.choices)
    language = models.CharField(_("language"), max_length=20)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("mail text")
        verbose_name_plural = _("mail texts")
        ordering = ["kind", "language", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"
