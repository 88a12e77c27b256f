"""What a customer answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contact_forms.forms import MAX_MESSAGE_LENGTH
from wagtail_helpdesk.contact_forms.uploads import FilesField


class AnswerForm(forms.Form):
    """An answer: words, files, or both."""

    text = forms.CharField(
        label=_("Your answer"),
        required=False,
        max_length=MAX_MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    files = FilesField(label=_("Files"), required=False)

    def __init__(self, *args: Any, uploads_exceeded: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="helpdesk-answer-%s", **kwargs)
        self.fields["files"].exceeded = uploads_exceeded

    def clean(self) -> dict[str, Any]:
        """Return the answer; an error at the text where there is neither a word nor a file."""
        data = super().clean()
        if not self.errors and not data.get("text") and not data.get("files"):
            self.add_error("text", ValidationError(_("Write your answer, or add a file."), code="required"))
        return data

    @property
    def lost_files(self) -> bool:
        """Whether files were chosen that have to be chosen again: no browser lets a page keep them."""
        return bool(self.errors) and (bool(self.files) or self.fields["files"].exceeded)
