"""Say that an agent is away, from when to when, and who stands in; or that the agent is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.desk.models import Absence
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.permissions import may, substitutes_for


@dataclass(frozen=True, slots=True)
class Away:
    """From when to when; ``ends_at`` is the first moment of being back."""

    starts_at: datetime
    ends_at: datetime
    time_zone: str
    substitute: Any = None
    note: str = ""


class SetAbsence(Action):
    """Write down when ``person`` is away, None for "not at all". One's own; with view_all anybody's."""

    def __init__(self, *, person: Any, away: Away | None, actor: Actor, depth: int = 0) -> None:
        super().__init__(actor=actor, depth=depth)
        self.person, self.away = person, away

    def check(self) -> None:
        """PermissionDenied for somebody else's without view_all; ActionRefused for what makes no sense."""
        if self.actor.kind == "user" and not may_set_absence(self.user, self.person):
            raise PermissionDenied
        if self.away is None:
            return
        if self.away.ends_at <= self.away.starts_at:
            raise ActionRefused(_("The end comes before the beginning."))
        if self.away.ends_at <= timezone.now():
            raise ActionRefused(_("This is over already."))
        substitute = self.away.substitute
        if substitute is not None and not substitutes_for(self.person).filter(pk=substitute.pk).exists():
            raise ActionRefused(_("This person cannot stand in: choose somebody of the same team."))

    def execute(self) -> Absence | None:
        """Return the row, None where there is none any more."""
        if self.away is None:
            Absence.objects.filter(user=self.person).delete()
            return None
        absence, _new = Absence.objects.update_or_create(
            user=self.person,
            defaults={
                "starts_at": self.away.starts_at,
                "ends_at": self.away.ends_at,
                "time_zone": self.away.time_zone,
                "substitute": self.away.substitute,
                "note": self.away.note,
            },
        )
        return absence


def may_set_absence(user: Any, person: Any) -> bool:
    """Tell whether ``user`` may say when ``person``, an agent, is away."""
    if user is None or not may(user, "view"):
        return False
    return user.pk == person.pk or (may(user, "view_all") and may(person, "view"))
