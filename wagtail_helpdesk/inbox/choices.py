"""What can be chosen for each field of tickets, looked up once a page, whichever menus and filters show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.tickets.conditions.fields import Field, all_fields, field_called
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.transitions import is_open_way, statuses_and_ways


class Choices:
    """Pairs of key and label by field. They name nothing that the user may not know of."""

    def __init__(self, user: Any) -> None:
        self._user = user
        self._known: dict[str, Sequence[tuple[str, Any]]] = {}

    def of(self, one: Field | str) -> Sequence[tuple[str, Any]]:
        """Return pairs of key and label."""
        field = field_called(one) if isinstance(one, str) else one
        if field is None:
            return []
        if field.name not in self._known:
            if field.name == "status":
                self._known["status"] = [(str(status.pk), str(status)) for status in self.statuses]
            else:
                self._known[field.name] = list(field.choices(self._user)) if field.choices else []
        return self._known[field.name]

    @cached_property
    def fields(self) -> list[Field]:
        """Every field that tickets can be asked for."""
        return all_fields()

    @cached_property
    def ticket_fields(self) -> list[TicketField]:
        """The fields in use that an administrator added."""
        return list(TicketField.objects.filter(is_active=True))

    @cached_property
    def statuses(self) -> list[Status]:
        """All statuses."""
        return list(self._ways[0])

    @cached_property
    def _ways(self) -> tuple[list[Status], Mapping[int, set[int]]]:
        return statuses_and_ways()

    def statuses_after(self, status: Status) -> list[Status]:
        """Return the statuses that a person may choose for a ticket that has ``status``, itself among them."""
        allowed = self._ways[1].get(status.pk, ())
        return [one for one in self.statuses if is_open_way(status, one, allowed)]

    def default_of(self, category: str) -> Status | None:
        """Return the status that the desk itself uses for ``category``."""
        of_category = [status for status in self.statuses if status.category == category]
        return next((status for status in of_category if status.is_default), next(iter(of_category), None))


def choices_for(user: Any) -> Choices:
    """Return the choices of ``user``, remembered on the user for the request."""
    if not hasattr(user, "_helpdesk_choices"):
        user._helpdesk_choices = Choices(user)
    return user._helpdesk_choices
