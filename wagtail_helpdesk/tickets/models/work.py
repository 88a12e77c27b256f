"""What belongs to a ticket, and what is to be done on it: links, checklists."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models.ticket import Ticket


class TicketLink(models.Model):
    """Two tickets that belong together."""

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("ticket link")
        verbose_name_plural = _("ticket links")
        constraints = [models.UniqueConstraint(fields=["source", "target", "kind"], name="helpdesk_ticket_link")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class ChecklistItem(models.Model):
    """One thing to do on a ticket. One that is about another ticket is done when that is resolved."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="checklist")
    text = models.CharField(_("text"), max_length=300, blank=True)
    #: The ticket that it is about.
    about = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    position = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    #: Who ticked it; nobody where it ticked itself.
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: The name as it was.
    done_name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        default_permissions = ()
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text or str(self.about_id)


class ChecklistTemplate(models.Model):
    """Things to do that come up again and again, ready to be put on a ticket."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    #: One to a line.
    items = models.TextField(_("items"))

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> list[str]:
        """The items, without what is empty."""
        limit = ChecklistItem._meta.get_field("text").max_length
        return [line.strip()[:limit] for line in self.items.splitlines() if line.strip()]
