"""Editors set forms up in the admin, under Wagtail's ordinary permissions."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.db.models import ProtectedError

from wagtail_helpdesk.contact_forms.models import ContactForm
from wagtail_helpdesk.testing import factories

pytestmark = pytest.mark.django_db

ADMIN = "/admin/snippets/wagtail_helpdesk/contactform/"


@pytest.fixture
def form_editor(desk):
    user = factories.make_user("forms", group="Editors")
    wanted = Permission.objects.filter(
        content_type__model="contactform", codename__in=["add_contactform", "change_contactform"]
    )
    user.user_permissions.add(*wanted)
    return user


def submitted(desk, **values):
    return {
        "title": "Sales",
        "heading": "Ask us",
        "intro": '{"blocks": [], "entityMap": {}}',
        "name_use": "optional",
        "subject_use": "hidden",
        "files_use": "required",
        "team": desk.other_team.pk,
        "mailbox": desk.mailbox.pk,
        "tags": "sales, web",
        "ticket_fields-TOTAL_FORMS": "0",
        "ticket_fields-INITIAL_FORMS": "0",
        "ticket_fields-MIN_NUM_FORMS": "0",
        "ticket_fields-MAX_NUM_FORMS": "1000",
        **values,
    }


def test_add_and_edit(login, form_editor, desk):
    client = login(form_editor)
    assert client.get(f"{ADMIN}add/").status_code == 200
    response = client.post(f"{ADMIN}add/", submitted(desk))
    assert response.status_code == 302, BeautifulSoup(response.content, "html.parser").select(".w-field__errors")
    form = ContactForm.objects.get()
    assert (form.title, form.team, form.files_use) == ("Sales", desk.other_team, "required")
    assert sorted(form.tags.names()) == ["sales", "web"]
    assert client.get(f"{ADMIN}edit/{form.pk}/").status_code == 200
    client.post(f"{ADMIN}edit/{form.pk}/", submitted(desk, title="Sales 2", tags="web"))
    form = ContactForm.objects.get()
    assert (form.title, list(form.tags.names())) == ("Sales 2", ["web"])


@pytest.mark.parametrize(("persona", "shown"), [("administrator", True), ("agent", False), ("editor", False)])
def test_menu(login, desk, persona, shown):
    menu = login(getattr(desk, persona)).get("/admin/").content.decode()
    assert (ADMIN in menu) is shown


def test_list_shows_where_tickets_go(login, form_editor, desk, contact_form):
    response = login(form_editor).get(ADMIN)
    text = BeautifulSoup(response.content, "html.parser").get_text(" ")
    assert "Contact" in text
    assert desk.team.name in text


@pytest.mark.parametrize("persona", ["light", "agent", "manager", "editor"])
def test_others_may_not(login, desk, contact_form, persona):
    client = login(getattr(desk, persona))
    for address in (ADMIN, f"{ADMIN}add/", f"{ADMIN}edit/{contact_form.pk}/"):
        assert client.get(address).status_code == 302, address


@pytest.mark.parametrize("persona", ["administrator", "superuser"])
def test_administrators_may(login, desk, contact_form, persona):
    assert login(getattr(desk, persona)).get(f"{ADMIN}edit/{contact_form.pk}/").status_code == 200


@pytest.mark.parametrize("owner", ["team", "mailbox"])
def test_what_a_form_needs_is_protected(desk, contact_form, owner):
    with pytest.raises(ProtectedError):
        getattr(contact_form, owner).delete()


def test_preview(login, form_editor, desk, contact_form):
    client = login(form_editor)
    address = f"{ADMIN}preview/{contact_form.pk}/"
    assert client.post(address, submitted(desk, heading="Preview me")).json()["is_valid"]
    page = client.get(f"{address}?mode=")
    assert "Preview me" in page.content.decode()
