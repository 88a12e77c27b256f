"""A ticket's answer becomes a draft article: who may, what it holds, where it goes."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.test import TestCase
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

from tests.pages.trees import make_article
from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.knowledge_base.actions.draft_article import DraftArticle
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.knowledge_base.querysets import articles_of
from wagtail_helpdesk.pages.models import HelpArticlePage
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import EventKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def workflow(section):
    task = GroupApprovalTask.objects.create(name="Editors look")
    task.groups.add(Group.objects.get(name="Moderators"))
    workflow = Workflow.objects.create(name="Help centre")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=1)
    WorkflowPage.objects.create(workflow=workflow, page=section.get_parent())
    return workflow


@pytest.fixture(autouse=True)
def no_workflow_of_the_site(db):
    """Wagtail's migrations give the root a workflow; a site may have none."""
    WorkflowPage.objects.all().delete()


def draft(ticket, section, user, **values):
    values = {"question": "Why is it dark?", "answer": "<p>Charge it.</p>", **values}
    return DraftArticle(ticket=ticket, actor=Actor.of_user(user), section=section.pk, **values)()


def test_draft_is_complete(desk, ticket, section):
    reply = factories.add_reply(ticket, desk.agent)
    page = draft(ticket, section, desk.agent, tags=["charging", " battery ", ""], messages=[reply.pk])
    page = HelpArticlePage.objects.get(pk=page.pk)
    assert not page.live and page.has_unpublished_changes
    assert page.owner == desk.agent
    assert page.get_parent() == Page.objects.get(pk=section.pk)
    assert page.title == "Why is it dark?"
    assert page.locale == section.locale
    assert str(page.body[0].value.source) == "<p>Charge it.</p>"
    assert sorted(page.tags.names()) == ["battery", "charging"]
    latest = page.get_latest_revision()
    assert latest.user == desk.agent
    assert latest.as_object().title == page.title
    link = TicketArticle.objects.get()
    assert (link.ticket, link.page_id, link.title) == (ticket, page.pk, page.title)
    assert list(link.messages.all()) == [reply]
    assert (link.made_by, link.made_by_name) == (desk.agent, "Bruno")


def test_it_is_told(desk, ticket, section):
    heard = []

    def hear(sender, event, **kwargs):
        heard.append(event)

    events.subscribe(events.ArticleDrafted, hear)
    try:
        with TestCase.captureOnCommitCallbacks(execute=True):
            page = draft(ticket, section, desk.agent)
    finally:
        events.published.disconnect(hear, sender=events.ArticleDrafted)
    assert [(event.ticket_id, event.page_id) for event in heard] == [(ticket.pk, page.pk)]
    line = ticket.events.get(kind=EventKind.PROMOTED)
    assert line.actor_user == desk.agent
    assert line.data == {"page": page.pk, "title": page.title}


def test_without_workflow_it_stays_a_draft(desk, ticket, section):
    page = draft(ticket, section, desk.agent)
    assert page.current_workflow_state is None
    assert [link.state for link in articles_of(ticket)] == ["draft"]


def test_workflow_starts_in_the_agents_name(desk, ticket, section, workflow):
    page = draft(ticket, section, desk.agent)
    state = HelpArticlePage.objects.get(pk=page.pk).current_workflow_state
    assert (state.workflow, state.requested_by) == (workflow, desk.agent)
    assert state.current_task_state.revision == page.latest_revision
    assert [link.state for link in articles_of(ticket)] == ["in_review"]


def test_editor_publishes_through_the_workflow(desk, ticket, section, workflow):
    page = draft(ticket, section, desk.agent)
    page.current_workflow_state.current_task_state.approve(user=desk.editor)
    page = HelpArticlePage.objects.get(pk=page.pk)
    assert page.live
    (link,) = articles_of(ticket)
    assert (link.state, link.live_url) == ("live", page.get_url())
    page.unpublish()
    assert [link.state for link in articles_of(ticket)] == ["draft"]


@pytest.mark.parametrize("who", ["light", "other_agent", "editor"])
def test_others_may_not(desk, ticket, section, who):
    with pytest.raises(PermissionDenied):
        draft(ticket, section, getattr(desk, who))
    assert not HelpArticlePage.objects.exists()


def test_shared_ticket_is_not_promoted(desk, ticket, section):
    ticket.access.create(user=desk.other_agent)
    with pytest.raises(PermissionDenied):
        draft(ticket, section, desk.other_agent)


def test_agent_needs_no_right_on_pages(desk, ticket, section):
    assert not section.permissions_for_user(desk.agent).can_add_subpage()
    assert draft(ticket, section, desk.agent).pk


def test_notes_never_become_articles(desk, ticket, section):
    note = factories.add_note(ticket, desk.agent)
    scheduled = factories.add_reply(ticket, desk.agent, delay=60)
    foreign = factories.make_ticket(team=desk.team, mailbox=desk.mailbox).messages.get()
    for message in (note, scheduled, foreign):
        with pytest.raises(ActionRefused):
            draft(ticket, section, desk.agent, messages=[message.pk])
    assert not TicketArticle.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"question": "  "}, {"answer": "<p> </p>"}, {"answer": "<script>alert(1)</script>"}, {"answer": '<img src="x">'}],
)
def test_empty_words_are_refused(desk, ticket, section, values):
    with pytest.raises(ActionRefused):
        draft(ticket, section, desk.agent, **values)


def test_place_must_be_a_live_section(desk, ticket, section):
    article = make_article(section, "Other")
    for page in (article, section.get_parent()):
        with pytest.raises(ActionRefused):
            draft(ticket, page, desk.agent)
    section.unpublish()
    with pytest.raises(ActionRefused):
        draft(ticket, section, desk.agent)


def test_answer_is_reduced(desk, ticket, section):
    page = draft(
        ticket,
        section,
        desk.agent,
        answer="<p onclick=x>Go <a href='javascript:x'>here</a><img src='https://tracker.example/p.png'></p>",
    )
    assert str(page.body[0].value.source) == "<p>Go here</p>"


def test_two_of_one_title(desk, ticket, section):
    slugs = {draft(ticket, section, desk.agent).slug for _ in range(2)}
    assert len(slugs) == 2
