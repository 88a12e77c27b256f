"""The main job from end to end in a browser, by keyboard alone: form, answer, answer by mail, resolved, FAQ article."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect
from wagtail.models import GroupApprovalTask, Locale, Site, Workflow, WorkflowPage, WorkflowTask

from tests.browser.axe import assert_axe
from tests.mail.helpers import make_mail, take_in
from tests.pages.trees import make_centre, make_section
from tests.testsite.models import StandardPage
from wagtail_helpdesk.contact_forms.models import ContactForm
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.pages.models import HelpArticlePage
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.worker import Worker

# Draftail's editor has no name of its own and brings style sheets of its own, in Wagtail's own screens too.
DRAFTAIL = ["aria-input-field-name"]
DRAFTAIL_STYLES = "Applying inline style violates"
MOST_TABS = 120
FOCUSED = "element => element === document.activeElement || element.contains(document.activeElement)"


@pytest.fixture
def site(live_server, settings, desk):
    """A help centre whose articles are reviewed, and a page with a contact form; replies leave at once."""
    settings.WAGTAIL_HELPDESK = {
        **settings.WAGTAIL_HELPDESK,
        "BASE_TEMPLATE": "testsite/base.html",
        "UNDO_SECONDS": 0,
    }
    Site.objects.update(hostname="localhost", port=live_server.thread.port)
    centre = make_centre(intro="We answer within a day.")
    make_section(centre, intro="Lamps and batteries.")
    task = GroupApprovalTask.objects.create(name="An editor reads it")
    task.groups.add(Group.objects.get(name="Moderators"))
    workflow = Workflow.objects.create(name="Help centre")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=centre)
    form = ContactForm.objects.create(
        title="Contact", heading="Write to us", team=desk.team, mailbox=desk.mailbox, locale=Locale.get_default()
    )
    page = StandardPage(title="Lamps", slug="lamps", body=[("contact_form", {"form": form})])
    Site.objects.get(is_default_site=True).root_page.add_child(instance=page)
    return page.get_url(), centre.get_url()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted``, or what is in it, has the focus."""
    expect(wanted).to_be_visible()
    for _press in range(MOST_TABS):
        if wanted.evaluate(FOCUSED):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not get to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    """Go to ``wanted`` with Tab and press ``key`` there."""
    tab_to(page, wanted)
    page.keyboard.press(key)


def test_by_keyboard_alone(new_page, sign_in, watch, desk, site):
    watch.expect(DRAFTAIL_STYLES)
    # Wagtail's own autosave, when the approval overtakes it.
    watch.expect(r"400 \(Bad Request\) \(.*/admin/pages/\d+/edit/\)")
    form_page, help_centre = site
    ask(new_page(), form_page)
    Worker(STEPS).run_once()
    ticket = Ticket.objects.get()
    agent = new_page()
    sign_in(agent, desk.agent)
    answer(agent, ticket)
    Worker(STEPS).run_once()
    reply = OutboundMail.objects.get(kind="reply")
    mail = make_mail("Thank you, it works.", in_reply_to=f"<{reply.message_id_header}>")
    assert take_in(mail, desk.mailbox).ticket == ticket
    resolve_and_promote(agent, ticket)
    publish(new_page, sign_in, desk.editor)
    read(new_page(), help_centre)
    follow_up(new_page(), ticket)


def ask(page: Page, address: str) -> None:
    """A visitor fills the contact form."""
    page.goto(address)
    for label, value in {
        "Your name": "Ana Souza",
        "Your e-mail address": "ana@example.org",
        "Subject": "Lamp",
        "Your message": "How do I charge the lamp?",
    }.items():
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(value)
    press(page, page.get_by_role("button", name="Send message"))
    expect(page.get_by_role("status")).to_contain_text("Your reference is HD-")


def answer(page: Page, ticket: Ticket) -> None:
    """An agent finds the ticket in the inbox, takes it and answers."""
    page.goto(reverse("helpdesk_inbox:view", args=["unassigned"]))
    press(page, page.get_by_role("link", name="Lamp").first)
    expect(page).to_have_url(re.compile(rf"/tickets/{ticket.pk}/"))
    press(page, page.get_by_role("button", name="Assign to me"))
    expect(page.get_by_text("Saved.")).to_be_visible()
    tab_to(page, page.locator("#composer [contenteditable=true]"))
    page.keyboard.type("With any cable. A phone charger does.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".helpdesk-message").last).to_contain_text("A phone charger does.")


def resolve_and_promote(page: Page, ticket: Ticket) -> None:
    """The agent reads the customer's answer, resolves the ticket and makes an article of it."""
    page.reload()
    expect(page.get_by_text("Thank you, it works.", exact=True)).to_be_visible()
    tab_to(page, page.get_by_label("Status"))
    page.keyboard.type("Resolved")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.category == Category.RESOLVED
    press(page, page.locator("#more"))
    press(page, page.get_by_role("link", name="Promote to FAQ").first)
    expect(page.get_by_label("Question", exact=False).first).to_have_value("How do I charge the lamp?")
    assert_axe(page, within="main", ignoring=DRAFTAIL)
    press(page, page.get_by_role("button", name="Make a draft article"))
    expect(page.get_by_text("sent to review")).to_be_visible()
    assert not HelpArticlePage.objects.get().live


def publish(new_page, sign_in, user) -> None:
    """The editor approves it, in Wagtail's own screens; they name no ticket."""
    page = new_page()
    sign_in(page, user)
    page.goto(reverse("wagtailadmin_pages:edit", args=[HelpArticlePage.objects.get().pk]))
    assert Ticket.objects.get().reference not in page.content()
    press(page, page.locator("footer [data-w-dropdown-target=toggle]"))
    press(page, page.get_by_role("button", name="Approve and Publish", exact=True))
    expect(page).to_have_url(re.compile(r"/admin/pages/\d+/$"))


def read(page: Page, address: str) -> None:
    """Another visitor searches the help centre and reads the article."""
    page.goto(address)
    tab_to(page, page.get_by_label("Search the help centre"))
    page.keyboard.type("charger")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="How do I charge the lamp?"))
    expect(page.get_by_role("heading", level=1)).to_have_text("How do I charge the lamp?")
    expect(page.get_by_text("A phone charger does.")).to_be_visible()
    assert_axe(page)


def follow_up(page: Page, ticket: Ticket) -> None:
    """The customer opens the link in the mail and writes there."""
    link = re.search(r"https?://\S+/t/\S+", OutboundMail.objects.get(kind="ack").text)[0]
    page.goto(link)
    expect(page.get_by_text("A phone charger does.")).to_be_visible()
    tab_to(page, page.get_by_label("Your answer"))
    page.keyboard.type("One more thing.")
    press(page, page.get_by_role("button", name="Send answer"))
    expect(page.get_by_role("article").last).to_contain_text("One more thing.")
    ticket.refresh_from_db()
    assert ticket.category == Category.OPEN
