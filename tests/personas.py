"""The people every view is tried as: fixtures for all tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.test import Client

from wagtail_helpdesk.desk.models import Mailbox, Team
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket


@dataclass
class Desk:
    """A desk with two teams and everybody who may come along. ``agent`` and ``light`` are of ``team``."""

    team: Team
    other_team: Team
    mailbox: Mailbox
    light: Any
    agent: Any
    colleague: Any
    other_agent: Any
    manager: Any
    administrator: Any
    editor: Any
    superuser: Any

    #: Who may see a ticket of ``team`` in the admin, and who may not.
    INSIDERS = ("light", "agent", "colleague", "manager", "administrator", "superuser")
    OUTSIDERS = ("other_agent", "editor")


#: Name, groups and teams (by their place below) of everybody on the desk; the superuser comes last.
PEOPLE = {
    "light": ("lea", [factories.LIGHT_AGENTS], [0]),
    "agent": ("bruno", [factories.AGENTS], [0]),
    "colleague": ("clara", [factories.AGENTS], [0]),
    "other_agent": ("carla", [factories.AGENTS], [1]),
    "manager": ("manager", [factories.MANAGERS], []),
    "administrator": ("administrator", [factories.ADMINISTRATORS], []),
    "editor": ("editor", ["Editors", "Moderators"], []),
    "superuser": ("root", [], []),
}


@cache
def hashed_password() -> str:
    """Return "helpdesk" as the user table keeps it."""
    return make_password("helpdesk")


@pytest.fixture
def desk(db: None) -> Desk:
    """Return a desk with its people; password "helpdesk" for all. A few statements, since most tests begin here."""
    teams = Team.objects.bulk_create([Team(name="Billing"), Team(name="Repairs")])
    model = get_user_model()
    users = model.objects.bulk_create(
        model(
            email=f"{name}@example.com",
            first_name=name.title(),
            password=hashed_password(),
            is_superuser=role == "superuser",
        )
        for role, (name, _groups, _teams) in PEOPLE.items()
    )
    groups = {group.name: group for group in Group.objects.all()}
    in_group, in_team = model.groups.through, Team.members.through
    rows = list(zip(users, PEOPLE.values(), strict=True))
    in_group.objects.bulk_create(
        in_group(user=user, group=groups[name]) for user, (_name, names, _teams) in rows for name in names
    )
    in_team.objects.bulk_create(
        in_team(user=user, team=teams[place]) for user, (_name, _groups, places) in rows for place in places
    )
    mailbox = factories.make_mailbox("support@desk.example", team=teams[0])
    people = dict(zip(PEOPLE, users, strict=True))
    return Desk(team=teams[0], other_team=teams[1], mailbox=mailbox, **people)


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    """Return a new ticket of ``desk.team``, from ana@example.org."""
    return factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")


@pytest.fixture
def login() -> Callable[[Any], Client]:
    """Return a function that gives a client signed in as a user; for None a stranger's client."""

    def client_of(user: Any | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return client_of
