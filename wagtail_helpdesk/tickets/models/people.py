"""Who takes part in a ticket, by what tokens, and who may see it or looks after it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.tickets.choices import ParticipantState, Role, TokenPurpose, Visibility, Watch
from wagtail_helpdesk.tickets.models.ticket import Ticket
from wagtail_helpdesk.tickets.tokens import sign


class TicketParticipant(models.Model):
    """Who takes part in a ticket, and how. The truth that ``Ticket.requester`` repeats."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="participants")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="participations")
    #: The address this person uses here, as it was written: what we send to.
    address = models.CharField(_("address"), max_length=254)
    #: Where this person wants answers, when that is elsewhere.
    reply_address = models.CharField(_("address for answers"), max_length=254, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=ParticipantState.choices, default=ParticipantState.ACTIVE
    )
    #: Gets no copies of replies, and takes part all the same.
    muted = models.BooleanField(_("muted"), default=False)
    #: Reads the conversation, by the tracking link and in copies of replies.
    may_see = models.BooleanField(_("may read"), default=True)
    #: What this person writes is a part of the conversation; else it is for agents only.
    may_answer = models.BooleanField(_("may answer"), default=True)
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [models.UniqueConstraint(fields=["ticket", "contact"], name="helpdesk_participant")]

    def __str__(self) -> str:
        return str(self.contact)

    @property
    def mail_address(self) -> str:
        """The address that mail to this person goes to."""
        return self.reply_address or self.address


class TicketToken(models.Model):
    """What a reply address or a link carries, signed. Revoked by a date, never deleted while its ticket lives."""

    public_id = models.CharField(max_length=12, unique=True, editable=False)
    purpose = models.CharField(max_length=10, choices=TokenPurpose.choices)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="tokens")
    participant = models.ForeignKey(
        TicketParticipant, null=True, blank=True, on_delete=models.CASCADE, related_name="tokens"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    visibility = models.CharField(max_length=8, choices=Visibility.choices, default=Visibility.PUBLIC)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @property
    def signed(self) -> str:
        """The token itself, as it stands in a link or an address."""
        return sign(self.purpose, self.public_id)


class TicketAccess(models.Model):
    """Shares a ticket beyond its team: to see it and write notes."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="access")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("accesses")

    def __str__(self) -> str:
        return str(self.team or self.user)


class TicketReader(models.Model):
    """What a ticket is to one agent: starred, watched or muted, and how far it was read."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    starred = models.BooleanField(_("starred"), default=False)
    watch = models.CharField(_("watch"), max_length=8, choices=Watch.choices, blank=True)
    #: The key of the newest message that was on the agent's screen.
    seen_message = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="helpdesk_ticket_reader")]
        indexes = [models.Index(fields=["user", "starred"], name="helpdesk_reader_starred")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id}"
