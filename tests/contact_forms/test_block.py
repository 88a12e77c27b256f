"""The block in a page: the same for everyone, in the page's language, with ids of its own."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Locale, Page, Site

from wagtail_helpdesk.contact_forms.blocks import ContactFormBlock
from wagtail_helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def test_shows_the_form(client, contact_form, page_with):
    page = page_with(contact_form)
    response = client.get(page.url)
    form = soup(response).select_one("form.helpdesk-form")
    assert form["action"].split("#")[0] == f"/helpdesk/forms/{contact_form.pk}/"
    assert form["enctype"] == "multipart/form-data"
    assert soup(response).h2.text == "Write to us"
    assert form.select_one("[name=page]")["value"] == str(page.pk)


def test_can_be_cached_for_everyone(client, login, desk, contact_form, page_with):
    page = page_with(contact_form)
    stranger, agent = client.get(page.url), login(desk.agent).get(page.url)
    first, second = (soup(answer).select_one(".helpdesk-contact") for answer in (stranger, agent))
    assert str(first) == str(second)
    assert "Cookie" not in stranger.get("Vary", "")
    assert not stranger.cookies
    assert "csrf" not in stranger.content.decode()


def test_posting_the_cached_page(client, contact_form, page_with, data):
    page = page_with(contact_form)
    form = soup(client.get(page.url)).select_one("form")
    hidden = {field["name"]: field.get("value", "") for field in form.select("[type=hidden]")}
    assert client.post(form["action"], data | hidden).status_code == 302
    ticket = Ticket.objects.get()
    assert ticket.source_page_id == page.pk
    assert ticket.source_title == "Lamps & more"
    assert ticket.source_url == page.full_url
    assert ticket.site == Site.objects.get(is_default_site=True)


def test_two_forms_have_ids_of_their_own(client, make_form, page_with):
    form = make_form()
    page = soup(client.get(page_with(form, form, make_form()).url))
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids)) > 12
    for label in page.select("label"):
        assert page.find(id=label["for"])


def test_deleted_form_leaves_nothing(client, contact_form, page_with):
    page = page_with(contact_form)
    contact_form.delete()
    response = client.get(page.url)
    assert response.status_code == 200
    assert not soup(response).select(".helpdesk-contact, form")


def test_translation_is_shown(client, make_form, page_with):
    form = make_form()
    portuguese = Locale.objects.create(language_code="pt-br")
    translated = form.copy_for_translation(portuguese)
    translated.heading = "Fale conosco"
    translated.save()
    with translation.override("pt-br"):
        html = ContactFormBlock().render(ContactFormBlock().to_python({"form": form.pk}), context={})
    page = BeautifulSoup(html, "html.parser")
    assert page.h2.text == "Fale conosco"
    assert page.form["action"].split("#")[0] == f"/helpdesk/forms/{translated.pk}/"
    assert page.select_one("[name=language]")["value"] == "pt-br"


def test_translation_takes_all_with_it(make_form, desk):
    form = make_form(tags=["web"], success_text="Done")
    copy = form.copy_for_translation(Locale.objects.create(language_code="es"))
    copy.save()
    copy = type(form).objects.get(pk=copy.pk)
    assert (copy.team, copy.mailbox, copy.success_text) == (desk.team, desk.mailbox, "Done")
    assert list(copy.tags.names()) == ["web"]


@pytest.mark.parametrize("case", ["draft", "gone", "other site", "root", "words", "huge", "unicode digits"])
def test_source_page_is_not_believed(client, contact_form, page_with, data, case):
    page = page_with(contact_form)
    if case == "draft":
        page.unpublish()
    elif case == "other site":
        root = Page.objects.get(depth=1)
        other = root.add_child(instance=Page(title="Other", slug="other"))
        Site.objects.create(hostname="other.example", root_page=other)
        page = page_with(contact_form, parent=other)
    values = {"gone": 4711, "root": 1, "words": "1 OR 1=1", "huge": "9" * 40, "unicode digits": "٣"}
    response = client.post(f"/helpdesk/forms/{contact_form.pk}/", data | {"page": values.get(case, page.pk)})
    assert response.status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.source_page_id, ticket.source_title, ticket.source_url) == (None, "", "")


def test_queries_of_the_block(client, make_form, page_with):
    pages = [page_with(make_form()), page_with(make_form(), make_form(), make_form())]
    counts = []
    for page in pages:
        client.get(page.url)
        with CaptureQueriesContext(connection) as queries:
            client.get(page.url)
        counts.append(len(queries))
    # The language that a form is looked for in, and its own fields.
    assert counts[1] - counts[0] <= 4
