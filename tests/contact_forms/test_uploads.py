"""Files within limits; over them, the words stay."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from wagtail_helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db

limits = override_settings(
    WAGTAIL_HELPDESK={"MAX_UPLOAD_BYTES": 1000, "MAX_UPLOAD_FILES": 3, "PRIVATE_STORAGE": "helpdesk"}
)


def upload(size, name="f.bin"):
    return SimpleUploadedFile(name, b"x" * size)


@limits
@pytest.mark.parametrize(
    ("sizes", "error"),
    [
        ([1000], None),
        ([400, 600], None),
        ([0, 0, 0], None),
        ([1001], "larger than 1000"),
        ([400, 601], "larger than 1000"),
        ([5_000_000], "larger than 1000"),
        ([1, 1, 1, 1], "up to 3 files"),
        ([2000, 1, 1, 1, 1], "larger than 1000"),
    ],
)
def test_limits(client, contact_form, data, sizes, error):
    response = client.post(f"/helpdesk/forms/{contact_form.pk}/", data | {"files": [upload(size) for size in sizes]})
    assert response.status_code == (422 if error else 302)
    assert Ticket.objects.exists() is (error is None)
    if error:
        page = BeautifulSoup(response.content, "html.parser")
        shown = page.select_one(".helpdesk-field:has([name=files]) .errorlist").text.replace("\xa0", " ")
        assert error in shown
        assert page.select_one("[name=message]").text.strip() == data["message"]
        assert "choose your files again" in page.get_text(" ")


@limits
def test_fields_after_a_file_too_large_are_read(client, contact_form, data):
    values = {"files": [upload(3_000_000)], **data}
    page = BeautifulSoup(client.post(f"/helpdesk/forms/{contact_form.pk}/", values).content, "html.parser")
    assert page.select_one("[name=subject]")["value"] == data["subject"]


def test_a_form_without_files_takes_none(client, make_form, data):
    form = make_form(files_use="hidden")
    assert client.post(f"/helpdesk/forms/{form.pk}/", data | {"files": [upload(5)]}).status_code == 302
    assert Ticket.objects.get().attachment_count == 0
