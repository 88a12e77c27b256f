"""Every address that Wagtail has for the Ticket snippet, tried as everybody: no generic path goes past our rules."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import ReferenceIndex
from wagtail.snippets.models import get_snippet_models

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent
from wagtail_helpdesk.tickets.permissions import VERBS, TicketPermissionPolicy, may

NAMESPACE = "wagtailsnippets_wagtail_helpdesk_ticket"
CHOOSER = "wagtailsnippetchoosers_wagtail_helpdesk_ticket"

SEES = ("light", "agent", "colleague", "manager", "administrator", "superuser", "guest")
SEES_NOT = ("other_agent", "editor")
DELETES = ("manager", "administrator", "superuser")
HAS_INBOX = (*SEES, "other_agent")
EVERYBODY = (*SEES, *SEES_NOT, "stranger")

#: What each address answers: a status, "login", "denied" (the admin's own answer) or the place it leads to.
OF_A_TICKET = {"edit", "delete", "usage", "history", "history_results"}
ADDRESSES = {
    "list": ("get", HAS_INBOX, "inbox"),
    "list_results": ("get", HAS_INBOX, "inbox"),
    "add": ("get", (), 404),
    "edit": ("get", SEES, "conversation"),
    "delete": ("get", DELETES, 200),
    "usage": ("get", SEES, 200),
    "history": ("get", SEES, 200),
    "history_results": ("get", SEES, 200),
}
CHOOSER_ADDRESSES = {"choose", "choose_results", "chosen", "chosen_multiple", "create"}


@pytest.fixture
def people(desk: Any, ticket: Ticket) -> dict[str, Any]:
    """Everybody of the desk, and an agent of a third team with whom the ticket is shared."""
    guest = factories.make_user("guest", group=factories.AGENTS)
    ShareTicket(ticket=ticket, user=guest, actor=Actor.of_user(desk.agent))()
    return {"guest": guest, "stranger": None, **{name: getattr(desk, name, None) for name in EVERYBODY[:6] + SEES_NOT}}


def answer(response: Any, ticket: Ticket) -> Any:
    """Return what a response comes to, in the words of the tables above."""
    if response.status_code != 302:
        return response.status_code
    places = {
        reverse("wagtailadmin_home"): "denied",
        reverse("helpdesk_inbox:index"): "inbox",
        reverse("helpdesk_tickets:ticket", args=[ticket.pk]): "conversation",
    }
    return places.get(response["Location"], "login" if "login" in response["Location"] else response["Location"])


def expected(name: str, persona: str) -> Any:
    """Return what the address is to answer to the persona."""
    _method, allowed, good = ADDRESSES[name]
    if persona == "stranger":
        return "login"
    if persona in allowed:
        return good
    if name in OF_A_TICKET:
        return "denied" if persona in SEES else 404
    return 404 if name == "add" else "denied"


def test_the_tables_name_every_address():
    viewset = Ticket.snippet_viewset
    assert {pattern.name for pattern in viewset.get_urlpatterns()} == set(ADDRESSES)
    assert {pattern.name for pattern in viewset.chooser_viewset.get_urlpatterns()} == CHOOSER_ADDRESSES


@pytest.mark.parametrize("persona", EVERYBODY)
def test_each_address_as(persona, people, ticket, login):
    client = login(people[persona])
    answers = {
        name: answer(
            client.get(reverse(f"{NAMESPACE}:{name}", args=[ticket.pk] if name in OF_A_TICKET else [])), ticket
        )
        for name in ADDRESSES
    }
    assert answers == {name: expected(name, persona) for name in ADDRESSES}


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("name", sorted(set(ADDRESSES) - {"delete"}))
def test_posting_changes_nothing(name, persona, people, ticket, login):
    before, count = Ticket.objects.filter(pk=ticket.pk).values().get(), Ticket.objects.count()
    url = reverse(f"{NAMESPACE}:{name}", args=[ticket.pk] if name in OF_A_TICKET else [])
    response = login(people[persona]).post(url, {"subject": "Mine now", "team": people["agent"].pk})
    assert response.status_code in {302, 404, 405}
    assert (Ticket.objects.filter(pk=ticket.pk).values().get(), Ticket.objects.count()) == (before, count)


@pytest.mark.parametrize("persona", EVERYBODY)
def test_delete_means_trash_as(persona, people, ticket, login):
    response = login(people[persona]).post(reverse(f"{NAMESPACE}:delete", args=[ticket.pk]))
    category = Ticket.objects.get(pk=ticket.pk).category
    if persona in DELETES:
        assert (answer(response, ticket), category) == ("inbox", Category.TRASH)
    else:
        assert (answer(response, ticket), category) == (expected("delete", persona), Category.NEW)


@pytest.mark.parametrize("persona", EVERYBODY)
def test_history_shows_the_timeline_as(persona, people, ticket, login):
    TicketEvent.objects.create(
        ticket=ticket, kind="status", actor_kind="user", actor_name="Zoé", data={"old": "Aa", "new": "Bb"}
    )
    response = login(people[persona]).get(reverse(f"{NAMESPACE}:history", args=[ticket.pk]))
    assert (persona in SEES) == ("Zoé changed the status from Aa to Bb" in response.content.decode())


def test_history_costs_the_same_for_any_length(desk, ticket, login, django_assert_max_num_queries):
    for number in range(40):
        TicketEvent.objects.create(
            ticket=ticket,
            kind="status",
            actor_kind="user",
            actor_user=desk.agent,
            data={"old": "a", "new": str(number)},
        )
    client = login(desk.agent)
    address = reverse(f"{NAMESPACE}:history", args=[ticket.pk])
    # What a process remembers from its first page on (content types, the site) is no cost of this one.
    client.get(address)
    with django_assert_max_num_queries(14):
        assert client.get(address).status_code == 200


def test_history_hides_the_number_of_a_ticket_one_may_not_see(desk, ticket, login):
    foreign = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)
    own = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    for other in (foreign, own):
        TicketEvent.objects.create(ticket=ticket, kind="linked", actor_kind="system", data={"ticket": other.pk})
    page = login(desk.agent).get(reverse(f"{NAMESPACE}:history", args=[ticket.pk])).content.decode()
    assert own.reference in page
    assert f"{foreign.reference}<" not in page and f"{foreign.reference} " not in page


@pytest.mark.parametrize("name", ["choose", "choose_results"])
@pytest.mark.parametrize("persona", EVERYBODY)
def test_chooser_lists_what_one_may_see_as(persona, name, people, ticket, login):
    client = login(people[persona])
    response = client.get(reverse(f"{CHOOSER}:{name}"))
    assert (ticket.subject in response.content.decode()) == (persona in SEES)
    if persona in ("stranger", "editor"):
        assert response.status_code == 302
    found = client.get(reverse(f"{CHOOSER}:choose_results"), {"q": ticket.reference})
    assert (ticket.subject in found.content.decode()) == (persona in SEES)


@pytest.mark.parametrize("persona", EVERYBODY)
def test_chosen_ticket_exists_for_those_who_see_it_as(persona, people, ticket, login):
    client = login(people[persona])
    one = client.get(reverse(f"{CHOOSER}:chosen", args=[ticket.pk]))
    several = client.get(reverse(f"{CHOOSER}:chosen_multiple"), {"id": [ticket.pk]})
    assert (one.status_code == 200) == (persona in SEES)
    assert (ticket.subject in several.content.decode()) == (persona in SEES)


@pytest.mark.parametrize("persona", EVERYBODY)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_chooser_makes_a_ticket_as(persona, method, people, ticket, login):
    response = getattr(login(people[persona]), method)(reverse(f"{CHOOSER}:create"), {"subject": "x"})
    assert answer(response, ticket) == ("login" if persona == "stranger" else "denied")
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("%(reference)s", True),
        ("#%(pk)s", True),
        ("%(pk)s", True),
        ("tax ID", True),
        ("ana@example.org", True),
        ("Souza", True),
        ("nothing of the kind", False),
        ("99999999999999999999999", False),
        ("9223372036854775808", False),
        ("%%", False),
    ],
)
def test_chooser_finds(words, found, desk, ticket, login):
    query = words % {"reference": ticket.reference, "pk": ticket.pk}
    response = login(desk.agent).get(reverse(f"{CHOOSER}:choose_results"), {"q": query})
    assert response.status_code == 200
    assert (ticket.subject in response.content.decode()) == found


@pytest.mark.parametrize("key", ["0", "abc", "9" * 30, "-1", "٣"])
def test_chooser_survives_any_key(key, desk, ticket, login):
    client = login(desk.agent)
    assert client.get(reverse(f"{CHOOSER}:chosen", args=[key])).status_code == 404
    assert client.get(reverse(f"{CHOOSER}:chosen_multiple"), {"id": [key]}).status_code == 200


def bulk_url(ticket_keys: list[Any]) -> str:
    base = reverse("wagtail_bulk_action", args=["wagtail_helpdesk", "ticket", "delete"])
    return base + "?next=/admin/&" + "&".join(f"id={key}" for key in ticket_keys)


@pytest.mark.parametrize("persona", EVERYBODY)
def test_bulk_delete_means_trash_as(persona, people, ticket, login):
    client = login(people[persona])
    page = client.get(bulk_url([ticket.pk]))
    client.post(bulk_url([ticket.pk]))
    ticket.refresh_from_db()
    assert (ticket.category == Category.TRASH) == (persona in DELETES)
    assert (ticket.subject in page.content.decode()) == (persona in SEES)
    if persona in SEES_NOT:
        assert page.status_code == 404


def test_bulk_delete_goes_ticket_by_ticket(desk, ticket, login):
    own = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, subject="Own")
    foreign = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox, subject="Foreign")
    desk.agent.user_permissions.add(Permission.objects.get(codename="delete_ticket"))
    client = login(desk.agent)
    page = client.get(bulk_url([ticket.pk, own.pk, foreign.pk])).content.decode()
    assert "Foreign" not in page
    client.post(bulk_url([ticket.pk, own.pk, foreign.pk]))
    assert list(Ticket.objects.order_by("pk").values_list("category", flat=True)) == ["trash", "trash", "new"]


@pytest.mark.parametrize("keys", [["all"], ["abc"], ["9" * 30], []])
def test_bulk_delete_takes_only_named_tickets(keys, desk, ticket, login):
    response = login(desk.superuser).post(bulk_url(keys))
    assert response.status_code == 404
    assert Ticket.objects.get(pk=ticket.pk).category == Category.NEW


def test_one_that_refuses_does_not_hold_up_the_others(desk, ticket, login):
    merged = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    Ticket.objects.filter(pk=merged.pk).update(merged_into=ticket)
    login(desk.manager).post(bulk_url([merged.pk, ticket.pk]))
    assert set(Ticket.objects.values_list("pk", "category")) == {(merged.pk, "new"), (ticket.pk, "trash")}


def test_trash_of_a_merged_ticket_is_refused_in_words(desk, ticket, login):
    target = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=target)
    response = login(desk.manager).post(reverse(f"{NAMESPACE}:delete", args=[ticket.pk]))
    assert answer(response, ticket) == "conversation"
    assert Ticket.objects.get(pk=ticket.pk).category == Category.NEW


def test_other_bulk_actions_do_not_exist_for_tickets():
    from wagtail.admin.views.bulk_action.registry import bulk_action_registry

    actions = bulk_action_registry.get_bulk_actions_for_model("wagtail_helpdesk", "ticket")
    assert [action.__module__ for action in actions] == ["wagtail_helpdesk.inbox.ticket_snippet.bulk_actions"]


def test_number_of_tickets_is_not_on_the_page_of_snippets(desk, ticket, login):
    for persona in (desk.light, desk.superuser):
        page = login(persona).get(reverse("wagtailsnippets:index"))
        assert reverse(f"{NAMESPACE}:list") not in page.content.decode()


@pytest.mark.parametrize("persona", EVERYBODY[:-1])
def test_admin_links_to_the_conversation_for_those_who_see_it(persona, people, ticket):
    from wagtail.admin.admin_url_finder import AdminURLFinder

    url = AdminURLFinder(people[persona]).get_edit_url(ticket)
    assert url == (reverse("helpdesk_tickets:ticket", args=[ticket.pk]) if persona in SEES else None)


def test_tickets_are_in_no_index():
    assert Ticket in get_snippet_models()
    assert Ticket not in ReferenceIndex.indexed_models
    assert not hasattr(Ticket, "search_fields")
    assert not hasattr(Ticket, "api_fields"), "whatever has api_fields stands in Wagtail's API"


@pytest.mark.parametrize("persona", [*SEES, *SEES_NOT])
def test_policy_says_what_we_say(persona, people, ticket):
    policy, user = TicketPermissionPolicy(Ticket), people[persona]
    for verb in VERBS:
        allowed = may(user, verb, ticket)
        assert policy.user_has_permission_for_instance(user, verb, ticket) == allowed
        assert policy.instances_user_has_permission_for(user, verb).filter(pk=ticket.pk).exists() == allowed, verb
    for word in ("add", "publish", "lock", "choose"):
        assert not policy.user_has_permission(user, word)
        assert not policy.user_has_permission_for_instance(user, word, ticket)
        assert not policy.instances_user_has_permission_for(user, word).exists()


def test_trashing_twice_is_harmless(desk, ticket):
    for _time in range(2):
        TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
    assert TicketEvent.objects.filter(ticket=ticket, kind="status").count() == 1


def test_ticket_tags_are_not_completed_for_everybody(desk, ticket, login):
    """Wagtail's own address for completing tags asks for no permission but that to enter the admin."""
    ticket.tags.add("divorce-of-ana")
    for name in ("editor", "other_agent", "agent", "superuser"):
        response = login(getattr(desk, name)).get(
            reverse("wagtailadmin_tag_model_autocomplete", args=["wagtail_helpdesk", "tickettag"]), {"term": "divorce"}
        )
        assert response.status_code == 404
