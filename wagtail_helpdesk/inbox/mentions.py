"""What is wrong with the names in a note, before it is saved."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.mentions import colleagues, find_mentions, handles_of
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


def mention_errors(text: str, ticket: Ticket, user: Any) -> list[str]:
    """Return a sentence for each name after "@" that the note of ``user`` could not reach; [] where all is well.

    Whether somebody is unknown or only no agent is not told apart: nobody learns here who has an account.
    """
    people = colleagues(text)
    mentions = find_mentions(text, handles_of(people.values()))
    errors = [
        _("Nobody who can see tickets is called “@%(name)s”. If you mean no person, put a space after the @.")
        % {"name": name}
        for name in mentions.unknown
    ]
    errors += [
        _("Several colleagues are called “@%(name)s”: write the user name instead.") % {"name": name}
        for name in mentions.ambiguous
    ]
    if not may(user, "assign", ticket):
        errors += [
            _("%(name)s cannot see this ticket, and you may not share it.") % {"name": display_name(people[key])}
            for key in mentions.users
            if not may(people[key], "view", ticket)
        ]
    return errors
