"""The form of a source, made of what its kind needs; and the form of its folders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.forms.models import fields_for_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.configuration.mail_setup.servers import ServerChecks
from wagtail_helpdesk.configuration.secrets import KeepsSecret, SecretField
from wagtail_helpdesk.mail.choices import FolderRole, PostAction, SourceState
from wagtail_helpdesk.mail.models import MailSource, SourceFolder
from wagtail_helpdesk.mail.sources import kinds
from wagtail_helpdesk.mail.sources.base import Source

_SETTING_PREFIX = "setting_"
_NOT_READ = ""


class SourceForm(ServerChecks, KeepsSecret, WagtailAdminModelForm):
    """A source of one kind."""

    secret_goes_to = ("host", "port", "security", "username")
    fetches = forms.BooleanField(
        label=gettext_lazy("Fetch mail"), required=False, initial=True, help_text=gettext_lazy("Off to pause it.")
    )

    class Meta:
        model = MailSource
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind: type[Source] = kinds()[self.instance.kind]
        columns = [name for name in self.kind.columns if name != "password"]
        made = fields_for_model(MailSource, fields=columns)
        for name in self.kind.columns:
            self.fields[name] = self._password() if name == "password" else made[name]
            if name != "password":
                self.initial.setdefault(name, getattr(self.instance, self._attribute(name)))
        for setting in self.kind.settings:
            name = _SETTING_PREFIX + setting.name
            self.fields[name] = forms.CharField(
                label=setting.label, help_text=setting.help_text, required=setting.required
            )
            self.initial.setdefault(name, self.instance.settings.get(setting.name, ""))
        self._offer_choices()
        self.initial.setdefault("fetches", self.instance.state != SourceState.PAUSED)

    def _offer_choices(self) -> None:
        if "post_action" in self.fields:
            offered = [(one.value, one.label) for one in self.kind.post_actions]
            self.fields["post_action"].choices = offered
        if "port" in self.fields:
            self.fields["port"].help_text = _("Empty for the usual one.")
        if "account" in self.fields:
            self.fields["account"].help_text = _("Signs in by OAuth2 instead of a password.")
        if "start_days" in self.fields:
            self.fields["start_days"].required = False
            self.fields["start_days"].help_text = _("Nobody gets an acknowledgement for old mail.")

    def _password(self) -> SecretField:
        stored = gettext_lazy("Something is stored. Leave this empty to keep it.")
        return SecretField(label=_("Password"), help_text=stored if self.instance.password else "")

    def _attribute(self, name: str) -> str:
        return "account_id" if name == "account" else name

    def clean_start_days(self) -> int:
        """At least a day; the field's default where it is left empty."""
        return max(1, self.cleaned_data["start_days"] or MailSource._meta.get_field("start_days").default)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "host" in self.fields:
            self.check_server(cleaned)
        if "account" in self.fields and not cleaned.get("account") and "account" not in self.errors:
            if not cleaned.get("username"):
                self.add_error("username", _("Enter a user name, or choose an account."))
            if not self.new_secret and not self.has_secret and "password" not in self.errors:
                self.add_error("password", _("Enter a password, or choose an account."))
        if cleaned.get("post_action") == PostAction.MOVE and not cleaned.get("move_to"):
            self.add_error("move_to", _("Name the folder."))
        return cleaned

    def save(self, commit: bool = True) -> MailSource:
        """Save it, to be fetched from at once."""
        row = self.instance
        for name in self.kind.columns:
            if name != "password":
                setattr(row, name, self.cleaned_data[name])
        self.seal_secret()
        row.settings = {
            **row.settings,
            **{one.name: self.cleaned_data[_SETTING_PREFIX + one.name] for one in self.kind.settings},
        }
        waits = row.account is not None and row.account.needs_consent
        row.state = SourceState.NEEDS_CONSENT if waits else SourceState.ACTIVE
        if not self.cleaned_data["fetches"]:
            row.state = SourceState.PAUSED
        row.next_fetch_at, row.failures, row.last_error = timezone.now(), 0, ""
        row.save()
        return row


class FoldersForm(forms.Form):
    """Which folders of a source are read, and as what."""

    def __init__(self, *args: Any, source: MailSource, names: list[str], roles: tuple[FolderRole, ...], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.source = source
        self.rows = {row.name: row for row in source.folders.all()}
        self.names = list(dict.fromkeys([*self.rows, *names]))
        choices = [(_NOT_READ, _("Not read")), *((role.value, role.label) for role in roles)]
        for number, name in enumerate(self.names):
            role = self.rows[name].role if name in self.rows else self._usual_role(name)
            self.fields[f"folder_{number}"] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=role
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(cleaned.values()):
            raise forms.ValidationError(_("Choose at least one folder."))
        return cleaned

    def _usual_role(self, name: str) -> str:
        """While nobody has chosen, the usual folders of its kind are read."""
        is_usual = not self.rows and name in kinds()[self.source.kind].default_folders
        return FolderRole.INBOX if is_usual else _NOT_READ

    @transaction.atomic
    def save(self) -> None:
        """Write the folders down: chosen ones are read from now on, others no more."""
        for number, name in enumerate(self.names):
            role, row = self.cleaned_data[f"folder_{number}"], self.rows.get(name)
            if role and row is None:
                SourceFolder.objects.create(source=self.source, name=name, role=role)
            elif role and row.role != role:
                row.role = role
                row.save(update_fields=["role"])
            elif not role and row is not None:
                row.delete()
