"""The language of filters: what it takes, what it refuses, and which tickets it means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.conditions.fields import Context, Field, all_fields, register_field
from wagtail_helpdesk.tickets.conditions.language import (
    MAX_CONDITIONS,
    Conditions,
    ConditionsRefused,
    make_condition,
    parse_conditions,
)
from wagtail_helpdesk.tickets.models import Ticket, TicketReader, TicketTag


@pytest.fixture
def spread(desk):
    """An old one that is done, one of mine with tags, one of nobody that waits."""
    now, actor = timezone.now(), Actor.of_user(desk.agent)
    made = {
        name: factories.make_ticket(
            name, subject=name, team=desk.team, mailbox=desk.mailbox, address=f"{name}@example.org",
            name=name.title(), received_at=now - age,
        )
        for name, age in (("old", timedelta(days=30)), ("mine", timedelta(hours=30)), ("new", timedelta(minutes=5)))
    }  # fmt: skip
    ChangeStatus(ticket=made["old"], status=default_status(Category.CLOSED), actor=actor)()
    AssignTicket(ticket=made["mine"], assignee=desk.agent, actor=actor)()
    TagTicket(ticket=made["mine"], add=["a", "b"], actor=actor)()
    TagTicket(ticket=made["new"], add=["a"], actor=actor)()
    Ticket.objects.filter(pk=made["old"].pk).update(asleep=True, delivery_failed=True, attachment_count=2)
    TicketReader.objects.create(ticket=made["new"], user=desk.agent, starred=True)
    return made


def tag(name):
    return str(TicketTag.objects.get(name=name).pk)


@pytest.mark.parametrize(
    ("field", "operator", "value", "names"),
    [
        ("category", "is", ["closed", "spam"], "old"),
        ("category", "is_not", ["closed"], "mine new"),
        ("status", "is", lambda desk: [default_status("closed").pk], "old"),
        ("status", "is", ["nonsense"], ""),
        ("team", "is", ["mine"], "old mine new"),
        ("team", "is", lambda desk: [desk.other_team.pk], ""),
        ("assignee", "is", ["me"], "mine"),
        ("assignee", "is", ["none"], "old new"),
        ("assignee", "is_not", ["me"], "old new"),
        ("mailbox", "is", lambda desk: [desk.mailbox.pk], "old mine new"),
        ("tag", "is", lambda desk: [tag("a"), tag("b")], "mine new"),
        ("tag", "all", lambda desk: [tag("a"), tag("b")], "mine"),
        ("tag", "is_not", lambda desk: [tag("b")], "old new"),
        ("tag", "none", None, "old"),
        ("channel", "is", ["email"], "old mine new"),
        ("subject", "contains", "INE", "mine"),
        ("subject", "contains_not", "mine", "old new"),
        ("requester", "contains", "new@ex", "new"),
        ("requester", "contains", "Mine", "mine"),
        ("waiting", "yes", None, "mine new"),
        ("waiting", "hours_older", 24, "mine"),
        ("created", "days_within", 7, "mine new"),
        ("activity", "days_older", 7, "old"),
        ("messages", "at_least", 1, "old mine new"),
        ("messages", "at_most", 0, ""),
        ("files", "yes", None, "old"),
        ("replied", "no", None, "old mine new"),
        ("asleep", "yes", None, "old"),
        ("delivery", "no", None, "mine new"),
        ("starred", "yes", None, "new"),
        ("starred", "no", None, "old mine"),
    ],
)
def test_means(desk, spread, field, operator, value, names):
    value = value(desk) if callable(value) else value
    found = find(desk.agent, {"all": [{"field": field, "operator": operator, "value": value}]})
    assert found == set(names.split())


def find(user, data):
    query = parse_conditions(data).to_query(Context(user, timezone.now()))
    return set(Ticket.objects.filter(query).values_list("subject", flat=True))


def test_all_and_any(desk, spread):
    either = [
        {"field": "assignee", "operator": "is", "value": ["me"]},
        {"field": "category", "operator": "is", "value": ["closed"]},
    ]
    waits = [{"field": "waiting", "operator": "yes"}]
    assert find(desk.agent, {"any": either}) == {"mine", "old"}
    assert find(desk.agent, {"all": waits, "any": either}) == {"mine"}
    assert find(desk.agent, {}) == {"mine", "old", "new"}


def test_there_and_back(desk):
    data = {
        "all": [{"field": "status", "operator": "is", "value": ["1", "2"]}],
        "any": [{"field": "waiting", "operator": "hours_older", "value": 4}],
    }
    assert parse_conditions(data).to_data() == data


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"some": []},
        {"all": {}},
        {"all": ["x"]},
        {"all": [{"field": "nonsense", "operator": "is", "value": ["1"]}]},
        {"all": [{"field": "status", "operator": "contains", "value": ["1"]}]},
        {"all": [{"field": "status", "operator": "is", "value": []}]},
        {"all": [{"field": "subject", "operator": "contains", "value": " "}]},
        {"all": [{"field": "messages", "operator": "at_least", "value": -1}]},
        {"all": [{"field": "messages", "operator": "at_least", "value": 10**9}]},
        {"all": [{"field": "messages", "operator": "at_least", "value": "x"}]},
        {"all": [{"field": "asleep", "operator": "yes"}] * (MAX_CONDITIONS + 1)},
    ],
)
def test_refuses(data):
    with pytest.raises(ConditionsRefused):
        parse_conditions(data)


def test_what_is_demanded():
    new, both = (make_condition("category", "is", values) for values in (["new"], ["new", "open"]))
    assert Conditions(all=(new, both)).demanded("category") == {"new"}
    assert Conditions(all=(new,)).demanded("status") is None
    assert Conditions(any=(new,)).demanded("category") is None


def test_choices_name_nothing_of_others(desk, spread):
    TagTicket(
        ticket=factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox),
        add=["theirs"],
        actor=Actor.of_user(desk.manager),
    )()
    for field in all_fields():
        labels = {str(label) for _key, label in field.choices(desk.agent)} if field.choices else set()
        assert "theirs" not in labels, field.name


def test_a_field_is_registered_once():
    with pytest.raises(ValueError, match="already"):
        register_field(Field("status", "Status", ()))
