"""At which time a ticket closes by itself: what can be chosen with one click, typed, or picked from a calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.inbox.snoozing import Choice, MomentForm
from wagtail_helpdesk.tickets.snooze_phrases import parse_snooze

#: Words that the parser reads, and what the button says.
PRESETS: tuple[tuple[str, Promise], ...] = (
    ("3 days", gettext_lazy("In three days")),
    ("1 week", gettext_lazy("In a week")),
)


def close_presets(now: datetime) -> list[Choice]:
    """Return what can be chosen at ``now``, in the agent's time zone."""
    now = timezone.localtime(now)
    return [Choice(words, str(label), parse_snooze(words, now)) for words, label in PRESETS]


class CloseOnForm(MomentForm):
    """When the ticket closes."""

    key = "close-on"

    def clean(self) -> dict[str, Any]:
        """As the base; a reply is no time."""
        data = super().clean()
        if not self.errors and data["until"] is None:
            self.add_error("when", _("This is no time to come. Try “tomorrow 9”, “3 days” or “25 dec 14:30”."))
        return data
