"""Links between tickets and articles follow their tickets."""

from __future__ import annotations

import pytest

from tests.pages.trees import make_article
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.knowledge_base.querysets import articles_of, tickets_behind
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


@pytest.fixture
def link(ticket, section):
    article = make_article(section, "Why is it dark?")
    link = TicketArticle.objects.create(ticket=ticket, page_id=article.pk, title=article.title, made_by_name="Bruno")
    link.messages.set(ticket.messages.all())
    return link


def test_merge_and_unmerge(desk, ticket, link):
    target = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    merge = MergeTickets(source=ticket, target=target, actor=SYSTEM)()
    assert (len(articles_of(ticket)), len(articles_of(target))) == (0, 1)
    assert list(tickets_behind(link.page, desk.agent)) == [target]
    own = TicketArticle.objects.create(ticket=target, title="Since then")
    UnmergeTickets(merge=merge, actor=SYSTEM)()
    assert [row.pk for row in TicketArticle.objects.filter(ticket=ticket)] == [link.pk]
    assert [row.pk for row in TicketArticle.objects.filter(ticket=target)] == [own.pk]


def test_erased_ticket_leaves_no_words(desk, ticket, link):
    EraseTicket(ticket=TrashTicket(ticket=ticket, actor=SYSTEM)(), actor=SYSTEM)()
    link.refresh_from_db()
    assert link.title == ""
    assert not link.messages.exists()
    assert link.page.live
    assert not tickets_behind(link.page, desk.superuser)


def test_deleted_article_is_remembered(ticket, link):
    link.page.delete()
    (shown,) = articles_of(ticket)
    assert (shown.title, shown.state, shown.live_url, shown.made_by) == ("Why is it dark?", "deleted", "", "Bruno")


def test_edit_link_is_for_editors(desk, ticket, link):
    assert articles_of(ticket, desk.agent)[0].edit_url == ""
    assert articles_of(ticket, desk.superuser)[0].edit_url == f"/admin/pages/{link.page_id}/edit/"
