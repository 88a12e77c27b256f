"""The promotion screen as each persona, and what the page editor tells of an article's origin."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupPagePermission
from wagtail.test.utils.form_data import rich_text

from tests.pages.trees import locale, make_article, make_centre, make_section
from wagtail_helpdesk.knowledge_base.forms import FEATURES
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.pages.models import HelpArticlePage
from wagtail_helpdesk.testing import factories

pytestmark = pytest.mark.django_db


def address(ticket):
    return reverse("helpdesk_promote:ticket", args=[ticket.pk])


def values(section, *messages, answer="<p>Charge it.</p>", **more):
    return {
        "question": "Why is it dark?",
        "answer": rich_text(answer, features=[*FEATURES]),
        "section": section.pk,
        "tags": "",
        "message": [message.pk for message in messages],
        **more,
    }


def form_of(response):
    return BeautifulSoup(response.content, "html.parser").select_one("form[method=post].helpdesk-promote__article")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("agent", 200),
        ("colleague", 200),
        ("manager", 200),
        ("superuser", 200),
        ("other_agent", 404),
        ("editor", 404),
        ("light", 302),
    ],
)
def test_who_may(desk, ticket, section, login, who, status):
    client = login(getattr(desk, who))
    assert client.get(address(ticket)).status_code == status
    assert (client.post(address(ticket), values(section)).status_code == 302) is (status in (200, 302))
    assert HelpArticlePage.objects.exists() is (status == 200)


def test_stranger_is_sent_to_the_login(ticket, login):
    assert login(None).get(address(ticket))["Location"].startswith("/admin/login/")


def test_filled_in_from_chosen_messages(desk, section, login):
    ticket = factories.make_ticket(
        "Hello. How do I charge the lamp?", subject="Lamp", team=desk.team, mailbox=desk.mailbox
    )
    reply = factories.add_reply(ticket, desk.agent, "<p>With <b>any</b> cable.</p>")
    later = factories.add_customer_message(ticket, "Is a fast charger dangerous for it?")
    client = login(desk.agent)
    first = form_of(client.get(address(ticket)))
    assert first.select_one("[name=question]")["value"] == "How do I charge the lamp?"
    assert "cable" in first.select_one("[name=answer]")["value"]
    other = form_of(client.get(address(ticket), {"message": [later.pk, reply.pk]}))
    assert other.select_one("[name=question]")["value"] == "Is a fast charger dangerous for it?"
    assert {field["value"] for field in other.select("[name=message]")} == {str(later.pk), str(reply.pk)}


def test_notes_are_never_offered(desk, ticket, section, login):
    note = factories.add_note(ticket, desk.agent, "<p>The customer owes us money.</p>")
    scheduled = factories.add_reply(ticket, desk.agent, "<p>Not yet said.</p>", delay=60)
    response = login(desk.agent).get(address(ticket), {"message": [note.pk, scheduled.pk]})
    page = response.content.decode()
    assert "owes us" not in page
    assert "Not yet" not in page
    assert f'value="{note.pk}"' not in page


def test_post_makes_the_draft(desk, ticket, section, login):
    message = ticket.messages.get()
    response = login(desk.agent).post(address(ticket), values(section, message, tags="lamp, battery"))
    assert response["Location"] == reverse("helpdesk_tickets:ticket", args=[ticket.pk])
    page = HelpArticlePage.objects.get()
    assert page.title == "Why is it dark?"
    assert str(page.body[0].value.source) == "<p>Charge it.</p>"
    assert sorted(page.tags.names()) == ["battery", "lamp"]
    assert list(TicketArticle.objects.get().messages.all()) == [message]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"question": ""}, "question"), ({"section": ""}, "section"), ({"section": "999999"}, "section")],
)
def test_errors_keep_what_was_typed(desk, ticket, section, login, wrong, field):
    response = login(desk.agent).post(address(ticket), values(section) | wrong)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert "Charge it." in form_of(response).select_one("[name=answer]")["value"]
    assert not HelpArticlePage.objects.exists()


def test_empty_editor_is_an_error(desk, ticket, section, login):
    response = login(desk.agent).post(address(ticket), values(section, answer="<p></p>"))
    assert "answer" in response.context["form"].errors


def test_section_in_the_tickets_language_is_chosen(desk, section, login):
    centre = make_centre("Ajuda", locale=locale("pt-br"), slug="ajuda")
    portuguese = make_section(centre, "Pedidos")
    make_section(make_centre("Ayuda", locale=locale("es"), slug="ayuda"), "Pedidos")
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, language="pt-BR")
    form = form_of(login(desk.agent).get(address(ticket)))
    assert form.select_one("[name=section] option[selected]")["value"] == str(portuguese.pk)
    assert [group["label"] for group in form.select("optgroup")] == ["English", "Português (Brasil)", "Español"]


def test_no_section_yet(desk, ticket, login):
    response = login(desk.agent).get(address(ticket))
    assert "no help centre section yet" in response.content.decode()
    assert form_of(response) is None


def test_queries_do_not_grow(desk, ticket, section, login):
    client = login(desk.agent)
    client.get(address(ticket))

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(ticket)).status_code == 200
        return len(queries)

    before = count()
    for number in range(5):
        factories.add_reply(ticket, desk.agent)
        make_section(section.get_parent().specific, f"Section {number}")
    assert count() == before


def may_edit_pages(user, page):
    """Let the user's group add and change the pages below ``page``."""
    rights = Permission.objects.filter(codename__in=("add_page", "change_page"), content_type__app_label="wagtailcore")
    for permission in rights:
        GroupPagePermission.objects.create(group=user.groups.get(), page=page, permission=permission)


def test_editor_sees_the_origin_where_he_may(desk, ticket, section, login):
    article = make_article(section, "Why is it dark?")
    TicketArticle.objects.create(ticket=ticket, page_id=article.pk, title=article.title)
    # Both agents are in one group.
    may_edit_pages(desk.agent, section.get_parent())
    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])
    shown = login(desk.agent).get(edit).content.decode()
    assert reverse("helpdesk_tickets:ticket", args=[ticket.pk]) in shown
    assert ticket.reference in shown
    for user in (desk.other_agent, desk.editor):
        response = login(user).get(edit)
        assert response.status_code == 200
        assert ticket.reference not in response.content.decode()
        assert "Promoted from" not in response.content.decode()


def test_usage_of_a_page_names_no_ticket(desk, ticket, section, login):
    article = make_article(section, "Why is it dark?")
    TicketArticle.objects.create(ticket=ticket, page_id=article.pk, title=article.title)
    page = login(desk.superuser).get(reverse("wagtailadmin_pages:usage", args=[article.pk])).content.decode()
    assert "0" in page
    assert ticket.reference not in page
