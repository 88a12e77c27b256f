"""What an empty list offers instead: the lists that are not empty, and answers that others could read too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.inbox.counts import CAP, count_text
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.places import MAILBOX, View
from wagtail_helpdesk.inbox.standing_views import BY_SLUG
from wagtail_helpdesk.tickets.conditions.ticket_fields import ME
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

#: The views that hold work, in the order in which it is offered; no more than so many of them.
_WORK, _MOST = ("mentions", "mine", "unassigned", "team", "drafts"), 3
#: An answer of this age is still in mind.
_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class NextThing:
    """One offer: what it is called, how many there are, and where they are."""

    label: str
    count: str
    url: str
    icon: str


def next_things(
    user: Any, views: Sequence[tuple[View, str]], here: str, *, mailbox: int | None = None
) -> list[NextThing]:
    """Return what ``user`` may turn to, who finds the view called ``here`` empty.

    ``views``: with their counts, of all mailboxes or of one. One query, for who may promote answers.
    """
    counted = {view.slug: (view, count) for view, count in views if count != count_text(0)}
    work = [counted[slug] for slug in _WORK if slug in counted and slug != here]
    within = f"?{MAILBOX}={mailbox}" if mailbox else ""
    things = [NextThing(str(view.label), count, f"{view_url(view)}{within}", view.icon) for view, count in work[:_MOST]]
    if may(user, "promote"):
        lately = Ticket.objects.current().filter(
            assignee=user, category=Category.RESOLVED, resolved_at__gte=timezone.now() - _LATELY, articles=None
        )
        if number := lately[: CAP + 1].count():
            label = ngettext(
                "Answer of yours that could be promoted to the FAQ",
                "Answers of yours that could be promoted to the FAQ",
                number,
            )
            address = f"{view_url(BY_SLUG['closed'])}?assignee={ME}"
            things.append(NextThing(label, count_text(number), address, "help"))
    return things
