"""Secrets in forms: written, never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from wagtail_helpdesk import vault


class SecretField(forms.CharField):
    """A password or key. What is stored never reaches the page; left empty, it stays."""

    def __init__(self, **kwargs: Any) -> None:
        # new-password keeps browsers from filling in the administrator's own.
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        super().__init__(**{"required": False, "strip": True, "widget": widget, **kwargs})


class KeepsSecret:
    """Goes before a model form with a SecretField whose name is that of the sealed column."""

    secret_name = "password"  # noqa: S105 - the name of a field
    #: Where the secret would go: when one of these changes, it has to be entered again.
    secret_goes_to: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.secret_name in self.fields and self.has_secret:
            self.fields[self.secret_name].help_text = gettext_lazy("Something is stored. Leave this empty to keep it.")

    @property
    def has_secret(self) -> bool:
        """Whether a secret is stored."""
        return bool(getattr(self.instance, self.secret_name))

    @property
    def new_secret(self) -> str:
        """What was entered; "" to keep what is stored."""
        return self.cleaned_data.get(self.secret_name) or ""

    def clean(self) -> dict[str, Any]:
        """Refuse to send a stored secret to another server than the one it was entered for."""
        cleaned = super().clean()
        moved = set(self.secret_goes_to) & set(self.changed_data)
        if moved and self.has_secret and not self.new_secret and self.secret_name in self.fields:
            self.add_error(self.secret_name, gettext_lazy("Enter it again, as it would go to another place now."))
        return cleaned

    def seal_secret(self) -> None:
        """Put what was entered on the instance, sealed."""
        if self.new_secret:
            setattr(self.instance, self.secret_name, vault.seal(self.new_secret))
