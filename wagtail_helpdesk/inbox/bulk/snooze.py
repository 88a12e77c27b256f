"""Snooze many tickets, and wake them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, BulkFields, Step, Target, register_action
from wagtail_helpdesk.inbox.snoozing import Choice, presets, read_phrase
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket, WakeTicket, snooze_state, snooze_step
from wagtail_helpdesk.tickets.snooze_phrases import MAX_LENGTH, UnknownPhrase


class SnoozeFields(BulkFields):
    """A preset, or typed words."""

    quick = "preset"

    preset = forms.CharField(required=False, max_length=MAX_LENGTH, widget=forms.HiddenInput)
    when = forms.CharField(
        label=gettext_lazy("Or write when"),
        required=False,
        max_length=MAX_LENGTH,
        widget=forms.TextInput(
            attrs={
                "placeholder": gettext_lazy("tue 9, 3d, 25 dec 14:30"),
                "autocomplete": "off",
                "data-helpdesk-selection-target": "first",
            }
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    through_replies = forms.BooleanField(label=gettext_lazy("Stay asleep even if they reply"), required=False)

    def quick_choices(self) -> Sequence[Choice]:
        """Return the presets."""
        return presets(timezone.now())

    def clean(self) -> dict[str, Any]:
        """Read the words. A button that says when counts before what stands in the field."""
        data = super().clean()
        words = data.get("preset") or data.get("when") or ""
        if not words:
            raise forms.ValidationError(_("Say until when."))
        try:
            until = read_phrase(words)
        except UnknownPhrase:
            raise forms.ValidationError(
                _("This is no time to come. Try “tomorrow 9”, “3 days” or “25 dec 14:30”.")
            ) from None
        data["words"], data["until"] = words, until.isoformat() if until else None
        return data

    def plain(self) -> dict[str, Any]:
        """Return what SnoozeTicket takes; the time as text."""
        return {name: self.cleaned_data[name] for name in ("until", "words", "reason", "through_replies")}


def _snooze(target: Target, data: Mapping[str, Any], actor: Actor) -> Sequence[Step]:
    before = snooze_state(target.ticket)
    ticket = SnoozeTicket(
        ticket=target.ticket,
        until=parse_datetime(data["until"]) if data["until"] else None,
        through_replies=data["through_replies"],
        words=data["words"],
        reason=data["reason"],
        actor=actor,
    )()
    return [snooze_step(before, ticket)]


def _wake(target: Target, data: Mapping[str, Any], actor: Actor) -> Sequence[Step]:
    before = snooze_state(target.ticket)
    ticket = WakeTicket(ticket=target.ticket, actor=actor)()
    return [snooze_step(before, ticket)] if ticket is not None else []


def _may_sleep(place: Any) -> bool:
    return not place.view.hidden and place.view.slug != "closed"


def _is_snoozed(place: Any) -> bool:
    return place.view.slug == "snoozed"


ACTIONS = (
    BulkAction(
        "snooze",
        gettext_lazy("Snooze"),
        "helpdesk-moon",
        "change",
        _snooze,
        SnoozeFields,
        offered=_may_sleep,
        prominent=True,
    ),
    BulkAction("wake", gettext_lazy("Wake"), "time", "change", _wake, offered=_is_snoozed, prominent=True),
)


def install() -> None:
    """Register them. Called once, from ``pipeline``."""
    for action in ACTIONS:
        register_action(action)
