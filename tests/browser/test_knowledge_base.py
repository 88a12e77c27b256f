"""From an answer to a published FAQ article, by hand in a browser; and the help centre on every screen."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.models import GroupApprovalTask, Site, Workflow, WorkflowPage, WorkflowTask

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from tests.pages.trees import make_article, make_centre, make_section
from wagtail_helpdesk.pages.models import HelpArticlePage
from wagtail_helpdesk.testing import factories

# Draftail's editor has no name of its own, in Wagtail's own screens too.
DRAFTAIL = ["aria-input-field-name"]
# Its tooltips bring style sheets of their own.
DRAFTAIL_STYLES = "Applying inline style violates"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def centre(live_server, settings):
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "BASE_TEMPLATE": "testsite/base.html"}
    Site.objects.update(hostname="localhost", port=live_server.thread.port)
    return make_centre(intro="We answer within a day.")


@pytest.fixture
def section(centre):
    return make_section(centre, intro="Parcels and payment.")


@pytest.fixture
def workflow(centre):
    task = GroupApprovalTask.objects.create(name="An editor reads it")
    task.groups.add(Group.objects.get(name="Moderators"))
    workflow = Workflow.objects.create(name="Help centre")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=centre)
    return workflow


@pytest.fixture
def answered(desk):
    ticket = factories.make_ticket(
        "Hello. How do I charge the lamp?", subject="Lamp", team=desk.team, mailbox=desk.mailbox
    )
    factories.add_reply(ticket, desk.agent, "<p>With any cable.</p>")
    return ticket


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_answer_to_published_article(new_page, sign_in, watch, desk, section, workflow, answered):
    watch.expect(DRAFTAIL_STYLES)
    page = new_page()
    sign_in(page, desk.agent)
    page.goto(reverse("helpdesk_promote:ticket", args=[answered.pk]))
    expect(page.get_by_label("Question", exact=False).first).to_have_value("How do I charge the lamp?")
    page.locator("[contenteditable=true]").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" A phone charger does.")
    # The editor writes into its field a moment after the last key.
    expect(page.locator("[name=answer]")).to_have_value(re.compile("A phone charger does"))
    page.get_by_role("button", name="Make a draft article").click()
    expect(page.get_by_text("sent to review")).to_be_visible()
    article = HelpArticlePage.objects.get()
    assert not article.live

    editor = new_page()
    # Wagtail's own autosave, when the approval overtakes it.
    watch.expect(r"400 \(Bad Request\) \(.*/admin/pages/\d+/edit/\)")
    sign_in(editor, desk.editor)
    editor.goto(reverse("wagtailadmin_pages:edit", args=[article.pk]))
    assert answered.reference not in editor.content()
    editor.locator("footer [data-w-dropdown-target=toggle]").click()
    editor.get_by_role("button", name="Approve and Publish", exact=True).click()
    expect(editor).to_have_url(re.compile(r"/admin/pages/\d+/$"))

    visitor = new_page()
    visitor.goto(section.get_parent().get_url())
    visitor.get_by_text("How do I charge the lamp?").first.click()
    expect(visitor.get_by_text("With any cable. A phone charger does.")).to_be_visible()
    visitor.get_by_label("Search the help centre").fill("charger")
    visitor.keyboard.press("Enter")
    visitor.get_by_role("link", name="How do I charge the lamp?").click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text("How do I charge the lamp?")


@every_screen
def test_promote_screen(page, sign_in, watch, desk, section, answered):
    watch.expect(DRAFTAIL_STYLES)
    factories.add_customer_message(answered, LONG * 4)
    sign_in(page, desk.agent)
    page.goto(reverse("helpdesk_promote:ticket", args=[answered.pk]))
    expect(page.locator("[contenteditable=true]")).to_be_visible()
    assert fits(page)
    assert_axe(page, within="main", ignoring=DRAFTAIL)


@every_screen
def test_public_pages(page, centre, section):
    article = make_article(section, f"Why {LONG}?", f"<p>{LONG * 3}</p>", in_faq=True, summary="Because.")
    article.tags.add("lamp")
    article.save_revision().publish()
    make_article(section, "Beside")
    for shown, query in ((centre, ""), (centre, "?q=because"), (centre, "?q=zeppelin"), (section, ""), (article, "")):
        page.goto(shown.get_url() + query)
        assert fits(page), (shown, query)
        assert_axe(page)


def test_help_centre_without_javascript_and_by_keyboard(new_page, centre, section):
    make_article(section, "Why is it dark?", "<p>Charge it.</p>", in_faq=True)
    page = new_page(java_script_enabled=False)
    page.goto(centre.get_url())
    expect(page.get_by_text("Charge it.")).to_be_hidden()
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Charge it.")).to_be_visible()
    page.get_by_label("Search the help centre").fill("dark")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Why is it dark?")).to_be_visible()
