"""The people every view is tried as: fixtures for all tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
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


@pytest.fixture
def desk(db: None) -> Desk:
    """Return a desk with its people; password "helpdesk" for all."""
    team, other = factories.make_team("Billing"), factories.make_team("Repairs")
    editor = factories.make_user("editor", group="Editors")
    editor.groups.add(Group.objects.get(name="Moderators"))
    return Desk(
        team=team,
        other_team=other,
        mailbox=factories.make_mailbox("support@desk.example", team=team),
        light=factories.make_user("lea", group=factories.LIGHT_AGENTS, teams=[team]),
        agent=factories.make_user("bruno", group=factories.AGENTS, teams=[team]),
        colleague=factories.make_user("clara", group=factories.AGENTS, teams=[team]),
        other_agent=factories.make_user("carla", group=factories.AGENTS, teams=[other]),
        manager=factories.make_user("manager", group=factories.MANAGERS),
        administrator=factories.make_user("administrator", group=factories.ADMINISTRATORS),
        editor=editor,
        superuser=factories.make_user("root", is_superuser=True),
    )


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
