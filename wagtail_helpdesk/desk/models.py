"""How the desk is set up: teams, mailboxes, statuses, priorities."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.addresses import address_hash, normalise_address
from wagtail_helpdesk.desk.choices import Category


class Team(models.Model):
    """People who share tickets. What its members may do is said by their groups."""

    name = models.CharField(_("name"), max_length=100)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("members"), blank=True, related_name="helpdesk_teams"
    )
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Takes the tickets that nothing else gives a team.")
    )
    takes_back = models.BooleanField(
        _("takes back the tickets of people who are away"),
        default=True,
        help_text=_(
            "When a customer answers somebody who is away, and nobody stands in, the ticket is nobody's again and the "
            "team is told."
        ),
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        _keep_one_default(self)


class Absence(models.Model):
    """Somebody is away, or will be. One row for each agent: what is over means nothing any more."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helpdesk_absence", verbose_name=_("agent")
    )
    starts_at = models.DateTimeField(_("away from"))
    #: The first moment at which the agent is back.
    ends_at = models.DateTimeField(_("away until"))
    #: The agent's time zone, in which whole days were meant.
    time_zone = models.CharField(max_length=64)
    #: Sees the tickets of the agent meanwhile, and is told what the agent is told.
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("substitute"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="helpdesk_stands_in",
    )
    #: For colleagues: "back on Monday".
    note = models.CharField(_("a word for colleagues"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at} {self.ends_at}"

    def is_now(self, now: datetime) -> bool:
        """Tell whether the agent is away at ``now``."""
        return self.starts_at <= now < self.ends_at


class Mailbox(models.Model):
    """An address that customers write to, and in whose name we answer."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Shown to customers as the sender."))
    address = models.CharField(_("address"), max_length=254)
    #: sha256 of the address's normal form.
    address_hash = models.CharField(max_length=64, unique=True, editable=False)
    aliases = models.JSONField(
        _("aliases"), default=list, blank=True, help_text=_("Further addresses whose mail arrives here.")
    )
    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.PROTECT, related_name="mailboxes")
    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    language = models.CharField(_("language"), max_length=20, blank=True)
    signature = models.TextField(
        _("signature"),
        blank=True,
        help_text=_("Stands under every reply. {agent} is the agent's name, {team} the team's."),
    )
    reopen_days = models.PositiveIntegerField(
        _("days to reopen"),
        default=14,
        help_text=_("An answer within these days reopens a ticket; a later one opens a new ticket."),
    )
    close_after_days = models.PositiveIntegerField(
        _("close pending tickets after days of silence"),
        null=True,
        blank=True,
        help_text=_(
            "A ticket that waits for its customer is resolved by itself when nobody has written for so many days. "
            "Empty or 0: never. Counts for those that wait already, too."
        ),
    )
    warn_before_days = models.PositiveIntegerField(
        _("warn the customer days before"),
        default=3,
        blank=True,
        help_text=_(
            "So many days before, the customer gets a mail that says so. 0: no warning; none is sent either where new "
            "tickets are not acknowledged."
        ),
    )
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Answers for tickets that came without a mailbox.")
    )

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    def save(self, *args, **kwargs) -> None:
        self.address_hash = address_hash(self.address)
        super().save(*args, **kwargs)
        _keep_one_default(self)

    def clean(self) -> None:
        """Refuse addresses that are none, or that another mailbox has. Raises ValidationError by field."""
        errors = {}
        for field, addresses in (("address", [self.address]), ("aliases", self.aliases or [])):
            for address in addresses:
                try:
                    normalise_address(address)
                except (ValueError, AttributeError):
                    errors[field] = _("“%(address)s” is not an e-mail address.") % {"address": address}
        if not errors:
            taken = {own for other in Mailbox.objects.exclude(pk=self.pk) for own in other.own_addresses}
            for field, addresses in (("address", [self.address]), ("aliases", self.aliases or [])):
                for address in addresses:
                    if normalise_address(address) in taken:
                        errors[field] = _("“%(address)s” belongs to another mailbox.") % {"address": address}
        if self.close_after_days and (self.warn_before_days or 0) >= self.close_after_days:
            errors["warn_before_days"] = _("The warning has to come after the silence has begun: choose fewer days.")
        if errors:
            raise ValidationError(errors)

    @property
    def own_addresses(self) -> list[str]:
        """The normal forms of the address and the aliases."""
        return [normalise_address(address) for address in [self.address, *self.aliases]]


class Status(models.Model):
    """Where a ticket stands. Administrators name them; the category tells the machine."""

    name = models.CharField(_("label for agents"), max_length=60)
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    sort_order = models.PositiveIntegerField(_("order"), default=0)
    is_default = models.BooleanField(
        _("default of its category"), default=False, help_text=_("Set when the desk itself moves a ticket there.")
    )
    #: Where a person may take a ticket from here; none for everywhere. Rules, mail and the worker are not bound.
    next_statuses = models.ManyToManyField(
        "self",
        verbose_name=_("a person may go on to"),
        blank=True,
        symmetrical=False,
        related_name="previous_statuses",
        help_text=_(
            "The statuses that people may choose for a ticket that has this one. Choose none to allow all. Spam, trash "
            "and the way back from there are always open, and so is what a customer's answer reopens."
        ),
    )

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        _keep_one_default(self, category=self.category)

    def customer_label(self, language: str | None = None) -> str:
        """Return what a customer reads, in ``language`` (the active one by default).

        Uses ``labels`` when it was prefetched. Falls back to the base language, then to the category's own name.
        """
        language = (language or get_language() or "").lower()
        labels = {label.language.lower(): label.label for label in self.labels.all()}
        return labels.get(language) or labels.get(language.split("-")[0]) or str(self.get_category_display())


class StatusLabel(models.Model):
    """A status in a customer's language."""

    status = models.ForeignKey(Status, on_delete=models.CASCADE, related_name="labels")
    language = models.CharField(_("language"), max_length=20)
    label = models.CharField(_("label for customers"), max_length=60)

    class Meta:
        verbose_name = _("label for customers")
        verbose_name_plural = _("labels for customers")
        constraints = [models.UniqueConstraint(fields=["status", "language"], name="helpdesk_status_label")]

    def __str__(self) -> str:
        return self.label


class Priority(models.Model):
    """How urgent a ticket is; a higher level goes first."""

    name = models.CharField(_("name"), max_length=60)
    level = models.IntegerField(_("level"), default=0, help_text=_("Higher goes first; 0 is ordinary."))
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("priority")
        verbose_name_plural = _("priorities")
        ordering = ["-level", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        super().save(*args, **kwargs)
        _keep_one_default(self)


class TicketType(models.Model):
    """What kind of case a ticket is: a question, a fault, a return."""

    name = models.CharField(_("name"), max_length=60)
    sort_order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("ticket type")
        verbose_name_plural = _("ticket types")
        ordering = ["sort_order", "name", "pk"]

    def __str__(self) -> str:
        return self.name


def _keep_one_default(instance: models.Model, **scope) -> None:
    """At most one row of a kind is the default: the one saved last. (No database's constraint can say this on all.)"""
    if instance.is_default:
        type(instance).objects.filter(is_default=True, **scope).exclude(pk=instance.pk).update(is_default=False)
