"""Fields of tickets on a contact form: asked, checked, stored, and shown to the one who filled them in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.inbox.test_properties import address_of, posted
from wagtail_helpdesk.contact_forms.models import ContactFormField
from wagtail_helpdesk.conversations.actions.redact import RedactFile
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.views import file_url
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import Role, TokenPurpose
from wagtail_helpdesk.tickets.custom_fields.models import TicketField, TicketFieldValue
from wagtail_helpdesk.tickets.models import Ticket


@pytest.fixture
def product(contact_form):
    field = TicketField.objects.create(
        name="Product", key="product", kind="tree", options_text="Hardware\n  Printer\nSoftware"
    )
    ContactFormField.objects.create(
        contact_form=contact_form, field=field, label="Which product?", help_text="As the bill says.", is_required=True
    )
    return field


def url(form):
    return reverse("wagtail_helpdesk:contact_form", args=[form.pk])


def test_asked_and_stored(client, contact_form, product, data):
    page = client.get(url(contact_form)).content.decode()
    assert "Which product?" in page
    assert "As the bill says." in page
    assert page.index("Which product?") < page.index("Your message")
    assert client.post(url(contact_form), data | {"field_product": "Hardware > Printer"}).status_code == 302
    ticket = Ticket.objects.get()
    assert ticket.custom_fields == {"product": "Hardware > Printer"}
    assert set(TicketFieldValue.objects.values_list("text", flat=True)) == {"Hardware", "Hardware > Printer"}


@pytest.mark.parametrize("posted", [{}, {"field_product": ""}, {"field_product": "Plum"}])
def test_refused_with_all_that_was_typed(client, contact_form, product, data, posted):
    response = client.post(url(contact_form), data | posted)
    assert response.status_code == 422
    assert "field_product" in response.context["form"].errors
    assert "the invoice of March is wrong" in response.content.decode()
    assert not Ticket.objects.exists()


def test_two_answers_that_differ_in_a_field_are_two(client, contact_form, product, data):
    for value in ("Software", "Software", "Hardware"):
        client.post(url(contact_form), data | {"field_product": value})
    assert sorted(str(ticket.custom_fields) for ticket in Ticket.objects.all()) == [
        "{'product': 'Hardware'}",
        "{'product': 'Software'}",
    ]


@pytest.mark.parametrize("change", [{"is_staff_only": True}, {"is_active": False}])
def test_what_is_for_agents_or_out_of_use_is_neither_asked_nor_taken(client, contact_form, product, data, change):
    TicketField.objects.filter(pk=product.pk).update(**change)
    assert "Which product?" not in client.get(url(contact_form)).content.decode()
    assert client.post(url(contact_form), data | {"field_product": "Software"}).status_code == 302
    assert Ticket.objects.get().custom_fields == {}


def test_fields_that_a_form_does_not_ask_are_not_taken(client, contact_form, data):
    TicketField.objects.create(name="Secret", key="secret")
    client.post(url(contact_form), data | {"field_secret": "x"})
    assert Ticket.objects.get().custom_fields == {}


def test_requester_sees_it_and_nobody_else(client, contact_form, product, data, desk):
    client.post(url(contact_form), data | {"field_product": "Software"})
    ticket = Ticket.objects.get()
    TicketField.objects.create(name="Margin", key="margin", is_staff_only=True)
    ticket.custom_fields["margin"] = "70 percent"
    ticket.save()
    participant = ticket.participants.get()
    link = reverse("wagtail_helpdesk:tracking", args=[token_for(participant, TokenPurpose.PORTAL).signed])
    page = client.get(link).content.decode()
    assert "Software" in page
    assert "70 percent" not in page
    participant.role = Role.CC
    participant.save()
    assert "Software" not in client.get(link).content.decode()


class TestFiles:
    @pytest.fixture
    def receipt(self, contact_form):
        field = TicketField.objects.create(name="Receipt", key="receipt", kind="file")
        ContactFormField.objects.create(contact_form=contact_form, field=field, is_required=True)
        return field

    def test_goes_along_with_the_message_and_stands_in_the_field(
        self, client, contact_form, receipt, data, desk, login
    ):
        files = [SimpleUploadedFile("photo.txt", b"a photo")]
        bill = SimpleUploadedFile("../bill.txt", b"the bill")
        response = client.post(url(contact_form), data | {"files": files, "field_receipt": bill})
        assert response.status_code == 302
        ticket = Ticket.objects.get()
        attached = {file.display_name: file for file in Attachment.objects.all()}
        assert set(attached) == {"photo.txt", "bill.txt"}
        assert ticket.custom_fields == {"receipt": {"sha256": attached["bill.txt"].sha256, "name": "bill.txt"}}
        page = login(desk.manager).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert f'<a class="helpdesk-properties__open" href="{file_url(attached["bill.txt"])}">' in page
        # An agent takes another one.
        changes = posted(ticket, field_receipt=attached["photo.txt"].sha256)
        login(desk.manager).post(address_of(ticket), changes)
        ticket.refresh_from_db()
        assert ticket.custom_fields["receipt"]["name"] == "photo.txt"
        changes = posted(ticket, field_receipt="0" * 64)
        assert login(desk.manager).post(address_of(ticket), changes).status_code == 409
        # What is taken out for good is no longer named.
        RedactFile(attachment=attached["photo.txt"], actor=Actor.of_user(desk.manager))()
        ticket.refresh_from_db()
        assert ticket.custom_fields == {}
        assert not TicketFieldValue.objects.exists()

    def test_required_and_told_to_choose_it_again(self, client, contact_form, receipt, data):
        response = client.post(url(contact_form), data)
        assert "field_receipt" in response.context["form"].errors
        bill = SimpleUploadedFile("bill.txt", b"the bill")
        response = client.post(url(contact_form), data | {"name": "", "field_receipt": bill})
        assert response.context["form"].lost_files

    def test_too_large(self, client, contact_form, receipt, data, settings):
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "MAX_UPLOAD_BYTES": 4}
        bill = SimpleUploadedFile("bill.txt", b"the bill")
        response = client.post(url(contact_form), data | {"field_receipt": bill})
        assert response.status_code == 422
        assert "field_receipt" in response.context["form"].errors
        assert not Ticket.objects.exists()
