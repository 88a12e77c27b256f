"""Where an administrator sets up types and fields of tickets."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.desk.models import TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.actions.change_type import ChangeType
from wagtail_helpdesk.tickets.custom_fields.models import TicketField

FIELDS = "/admin/helpdesk/settings/ticket-fields/"
TYPES = "/admin/helpdesk/settings/ticket-types/"


def posted(**values):
    return {"name": "Order number", "key": "", "kind": "text", "sort_order": 0, "is_active": "on", **values}


def test_added_with_a_key_of_its_name(desk, login):
    client = login(desk.administrator)
    assert client.get(f"{FIELDS}create/").status_code == 200
    assert client.post(f"{FIELDS}create/", posted()).status_code == 302
    assert client.post(f"{FIELDS}create/", posted()).status_code == 302
    assert client.post(f"{FIELDS}create/", posted(name="数")).status_code == 302
    assert list(TicketField.objects.order_by("pk").values_list("key", flat=True)) == [
        "order_number",
        "order_number_2",
        "field",
    ]
    assert "order_number_2" in client.get(FIELDS).content.decode()


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"kind": "choice"}, "options_text", "at least one option"),
        ({"kind": "tree", "options_text": "A > B"}, "options_text", "no “&gt;”"),
        ({"kind": "choice", "options_text": "x" * 101}, "options_text", "too long"),
        ({"kind": "choice", "options_text": "\n".join(map(str, range(501)))}, "options_text", "500"),
        ({"kind": "reference"}, "target", "Choose what it points at"),
        ({"key": "Order-Number"}, "key", "small letters"),
        ({"key": "9lives"}, "key", "small letters"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_refused(desk, login, values, field, words):
    response = login(desk.administrator).post(f"{FIELDS}create/", posted(**values))
    assert field in response.context["form"].errors
    assert words in response.content.decode()
    assert not TicketField.objects.exists()


def test_kind_and_key_stay(desk, login):
    field = TicketField.objects.create(name="Pages", key="pages", kind="number")
    login(desk.administrator).post(f"{FIELDS}edit/{field.pk}/", posted(name="Sheets", key="other", kind="text"))
    field.refresh_from_db()
    assert (field.name, field.key, field.kind) == ("Sheets", "pages", "number")


def test_not_deleted_while_something_stands_in_it(desk, ticket, login):
    field = TicketField.objects.create(name="Pages", key="pages", kind="number")
    kind = TicketType.objects.create(name="Fault")
    ChangeField(ticket=ticket, field=field, value="3", actor=Actor.system())()
    ChangeType(ticket=ticket, ticket_type=kind, actor=Actor.system())()
    client = login(desk.administrator)
    client.post(f"{FIELDS}delete/{field.pk}/")
    client.post(f"{TYPES}delete/{kind.pk}/")
    assert TicketField.objects.exists()
    assert TicketType.objects.exists()
    ChangeField(ticket=ticket, field=field, value=None, actor=Actor.system())()
    ChangeType(ticket=ticket, ticket_type=None, actor=Actor.system())()
    client.post(f"{FIELDS}delete/{field.pk}/")
    client.post(f"{TYPES}delete/{kind.pk}/")
    assert not TicketField.objects.exists()
    assert not TicketType.objects.exists()


@pytest.mark.parametrize("name", ["light", "agent", "manager", "editor"])
@pytest.mark.parametrize("address", [FIELDS, f"{FIELDS}create/", TYPES, f"{TYPES}create/"])
def test_for_administrators(desk, login, name, address):
    assert login(getattr(desk, name)).get(address).status_code == 302
