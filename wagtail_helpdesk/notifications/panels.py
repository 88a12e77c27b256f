"""Where an agent chooses notices: a part of Wagtail's own account page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.forms import Media
from django.utils.translation import gettext_lazy as _
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.notifications.choices import NoticeKind, Rhythm
from wagtail_helpdesk.notifications.models import NoticePreference
from wagtail_helpdesk.notifications.preferences import (
    choices_of,
    mailbox_choices_of,
    may_be_mailed,
    rhythm_of,
    shows_subject,
    silence,
    watches_replied,
    ways_for,
)
from wagtail_helpdesk.notifications.push.devices import devices_of, is_on
from wagtail_helpdesk.notifications.push.words import state_of
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


class MailboxWay(TextChoices):
    """What holds for the tickets of one mailbox."""

    GENERAL = "general", _("As for all")
    SILENT = "silent", _("Nothing")
    OWN = "own", _("As chosen for it")

    @classmethod
    def of(cls, own: Mapping[str, Any] | None) -> MailboxWay:
        """Return which of them stored choices are."""
        if own is None:
            return cls.GENERAL
        return cls.OWN if any(ways_for(own, kind) for kind in NoticeKind) else cls.SILENT


def mailboxes_of(user: Any) -> list[Mailbox]:
    """Return the mailboxes that one can choose differently for: none where there is but one. One query."""
    mailboxes = Mailbox.objects.all()
    if not may(user, "view_all"):
        mailboxes = mailboxes.filter(team__in=team_ids_of(user))
    found = list(mailboxes)
    return found if len(found) > 1 or mailbox_choices_of(user) else []


class NoticeForm(forms.Form):
    """For each kind whether it is shown in the admin, mailed, and shown on devices; and when mails leave.

    The same may be chosen for single mailboxes.
    """

    rhythm = forms.ChoiceField(label=_("Mails leave"), choices=Rhythm.choices)
    watch_replied = forms.BooleanField(label=_("Watch the tickets on which I write"), required=False)
    show_subject = forms.BooleanField(
        label=_("Show names and subjects on my devices"),
        required=False,
        help_text=_("Otherwise only the number of the ticket: a device may lie where others see it."),
    )

    def __init__(self, *args: Any, instance: Any, **kwargs: Any) -> None:
        self.user = instance
        initial = {
            "rhythm": rhythm_of(instance),
            "watch_replied": watches_replied(instance),
            "show_subject": shows_subject(instance),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.with_push = is_on()
        if not self.with_push:
            del self.fields["show_subject"]
        self._add_boxes("", choices_of(instance))
        self.mailboxes = mailboxes_of(instance)
        for mailbox in self.mailboxes:
            own = mailbox_choices_of(instance).get(str(mailbox.pk))
            self.fields[f"box{mailbox.pk}_how"] = forms.ChoiceField(
                label=mailbox.name, choices=MailboxWay.choices, initial=MailboxWay.of(own)
            )
            self._add_boxes(f"box{mailbox.pk}_", choices_of(instance, mailbox.pk))

    def _add_boxes(self, prefix: str, chosen: Mapping[str, Any]) -> None:
        for kind in NoticeKind:
            ways = ways_for(chosen, kind)
            self.fields[f"{prefix}{kind}_in_app"] = forms.BooleanField(required=False, initial=ways.in_app)
            if may_be_mailed(kind):
                self.fields[f"{prefix}{kind}_by_mail"] = forms.BooleanField(required=False, initial=ways.by_mail)
            if self.with_push:
                self.fields[f"{prefix}{kind}_by_push"] = forms.BooleanField(required=False, initial=ways.by_push)

    @property
    def media(self) -> Media:
        """The script that turns a device on."""
        if not self.with_push:
            return super().media
        scripts = [versioned_static(f"wagtail_helpdesk/app/{name}.js") for name in ("push", "push_controller")]
        return super().media + Media(js=scripts)

    def rows(self, prefix: str = "") -> list[dict[str, Any]]:
        """Return the kinds as the table shows them."""
        return [
            {
                "label": kind.label,
                "help": HELP[kind],
                "in_app": self[f"{prefix}{kind}_in_app"],
                "by_mail": self[f"{prefix}{kind}_by_mail"] if may_be_mailed(kind) else None,
                "by_push": self[f"{prefix}{kind}_by_push"] if self.with_push else None,
            }
            for kind in NoticeKind
        ]

    def mailbox_rows(self) -> list[dict[str, Any]]:
        """Return the mailboxes, each with its choice and its own table."""
        return [
            {
                "name": mailbox.name,
                "how": self[f"box{mailbox.pk}_how"],
                "rows": self.rows(f"box{mailbox.pk}_"),
                "is_own": self[f"box{mailbox.pk}_how"].value() == MailboxWay.OWN,
            }
            for mailbox in self.mailboxes
        ]

    def save(self) -> NoticePreference:
        """Write down what was chosen. What was chosen for a mailbox that one does not see now stays."""
        data = self.cleaned_data
        kept = dict(mailbox_choices_of(self.user))
        for mailbox in self.mailboxes:
            key, how = str(mailbox.pk), data[f"box{mailbox.pk}_how"]
            kept.pop(key, None)
            if how == MailboxWay.SILENT:
                kept[key] = silence()
            elif how == MailboxWay.OWN:
                kept[key] = self._chosen(f"box{mailbox.pk}_")
        chosen = {
            "choices": self._chosen(""),
            "mailboxes": kept,
            **{name: data[name] for name in ("rhythm", "watch_replied", "show_subject") if name in data},
        }
        preference, _new = NoticePreference.objects.update_or_create(user=self.user, defaults=chosen)
        return preference

    def _chosen(self, prefix: str) -> dict[str, dict[str, bool]]:
        data = self.cleaned_data
        return {
            str(kind): {
                way: data[f"{prefix}{kind}_{way}"]
                for way in ("in_app", "by_mail", "by_push")
                if f"{prefix}{kind}_{way}" in data
            }
            for kind in NoticeKind
        }


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

    def get_context_data(self) -> dict[str, Any]:
        """Return the form, and the agent's devices."""
        devices = devices_of(self.user).select_related("user") if is_on() else ()
        return {
            **super().get_context_data(),
            "devices": [{"device": device, "state": state_of(device)} for device in devices],
        }
