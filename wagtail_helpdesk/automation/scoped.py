"""What saved replies, macros and templates have in common: for whom they are."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.querysets import ScopedQuerySet
from wagtail_helpdesk.desk.models import Mailbox, Team


class Scoped(models.Model):
    """Something of one agent, of a team, for the tickets of a mailbox, or for everyone."""

    scope = models.CharField(_("for whom"), max_length=8, choices=Scope.choices, default=Scope.ME)
    #: Who made it; the only one who may use it where the scope says so.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    mailbox = models.ForeignKey(
        Mailbox, verbose_name=_("mailbox"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    use_count = models.PositiveIntegerField(_("used"), default=0, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Keep team and mailbox only where the scope names one. ValidationError for a scope without its own."""
        super().clean()
        for scope, field in ((Scope.TEAM, "team"), (Scope.MAILBOX, "mailbox")):
            if self.scope != scope:
                setattr(self, field, None)
            elif getattr(self, f"{field}_id") is None:
                raise ValidationError({field: _("Choose one, or another “for whom”.")})

    @property
    def scope_label(self) -> str:
        """For whom it is, in words."""
        return str(self.team or (self.mailbox.name if self.mailbox else "") or self.get_scope_display())
