"""The form of a mailbox's transport."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.configuration.mail_setup.servers import ServerChecks
from wagtail_helpdesk.configuration.secrets import KeepsSecret, SecretField
from wagtail_helpdesk.mail.models import MailTransport
from wagtail_helpdesk.mail.transports import SITE, kinds


class TransportForm(ServerChecks, KeepsSecret, WagtailAdminModelForm):
    """The site's backend, or a server of the mailbox's own."""

    secret_goes_to = ("host", "port", "security", "username")
    password = SecretField(label=gettext_lazy("Password"))
    field_order = ("kind", "host", "port", "security", "username", "password", "account", "per_minute")

    class Meta:
        model = MailTransport
        fields = ("kind", "host", "port", "security", "username", "account", "per_minute")
        widgets = {"kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=self.fields["kind"].label,
            choices=kinds(),
            widget=forms.RadioSelect,
            help_text=_("The site's own backend needs nothing of what follows but the limit."),
        )
        self.fields["port"].help_text = _("Empty for the usual one: 465 with TLS, 587 with STARTTLS.")
        self.fields["account"].help_text = _("Signs in by OAuth2 instead of a password.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") != SITE:
            self.check_server(cleaned)
        return cleaned

    def save(self, commit: bool = True) -> MailTransport:
        """Save it; a mailbox that was paused tries at once whether the new settings work."""
        self.seal_secret()
        row = self.instance
        row.paused_at, row.pause_reason, row.next_probe_at = None, "", None
        return super().save(commit)
