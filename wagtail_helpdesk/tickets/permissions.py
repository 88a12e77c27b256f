"""Who may do what to a ticket: one function answers "may", ``visible_to`` answers "which"."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import F, Q, QuerySet
from wagtail.permission_policies.base import ModelPermissionPolicy

from wagtail_helpdesk.desk.absences import COLUMNS, FIELD, keep_absence
from wagtail_helpdesk.desk.querysets import stands_in_for, team_ids_of
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess
from wagtail_helpdesk.tickets.prepared import statement
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION

#: What can be done; each is the permission ``wagtail_helpdesk.<verb>_ticket``.
VERBS = ("view", "note", "reply", "change", "assign", "merge", "promote", "delete", "export", "view_all")
#: What a share (a mention, a second mailbox) allows on a ticket of another team.
SHARED_VERBS = frozenset({"view", "note"})


def may(user: Any, verb: str, ticket: Ticket | None = None) -> bool:
    """Tell whether ``user`` may do ``verb`` (to ``ticket``, else in general). ValueError for an unknown verb."""
    if verb not in VERBS:
        raise ValueError(f"unknown verb {verb!r}")
    if user is None or not user.is_active or not user.has_perm(f"wagtail_helpdesk.{verb}_ticket"):
        return False
    if ticket is None:
        return True
    if verb != "view" and not user.has_perm("wagtail_helpdesk.view_ticket"):
        return False
    if is_in_scope(user, ticket):
        return True
    return verb in SHARED_VERBS and _is_shared_with(user, ticket)


def is_in_scope(user: Any, ticket: Ticket) -> bool:
    """Tell whether a ticket is of the user's teams, assigned to the user (or whom the user stands in for), or anybody's
    with view_all."""
    if user.has_perm(VIEW_ALL_PERMISSION) or ticket.assignee_id == user.pk or ticket.team_id in team_ids_of(user):
        return True
    return ticket.assignee_id is not None and ticket.assignee_id in stands_in_for(user)


def _is_shared_with(user: Any, ticket: Ticket) -> bool:
    return TicketAccess.objects.filter(ticket=ticket).filter(Q(user=user) | Q(team__in=team_ids_of(user))).exists()


def users_who_may(verb: str, ticket: Ticket | None = None) -> QuerySet:
    """Return the active users who hold ``verb``'s permission, of the ticket's team or with view_all when one is given.

    Permissions of groups and of users both count, and superusers are in. Each user once.
    """
    users = _holders(verb)
    if verb != "view":
        users = users.filter(pk__in=_holders("view").values("pk"))
    if ticket is None:
        return users
    everywhere = _holders("view_all").values("pk")
    in_team = get_user_model()._default_manager.filter(helpdesk_teams=ticket.team_id).values("pk")
    return users.filter(Q(pk__in=in_team) | Q(pk__in=everywhere))


def all_who_may(verb: str) -> list[Any]:
    """Return the active users who hold ``verb``'s permission, in any order, each with the own absence.

    One query, which is built once.
    """
    columns = {f"away_{name}": F(f"{FIELD}__{name}") for name in COLUMNS}
    users = list(
        get_user_model()._default_manager.raw(
            *statement(("holders", verb), lambda: users_who_may(verb).annotate(**columns))
        )
    )
    for user in users:
        keep_absence(user, [getattr(user, name) for name in columns])
    return users


def substitutes_for(user: Any) -> QuerySet:
    """Return who may stand in for ``user``: active agents of the same teams, and those who see all tickets."""
    teams = get_user_model()._default_manager.filter(helpdesk_teams__in=team_ids_of(user)).values("pk")
    everywhere = _holders("view_all").values("pk")
    return users_who_may("view").filter(Q(pk__in=teams) | Q(pk__in=everywhere)).exclude(pk=user.pk)


def _holders(verb: str) -> QuerySet:
    """Return the active users with one permission. (Django's ``with_perm`` is on its own user manager only.)"""
    holding = Q(content_type__app_label="wagtail_helpdesk", codename=f"{verb}_ticket")
    permissions = Permission.objects.filter(holding).values("pk")
    wanted = Q(is_superuser=True) | Q(user_permissions__in=permissions) | Q(groups__permissions__in=permissions)
    users = get_user_model()._default_manager
    return users.filter(pk__in=users.filter(wanted, is_active=True).values("pk"))


class TicketPermissionPolicy(ModelPermissionPolicy):
    """Wagtail's view of our rules: its choosers, listings and views ask this.

    Wagtail's words that are none of ours ("add", "publish" ...) are refused to everybody, superusers too: a ticket is
    never made as a row.
    """

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Tell whether ``user`` may do ``action`` to tickets in general."""
        return action in VERBS and may(user, action)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet:
        """Return the tickets on which ``user`` holds at least one of the Wagtail actions."""
        held = {action for action in actions if self.user_has_permission(user, action)}
        if not held:
            return Ticket.objects.none()
        if held & SHARED_VERBS:
            return Ticket.objects.visible_to(user)
        return Ticket.objects.in_scope_of(user)

    def instances_user_has_permission_for(self, user: Any, action: str) -> QuerySet:
        """Return the tickets on which ``user`` may do ``action``."""
        return self.instances_user_has_any_permission_for(user, [action])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Ticket) -> bool:
        """Ask :func:`may`."""
        return action in VERBS and may(user, action, instance)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Ticket) -> bool:
        """Tell whether one of ``actions`` is allowed on ``instance``."""
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)
