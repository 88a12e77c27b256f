"""Where an agent chooses notices: a part of Wagtail's own account page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from wagtail_helpdesk.notifications.choices import NoticeKind, Rhythm
from wagtail_helpdesk.notifications.models import NoticePreference
from wagtail_helpdesk.notifications.preferences import (
    choices_of,
    may_be_mailed,
    rhythm_of,
    watches_replied,
    ways_for,
)
from wagtail_helpdesk.tickets.permissions import may

HELP = {
    NoticeKind.TEAM: _("A new ticket, one that was moved to us, or an answer on one that nobody has."),
    NoticeKind.ASSIGNED: _("A colleague or a rule gave me a ticket."),
    NoticeKind.ANSWERED: _("On tickets that are assigned to me."),
    NoticeKind.MENTIONED: _("A note names me with @."),
    NoticeKind.DELIVERY: _("On tickets that are mine. Reports of mail servers are shown in the admin only."),
    NoticeKind.HELD: _("A mail in my name that could not be proven to be mine."),
    NoticeKind.WATCHED: _("Every message and change on tickets that I chose to watch."),
    NoticeKind.AWAKE: _("The time that it was put to sleep for is over."),
    NoticeKind.DRAFT: _("A customer was quicker, or a colleague goes on with my draft."),
    NoticeKind.APPROVAL: _("A colleague asks me to look at a reply, or has looked at mine."),
}


class NoticeForm(forms.Form):
    """For each kind whether it is shown in the admin, and whether it is mailed; and when mails leave."""

    rhythm = forms.ChoiceField(label=_("Mails leave"), choices=Rhythm.choices)
    watch_replied = forms.BooleanField(label=_("Watch the tickets on which I write"), required=False)

    def __init__(self, *args: Any, instance: Any, **kwargs: Any) -> None:
        self.user = instance
        super().__init__(
            *args, initial={"rhythm": rhythm_of(instance), "watch_replied": watches_replied(instance)}, **kwargs
        )
        chosen = choices_of(instance)
        for kind in NoticeKind:
            ways = ways_for(chosen, kind)
            self.fields[f"{kind}_in_app"] = forms.BooleanField(required=False, initial=ways.in_app)
            if may_be_mailed(kind):
                self.fields[f"{kind}_by_mail"] = forms.BooleanField(required=False, initial=ways.by_mail)

    def rows(self) -> list[dict[str, Any]]:
        """Return the kinds as the table shows them."""
        return [
            {
                "label": kind.label,
                "help": HELP[kind],
                "in_app": self[f"{kind}_in_app"],
                "by_mail": self[f"{kind}_by_mail"] if may_be_mailed(kind) else None,
            }
            for kind in NoticeKind
        ]

    def save(self) -> NoticePreference:
        """Write down what was chosen."""
        data = self.cleaned_data
        chosen = {
            str(kind): {way: data[f"{kind}_{way}"] for way in ("in_app", "by_mail") if f"{kind}_{way}" in data}
            for kind in NoticeKind
        }
        preference, _new = NoticePreference.objects.update_or_create(
            user=self.user,
            defaults={"choices": chosen, "rhythm": data["rhythm"], "watch_replied": data["watch_replied"]},
        )
        return preference


class NoticeSettingsPanel(BaseSettingsPanel):
    """For those who may view tickets."""

    name = "helpdesk_notices"
    title = _("Help desk")
    tab = notifications_tab
    order = 200
    form_class = NoticeForm
    template_name = "wagtail_helpdesk/notifications/settings_panel.html"

    def is_active(self) -> bool:
        """Tell whether the panel is shown."""
        return may(self.user, "view")
