"""The promotion of an answer and the help centre, on every screen."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.models import Site

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from tests.pages.trees import make_article, make_centre, make_section
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
def answered(desk):
    ticket = factories.make_ticket(
        "Hello. How do I charge the lamp?", subject="Lamp", team=desk.team, mailbox=desk.mailbox
    )
    factories.add_reply(ticket, desk.agent, "<p>With any cable.</p>")
    return ticket


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


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
