"""Files from strangers, within limits, however many bytes they send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.words import NewFile


class CappedUploads(FileUploadHandler):
    """Throws file content away once a request has brought more than MAX_UPLOAD_BYTES, and keeps what was typed.

    Must be in place before the request's POST is read, see :func:`cap_uploads`.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.bytes_left = conf.get("MAX_UPLOAD_BYTES")

    @property
    def exceeded(self) -> bool:
        """Whether files were thrown away."""
        return self.bytes_left < 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on to Django's own handlers, or skip the rest of this file."""
        self.bytes_left -= len(raw_data)
        if self.exceeded:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to Django's own handlers."""


def cap_uploads(request: HttpRequest) -> CappedUploads:
    """Limit what ``request`` may upload; return the handler that knows whether it tried more."""
    handler = CappedUploads(request)
    request.upload_handlers.insert(0, handler)
    return handler


class FilesInput(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, at most MAX_UPLOAD_FILES and MAX_UPLOAD_BYTES together. Cleans to a list of UploadedFile."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)
        #: Set when files were thrown away before the form saw them.
        self.exceeded = False

    def clean(self, data: list[UploadedFile] | None, initial: Any = None) -> list[UploadedFile]:
        """Return the files, none of them empty of a name. Raises ValidationError over the limits."""
        files = data or []
        limit = conf.get("MAX_UPLOAD_BYTES")
        if self.exceeded or sum(file.size for file in files) > limit:
            message = _("Together the files may not be larger than %(size)s.")
            raise ValidationError(message % {"size": filesizeformat(limit)}, code="too_large")
        if self.required and not files:
            raise ValidationError(self.error_messages["required"], code="required")
        most = conf.get("MAX_UPLOAD_FILES")
        if len(files) > most:
            message = ngettext("You can send %(count)s file.", "You can send up to %(count)s files.", most)
            raise ValidationError(message % {"count": most}, code="too_many")
        return [super(FilesField, self).clean(file) for file in files]


class OneFileField(forms.FileField):
    """One file of at most MAX_UPLOAD_BYTES."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)
        #: Set when files were thrown away before the form saw them.
        self.exceeded = False

    def clean(self, data: UploadedFile | None, initial: Any = None) -> UploadedFile | None:
        """Return the file, None for none. Raises ValidationError over the limit."""
        limit = conf.get("MAX_UPLOAD_BYTES")
        if self.exceeded or (data and data.size > limit):
            message = _("Together the files may not be larger than %(size)s.")
            raise ValidationError(message % {"size": filesizeformat(limit)}, code="too_large")
        return super().clean(data, initial)


def new_files(uploaded: list[UploadedFile]) -> tuple[NewFile, ...]:
    """Return uploaded files as a message takes them."""
    return tuple(
        NewFile(name=file.name or "", content=file.read(), declared_type=file.content_type or "") for file in uploaded
    )
