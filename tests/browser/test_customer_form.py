"""A visitor writes to us over a contact form in a page, with and without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from wagtail.models import Locale, Site

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from tests.testsite.models import StandardPage
from wagtail_helpdesk.contact_forms.models import ContactForm
from wagtail_helpdesk.tickets.models import Ticket


@pytest.fixture
def form(transactional_db, desk):
    return ContactForm.objects.create(
        title="Contact", heading="Write to us", team=desk.team, mailbox=desk.mailbox, locale=Locale.get_default()
    )


@pytest.fixture
def address(form):
    home = Site.objects.get(is_default_site=True).root_page
    page = StandardPage(title="Lamps", slug="lamps", body=[("contact_form", {"form": form})])
    return home.add_child(instance=page).get_url()


@pytest.fixture
def plain_page(new_page):
    return new_page(java_script_enabled=False)


def fill(page, **values):
    values = {
        "Your name": "Ana Souza",
        "Your e-mail address": "ana@example.org",
        "Subject": "Wrong tax id",
        "Your message": "The invoice of March is wrong.",
        **values,
    }
    for label, value in values.items():
        page.get_by_label(label).fill(value)


def send(page):
    page.get_by_role("button", name="Send message").click()


@every_screen
def test_in_place(page, address):
    page.goto(address)
    assert_axe(page, within="main")
    fill(page)
    page.get_by_label("Files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"words"})
    send(page)
    done = page.get_by_role("status")
    expect(done).to_contain_text("Your reference is HD-")
    expect(done).to_be_focused()
    expect(page).to_have_url(re.compile("/lamps/$"))
    assert_axe(page, within="main")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.source_title, ticket.attachment_count) == ("Wrong tax id", "Lamps", 1)


@every_screen
def test_errors_in_place(page, address, watch):
    watch.expect("422")
    page.goto(address)
    fill(page, **{"Your e-mail address": "ana"})
    page.get_by_label("Files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"words"})
    send(page)
    email = page.get_by_label("Your e-mail address")
    expect(email).to_be_focused()
    expect(email).to_have_value("ana")
    expect(email).to_have_accessible_description(re.compile("name@example.com"))
    expect(page.get_by_role("alert")).to_contain_text("check the marked fields")
    expect(page.get_by_text("choose your files again")).to_have_count(0)
    assert_axe(page, within="main")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    email.fill("ana@example.org")
    send(page)
    expect(page.get_by_role("status")).to_contain_text("HD-")
    # The file stayed chosen all the while.
    assert Ticket.objects.get().attachment_count == 1


def test_by_keyboard_alone(page, address, watch):
    page.goto(address)
    page.get_by_label("Your name").focus()
    for words in ("Ana", "ana@example.org", "Lamp", "It is dark."):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    expect(page.get_by_label("Files")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send message")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_focused()
    assert Ticket.objects.get().subject == "Lamp"


def test_impatient_visitor(page, address):
    page.goto(address)
    fill(page)
    page.get_by_role("button", name="Send message").dblclick()
    expect(page.get_by_role("status")).to_contain_text("HD-")
    assert Ticket.objects.count() == 1


def test_broken_connection_loses_nothing(page, address, watch):
    watch.expect("ERR_FAILED|Failed to load")
    page.goto(address)
    fill(page)
    page.route("**/helpdesk/forms/**", lambda route: route.abort())
    send(page)
    expect(page.get_by_role("status")).to_contain_text("nothing is lost")
    expect(page.get_by_label("Your message")).to_have_value("The invoice of March is wrong.")
    page.unroute("**/helpdesk/forms/**")
    send(page)
    expect(page.get_by_role("status")).to_contain_text("HD-")
    assert Ticket.objects.count() == 1


def test_a_proxys_error_page_is_not_put_in_place(page, address, watch):
    watch.expect("502")
    page.goto(address)
    fill(page)
    page.route("**/helpdesk/forms/**", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    send(page)
    expect(page.get_by_role("status")).to_contain_text("could not be sent")
    expect(page.get_by_text("Bad gateway")).to_have_count(0)


@every_screen
def test_without_javascript(plain_page, address, watch):
    watch.expect("422")
    page = plain_page
    page.goto(address)
    fill(page, **{"Your e-mail address": "ana"})
    send(page)
    expect(page).to_have_url(re.compile("/helpdesk/forms/"))
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("The invoice of March is wrong.")
    page.get_by_label("Your e-mail address").fill("ana@example.org")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Message sent")
    assert Ticket.objects.get().source_title == "Lamps"
    page.reload()
    assert Ticket.objects.count() == 1


def test_another_site_cannot_post(new_page, form, live_server, watch):
    """A page of another origin, here one without an address, sends the form in the visitor's name."""
    watch.expect("403")
    page = new_page()
    page.goto("about:blank")
    page.set_content(
        f'<form method="post" action="{live_server.url}/helpdesk/forms/{form.pk}/"><input name="name" value="x">'
        '<input name="email" value="x@example.org"><input name="message" value="spam"><button>Go</button></form>'
    )
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("came from our site")
    assert not Ticket.objects.exists()
