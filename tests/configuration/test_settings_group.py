"""The administrator's screens: who gets in, what the forms refuse, what may not be deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from wagtail_helpdesk.configuration.usage import CAP, users_of
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, StatusLabel, Team
from wagtail_helpdesk.mail.models import MailboxOptions
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

MODELS = {"team": Team, "mailbox": Mailbox, "status": Status, "priority": Priority}
FOLDERS = {"team": "teams", "mailbox": "mailboxes", "status": "statuses", "priority": "priorities"}
INSIDE = ("administrator", "superuser")
OUTSIDE = ("light", "agent", "manager", "editor", "stranger")


def url(name: str, action: str = "index", pk: Any = None) -> str:
    return reverse(f"helpdesk_settings_{FOLDERS[name]}_modeladmin_{action}", args=[pk] if pk else [])


def posted(client: Any, name: str, data: dict[str, Any], pk: Any = None) -> Any:
    """Post the form; return its errors, None when it was saved."""
    response = client.post(url(name, "edit", pk) if pk else url(name, "create"), data)
    return None if response.status_code == 302 else response.context["form"].errors


@pytest.fixture
def client(desk, login):
    return login(desk.administrator)


@pytest.mark.parametrize("persona", [*INSIDE, *OUTSIDE])
def test_every_screen_as(persona, desk, login):
    visitor = login(getattr(desk, persona, None))
    for name, model in MODELS.items():
        row = model.objects.first()
        for address in (url(name), url(name, "create"), url(name, "edit", row.pk), url(name, "delete", row.pk)):
            response = visitor.get(address)
            assert response.status_code == (200 if persona in INSIDE else 302), address
            if persona in INSIDE:
                assert "w-breadcrumbs" in response.content.decode(), address
        if persona in OUTSIDE:
            count = model.objects.count()
            visitor.post(url(name, "delete", row.pk))
            visitor.post(url(name, "create"), {"name": "Mine", "category": "open", "level": 1})
            assert model.objects.count() == count


@pytest.mark.parametrize("persona", [*INSIDE, "manager", "agent", "editor"])
def test_menu_as(persona, desk, login):
    page = login(getattr(desk, persona)).get(reverse("wagtailadmin_home")).content.decode()
    for address in [url(name) for name in MODELS] + ["/admin/helpdesk/mail-log/", "/admin/helpdesk/outgoing-mail/"]:
        assert (address in page) == (persona in INSIDE), address


@pytest.mark.parametrize("name", MODELS)
def test_list_costs_the_same_for_any_length(name, desk, client, known_health, django_assert_max_num_queries):
    for number in range(15):
        team = factories.make_team(f"Team {number}")
        factories.make_mailbox(team=team)
        Status.objects.create(name=f"S{number}", category="open")
        Priority.objects.create(name=f"P{number}", level=number)
    with django_assert_max_num_queries(13):  # one of them for the bell
        response = client.get(url(name))
    assert len(response.context["object_list"]) >= 15


class TestTeams:
    def test_members_are_those_who_may_see_tickets(self, desk, client):
        form = client.get(url("team", "create")).context["form"]
        offered = set(form.fields["members"].queryset)
        assert {desk.light, desk.agent, desk.manager, desk.superuser} <= offered
        assert desk.editor not in offered

    def test_somebody_without_rights_is_not_dropped_unawares(self, desk, client):
        desk.team.members.add(desk.editor)
        form = client.get(url("team", "edit", desk.team.pk)).context["form"]
        members = [str(pk) for pk in form["members"].value()]
        assert str(desk.editor.pk) in members or desk.editor in form["members"].value()
        keep = [user.pk for user in desk.team.members.all()]
        assert posted(client, "team", {"name": "Billing 2", "members": keep}, desk.team.pk) is None
        assert set(desk.team.members.values_list("pk", flat=True)) == set(keep)

    def test_one_default(self, desk, client):
        assert posted(client, "team", {"name": "New", "is_default": "on"}) is None
        assert list(Team.objects.filter(is_default=True).values_list("name", flat=True)) == ["New"]


def mailbox_data(team) -> dict[str, Any]:
    return {
        "name": "Sales",
        "address": "sales@desk.example",
        "aliases": "shop@desk.example\r\n\r\n info@desk.example \r\nshop@desk.example",
        "team": team.pk,
        "language": "es",
        "signature": "{agent}",
        "reopen_days": "7",
        "acknowledge": "on",
        "sender_name": "team",
        "quote_history": "none",
    }


class TestMailboxes:
    @pytest.fixture
    def data(self, desk) -> dict[str, Any]:
        return mailbox_data(desk.team)

    def test_is_saved_with_its_options(self, client, data):
        assert posted(client, "mailbox", data) is None
        mailbox = Mailbox.objects.get(address="sales@desk.example")
        assert mailbox.aliases == ["shop@desk.example", "info@desk.example"]
        options = MailboxOptions.objects.get(mailbox=mailbox)
        assert (options.acknowledge, options.plus_addressing, options.sender_name, options.quote_history) == (
            True,
            False,
            "team",
            "none",
        )
        page = client.get(url("mailbox", "edit", mailbox.pk))
        assert "shop@desk.example\ninfo@desk.example" in page.content.decode()
        assert page.context["form"]["quote_history"].value() == "none"
        assert posted(client, "mailbox", {**data, "quote_history": "all"}, mailbox.pk) is None
        assert MailboxOptions.objects.get(mailbox=mailbox).quote_history == "all"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"address": "nobody"}, "address"),
            ({"address": ""}, "address"),
            ({"aliases": "shop@desk.example\nno address"}, "aliases"),
            ({"address": "SUPPORT@desk.example"}, "address"),
            ({"aliases": "support@desk.example"}, "aliases"),
            ({"team": ""}, "team"),
            ({"reopen_days": "-1"}, "reopen_days"),
            ({"sender_name": "nobody"}, "sender_name"),
            ({"language": "tlh"}, "language"),
        ],
    )
    def test_bad_values_are_told_at_their_field_and_nothing_typed_is_lost(self, change, field, client, data):
        response = client.post(url("mailbox", "create"), {**data, **change})
        assert list(response.context["form"].errors) == [field]
        assert "Sales" in response.content.decode()
        assert not Mailbox.objects.filter(name="Sales").exists()

    def test_alias_of_another_mailbox_is_taken(self, desk, client, data):
        desk.mailbox.aliases = ["shop@desk.example"]
        desk.mailbox.save()
        assert list(posted(client, "mailbox", data)) == ["aliases"]

    def test_unknown_language_is_kept_by_an_edit(self, desk, client, data):
        Mailbox.objects.filter(pk=desk.mailbox.pk).update(language="tlh")
        assert posted(client, "mailbox", {**data, "language": "tlh"}, desk.mailbox.pk) is None
        assert Mailbox.objects.get(pk=desk.mailbox.pk).language == "tlh"

    def test_every_field_is_shown_once(self, desk, client):
        page = client.get(url("mailbox", "edit", desk.mailbox.pk))
        form = page.context["form"]
        shown = [field.name for _heading, _key, fields in form.groups() for field in fields]
        assert sorted(shown) == sorted(form.fields)
        assert reverse("helpdesk_mailbox_mail:index", args=[desk.mailbox.pk]) in page.content.decode()

    def test_lists_are_kept_and_addresses_checked(self, desk, client, data):
        lists = {
            "web_form_senders": "Forms@Shop.example\r\nforms@shop.example",
            "trusted_authserv_ids": "mx.example\r\n",
        }
        assert posted(client, "mailbox", {**data, **lists}, desk.mailbox.pk) is None
        options = MailboxOptions.objects.get(mailbox=desk.mailbox)
        assert options.trusted_authserv_ids == ["mx.example"]
        assert options.web_form_senders[0].endswith("@shop.example")
        assert list(posted(client, "mailbox", {**data, "web_form_senders": "nobody"}, desk.mailbox.pk)) == [
            "web_form_senders"
        ]
        assert list(posted(client, "mailbox", {**data, "bounce_address": "nobody"}, desk.mailbox.pk)) == [
            "bounce_address"
        ]


class TestSilence:
    @pytest.mark.parametrize(
        ("days", "warn", "stored"),
        [("14", "3", (14, 3)), ("14", "", (14, 0)), ("", "3", (None, 3)), ("0", "3", (0, 3))],
    )
    def test_days_are_kept(self, client, desk, days, warn, stored):
        data = mailbox_data(desk.team) | {"close_after_days": days, "warn_before_days": warn}
        assert posted(client, "mailbox", data) is None
        mailbox = Mailbox.objects.latest("pk")
        assert (mailbox.close_after_days, mailbox.warn_before_days) == stored

    def test_a_warning_before_the_silence_is_none(self, client, desk):
        data = mailbox_data(desk.team) | {"close_after_days": "3", "warn_before_days": "3"}
        assert list(posted(client, "mailbox", data)) == ["warn_before_days"]

    def test_stands_in_the_form(self, client, desk):
        page = client.get(url("mailbox", "edit", desk.mailbox.pk)).content.decode()
        assert "Waiting tickets" in page and 'name="close_after_days"' in page


class TestStatuses:
    def test_has_a_label_for_each_language(self, client):
        labels = {"label_en": "On its way", "label_pt-br": "A caminho", "label_es": "", "label_de": "  "}
        data = {"name": "Shipped", "category": "pending", "sort_order": "3", **labels}
        assert posted(client, "status", data) is None
        status = Status.objects.get(name="Shipped")
        assert dict(status.labels.values_list("language", "label")) == {"en": "On its way", "pt-br": "A caminho"}
        assert [status.customer_label(code) for code in ("en", "pt-br", "es")] == ["On its way", "A caminho", "Pending"]
        assert posted(client, "status", {**data, "label_en": ""}, status.pk) is None
        assert not StatusLabel.objects.filter(status=status, language="en").exists()

    def test_label_in_a_language_the_site_no_longer_speaks_is_shown(self, client):
        status = default_status("open")
        StatusLabel.objects.create(status=status, language="ja", label="開いている")
        form = client.get(url("status", "edit", status.pk)).context["form"]
        assert form["label_ja"].value() == "開いている"

    def test_category_is_fixed_while_tickets_have_it(self, client, ticket):
        data = {"name": "New", "category": "closed", "sort_order": "0"}
        assert list(posted(client, "status", data, ticket.status_id)) == ["category"]
        Ticket.objects.all().delete()
        assert posted(client, "status", data, ticket.status_id) is None

    def test_says_where_people_may_go_on_to(self, client):
        opened, pending, spam = (default_status(one) for one in ("open", "pending", "spam"))
        offered = client.get(url("status", "edit", opened.pk)).context["form"].fields["next_statuses"].queryset
        assert pending in offered and not {opened, spam} & set(offered)
        data = {"name": "Open", "category": "open", "sort_order": "1", "next_statuses": [str(pending.pk)]}
        assert posted(client, "status", data, opened.pk) is None
        assert list(opened.next_statuses.all()) == [pending] and not pending.next_statuses.exists()
        assert posted(client, "status", data | {"next_statuses": []}, opened.pk) is None
        assert not opened.next_statuses.exists()


class TestDelete:
    @pytest.mark.parametrize("name", ["team", "mailbox", "status", "priority"])
    def test_what_is_in_use_stays_and_says_why(self, name, desk, client, ticket):
        row = getattr(ticket, name)
        for response in (client.get(url(name, "delete", row.pk)), client.post(url(name, "delete", row.pk))):
            page = response.content.decode()
            assert "Tickets: 1" in page
            assert ticket.subject not in page and "Yes, delete" not in page
        assert MODELS[name].objects.filter(pk=row.pk).exists()

    @pytest.mark.parametrize("name", ["team", "mailbox", "status", "priority"])
    def test_what_is_not_goes(self, name, desk, client):
        row = {
            "team": lambda: factories.make_team("Third"),
            "mailbox": factories.make_mailbox,
            "status": lambda: Status.objects.create(name="S", category="open"),
            "priority": lambda: Priority.objects.create(name="P"),
        }[name]()
        assert client.post(url(name, "delete", row.pk)).status_code == 302
        assert not MODELS[name].objects.filter(pk=row.pk).exists()

    def test_count_is_capped(self, ticket, monkeypatch):
        monkeypatch.setattr("wagtail_helpdesk.configuration.usage.CAP", 1)
        factories.make_ticket(team=ticket.team, mailbox=ticket.mailbox)
        assert ("Tickets", "1+") in users_of(ticket.team)
        assert CAP == 1000
