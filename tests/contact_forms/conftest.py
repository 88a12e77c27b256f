"""A contact form, and what a browser posts with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wagtail.models import Locale, Page, Site

from tests.testsite.models import StandardPage
from wagtail_helpdesk.contact_forms.models import ContactForm


@pytest.fixture
def make_form(desk) -> Callable[..., ContactForm]:
    """Return a function that makes a contact form of the desk."""

    def make(**fields: Any) -> ContactForm:
        values = {"title": "Contact", "heading": "Write to us", "team": desk.team, "mailbox": desk.mailbox, **fields}
        tags = values.pop("tags", ())
        form = ContactForm.objects.create(locale=values.pop("locale", Locale.get_default()), **values)
        form.tags.add(*tags)
        form.save()
        return form

    return make


@pytest.fixture
def contact_form(make_form) -> ContactForm:
    """Return a form that asks for everything."""
    return make_form()


@pytest.fixture
def page_with() -> Callable[..., StandardPage]:
    """Return a function that makes a live page of the site, with the block of each form given."""

    def make(*forms: ContactForm, live: bool = True, parent: Page | None = None) -> StandardPage:
        home = parent or Site.objects.get(is_default_site=True).root_page
        page = StandardPage(title="Lamps & more", slug=f"lamps-{home.numchild}", live=live)
        page.body = [("contact_form", {"form": form}) for form in forms]
        return home.add_child(instance=page)

    return make


@pytest.fixture
def data() -> dict[str, Any]:
    """Return a complete submission."""
    return {
        "name": "Ana Souza",
        "email": "Ana@Example.org",
        "subject": "Wrong tax id",
        "message": "Hello,\r\nthe invoice of March is wrong.",
        "website": "",
        "page": "",
        "language": "en",
        "place": "1",
    }
