"""What a visitor fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.addresses import MAX_LENGTH, domain_of, is_address, normalise_address
from wagtail_helpdesk.contact_forms.choices import FieldUse
from wagtail_helpdesk.contact_forms.uploads import FilesField, OneFileField
from wagtail_helpdesk.desk.querysets import own_addresses
from wagtail_helpdesk.tickets.custom_fields.form_fields import ValueField
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.custom_fields.values import FIELD_PREFIX

if TYPE_CHECKING:
    from wagtail_helpdesk.contact_forms.models import ContactForm
    from wagtail_helpdesk.tickets.custom_fields.models import TicketField

MAX_MESSAGE_LENGTH = 50_000
#: Characters of the message that serve as the subject where none was asked for or given.
SUBJECT_FROM_MESSAGE = 70
#: More forms than this on one page share their ids.
MAX_PLACE = 99


class SubmissionForm(forms.Form):
    """One submission of a ContactForm.

    ``place`` tells the forms of one page apart: their fields' ids start with it. Nothing in a form depends on the
    visitor, so that pages with forms can be cached for everyone.
    """

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=MAX_LENGTH,
        # Not type=email: browsers refuse addresses with letters outside ASCII, which exist (RFC 6531).
        widget=forms.TextInput(
            attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    message = forms.CharField(
        label=_("Your message"), max_length=MAX_MESSAGE_LENGTH, widget=forms.Textarea(attrs={"rows": 7})
    )
    files = FilesField(label=_("Files"))
    #: The honeypot: people do not see it, machines fill it in.
    website = forms.CharField(
        label=_("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    language = forms.CharField(required=False, widget=forms.HiddenInput)
    place = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        contact_form: ContactForm,
        place: int = 0,
        page_id: int | None = None,
        uploads_exceeded: bool = False,
        **kwargs: Any,
    ) -> None:
        initial = {"page": page_id or "", "language": get_language() or "", "place": place or ""}
        super().__init__(*args, auto_id=f"helpdesk-form-{place}-%s", initial=initial, **kwargs)
        #: Where a browser without JavaScript puts the focus when it shows the errors: the form's address ends in it.
        self.problem_id = f"helpdesk-form-{place}-problem"
        self.contact_form = contact_form
        self._use("name", contact_form.name_use)
        self._use("subject", contact_form.subject_use)
        self._use("files", contact_form.files_use)
        self._ask_further()
        for field in self.fields.values():
            if isinstance(field, FilesField | OneFileField):
                field.exceeded = uploads_exceeded
        for field in ("name", "email", "subject", "message", "files"):
            label = getattr(contact_form, f"{field}_label")
            if label and field in self.fields:
                self.fields[field].label = label

    def _use(self, field: str, use: str) -> None:
        if use == FieldUse.HIDDEN:
            del self.fields[field]
        else:
            self.fields[field].required = use == FieldUse.REQUIRED

    def _ask_further(self) -> None:
        """Add the fields of tickets that this form asks for, above the message."""
        self._asked: dict[str, TicketField] = {}
        for row in self.contact_form.fields_to_ask():
            name = f"{FIELD_PREFIX}{row.field.key}"
            self._asked[name] = row.field
            words = {"label": row.label or row.field.name, "help_text": row.help_text or row.field.help_text}
            if row.field.kind == FieldKind.FILE:
                self.fields[name] = OneFileField(required=row.is_required, **words)
            else:
                self.fields[name] = ValueField(row.field, required=row.is_required, **words)
        at = list(self.fields).index("message")
        names = [name for name in self.fields if name not in self._asked]
        self.order_fields([*names[:at], *self._asked, *names[at:]])

    @property
    def custom_fields(self) -> dict[str, Any]:
        """What was put into the fields of tickets, by their keys; but for files."""
        asked = ((name, field.key) for name, field in self._asked.items() if field.kind != FieldKind.FILE)
        values = {key: self.cleaned_data.get(name) for name, key in asked}
        return {key: value for key, value in values.items() if value is not None}

    @property
    def field_files(self) -> dict[str, UploadedFile]:
        """The files that were put into fields of tickets, by the fields' keys."""
        asked = ((name, field.key) for name, field in self._asked.items() if field.kind == FieldKind.FILE)
        files = {key: self.cleaned_data.get(name) for name, key in asked}
        return {key: file for key, file in files.items() if file}

    def clean_email(self) -> str:
        """Return the address. ValidationError for what cannot be answered, and for our own addresses."""
        address = self.cleaned_data["email"]
        if not is_address(address) or "." not in domain_of(address):
            raise ValidationError(_("Enter an e-mail address, such as name@example.com."), code="invalid")
        if normalise_address(address) in own_addresses():
            raise ValidationError(_("This is our own address. Enter yours, so that we can answer."), code="own")
        return address

    @property
    def is_spam(self) -> bool:
        """Whether the honeypot was filled in. Its message is kept among the spam: extensions of browsers do it too."""
        return bool(self.cleaned_data["website"])

    @property
    def ticket_subject(self) -> str:
        """The subject given, else the first words of the message."""
        given = self.cleaned_data.get("subject", "")
        if given:
            return given
        words = " ".join(self.cleaned_data["message"].split())
        if len(words) <= SUBJECT_FROM_MESSAGE:
            return words
        cut = words[:SUBJECT_FROM_MESSAGE]
        return f"{cut.rsplit(' ', 1)[0]}…"

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        """The fields that a visitor sees, in their order."""
        return [field for field in self.visible_fields() if field.name != "website"]

    @property
    def lost_files(self) -> bool:
        """Whether files were chosen that the visitor has to choose again: no browser lets a page keep them."""
        take_files = [field for field in self.fields.values() if isinstance(field, FilesField | OneFileField)]
        return bool(self.errors and take_files) and (bool(self.files) or any(field.exceeded for field in take_files))


def posted_language(value: str) -> str | None:
    """Return ``value`` if it is a language of this site: what a page posts may be anything."""
    return value if value in dict(settings.LANGUAGES) else None


def posted_place(value: str) -> int:
    """Return the number of a form on its page, 0 for what is none."""
    return int(value) if value.isascii() and value.isdecimal() and int(value) <= MAX_PLACE else 0
