"""The form of a mailbox with its mail options, in groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.addresses import is_address, normalise_address
from wagtail_helpdesk.configuration.fields import LinesField
from wagtail_helpdesk.configuration.languages import named_languages, site_languages
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.models import MailboxOptions

_LISTS = ("web_form_senders", "trusted_authserv_ids")
#: Heading, identifier, fields. A field that stands in none comes with the first.
GROUPS: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (
        gettext_lazy("The mailbox"),
        "mailbox",
        ("name", "address", "aliases", "team", "site", "language", "is_default"),
    ),
    (
        gettext_lazy("Replies"),
        "replies",
        ("sender_name", "signature", "quote_history", "plus_addressing", "bounce_address", "retry_uncertain"),
    ),
    (
        gettext_lazy("New mail"),
        "new-mail",
        ("acknowledge", "auto_replies_open_tickets", "web_form_senders", "strict_threading", "reopen_days"),
    ),
    (gettext_lazy("Waiting tickets"), "waiting", ("close_after_days", "warn_before_days")),
    (gettext_lazy("Who is who"), "trust", ("trusted_authserv_ids", "trusts_microsoft")),
    (gettext_lazy("Health"), "health", ("canary",)),
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
        fields = (
            "name",
            "address",
            "aliases",
            "team",
            "site",
            "language",
            "signature",
            "reopen_days",
            "close_after_days",
            "warn_before_days",
            "is_default",
        )
        widgets = {"signature": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = {"": _("The site's"), **site_languages(), **named_languages([self.instance.language])}
        self.fields["language"].choices = list(languages.items())
        options = MailboxOptions.objects.filter(mailbox=self.instance.pk).first() or MailboxOptions()
        self.option_fields = fields_for_model(MailboxOptions, exclude=["mailbox"])
        for name in _LISTS:
            shown = self.option_fields[name]
            self.option_fields[name] = LinesField(label=shown.label, help_text=shown.help_text, required=False)
        self.fields.update(self.option_fields)
        for name in self.option_fields:
            self.initial.setdefault(name, getattr(options, name))

    def groups(self) -> Iterator[tuple[str, str, list[forms.BoundField]]]:
        """Yield the fields by groups: heading, identifier, fields."""
        placed = {name for _heading, _key, names in GROUPS for name in names}
        rest = tuple(name for name in self.fields if name not in placed)
        for number, (heading, key, names) in enumerate(GROUPS):
            names = names + rest if number == 0 else names
            yield str(heading), key, [self[name] for name in names if name in self.fields]

    def clean_warn_before_days(self) -> int:
        """Return the days; empty is none."""
        return self.cleaned_data["warn_before_days"] or 0

    def clean_web_form_senders(self) -> list[str]:
        """Return the addresses in normal form; refuse what is none."""
        addresses = self.cleaned_data["web_form_senders"]
        for address in addresses:
            if not is_address(address):
                raise forms.ValidationError(_("“%(address)s” is not an e-mail address.") % {"address": address})
        return list(dict.fromkeys(map(normalise_address, addresses)))

    def clean_bounce_address(self) -> str:
        """Refuse what is no address."""
        address = self.cleaned_data["bounce_address"].strip()
        if address and not is_address(address):
            raise forms.ValidationError(_("“%(address)s” is not an e-mail address.") % {"address": address})
        return address

    def save(self, commit: bool = True) -> Mailbox:
        """Save the mailbox and its options."""
        mailbox = super().save(commit)
        chosen = {name: self.cleaned_data[name] for name in self.option_fields}
        MailboxOptions.objects.update_or_create(mailbox=mailbox, defaults=chosen)
        return mailbox
