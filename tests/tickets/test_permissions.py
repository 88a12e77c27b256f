"""Who may do what, and who sees which: the promises of the groups, as everybody."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.management import call_command

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.groups import GROUPS
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import VERBS, may, users_who_may

pytestmark = pytest.mark.django_db

LIGHT = {"view", "note"}
AGENT = LIGHT | {"reply", "change", "assign", "merge", "promote"}
MANAGER = AGENT | {"view_all", "delete", "export"}
RIGHTS = {
    "light": LIGHT,
    "agent": AGENT,
    "colleague": AGENT,
    "other_agent": set(),
    "manager": MANAGER,
    "administrator": MANAGER,
    "editor": set(),
    "superuser": set(VERBS),
}


@pytest.mark.parametrize(("persona", "rights"), RIGHTS.items())
def test_rights_on_a_ticket_of_the_team(persona, rights, desk, ticket):
    user = getattr(desk, persona)
    assert {verb for verb in VERBS if may(user, verb, ticket)} == rights
    assert Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists() == ("view" in rights)
    assert Ticket.objects.in_scope_of(user).filter(pk=ticket.pk).exists() == ("view" in rights)


@pytest.mark.parametrize("persona", ["other_agent", "light", "editor"])
def test_an_assigned_ticket_is_ones_own(persona, desk):
    user = getattr(desk, persona)
    ticket = factories.make_ticket(team=factories.make_team("Third"), mailbox=desk.mailbox)
    before = {verb for verb in VERBS if may(user, verb, ticket)}
    ticket.assignee = user
    ticket.save()
    after = {verb for verb in VERBS if may(user, verb, ticket)}
    wanted = {"other_agent": AGENT, "light": LIGHT, "editor": set()}[persona]
    assert (before, after) == (set(), wanted)
    assert Ticket.objects.in_scope_of(user).exists() == bool(wanted)


@pytest.mark.parametrize("way", ["user", "team"])
def test_a_shared_ticket_is_to_see_and_note_only(way, desk, ticket):
    share = {"user": desk.other_agent} if way == "user" else {"team": desk.other_team}
    ShareTicket(ticket=ticket, actor=Actor.of_user(desk.agent), **share)()
    assert {verb for verb in VERBS if may(desk.other_agent, verb, ticket)} == LIGHT
    assert list(Ticket.objects.visible_to(desk.other_agent)) == [ticket]
    assert not Ticket.objects.in_scope_of(desk.other_agent).exists()


def test_a_share_gives_no_right_that_one_does_not_have(desk, ticket):
    ShareTicket(ticket=ticket, user=desk.editor, actor=Actor.of_user(desk.agent))()
    assert {verb for verb in VERBS if may(desk.editor, verb, ticket)} == set()
    assert not Ticket.objects.visible_to(desk.editor).exists()


def test_a_ticket_in_several_scopes_stands_once_in_the_list(desk, ticket):
    desk.other_team.members.add(desk.agent)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=desk.agent)
    for share in ({"user": desk.agent}, {"team": desk.other_team}):
        ShareTicket(ticket=ticket, actor=Actor.of_user(desk.manager), **share)()
    assert Ticket.objects.visible_to(desk.agent).count() == 1


@pytest.mark.parametrize("persona", ["agent", "manager", "superuser"])
def test_inactive_people_may_nothing(persona, desk, ticket):
    user = getattr(desk, persona)
    user.is_active = False
    assert not any(may(user, verb, ticket) or may(user, verb) for verb in VERBS)
    assert not Ticket.objects.visible_to(user).exists()
    assert not Ticket.objects.in_scope_of(user).exists()


def test_strangers_may_nothing(ticket):
    for user in (None, AnonymousUser()):
        assert not any(may(user, verb, ticket) or may(user, verb) for verb in VERBS)
    assert not Ticket.objects.visible_to(AnonymousUser()).exists()


def test_without_view_no_other_right_helps(desk, ticket):
    user = factories.make_user("odd", teams=[desk.team])
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["reply_ticket", "view_all_ticket", "delete_ticket"])
    )
    assert not any(may(user, verb, ticket) for verb in VERBS if verb != "view_all")
    assert not Ticket.objects.visible_to(user).exists()


def test_unknown_verbs_are_mistakes(desk):
    with pytest.raises(ValueError, match="fly"):
        may(desk.superuser, "fly")


@pytest.mark.parametrize("verb", ["view", "note", "reply", "change", "delete"])
def test_users_who_may_is_the_other_side_of_may(verb, desk, ticket):
    everybody = [desk.light, desk.agent, desk.colleague, desk.other_agent, desk.manager, desk.editor, desk.superuser]
    inactive = factories.make_user("gone", group=factories.MANAGERS, is_active=False)
    expected = {user.pk for user in everybody if may(user, verb, ticket)}
    found = list(users_who_may(verb, ticket).values_list("pk", flat=True))
    assert expected <= set(found)
    assert inactive.pk not in found
    assert not set(found) & {user.pk for user in everybody} - expected
    assert len(found) == len(set(found))


def test_visible_tickets_cost_one_query_more_at_most(desk, ticket, django_assert_num_queries):
    user = type(desk.agent).objects.get(pk=desk.agent.pk)
    user.has_perm("anything")  # fills the permission cache of this request
    with django_assert_num_queries(2):  # the teams, once, and the tickets
        list(Ticket.objects.visible_to(user))
    with django_assert_num_queries(1):
        list(Ticket.objects.in_scope_of(user))


class TestGroups:
    def test_all_get_into_the_admin(self):
        for name in GROUPS:
            assert Group.objects.get(name=name).permissions.filter(codename="access_admin").exists()

    @pytest.mark.parametrize(
        ("codename", "groups"),
        [
            ("view_inboundmail", {factories.ADMINISTRATORS}),
            ("change_team", {factories.ADMINISTRATORS}),
            ("add_mailbox", {factories.ADMINISTRATORS}),
            ("delete_status", {factories.ADMINISTRATORS}),
            ("view_all_ticket", {factories.MANAGERS, factories.ADMINISTRATORS}),
            ("delete_ticket", {factories.MANAGERS, factories.ADMINISTRATORS}),
            ("reply_ticket", {factories.AGENTS, factories.MANAGERS, factories.ADMINISTRATORS}),
        ],
    )
    def test_only_these_have(self, codename, groups):
        held = Group.objects.filter(
            permissions__codename=codename, permissions__content_type__app_label="wagtail_helpdesk"
        )
        assert set(held.values_list("name", flat=True)) == groups

    def test_nobody_has_a_right_on_the_core_rows(self):
        """Messages, tokens and raw mails are nobody's to edit by a generic view."""
        models = ["message", "attachment", "tickettoken", "ticketevent", "rawmail", "outboundmail", "ticketmerge"]
        held = Permission.objects.filter(content_type__model__in=models, group__isnull=False).exclude(
            codename__startswith="view_"
        )
        assert not held.exists()

    def test_a_sites_changes_are_kept(self):
        group = Group.objects.get(name=factories.AGENTS)
        group.permissions.clear()
        Group.objects.get(name=factories.MANAGERS).delete()
        call_command("migrate", verbosity=0)
        assert not group.permissions.exists()
        assert Group.objects.get(name=factories.MANAGERS).permissions.filter(codename="view_all_ticket").exists()

    def test_no_right_to_add_a_ticket_as_a_row(self):
        assert not Permission.objects.filter(codename="add_ticket").exists()
