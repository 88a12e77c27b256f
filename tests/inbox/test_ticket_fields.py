"""Type, due date and the fields that an administrator added: filled in, refused, found, shown, taken back."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from tests.inbox.test_properties import FETCHED, address_of, posted
from tests.inbox.test_saved_views import listed, make_view
from wagtail_helpdesk.desk.models import TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.models import BulkJob
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.inbox.seen import seen_of
from wagtail_helpdesk.inbox.timeline import describe
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_due import ChangeDue
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.actions.change_type import ChangeType
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.custom_fields.models import TicketField, TicketFieldValue
from wagtail_helpdesk.tickets.models import Ticket


def make_field(name, kind="text", **values):
    return TicketField.objects.create(name=name, key=name.lower().replace(" ", "_"), kind=kind, **values)


@pytest.fixture
def order(db):
    return make_field("Order number")


@pytest.fixture
def product(db):
    return make_field("Product", "tree", options_text="Hardware\n  Printer\n  Screen\nSoftware")


@pytest.fixture
def fault(db):
    return TicketType.objects.create(name="Fault")


def lines(ticket):
    return [describe(event, {}) for event in ticket.events.order_by("pk")]


def texts(ticket, field):
    rows = TicketFieldValue.objects.filter(ticket=ticket, field=field)
    return sorted(rows.values_list("text", flat=True))


class TestPanel:
    def test_filled_in(self, desk, ticket, order, product, fault, login):
        changes = {
            "ticket_type": fault.pk,
            "due_on": "2026-12-24",
            "field_order_number": "  A 12 ",
            "field_product": "Hardware > Printer",
        }
        response = login(desk.agent).post(address_of(ticket), posted(ticket, **changes))
        assert response.status_code == 302
        ticket.refresh_from_db()
        assert (ticket.ticket_type, ticket.due_on) == (fault, date(2026, 12, 24))
        assert ticket.custom_fields == {"order_number": "A 12", "product": "Hardware > Printer"}
        assert texts(ticket, product) == ["Hardware", "Hardware > Printer"]
        assert lines(ticket)[1:] == [
            "Bruno set the type to Fault",
            "Bruno set the due date to Dec. 24, 2026",
            "Bruno set “Order number” to “A 12”",
            "Bruno set “Product” to “Hardware > Printer”",
        ]
        login(desk.agent).post(address_of(ticket), posted(ticket, ticket_type="", due_on="", field_product=""))
        ticket.refresh_from_db()
        assert (ticket.ticket_type, ticket.due_on, ticket.custom_fields) == (None, None, {"order_number": "A 12"})
        assert texts(ticket, product) == []
        assert lines(ticket)[-1] == "Bruno emptied “Product”, where “Hardware > Printer” stood"

    def test_wrong_value_is_told_at_its_field_and_kept(self, desk, ticket, login):
        make_field("Pages", "number")
        response = login(desk.agent).post(address_of(ticket), posted(ticket, field_pages="many"), **FETCHED)
        assert response.status_code == 409
        assert "Write a number." in response.json()["properties"]
        assert 'value="many"' in response.json()["properties"]
        ticket.refresh_from_db()
        assert ticket.custom_fields == {}

    def test_conflict_by_field(self, desk, ticket, order, product, fault, login):
        page = posted(ticket)
        by = Actor.of_user(desk.colleague)
        ChangeField(ticket=ticket, field=order, value="theirs", actor=by)()
        ChangeType(ticket=ticket, ticket_type=fault, actor=by)()
        ChangeDue(ticket=ticket, due_on=date(2026, 1, 2), actor=by)()
        other = TicketType.objects.create(name="Question")
        mine = {
            "field_order_number": "mine",
            "field_product": "Software",
            "ticket_type": other.pk,
            "due_on": "2026-01-03",
        }
        response = login(desk.agent).post(address_of(ticket), page | mine)
        assert response.status_code == 409
        conflicts = response.context["conflicts"]
        assert set(conflicts) == {"field_order_number", "ticket_type", "due_on"}
        assert "Somebody else changed “Order number” meanwhile." in conflicts["field_order_number"]
        assert response.context["properties"]["field_order_number"].value() == "mine"
        ticket.refresh_from_db()
        assert ticket.custom_fields == {"order_number": "theirs", "product": "Software"}
        assert (ticket.ticket_type, ticket.due_on) == (fault, date(2026, 1, 2))

    def test_untouched_fields_do_not_overwrite(self, desk, ticket, order, login):
        page = posted(ticket)
        ChangeField(ticket=ticket, field=order, value="theirs", actor=Actor.of_user(desk.colleague))()
        assert login(desk.agent).post(address_of(ticket), page | {"subject": "New"}).status_code == 302
        ticket.refresh_from_db()
        assert (ticket.subject, ticket.custom_fields) == ("New", {"order_number": "theirs"})

    def test_page_without_the_field_changes_nothing(self, desk, ticket, order, login):
        """A page that was loaded before the field was added, and one from before there were fields at all."""
        ChangeField(ticket=ticket, field=order, value="there", actor=Actor.system())()
        page = posted(Ticket.objects.get(pk=ticket.pk), subject="New")
        del page["field_order_number"]
        login(desk.agent).post(address_of(ticket), page)
        ticket.refresh_from_db()
        assert (ticket.subject, ticket.custom_fields) == ("New", {"order_number": "there"})
        login(desk.agent).post(address_of(ticket), posted(ticket, field_order_number="x", seen_fields=""))
        ticket.refresh_from_db()
        assert ticket.custom_fields == {"order_number": "there"}

    @pytest.mark.parametrize("seen", ["{}", "[]", "nonsense", '{"type": "x", "due": null, "fields": {}}', "[" * 9999])
    def test_nonsense(self, desk, ticket, order, login, seen):
        page = posted(ticket, seen_fields=seen, field_order_number="x")
        assert login(desk.agent).post(address_of(ticket), page).status_code == 409
        ticket.refresh_from_db()
        assert ticket.custom_fields == {}

    def test_fields_of_other_mailboxes_and_those_out_of_use_are_not_offered(self, desk, ticket, order, login):
        other = make_field("Elsewhere")
        other.mailboxes.add(factories.make_mailbox("other@desk.example"))
        order.is_active = False
        order.save()
        page = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert "Elsewhere" not in page
        assert "Order number" not in page
        # What stands in one is shown all the same.
        Ticket.objects.filter(pk=ticket.pk).update(custom_fields={"order_number": "A 12"})
        page = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert "A 12" in page

    def test_boxes_of_which_none_is_ticked(self, desk, ticket, login):
        extras = make_field("Extras", "choices", options_text="Ink\nPaper")
        login(desk.agent).post(address_of(ticket), posted(ticket, field_extras=["Ink", "Paper"]))
        ticket.refresh_from_db()
        assert ticket.custom_fields == {"extras": ["Ink", "Paper"]}
        page = posted(ticket)
        del page["field_extras"]
        login(desk.agent).post(address_of(ticket), page)
        ticket.refresh_from_db()
        assert ticket.custom_fields == {}
        assert texts(ticket, extras) == []

    @pytest.mark.parametrize("name", ["light", "editor", "other_agent"])
    def test_rights(self, desk, ticket, order, login, name):
        client = login(getattr(desk, name))
        client.post(address_of(ticket), posted(ticket, field_order_number="x", due_on="2026-12-24"))
        ticket.refresh_from_db()
        assert (ticket.custom_fields, ticket.due_on) == ({}, None)

    def test_light_agents_read(self, desk, ticket, order, fault, login):
        ChangeField(ticket=ticket, field=order, value="A 12", actor=Actor.system())()
        ChangeType(ticket=ticket, ticket_type=fault, actor=Actor.system())()
        page = login(desk.light).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert "<dt>Order number</dt>" in page
        assert "A 12" in page
        assert "Fault" in page


class TestNewTicket:
    def data(self, desk, **values):
        return {
            "channel": "phone",
            "address": "ana@example.org",
            "mailbox": desk.mailbox.pk,
            "subject": "By phone",
            "first": "customer",
            "body": '{"blocks": [{"key": "a", "text": "Hello", "type": "unstyled", "depth": 0, '
            '"inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}',
            "assignee": "none",
            "once": "1" * 32,
            **values,
        }

    def test_begins_with_fields(self, desk, order, product, fault, login):
        product.mailboxes.add(desk.mailbox)
        elsewhere = make_field("Elsewhere")
        elsewhere.mailboxes.add(factories.make_mailbox("other@desk.example"))
        values = {
            "ticket_type": fault.pk,
            "due_on": "2026-12-24",
            "field_order_number": "A 12",
            "field_product": "Hardware > Screen",
            "field_elsewhere": "not of this mailbox",
        }
        url = reverse("helpdesk_tickets:new")
        assert "Hardware &gt; Screen" in login(desk.agent).get(url).content.decode()
        response = login(desk.agent).post(url, self.data(desk, **values))
        assert response.status_code == 302, response.context["form"].errors
        ticket = Ticket.objects.get(subject="By phone")
        assert (ticket.ticket_type, ticket.due_on) == (fault, date(2026, 12, 24))
        assert ticket.custom_fields == {"order_number": "A 12", "product": "Hardware > Screen"}
        assert texts(ticket, product) == ["Hardware", "Hardware > Screen"]

    def test_wrong_value_comes_back(self, desk, login):
        make_field("Pages", "number")
        response = login(desk.agent).post(reverse("helpdesk_tickets:new"), self.data(desk, field_pages="many"))
        assert response.context["form"].errors["field_pages"] == ["Write a number."]
        assert not Ticket.objects.filter(subject="By phone").exists()


class TestFound:
    @pytest.fixture
    def tickets(self, desk):
        return [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(3)]

    @pytest.mark.parametrize(
        ("kind", "options", "values", "asked", "found"),
        [
            ("text", "", ["Order A", "order b", None], ("contains", "ORDER"), [0, 1]),
            ("text", "", ["Order A", "order b", None], ("contains_not", "b"), [0, 2]),
            ("number", "", ["5", "12.5", None], ("at_least", 6), [1]),
            ("number", "", ["5", "12.5", None], ("at_most", 12), [0]),
            ("yes_no", "", [True, False, None], ("no", None), [1]),
            ("choice", "A\nB", ["A", "B", None], ("is", ["A", "B"]), [0, 1]),
            ("choice", "A\nB", ["A", "B", None], ("is_not", ["A"]), [1, 2]),
            ("choices", "A\nB", [["A", "B"], ["B"], None], ("is", ["A"]), [0]),
            ("tree", "A\n  B\nC", ["A > B", "C", None], ("is", ["A"]), [0]),
            ("text", "", ["x", None, None], ("empty", None), [1, 2]),
            ("text", "", ["x", None, None], ("filled", None), [0]),
        ],
    )
    def test_by_saved_views(self, desk, tickets, login, kind, options, values, asked, found):
        field = make_field("Asked", kind, options_text=options)
        for ticket, value in zip(tickets, values, strict=True):
            ChangeField(ticket=ticket, field=field, value=value, actor=Actor.system())()
        view = make_view(desk.agent, (f"custom-{kind}-{field.pk}", *asked))
        shown = listed(login(desk.agent), view)
        assert sorted(shown) == sorted(tickets[n].pk for n in found)

    @pytest.mark.parametrize(
        ("asked", "found"), [("past", [0]), ("today", [1]), (("next_days", 3), [1, 2]), (("days_ago", 1), [0])]
    )
    def test_by_due_date_and_by_a_date(self, desk, tickets, login, asked, found, time_machine):
        time_machine.move_to("2026-03-10 12:00:00+00:00", tick=False)
        field = make_field("Delivery", "date")
        for ticket, day in zip(tickets, (8, 10, 12), strict=True):
            ChangeDue(ticket=ticket, due_on=date(2026, 3, day), actor=Actor.system())()
            ChangeField(ticket=ticket, field=field, value=f"2026-03-{day:02}", actor=Actor.system())()
        operator = asked if isinstance(asked, tuple) else (asked, None)
        for name in ("due", f"custom-date-{field.pk}"):
            shown = listed(login(desk.agent), make_view(desk.agent, (name, *operator)))
            assert sorted(shown) == sorted(tickets[n].pk for n in found)

    def test_field_that_is_gone_matches_nothing(self, desk, tickets, login):
        view = make_view(desk.agent, ("custom-text-4711", "contains", "x"))
        assert listed(login(desk.agent), view) == set()

    def test_offered_where_views_are_built(self, desk, product, login):
        page = login(desk.agent).get(reverse("helpdesk_inbox:new_saved_view")).content.decode()
        assert f'value="custom-tree-{product.pk}"' in page
        assert f'value="field-{product.pk}"' in page

    def test_narrowed_by_type(self, desk, tickets, fault, login):
        ChangeType(ticket=tickets[1], ticket_type=fault, actor=Actor.system())()
        page = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all"]), {"ticket_type": fault.pk})
        assert [row.ticket.pk for row in page.context["rows"]] == [tickets[1].pk]

    def test_shown_in_rows(self, desk, tickets, order, fault, login, time_machine):
        time_machine.move_to("2026-03-10 12:00:00+00:00", tick=False)
        ChangeType(ticket=tickets[1], ticket_type=fault, actor=Actor.system())()
        ChangeDue(ticket=tickets[1], due_on=date(2026, 3, 9), actor=Actor.system())()
        ChangeField(ticket=tickets[1], field=order, value="A 12", actor=Actor.system())()
        page = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all"])).content.decode()
        assert "overdue since 03/09/2026" in page
        assert "Fault" in page
        assert "A 12" not in page
        view = make_view(desk.agent, ("category", "is", ["new"]))
        view.columns = ["preview", f"field-{order.pk}"]
        view.save()
        page = login(desk.agent).get(reverse("helpdesk_inbox:view", args=[f"saved-{view.pk}"])).content.decode()
        assert "A 12" in page
        assert "overdue" not in page


class TestMany:
    @pytest.fixture
    def tickets(self, desk):
        return [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(2)]

    def do(self, client, tickets, name, **fields):
        data = {"action": name, "ticket": [seen_of(ticket) for ticket in tickets], "next": "/admin/helpdesk/inbox/all/"}
        data |= {f"{name}-{field}": value for field, value in fields.items()}
        return client.post(reverse("helpdesk_inbox:bulk"), data, **FETCHED)

    def test_set_and_undone(self, desk, tickets, fault, product, login):
        client = login(desk.agent)
        ChangeField(ticket=tickets[0], field=product, value="Software", actor=Actor.system())()
        for name, fields in (
            ("type", {"ticket_type": fault.pk}),
            ("due", {"due_on": "2026-12-24"}),
            ("field", {"field": product.pk, "value": "hardware > PRINTER"}),
        ):
            assert self.do(client, tickets, name, **fields).status_code == 200, name
        for ticket in tickets:
            ticket.refresh_from_db()
            assert (ticket.ticket_type, ticket.due_on) == (fault, date(2026, 12, 24))
            assert ticket.custom_fields == {"product": "Hardware > Printer"}
        for record in UndoRecord.objects.order_by("-pk"):
            client.post(reverse("helpdesk_inbox:undo", args=[record.pk]))
        for ticket, before in zip(tickets, ({"product": "Software"}, {}), strict=True):
            ticket.refresh_from_db()
            assert (ticket.ticket_type, ticket.due_on, ticket.custom_fields) == (None, None, before)
        assert not BulkJob.objects.exists()

    def test_wrong_value_is_refused(self, desk, tickets, product, login):
        response = self.do(login(desk.agent), tickets, "field", field=product.pk, value="Plum")
        assert "Plum" in response.content.decode()
        tickets[0].refresh_from_db()
        assert tickets[0].custom_fields == {}

    def test_tickets_of_another_mailbox_are_left_alone(self, desk, tickets, order, login):
        order.mailboxes.add(factories.make_mailbox("other@desk.example"))
        response = self.do(login(desk.agent), tickets, "field", field=order.pk, value="x")
        assert "do not have this field" in response.content.decode()
        assert not TicketFieldValue.objects.exists()

    def test_not_offered_where_there_is_nothing_to_choose(self, desk, tickets, login):
        page = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all"]))
        names = {offer.action.name for offer in page.context["bulk_actions"]}
        assert "due" in names
        assert not {"type", "field"} & names


class TestMergeAndErase:
    def test_survivor_takes_what_it_lacks_and_gives_it_back(self, desk, ticket, order, product, fault):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        by = Actor.of_user(desk.agent)
        ChangeField(ticket=ticket, field=order, value="mine", actor=by)()
        ChangeField(ticket=other, field=order, value="theirs", actor=by)()
        ChangeField(ticket=other, field=product, value="Software", actor=by)()
        ChangeType(ticket=other, ticket_type=fault, actor=by)()
        ChangeDue(ticket=other, due_on=date(2026, 12, 24), actor=by)()
        merge = MergeTickets(source=other, target=ticket, actor=by)()
        ticket.refresh_from_db()
        assert ticket.custom_fields == {"order_number": "mine", "product": "Software"}
        assert (ticket.ticket_type, ticket.due_on) == (fault, date(2026, 12, 24))
        assert texts(ticket, product) == ["Software"]
        ChangeDue(ticket=ticket, due_on=date(2026, 12, 27), actor=by)()
        UnmergeTickets(merge=merge, actor=by)()
        ticket.refresh_from_db()
        # Somebody has changed the due date meanwhile: it stays.
        assert (ticket.ticket_type, ticket.due_on) == (None, date(2026, 12, 27))
        assert ticket.custom_fields == {"order_number": "mine"}
        other.refresh_from_db()
        assert other.custom_fields == {"order_number": "theirs", "product": "Software"}
        assert texts(other, product) == ["Software"]

    def test_erased(self, desk, ticket, order):
        ChangeField(ticket=ticket, field=order, value="secret", actor=Actor.of_user(desk.agent))()
        Ticket.objects.filter(pk=ticket.pk).update(category="trash")
        EraseTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        ticket.refresh_from_db()
        assert ticket.custom_fields == {}
        assert not TicketFieldValue.objects.filter(ticket=ticket).exists()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (9, "overdue since 03/09/2026"),
        (10, "due today"),
        (11, "due tomorrow"),
        (12, "due 03/12/2026"),
    ],
)
def test_due_in_words(desk, ticket, login, time_machine, day, words):
    time_machine.move_to("2026-03-10 12:00:00+00:00", tick=False)
    ChangeDue(ticket=ticket, due_on=date(2026, 3, day), actor=Actor.system())()
    url = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
    assert words in login(desk.agent).get(url).content.decode()
    Ticket.objects.filter(pk=ticket.pk).update(category="resolved")
    assert words not in login(desk.agent).get(url).content.decode()
