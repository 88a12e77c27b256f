"""Hands a valid form to the single door."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from wagtail_helpdesk.addresses import normalise_address
from wagtail_helpdesk.contact_forms.dedupe import submission_key
from wagtail_helpdesk.contact_forms.forms import SubmissionForm
from wagtail_helpdesk.contact_forms.sources import source_fields
from wagtail_helpdesk.contact_forms.uploads import new_files
from wagtail_helpdesk.conversations.file_names import clean_file_name
from wagtail_helpdesk.conversations.words import NewFile, Words
from wagtail_helpdesk.intake.incoming import IncomingMessage, Person, Receipt
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.tickets.choices import Channel


def submit(form: SubmissionForm, request: HttpRequest) -> Receipt:
    """Take in what a visitor sent (``form`` is valid) and return what became of it."""
    data, contact_form = form.cleaned_data, form.contact_form
    now = timezone.now()
    name, address = data.get("name", ""), data["email"]
    in_fields = form.field_files
    files = new_files([*data.get("files", []), *in_fields.values()])
    words = Words(text=data["message"], subject=form.ticket_subject, files=files)
    parts = ("form", str(contact_form.pk), normalise_address(address), name, words.subject, words.text)
    values = {**form.custom_fields, **_files_by_field(in_fields, files)}
    if values:
        parts = (*parts, json.dumps(values, sort_keys=True))
    ticket_fields = source_fields(request, data["page"])
    if contact_form.team:
        ticket_fields["team"] = contact_form.team
    return receive(
        IncomingMessage(
            channel=Channel.FORM,
            key=submission_key(parts, words.files, timestamp=now.timestamp()),
            sender=Person(address, name),
            words=words,
            mailbox_id=contact_form.receiving_mailbox().pk,
            received_at=now,
            is_spam=form.is_spam,
            language=get_language() or "",
            ticket_fields={**ticket_fields, "tags": tuple(contact_form.tags.names()), "custom_fields": values},
        )
    )


def _files_by_field(in_fields: Iterable[str], files: Sequence[NewFile]) -> dict[str, dict[str, str]]:
    """Return the values of fields that take a file; theirs are the last of ``files``."""
    keys = list(in_fields)
    last = files[len(files) - len(keys) :]
    return {
        key: {"sha256": sha256(file.content).hexdigest(), "name": clean_file_name(file.name)}
        for key, file in zip(keys, last, strict=True)
    }
