"""What a list shows, as conditions: so that it can be kept as a view."""

from __future__ import annotations

from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.saved.lists import SavedList
from wagtail_helpdesk.inbox.standing_views import StandingView
from wagtail_helpdesk.tickets.conditions.language import Condition, Conditions
from wagtail_helpdesk.tickets.conditions.ticket_fields import ME, MINE, NOBODY

_OWN = {
    "unassigned": Condition("assignee", "is", (NOBODY,)),
    "mine": Condition("assignee", "is", (ME,)),
    "team": Condition("team", "is", (MINE,)),
    "mentions": Condition("mentioned", "yes"),
    "drafts": Condition("drafted", "yes"),
    "starred": Condition("starred", "yes"),
}


def conditions_of_place(place: Place) -> Conditions:
    """Return the conditions of a place's view together with its filters. Searched words are none."""
    view = place.view
    if isinstance(view, SavedList):
        base = view.conditions or Conditions()
        return Conditions(all=(*base.all, *place.conditions.all), any=base.any)
    return Conditions(all=(*_of_standing(view), *place.conditions.all))


def _of_standing(view: StandingView) -> tuple[Condition, ...]:
    found = [Condition("category", "is", tuple(str(category) for category in view.categories))]
    if view.asleep is not None:
        found.append(Condition("asleep", "yes" if view.asleep else "no"))
    if view.slug in _OWN:
        found.append(_OWN[view.slug])
    if view.slug.startswith("team-"):
        found.append(Condition("team", "is", (view.slug.partition("-")[2],)))
    return tuple(found)
