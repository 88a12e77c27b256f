"""Until when a ticket sleeps: what can be chosen with one click, typed, or picked from a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.snooze_phrases import MAX_LENGTH, UnknownPhrase, parse_snooze

#: Words that the parser reads, and what the button says.
PRESETS: tuple[tuple[str, Promise], ...] = (
    ("later today", gettext_lazy("Later today")),
    ("tomorrow morning", gettext_lazy("Tomorrow morning")),
    ("3 days", gettext_lazy("In three days")),
    ("next week", gettext_lazy("Next week")),
    ("1 month", gettext_lazy("In a month")),
    ("when they reply", gettext_lazy("When they reply")),
)
_LABELS = dict(PRESETS)
#: Where the session keeps what an agent chose last.
_LAST = "helpdesk_snooze"


@dataclass(frozen=True)
class Choice:
    """Something to choose: the words that mean it, what the button says, and when that is (None: a reply)."""

    words: str
    label: str
    at: datetime | None


def presets(now: datetime) -> list[Choice]:
    """Return what can be chosen at ``now``, in the agent's time zone. "Later today" is not offered at night."""
    now = timezone.localtime(now)
    found = [Choice(words, str(label), parse_snooze(words, now)) for words, label in PRESETS]
    return [one for one in found if one.words != "later today" or (one.at and one.at.date() == now.date())]


def choice_again(ticket: Ticket, request: HttpRequest) -> Choice | None:
    """Return what the ticket was snoozed for last, else what this agent chose last; None where that means nothing."""
    words = ticket.snooze_words or request.session.get(_LAST, "")
    if not words:
        return None
    try:
        at = read_phrase(words)
    except UnknownPhrase:
        return None
    return Choice(words, str(_LABELS.get(words, words)), at)


def remember_choice(request: HttpRequest, words: str) -> None:
    """Keep what an agent chose, for the next ticket."""
    if words:
        request.session[_LAST] = words


def read_phrase(words: str) -> datetime | None:
    """Return what typed words mean now, for who reads dates in the active language. UnknownPhrase."""
    day_first = not str(get_format("SHORT_DATE_FORMAT")).lstrip().startswith(("m", "n", "M", "N"))
    return parse_snooze(words, timezone.localtime(), day_first=day_first)


class MomentForm(forms.Form):
    """A preset, typed words, or a day and hour from the browser's own calendar; the first that is there counts."""

    #: What the fields' identifiers begin with.
    key = ""

    preset = forms.CharField(required=False, max_length=MAX_LENGTH)
    when = forms.CharField(
        label=gettext_lazy("Or write when"),
        required=False,
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("tue 9, 3d, 25 dec 14:30"), "autocomplete": "off"}),
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Or choose a time"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.key}-%s", **kwargs)

    def clean(self) -> dict[str, Any]:
        """Add ``until`` and ``words``."""
        data = super().clean()
        words = data.get("preset") or data.get("when") or ""
        data["until"], data["words"] = data.get("at"), ""
        if words:
            try:
                data["until"], data["words"] = read_phrase(words), words
            except UnknownPhrase:
                self.add_error("when", _("This is no time to come. Try “tomorrow 9”, “3 days” or “25 dec 14:30”."))
        elif not data["until"] and "at" not in self.errors:
            self.add_error("when", _("Say until when."))
        return data


class SnoozeForm(MomentForm):
    """Until when, and why."""

    key = "snooze"

    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    through_replies = forms.BooleanField(label=gettext_lazy("Stay asleep even if they reply"), required=False)

    def values(self) -> dict[str, Any]:
        """Return what SnoozeTicket takes."""
        data = self.cleaned_data
        return {name: data[name] for name in ("until", "words", "reason", "through_replies")}
