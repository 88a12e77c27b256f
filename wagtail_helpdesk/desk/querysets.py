"""Reads on the desk's set-up that several packages need."""

from __future__ import annotations

from wagtail_helpdesk.addresses import normalise_address
from wagtail_helpdesk.desk.models import Mailbox, Team


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
    if not hasattr(user, "_helpdesk_team_ids"):
        user._helpdesk_team_ids = list(Team.objects.filter(members=user).values_list("pk", flat=True))
    return user._helpdesk_team_ids
