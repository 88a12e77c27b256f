"""Reads on the desk's set-up that several packages need."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import FilteredRelation, Q
from django.utils import timezone

from wagtail_helpdesk.addresses import normalise_address
from wagtail_helpdesk.desk.models import Mailbox

VIEW_ALL_PERMISSION = "wagtail_helpdesk.view_all_ticket"


def own_addresses() -> dict[str, int]:
    """Return every address and alias of our mailboxes, in normal form, with the mailbox's key. One query."""
    return {
        address: mailbox.pk
        for mailbox in Mailbox.objects.only("pk", "address", "aliases")
        for address in mailbox.own_addresses
    }


def mailbox_for(address: str) -> Mailbox | None:
    """Return the mailbox that owns ``address`` (as address or alias), None for no such one or no address."""
    try:
        key = own_addresses().get(normalise_address(address))
    except ValueError:
        return None
    return Mailbox.objects.select_related("team").get(pk=key) if key else None


def team_ids_of(user) -> list[int]:
    """Return the keys of the teams that ``user`` belongs to. One query, remembered on the user for the request."""
    _remember_belongings(user)
    return user._helpdesk_team_ids


def stands_in_for(user) -> list[Any]:
    """Return the keys of the agents who are away and for whom ``user`` stands in. The same query as the teams'.

    Who shares no team with them any more, and does not see all tickets, stands in for nobody.
    """
    _remember_belongings(user)
    return user._helpdesk_stands_in_for


def _remember_belongings(user) -> None:
    if hasattr(user, "_helpdesk_team_ids") and hasattr(user, "_helpdesk_stands_in_for"):
        return
    now = timezone.now()
    is_now = Q(helpdesk_stands_in__starts_at__lte=now, helpdesk_stands_in__ends_at__gt=now)
    rows = list(
        get_user_model()
        ._base_manager.filter(pk=user.pk)
        .annotate(standing_in=FilteredRelation("helpdesk_stands_in", condition=is_now))
        .order_by("helpdesk_teams__name", "helpdesk_teams", "standing_in")
        .values_list("helpdesk_teams", "standing_in__user", "standing_in__user__helpdesk_teams")
    )
    # Every team with every agent and theirs: few of each. A dict keeps the order and takes each once.
    teams = dict.fromkeys(own for own, _agent, _theirs in rows if own is not None)
    away = dict.fromkeys(agent for _own, agent, _theirs in rows if agent is not None)
    near = {agent for _own, agent, theirs in rows if theirs in teams}
    user._helpdesk_team_ids = [*teams]
    user._helpdesk_stands_in_for = [agent for agent in away if agent in near or user.has_perm(VIEW_ALL_PERMISSION)]
