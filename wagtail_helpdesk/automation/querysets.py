"""Reads on what agents have ready: which of it somebody may use, and which change."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION


class ScopedQuerySet(models.QuerySet):
    """Rows with a scope."""

    def usable_by(self, user: Any, *, ticket: Ticket | None = None, mailbox: Mailbox | None = None) -> ScopedQuerySet:
        """Return what ``user`` may use on ``ticket``, or on a new one of ``mailbox``.

        Whoever sees the tickets of all teams has at hand what the ticket's own team has.
        """
        if not may(user, "view"):
            return self.none()
        teams = list(team_ids_of(user))
        if ticket is not None and user.has_perm(VIEW_ALL_PERMISSION):
            teams.append(ticket.team_id)
        box = ticket.mailbox_id if ticket is not None else getattr(mailbox, "pk", None)
        usable = Q(scope=Scope.EVERYONE) | Q(scope=Scope.ME, owner=user) | Q(scope=Scope.TEAM, team__in=teams)
        if box is not None:
            usable |= Q(scope=Scope.MAILBOX, mailbox=box)
        return self.filter(usable)

    def changeable_by(self, user: Any, action: str = "change") -> ScopedQuerySet:
        """Return what ``user`` may change: all with the permission on the model, else what is for the user alone."""
        if not user.is_active:
            return self.none()
        if user.has_perm(f"wagtail_helpdesk.{action}_{self.model._meta.model_name}"):
            return self
        if not may(user, "reply"):
            return self.none()
        return self.filter(scope=Scope.ME, owner=user)

    def update_use(self, times: int = 1) -> int:
        """Note that each of these rows was used; return how many rows there are."""
        return self.update(use_count=F("use_count") + times, used_at=timezone.now())
