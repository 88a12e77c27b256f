"""Who can be asked to approve a reply, and who may decide on one that waits."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Approval
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may, users_who_may
from wagtail_helpdesk.tickets.prepared import statement
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION


def approvers_of(ticket: Ticket, author: Any) -> list[Any]:
    """Return those who can approve a reply of ``author``: who may answer there themselves. One query, built once.

    ``in_ticket_team`` of each says whether that person is asked when anybody of the ticket's team is.
    """

    def build() -> QuerySet:
        members = Team.objects.filter(pk=ticket.team_id, members=OuterRef("pk"))
        return users_who_may("reply", ticket).annotate(in_ticket_team=Exists(members))

    rows = statement(("approvers", ticket.team_id), build)
    return [user for user in get_user_model()._default_manager.raw(*rows) if user.pk != author.pk]


def may_be_approved_by(user: Any, ticket: Ticket, author: Any) -> bool:
    """Tell whether ``user`` can be asked to approve a reply of ``author``. Nobody approves his own words."""
    return user.pk != author.pk and may(user, "reply", ticket)


def may_decide(user: Any, approval: Approval, *, author_id: Any) -> bool:
    """Tell whether ``user`` may decide on a reply on a ticket where ``user`` may answer.

    That is who was asked, anybody of a team that was asked, and whoever sees all tickets; never its author.
    """
    if user.pk == author_id:
        return False
    asked = approval.asked_user_id == user.pk or approval.asked_team_id in team_ids_of(user)
    return asked or user.has_perm(VIEW_ALL_PERMISSION)


def waiting_for(user: Any) -> QuerySet[Approval]:
    """Return what ``user`` was asked to approve and nobody has decided on."""
    asked = Q(asked_user=user) | Q(asked_team__members=user)
    waiting = Approval.objects.filter(asked, message__state=MessageState.WAITING)
    return waiting.exclude(message__author_user=user)
