"""How the desk is set up: what every desk has, whose address is whose, and what may go."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.test import override_settings
from wagtail.models import Page

from wagtail_helpdesk.desk import defaults
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox, Priority, Status, StatusLabel, Team
from wagtail_helpdesk.desk.querysets import mailbox_for, own_addresses
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db


class TestDefaults:
    def test_all_is_there_after_migrate(self):
        assert set(Status.objects.filter(is_default=True).values_list("category", flat=True)) == set(Category.values)
        assert Team.objects.filter(is_default=True).count() == 1
        assert Mailbox.objects.get(is_default=True).address == "site@example.com"
        assert sorted(Priority.objects.values_list("level", flat=True)) == [-10, 0, 10]

    def test_again_changes_nothing(self):
        Status.objects.filter(category="open").update(name="In Arbeit")
        before = [list(model.objects.order_by("pk").values()) for model in (Team, Mailbox, Status, Priority)]
        defaults.ensure_defaults()
        assert [list(model.objects.order_by("pk").values()) for model in (Team, Mailbox, Status, Priority)] == before

    def test_what_was_deleted_is_made_again_when_it_is_needed(self):
        for model in (Mailbox, Team, Status, Priority):
            model.objects.all().delete()
        assert defaults.default_status(Category.SPAM).category == Category.SPAM
        assert defaults.default_priority().level == 0
        assert defaults.default_mailbox().team == defaults.default_team()

    @override_settings(DEFAULT_FROM_EMAIL="root")
    def test_sender_that_is_no_address_makes_no_mailbox_and_no_failure(self):
        Mailbox.objects.all().delete()
        defaults.ensure_defaults()
        assert not Mailbox.objects.exists()

    @pytest.mark.parametrize("make", [factories.make_team, lambda name: Priority.objects.create(name=name)])
    def test_one_default_of_a_kind(self, make):
        for name in ("One", "Two"):
            row = make(name)
            row.is_default = True
            row.save()
        assert list(type(row).objects.filter(is_default=True)) == [row]

    def test_one_default_status_of_each_category(self):
        mine = Status.objects.create(name="Mine", category="open", is_default=True)
        assert defaults.default_status("open") == mine
        assert defaults.default_status("closed").name == "Closed"


class TestMailboxes:
    def test_aliases_belong_to_it_however_they_are_written(self):
        mailbox = factories.make_mailbox("Support@Desk.example", aliases=["Help@desk.example"])
        assert mailbox_for("SUPPORT@desk.example") == mailbox_for("help@DESK.example") == mailbox
        assert mailbox_for("help+tag@desk.example") is None
        assert mailbox_for("nonsense") is None
        assert own_addresses()["help@desk.example"] == mailbox.pk

    @pytest.mark.parametrize(
        ("address", "aliases", "fields"),
        [
            ("SUPPORT@desk.example", [], {"address"}),
            ("help@desk.example", [], {"address"}),
            ("new@desk.example", ["Support@desk.example"], {"aliases"}),
            ("new@desk.example", [7], {"aliases"}),
            ("bad", ["worse"], {"address", "aliases"}),
            ("support+x@desk.example", [], set()),
        ],
    )
    def test_no_address_is_two_mailboxes(self, address, aliases, fields):
        factories.make_mailbox("support@desk.example", aliases=["help@desk.example"])
        mailbox = Mailbox(name="New", address=address, aliases=aliases, team=defaults.default_team())
        try:
            mailbox.clean()
            wrong = set()
        except ValidationError as error:
            wrong = set(error.message_dict)
        assert wrong == fields


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("pt-br", "Aberto"),
        ("PT-BR", "Aberto"),
        ("es-mx", "Abierto"),
        ("es", "Abierto"),
        ("de", "Offen"),
        ("xx", "Open"),
    ],
)
def test_label_for_customers(language, label):
    status = defaults.default_status("open")
    for code, words in (("pt-br", "Aberto"), ("es", "Abierto"), ("de", "Offen")):
        StatusLabel.objects.create(status=status, language=code, label=words)
    assert status.customer_label(language) == label


class TestWhatGoes:
    """DESIGN: what goes when something is deleted."""

    def test_user_goes_the_names_stay(self, desk, ticket):
        factories.add_reply(ticket, desk.colleague)
        Ticket.objects.filter(pk=ticket.pk).update(assignee=desk.colleague)
        desk.colleague.delete()
        ticket.refresh_from_db()
        assert ticket.assignee is None
        assert ticket.messages.filter(author_user=None, author_name="Clara").exists()
        assert TicketEvent.objects.filter(ticket=ticket, actor_user=None, actor_name="Clara").exists()

    @pytest.mark.parametrize("name", ["team", "mailbox", "status", "priority", "requester"])
    def test_what_a_ticket_needs_is_protected(self, name, ticket):
        with pytest.raises(ProtectedError):
            getattr(ticket, name).delete()

    def test_page_goes_its_title_and_address_stay(self, ticket):
        page = Page.objects.get(depth=2).add_child(instance=Page(title="Prices", slug="prices"))
        Ticket.objects.filter(pk=ticket.pk).update(source_page=page, source_title="Prices", source_url="/prices/")
        page.delete()
        ticket.refresh_from_db()
        assert (ticket.source_page, ticket.source_title, ticket.source_url) == (None, "Prices", "/prices/")
