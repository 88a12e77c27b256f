"""The form of a mail account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.addresses import is_address
from wagtail_helpdesk.configuration.secrets import KeepsSecret, SecretField
from wagtail_helpdesk.mail.choices import Grant, Provider
from wagtail_helpdesk.mail.models import MailAccount
from wagtail_helpdesk.mail.oauth import ConsentNeeded
from wagtail_helpdesk.mail.oauth.grants import load_service_key
from wagtail_helpdesk.mail.oauth.tokens import resume

#: Tokens are given for these together; when one changes, those that we have are of no use.
_IDENTITY = frozenset({"provider", "grant", "username", "tenant", "client_id"})


class MailAccountForm(KeepsSecret, WagtailAdminModelForm):
    """An account with Google or Microsoft."""

    secret_name = "client_secret"  # noqa: S105 - the name of a field
    client_secret = SecretField(
        label=gettext_lazy("Client secret"),
        help_text=gettext_lazy("For a Google service account: the whole content of its JSON key file."),
    )
    field_order = ("name", "provider", "grant", "username", "tenant", "client_id", "client_secret", "secret_expires_at")

    class Meta:
        model = MailAccount
        fields = ("name", "provider", "grant", "username", "tenant", "client_id", "secret_expires_at")
        widgets = {
            "grant": forms.RadioSelect,
            # Wagtail's own date widget needs an inline script.
            "secret_expires_at": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].help_text = gettext_lazy(
            "As the provider calls this application. For a Google service account: its e-mail address."
        )

    def clean_username(self) -> str:
        """Refuse what is no address: providers name mailboxes so."""
        username = self.cleaned_data["username"].strip()
        if not is_address(username):
            raise forms.ValidationError(_("Enter the e-mail address of the mailbox."))
        return username

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("grant") == Grant.APPLICATION:
            self._check_application(cleaned)
        return cleaned

    def _check_application(self, cleaned: dict[str, Any]) -> None:
        if not self.new_secret and not self.has_secret:
            self.add_error("client_secret", _("An application that signs in by itself needs its secret."))
        if cleaned.get("provider") == Provider.MICROSOFT and not cleaned.get("tenant"):
            self.add_error("tenant", _("An application that signs in by itself needs the tenant."))
        if cleaned.get("provider") == Provider.GOOGLE and self.new_secret:
            try:
                load_service_key(self.new_secret)
            except ConsentNeeded:
                self.add_error("client_secret", _("This is not the key of a service account."))

    def save(self, commit: bool = True) -> MailAccount:
        """Save the account; forget tokens that were given for another identity."""
        account = self.instance
        self.seal_secret()
        is_other = bool(_IDENTITY & set(self.changed_data))
        if is_other:
            account.refresh_token = ""
        if is_other or self.new_secret:
            account.access_token, account.access_expires_at, account.last_error = "", None, ""
            account.needs_consent = account.grant == Grant.CONSENT and not account.refresh_token
        account = super().save(commit)
        if not account.needs_consent:
            resume(account, timezone.now())
        return account
