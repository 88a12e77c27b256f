"""Fields that point at pages and snippets of the site."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.models import Page, Site

from tests.inbox.test_properties import address_of, posted
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.custom_fields.kinds import ValueRefused
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.references import clean_reference, offer, targets
from wagtail_helpdesk.tickets.models import Ticket

TARGET = "wagtailcore.page"


@pytest.fixture
def lamps(db):
    root = Site.objects.get(is_default_site=True).root_page
    return [
        root.add_child(instance=Page(title=title, slug=f"lamp-{n}", live=live))
        for n, (title, live) in enumerate([("Lamp One", True), ("Lamp [Two]", True), ("Lamp Three", False)])
    ]


@pytest.fixture
def field(lamps):
    return TicketField.objects.create(name="Lamp", key="lamp", kind="reference", target=TARGET)


def test_offered(lamps):
    assert offer(TARGET, "LAMP") == [f"Lamp One [{lamps[0].pk}]", f"Lamp [Two] [{lamps[1].pk}]"]
    assert offer(TARGET, "\x00") == []
    assert offer("gone.model", "lamp") == []


@pytest.mark.parametrize("text", ["lamp one", "Lamp One [{}]", "  Lamp One [{}]  ", "anything [{}]"])
def test_found(lamps, text):
    found = clean_reference(TARGET, text.format(lamps[0].pk))
    assert found == {"pk": str(lamps[0].pk), "title": "Lamp One"}
    assert clean_reference(TARGET, found) == found


@pytest.mark.parametrize("text", ["Lamp", "Lamp Three", "Lamp [x]", "Lamp [99999999999999999999999]", 12, ["a"], {}])
def test_refused(lamps, text):
    with pytest.raises(ValueRefused):
        clean_reference(TARGET, text)


def test_what_is_gone_may_stay_where_it_was_chosen(lamps):
    kept = {"pk": "4711", "title": "Sold out"}
    assert clean_reference(TARGET, kept, kept=kept) == kept
    assert clean_reference(TARGET, "Sold out [4711]", kept=kept) == kept
    with pytest.raises(ValueRefused):
        clean_reference(TARGET, kept, kept=None)


def test_chosen_on_the_page_of_a_ticket(desk, ticket, field, lamps, login):
    url = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
    assert "helpdesk-reference" in login(desk.agent).get(url).content.decode()
    login(desk.agent).post(address_of(ticket), posted(ticket, field_lamp=f"Lamp One [{lamps[0].pk}]"))
    ticket.refresh_from_db()
    assert ticket.custom_fields == {"lamp": {"pk": str(lamps[0].pk), "title": "Lamp One"}}
    lamps[0].delete()
    html = login(desk.agent).get(url).content.decode()
    assert f'value="Lamp One [{lamps[0].pk}]"' in html
    # The rest of the panel can be saved all the same.
    page = {
        **posted(Ticket.objects.get(pk=ticket.pk)),
        "field_lamp": f"Lamp One [{lamps[0].pk}]",
        "due_on": "2026-12-24",
    }
    assert login(desk.agent).post(address_of(ticket), page).status_code == 302
    assert str(Ticket.objects.get(pk=ticket.pk).due_on) == "2026-12-24"


@pytest.mark.parametrize(("name", "status"), [("agent", 200), ("manager", 200), ("light", 302), ("editor", 302)])
def test_who_may_look_through_titles(desk, field, lamps, login, name, status):
    url = reverse("helpdesk_tickets:references")
    response = login(getattr(desk, name)).get(url, {"field": field.pk, "q": "one"})
    assert response.status_code == status
    if status == 200:
        assert response.json() == {"items": [f"Lamp One [{lamps[0].pk}]"]}


@pytest.mark.parametrize("case", ["not in use", "other kind", "none", "nonsense"])
def test_only_what_an_administrator_made(desk, field, lamps, login, case):
    key = field.pk
    if case == "not in use":
        TicketField.objects.update(is_active=False)
    elif case == "other kind":
        TicketField.objects.update(kind="text")
    else:
        key = {"none": 4711, "nonsense": "x"}[case]
    response = login(desk.agent).get(reverse("helpdesk_tickets:references"), {"field": key, "q": "one"})
    assert response.json() == {"items": []}


def test_of_the_sites_own_models_only():
    labels = [label for label, _name in targets()]
    assert TARGET in labels
    assert not [label for label in labels if label.startswith("wagtail_helpdesk.")]


def test_stands_in_texts_and_is_found(desk, ticket, field, lamps):
    ChangeField(ticket=ticket, field=field, value="Lamp One", actor=Actor.of_user(desk.agent))()
    assert field.show(Ticket.objects.get(pk=ticket.pk).custom_fields["lamp"]) == "Lamp One"
    assert list(field.values.values_list("text", flat=True)) == ["Lamp One"]
