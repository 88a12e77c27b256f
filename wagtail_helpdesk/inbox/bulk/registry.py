"""What can be done to many tickets at once. Packages beside add theirs with :func:`register_action`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.seen import Seen
from wagtail_helpdesk.tickets.actions.base import UNSEEN
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

Step = dict[str, Any]


class BulkFields(forms.Form):
    """The fields of one action. ``plain()`` gives what was chosen as JSON, to be kept with a job."""

    #: The field whose choices are buttons of their own, each of which does it: "snooze:tomorrow morning".
    quick = ""

    def __init__(
        self, data: QueryDict | None = None, *args: Any, user: Any, name: str, quick: str = "", **kwargs: Any
    ) -> None:
        if data is not None and self.quick and quick:
            data = data.copy()
            data[f"{name}-{self.quick}"] = quick
        super().__init__(data, *args, prefix=name, auto_id="bulk-%s", **kwargs)
        self.user = user

    def quick_choices(self) -> Sequence[Any]:
        """Return what the buttons stand for: each with ``words``, ``label`` and ``at`` (a time, or None)."""
        return ()

    @property
    def has_choice(self) -> bool:
        """Whether there is anything to choose: without it the action is not offered."""
        return True

    def plain(self) -> dict[str, Any]:
        """Return what was chosen."""
        return {name: getattr(value, "pk", value) for name, value in self.cleaned_data.items()}


@dataclass(frozen=True)
class Target:
    """One of the chosen tickets, and what the agent had seen of it (None when the list was not looked at)."""

    ticket: Ticket
    seen: Seen | None = None

    def saw(self, field: str) -> Any:
        """Return the key that stood in a field, for an action's ``seen``; UNSEEN where nobody looked."""
        return self.seen.values[field] if self.seen else UNSEEN


#: Changes one ticket and returns the steps that take it back. Runs in a unit of work; raises ActionRefused or
#: PermissionDenied where it cannot be done: then nothing of it is.
Run = Callable[[Target, Mapping[str, Any], Actor], Sequence[Step]]


@dataclass(frozen=True)
class BulkAction:
    """One thing to do to many tickets. ``data`` of ``run`` is what ``form.plain()`` returned, after ``prepare``."""

    name: str
    label: Promise
    icon: str
    #: The permission without which nobody is offered it; the action itself asks again for each ticket.
    verb: str
    run: Run
    form: type[BulkFields] = BulkFields
    #: Given the keys of the chosen tickets and the data, returns the data to run with. Raises ActionRefused.
    prepare: Callable[[Sequence[int], dict[str, Any]], dict[str, Any]] = lambda keys, data: data
    #: Whether it is offered in a place at all.
    offered: Callable[[Any], bool] = lambda place: True
    #: Has a menu of its own in the bar; the others stand in one menu.
    prominent: bool = False
    #: More tickets than this it does not take.
    most: int | None = None
    #: Also for tickets that one does not see any more: an action that asks by itself, as undo does.
    any_ticket: bool = False
    #: Begun from a screen of its own only, which gives it what it needs.
    has_own_screen: bool = False


_ACTIONS: dict[str, BulkAction] = {}


def register_action(action: BulkAction) -> None:
    """Offer an action. One of the same name is replaced."""
    _ACTIONS[action.name] = action


def action_called(name: str) -> BulkAction | None:
    """Return the action of that name."""
    return _ACTIONS.get(name)


@dataclass(frozen=True)
class Offer:
    """An action as the bar shows it."""

    action: BulkAction
    form: BulkFields


def actions_for(user: Any, place: Any) -> list[Offer]:
    """Return what ``user`` can do to the tickets of ``place``, each with its form."""
    offers = (
        Offer(action, action.form(user=user, name=action.name))
        for action in _ACTIONS.values()
        if may(user, action.verb) and action.offered(place)
    )
    return [offer for offer in offers if offer.form.has_choice]
