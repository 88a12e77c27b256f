"""The views that agents made, and how each agent arranged the inbox."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.models import Team


class Scope(models.TextChoices):
    """Whose a saved view is."""

    PRIVATE = "private", _("Only me")
    TEAM = "team", _("A team")
    ROLE = "role", _("A role")
    EVERYONE = "everyone", _("Everyone")


class SavedView(models.Model):
    """Conditions, an order and columns under a name. It shows each reader what that reader may see."""

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(_("for"), max_length=8, choices=Scope.choices, default=Scope.PRIVATE)
    #: Whose it is when it is a team's.
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    #: Whose it is when it is a role's: everybody's in a group of the site's users.
    role = models.ForeignKey(
        "auth.Group", verbose_name=_("role"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    #: What ``tickets.conditions`` writes.
    conditions = models.JSONField(default=dict)
    #: The name of an order of ``inbox.ordering``.
    ordering = models.CharField(_("order"), max_length=10, default="waiting")
    #: The name of a grouping of ``inbox.grouping``; "" for none.
    grouping = models.CharField(_("group by"), max_length=30, blank=True)
    #: What rows show; empty for what they usually show.
    columns = models.JSONField(_("columns"), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        default_permissions = ()
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class InboxPreference(models.Model):
    """How one agent arranged the inbox."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: Keys of the saved views that stand beside the list, in order.
    pinned = models.JSONField(default=list)
    #: The name of the view that the inbox opens with; "" for the first.
    opens_with = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("inbox preference")
        verbose_name_plural = _("inbox preferences")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)
