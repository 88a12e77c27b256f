"""When an agent is away: the form on the account page, and on the page that managers have for others."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.absences import absence_of, last_whole_day, start_of_day
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.notifications.mailing import time_zone_of
from wagtail_helpdesk.tickets.actions.set_absence import Away, SetAbsence
from wagtail_helpdesk.tickets.permissions import may, substitutes_for


def _date_field(label: Any) -> forms.DateField:
    # The browser's own field: it speaks ISO, whatever the language is.
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


class AbsenceForm(forms.Form):
    """From when to when, by the clock of the agent who is away. Without any date the agent is there."""

    from_day = _date_field(gettext_lazy("Away from"))
    from_time = _time_field(gettext_lazy("from this time on"))
    until_day = _date_field(gettext_lazy("until, with this day"))
    until_time = _time_field(gettext_lazy("until this time of it"))
    substitute = forms.ChoiceField(
        label=gettext_lazy("Who stands in"),
        required=False,
        help_text=gettext_lazy("Sees these tickets meanwhile, may work on them, and is told what the agent is told."),
    )
    note = forms.CharField(
        label=gettext_lazy("A word for colleagues"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Such as “back on Monday”. Customers do not read it."),
    )

    def __init__(self, *args: Any, instance: Any, actor: Any = None, **kwargs: Any) -> None:
        """``instance`` is the agent who is away, ``actor`` whoever says so (the agent)."""
        self.person, self.actor = instance, actor or instance
        self.zone_name = time_zone_of(instance)
        self.zone = ZoneInfo(self.zone_name)
        super().__init__(*args, initial={**self._known(), **kwargs.pop("initial", {})}, **kwargs)
        people = sorted(substitutes_for(instance), key=lambda user: display_name(user).casefold())
        self.fields["substitute"].choices = [
            ("", _("Nobody")),
            *((str(user.pk), display_name(user)) for user in people),
        ]
        self._people = {str(user.pk): user for user in people}
        #: What the fields say; None for "not away".
        self.away: Away | None = None

    def _known(self) -> dict[str, Any]:
        """The stored absence, unless it is over."""
        absence = absence_of(self.person)
        self.stored = absence if absence is not None and absence.ends_at > timezone.now() else None
        if self.stored is None:
            return {}
        starts, ends = (moment.astimezone(self.zone) for moment in (self.stored.starts_at, self.stored.ends_at))
        last = last_whole_day(self.stored.ends_at, self.zone)
        is_whole = self.stored.starts_at == start_of_day(starts.date(), self.zone)
        return {
            "from_day": starts.date(),
            "from_time": None if is_whole else starts.time(),
            "until_day": last or ends.date(),
            "until_time": None if last else ends.time(),
            "substitute": str(self.stored.substitute_id or ""),
            "note": self.stored.note,
        }

    def clean(self) -> dict[str, Any]:
        """Refuse what makes no sense, beside the field that it is about."""
        data = super().clean()
        if self.errors:
            return data
        first, last = data.get("from_day"), data.get("until_day")
        if last is None:
            if first is not None or data.get("from_time") or data.get("until_time"):
                self.add_error("until_day", _("Say until when."))
            return data
        self.away = Away(
            starts_at=self._moment(first, data.get("from_time")) if first else timezone.now(),
            ends_at=self._moment(last, data.get("until_time"), is_end=True),
            time_zone=self.zone_name,
            substitute=self._people.get(data.get("substitute") or ""),
            note=data.get("note", "").strip(),
        )
        try:
            self._action().check()
        except ActionRefused as refusal:
            self.add_error("until_day", str(refusal))
        return data

    def _moment(self, day: date, at: time | None, *, is_end: bool = False) -> datetime:
        if at is not None:
            return datetime.combine(day, at, tzinfo=self.zone)
        return start_of_day(day + timedelta(days=1) if is_end else day, self.zone)

    def _action(self) -> SetAbsence:
        return SetAbsence(person=self.person, away=self.away, actor=Actor.of_user(self.actor))

    def save(self) -> None:
        """Write it down. PermissionDenied for somebody else's without the right."""
        if self.away is None and self.stored is None and not absence_of(self.person):
            return
        try:
            self._action()()
        except ActionRefused as refusal:
            # Over, or the substitute gone, since it was checked a moment ago.
            raise PermissionDenied(str(refusal)) from refusal


class AbsencePanel(BaseSettingsPanel):
    """On Wagtail's account page, beside the notices, for those who may view tickets."""

    name = "helpdesk_absence"
    title = gettext_lazy("Out of office")
    tab = notifications_tab
    order = 210
    form_class = AbsenceForm
    template_name = "wagtail_helpdesk/inbox/absence_panel.html"

    def is_active(self) -> bool:
        """Tell whether the panel is shown."""
        return may(self.user, "view")
