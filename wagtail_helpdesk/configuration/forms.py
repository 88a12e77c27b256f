"""What an administrator sets up: the forms for teams, mailboxes, statuses and priorities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.utils import get_user_display_name
from wagtail.coreutils import get_content_languages

from wagtail_helpdesk.configuration.fields import LinesField
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, StatusLabel, Team
from wagtail_helpdesk.mail.models import MailboxOptions
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import users_who_may

_LABEL_PREFIX = "label_"


class TeamForm(WagtailAdminModelForm):
    """A team; its members are chosen among those who may see tickets."""

    class Meta:
        model = Team
        fields = ("name", "members", "is_default")
        widgets = {"members": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = self.fields["members"]
        members.label_from_instance = get_user_display_name
        members.queryset = users_who_may("view")
        if self.instance.pk:
            # Somebody whose rights were taken away is shown, so that saving does not drop him unawares.
            members.queryset = (members.queryset | self.instance.members.all()).distinct()
        members.help_text = gettext_lazy(
            "People see the tickets of their teams. What they may do is said by their groups."
        )


class MailboxForm(WagtailAdminModelForm):
    """A mailbox with its mail options."""

    aliases = LinesField(
        label=gettext_lazy("Aliases"),
        required=False,
        help_text=gettext_lazy("Further addresses whose mail arrives here, one a line."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        help_text=gettext_lazy("Of automatic mail to customers whose own language is not known."),
    )

    class Meta:
        model = Mailbox
        fields = ("name", "address", "aliases", "team", "site", "language", "signature", "reopen_days", "is_default")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = {"": _("The site's"), **_languages(), **_named([self.instance.language])}
        self.fields["language"].choices = list(languages.items())
        options = MailboxOptions.objects.filter(mailbox=self.instance.pk).first() or MailboxOptions()
        self.option_fields = fields_for_model(MailboxOptions, exclude=["mailbox"])
        for name in ("web_form_senders", "trusted_authserv_ids"):
            shown = self.option_fields[name]
            self.option_fields[name] = LinesField(label=shown.label, help_text=shown.help_text, required=False)
        self.fields.update(self.option_fields)
        for name in self.option_fields:
            self.initial.setdefault(name, getattr(options, name))

    def save(self, commit: bool = True) -> Mailbox:
        """Save the mailbox and its options."""
        mailbox = super().save(commit)
        chosen = {name: self.cleaned_data[name] for name in self.option_fields}
        MailboxOptions.objects.update_or_create(mailbox=mailbox, defaults=chosen)
        return mailbox


class StatusForm(WagtailAdminModelForm):
    """A status with what customers read, in each language of the site."""

    class Meta:
        model = Status
        fields = ("name", "category", "sort_order", "is_default")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = {row.language: row.label for row in self.instance.labels.all()} if self.instance.pk else {}
        languages = _languages() | _named(list(stored))
        self.label_fields = {f"{_LABEL_PREFIX}{code}": code for code in languages}
        for name, code in self.label_fields.items():
            self.fields[name] = forms.CharField(
                label=_("Label for customers (%(language)s)") % {"language": languages[code]},
                max_length=StatusLabel._meta.get_field("label").max_length,
                required=False,
                help_text=_("Empty for the category's own name."),
            )
            self.initial.setdefault(name, stored.get(code, ""))

    def clean_category(self) -> str:
        """Refuse to move the tickets that have this status to another category behind everybody's back."""
        category = self.cleaned_data["category"]
        if (
            self.instance.pk
            and category != self.initial["category"]
            and Ticket.objects.filter(status=self.instance.pk).exists()
        ):
            raise forms.ValidationError(
                _("There are tickets with this status. Add another status for the other category instead.")
            )
        return category

    def save(self, commit: bool = True) -> Status:
        """Save the status and its labels."""
        status = super().save(commit)
        for name, code in self.label_fields.items():
            label = self.cleaned_data[name].strip()
            if label:
                StatusLabel.objects.update_or_create(status=status, language=code, defaults={"label": label})
            else:
                StatusLabel.objects.filter(status=status, language=code).delete()
        return status


class PriorityForm(WagtailAdminModelForm):
    """A priority."""

    class Meta:
        model = Priority
        fields = ("name", "level", "is_default")


def _languages() -> dict[str, str]:
    """Return the languages that the site speaks to its visitors, by code."""
    return {code: str(name) for code, name in get_content_languages().items()}


def _named(codes: list[str]) -> dict[str, str]:
    """Return further language codes with their names; a code that nobody knows is its own name."""
    named = {}
    for code in filter(None, codes):
        try:
            named[code] = _languages().get(code) or get_language_info(code)["name_translated"]
        except KeyError:
            named[code] = code
    return named
