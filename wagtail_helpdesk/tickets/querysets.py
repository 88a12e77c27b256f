"""Reads on tickets. ``visible_to`` is the one answer to "which tickets may this user see"."""

from __future__ import annotations

from collections.abc import Hashable

from django.db import models
from django.db.models import Exists, OuterRef, Q

from wagtail_helpdesk.desk.querysets import VIEW_ALL_PERMISSION, stands_in_for, team_ids_of

VIEW_PERMISSION = "wagtail_helpdesk.view_ticket"
#: More shared tickets than these are left to the database to find.
MAX_LISTED = 200


class Parts(list["TicketQuerySet"]):
    """What makes tickets visible to a user. ``key`` is the same for the same parts of the same user."""

    key: Hashable = None


def _standing(user) -> tuple[Hashable, ...]:
    """What the key of a statement says of those for whom the user stands in."""
    others = stands_in_for(user)
    return ("for", *others) if others else ()


class TicketQuerySet(models.QuerySet):
    """Tickets by who may see them and where they stand."""

    def visible_to(self, user) -> TicketQuerySet:
        """Return the tickets that ``user`` may see: of own teams, assigned, shared; all with view_all.

        Those of an agent who is away are assigned to whoever stands in as well, while that is so. Without the
        permission to view tickets: none. Erased and merged ones are seen by nobody in lists, see :meth:`current`.
        """
        if not user.is_active or not user.has_perm(VIEW_PERMISSION):
            return self.none()
        if user.has_perm(VIEW_ALL_PERMISSION):
            return self
        teams = team_ids_of(user)
        return self.filter(Q(team__in=teams) | self._assigned_to(user) | self._shared_with(user, teams))

    def visible_parts(self, user) -> Parts:
        """Return what :meth:`visible_to` returns in parts, which may overlap: an index leads to each of them.

        One query, for the tickets that are shared with ``user``.
        """
        if not user.is_active or not user.has_perm(VIEW_PERMISSION):
            return Parts()
        if user.has_perm(VIEW_ALL_PERMISSION):
            parts = Parts([self])
            parts.key = (user.pk, "all", *team_ids_of(user), *_standing(user))
            return parts
        teams = team_ids_of(user)
        # One more part for each agent who is away, mostly none: an index has the tickets of each in order.
        assignees = [user.pk, *stands_in_for(user)]
        parts = Parts(self.filter(team=team) for team in teams)
        parts += (self.filter(assignee=key) for key in assignees)
        rows = self._access_of(user, teams).values_list("ticket", flat=True)
        # Most people have none or few: a short list is looked up by key, whatever the database thinks of sub-selects.
        shared = list(rows[: MAX_LISTED + 1])
        if shared:
            parts.append(self.filter(pk__in=shared if len(shared) <= MAX_LISTED else rows))
        parts.key = (user.pk, *teams, *_standing(user), "shared", *(shared if len(shared) <= MAX_LISTED else ["many"]))
        return parts

    def in_scope_of(self, user) -> TicketQuerySet:
        """Return the visible tickets that are not merely shared with ``user``: those one may work on."""
        tickets = self.visible_to(user)
        if not user.is_active or user.has_perm(VIEW_ALL_PERMISSION):
            return tickets
        return tickets.filter(Q(team__in=team_ids_of(user)) | self._assigned_to(user))

    def shared_with(self, user) -> TicketQuerySet:
        """Return the tickets that somebody shared with ``user`` or one of the user's teams, seen anyway or not."""
        return self.filter(pk__in=self._access_of(user, team_ids_of(user)).values("ticket"))

    def _assigned_to(self, user) -> Q:
        """The user's own tickets, and those of whom the user stands in for."""
        others = stands_in_for(user)
        return Q(assignee__in=[user.pk, *others]) if others else Q(assignee=user)

    def _shared_with(self, user, teams: list[int]) -> Exists:
        return Exists(self._access_of(user, teams).filter(ticket=OuterRef("pk")))

    def _access_of(self, user, teams: list[int]) -> models.QuerySet:
        access = self.model._meta.get_field("access").related_model
        return access._default_manager.filter(Q(user=user) | Q(team__in=teams))

    def current(self) -> TicketQuerySet:
        """Return the tickets that stand for themselves: neither merged into another nor erased."""
        return self.filter(merged_into__isnull=True, erased_at__isnull=True)

    def awake(self) -> TicketQuerySet:
        """Return the tickets that are not snoozed."""
        return self.filter(asleep=False)

    def asleep(self) -> TicketQuerySet:
        """Return the snoozed tickets."""
        return self.filter(asleep=True)

    def for_list(self) -> TicketQuerySet:
        """Return the tickets with what a row of a list shows, in a fixed number of queries.

        A join more, and PostgreSQL would look for no good order of them (``join_collapse_limit``) but read all the
        tickets of the view.
        """
        return self.select_related("status", "priority", "team", "assignee", "requester").prefetch_related(
            "tags", "requester__emails", "ticket_type"
        )
