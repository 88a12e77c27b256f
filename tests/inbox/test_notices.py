"""The bell, the page of notices, mentions in the composer, and each agent's choice."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import rich_text

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.notifications.stopping import gets_mails, stop_mails
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.models import TicketAccess

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def page_of(client, **query):
    return client.get(reverse("helpdesk_inbox:notices"), query)


def bell(response):
    """Return the number beside the bell in Wagtail's menu, None where there is no bell."""
    props = re.search(r'<script id="wagtail-sidebar-props" type="application/json">(.*?)</script>', response.text)
    found = re.search(r'"data-helpdesk-unread": "([^"]*)"', json.dumps(json.loads(props[1])))
    return found[1] if found else None


class TestPage:
    def test_for_those_who_may_view_tickets(self, desk, ticket, login):
        for name in desk.INSIDERS:
            response = page_of(login(getattr(desk, name)))
            assert response.status_code == 200, name
            in_team = name in ("light", "agent", "colleague")
            assert (ticket.subject in response.text) == in_team, name
            assert bell(response) == ("1" if in_team else ""), name
        assert page_of(login(desk.editor)).status_code == 302
        assert bell(login(desk.editor).get(reverse("wagtailadmin_home"))) is None

    def test_of_another_team_shows_nothing(self, desk, ticket, login):
        assert ticket.subject not in page_of(login(desk.other_agent)).text

    def test_says_what_happened_and_leads_to_the_message(self, desk, ticket, login):
        note = factories.add_note(ticket, desk.colleague, "<p>@bruno secret</p>")
        text = page_of(login(desk.agent)).text
        assert "Clara mentioned you in a note" in text
        assert "Ana Souza opened a ticket in your team" in text
        assert f'{reverse("helpdesk_tickets:ticket", args=[ticket.pk])}#message-{note.pk}"' in text
        assert text.count(ticket.subject) == 1
        assert "secret" not in text

    def test_new_and_all(self, desk, ticket, login):
        client = login(desk.agent)
        Notice.objects.filter(user=desk.agent).update(read_at="2026-11-20T09:00Z")
        assert "Nothing new." in page_of(client).text
        assert ticket.subject in page_of(client, show="all").text

    def test_pages_by_key(self, desk, ticket, login, monkeypatch):
        monkeypatch.setattr("wagtail_helpdesk.notifications.reading.PAGE", 2)
        for number in range(2):
            factories.make_ticket(subject=f"Subject {number}", team=desk.team, mailbox=desk.mailbox)
        client = login(desk.agent)
        first = page_of(client)
        assert "Subject 1" in first.text
        assert ticket.subject not in first.text
        older = re.search(r'rel="next" href="[^"]*\?before=(\d+)"', first.text)[1]
        second = page_of(client, before=older)
        assert ticket.subject in second.text
        assert 'rel="next"' not in second.text
        assert page_of(client, before="x" * 30).status_code == 200

    def test_queries_do_not_grow(self, desk, ticket, login):
        client = login(desk.agent)
        page_of(client)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                page_of(client)
            return len(captured)

        few = queries()
        for _number in range(5):
            factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        assert queries() == few


@pytest.mark.parametrize("how", ["moved", "trashed", "not for the app"])
def test_what_one_may_not_see_any_more_is_neither_shown_nor_counted(desk, ticket, login, how):
    if how == "moved":
        MoveTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.manager))()
    elif how == "trashed":
        TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
    else:
        Notice.objects.update(in_app=False)
    response = page_of(login(desk.agent), show="all")
    assert ticket.subject not in response.text
    assert bell(response) == ""


class TestReading:
    def test_opening_the_ticket(self, desk, ticket, login):
        client = login(desk.agent)
        response = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
        assert bell(response) == ""
        assert Notice.objects.get(user=desk.agent).read_at
        assert not Notice.objects.get(user=desk.colleague).read_at

    def test_not_when_fetched_ahead(self, desk, ticket, login):
        address = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        login(desk.agent).get(address, HTTP_SEC_PURPOSE="prefetch;prerender")
        assert not Notice.objects.get(user=desk.agent).read_at

    def test_one_ticket_or_all_up_to_what_was_shown(self, desk, ticket, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:read_notices")
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        shown = Notice.objects.filter(user=desk.agent).latest("pk").pk
        factories.make_ticket(team=desk.team, mailbox=desk.mailbox)

        def unread():
            return Notice.objects.filter(user=desk.agent).unread().count()

        response = client.post(address, {"ticket": other.pk, "until": shown})
        assert (response["Location"], unread()) == (reverse("helpdesk_inbox:notices"), 2)
        client.post(address, {"until": shown})
        assert unread() == 1
        client.post(address, {"until": "x"})
        assert unread() == 1
        assert Notice.objects.filter(user=desk.colleague).unread().count() == 3

    def test_leads_back_to_this_site_only(self, desk, ticket, login):
        response = login(desk.agent).post(
            reverse("helpdesk_inbox:read_notices"), {"until": 1, "next": "https://evil.example/"}
        )
        assert response["Location"] == reverse("helpdesk_inbox:notices")

    def test_a_get_changes_nothing(self, desk, ticket, login):
        assert login(desk.agent).get(reverse("helpdesk_inbox:read_notices")).status_code == 405


def test_count_stops(desk, ticket, login):
    Notice.objects.bulk_create(Notice(user=desk.agent, ticket=ticket, kind="assigned") for _number in range(120))
    response = login(desk.agent).get(reverse("helpdesk_inbox:pulse"))
    assert response.json()["notices"] == "99+"


class TestMentioning:
    @pytest.fixture
    def note(self, ticket, login):
        def post(user, html, **headers):
            last = ticket.messages.order_by("-pk").first().pk
            data = {"mode": "note", "body": rich_text(html, features=FEATURES), "last_seen": last, "once": html[:50]}
            return login(user).post(reverse("helpdesk_tickets:write", args=[ticket.pk]), data, **headers)

        return post

    @pytest.mark.parametrize(
        ("who", "text", "why"),
        [
            ("agent", "@editor look", "Nobody who can see tickets is called “@editor”"),
            ("agent", "@nosuchone look", "Nobody who can see tickets is called “@nosuchone”"),
            ("agent", "@twin look", "Several colleagues are called “@twin”"),
            ("light", "@carla look", "Carla cannot see this ticket, and you may not share it."),
        ],
    )
    def test_refused_with_its_text(self, desk, ticket, note, who, text, why):
        for number in range(2):
            factories.make_user(f"twin{number}", group=factories.AGENTS, first_name="Twin")
        response = note(getattr(desk, who), f"<p>{text}</p>")
        assert response.status_code == 422
        assert why in response.text
        assert text in response.text
        assert note(getattr(desk, who), f"<p>{text}</p>", **FETCHED).json()["refusal"].startswith(why)
        assert ticket.messages.count() == 1

    def test_taken(self, desk, ticket, note):
        assert note(desk.agent, "<p>@carla and @clara, see what bruno@example.com wrote</p>").status_code == 302
        told = Notice.objects.filter(kind="mentioned").values_list("user__first_name", flat=True)
        assert set(told) == {"Carla", "Clara"}
        assert TicketAccess.objects.get().user == desk.other_agent

    def test_replies_may_say_anything(self, desk, ticket, login):
        last = ticket.messages.latest("pk").pk
        body = rich_text("<p>write to @nosuchone</p>", features=FEATURES)
        data = {"mode": "reply", "body": body, "last_seen": last, "once": "x"}
        response = login(desk.agent).post(reverse("helpdesk_tickets:write", args=[ticket.pk]), data)
        assert response.status_code == 302
        assert not Notice.objects.filter(kind="mentioned").exists()


class TestChoosing:
    def form(self, client):
        """Return what the account page would post as it stands."""
        panels = client.get(reverse("wagtailadmin_account")).context["panels_by_tab"]
        data = {}
        for panels_of_tab in panels.values():
            for panel in panels_of_tab:
                form = panel.get_form()
                for field in form:
                    value = field.value()
                    if value not in (None, False, "") and not hasattr(value, "read"):
                        data[field.html_name] = "on" if value is True else value
        return data

    def test_for_agents_only(self, desk, login):
        for name in (*desk.INSIDERS, "other_agent"):
            assert "helpdesk_notices-rhythm" in login(getattr(desk, name)).get("/admin/account/").text, name
        assert "helpdesk_notices-rhythm" not in login(desk.editor).get("/admin/account/").text

    def test_what_is_chosen_counts_at_once(self, desk, ticket, login):
        desk.agent.last_name = "Lima"
        desk.agent.save()
        client = login(desk.agent)
        data = self.form(client)
        assert data["helpdesk_notices-assigned_by_mail"] == "on"
        assert "helpdesk_notices-team_by_mail" not in data
        del data["helpdesk_notices-assigned_by_mail"]
        data |= {"helpdesk_notices-team_by_mail": "on", "helpdesk_notices-rhythm": "hourly"}
        response = client.post(reverse("wagtailadmin_account"), data)
        assert response.status_code == 302
        preference = NoticePreference.objects.get(user=desk.agent)
        assert preference.rhythm == "hourly"
        assert preference.choices["team"] == {"in_app": True, "by_mail": True, "by_push": False}
        assert preference.choices["assigned"] == {"in_app": True, "by_mail": False, "by_push": True}
        assert "by_mail" not in preference.choices["held"]
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
        assert Notice.objects.filter(user=desk.agent).latest("pk").mail_state == "none"
        assert self.form(client) == data


class TestMailboxes:
    """What an agent chooses for the tickets of one mailbox."""

    @pytest.fixture
    def other_box(self, desk):
        # Wagtail's account page asks for it.
        desk.agent.last_name = "Lima"
        desk.agent.save()
        return factories.make_mailbox("orders@desk.example", team=desk.team, name="Orders")

    @pytest.fixture
    def form(self):
        return TestChoosing().form

    def told(self, desk, mailbox, user=None):
        ticket = factories.make_ticket(team=desk.team, mailbox=mailbox)
        rows = Notice.objects.filter(ticket=ticket, user=user or desk.agent)
        return [(row.in_app, row.mail_state) for row in rows]

    def choose(self, client, form, mailbox, how, **more):
        data = form(client) | {f"helpdesk_notices-box{mailbox.pk}_how": how}
        data |= {f"helpdesk_notices-box{mailbox.pk}_{name}": value for name, value in more.items()}
        assert client.post(reverse("wagtailadmin_account"), data).status_code == 302

    def test_one_mailbox_alone_is_no_choice(self, desk, login):
        assert "_how" not in login(desk.agent).get("/admin/account/").text

    def test_only_those_of_the_own_teams(self, desk, other_box, login):
        theirs = factories.make_mailbox("theirs@desk.example", team=desk.other_team)
        text = login(desk.agent).get("/admin/account/").text
        assert f"box{other_box.pk}_how" in text
        assert f"box{theirs.pk}_how" not in text
        assert f"box{theirs.pk}_how" in login(desk.manager).get("/admin/account/").text

    def test_silence(self, desk, other_box, login, form):
        client = login(desk.agent)
        self.choose(client, form, other_box, "silent")
        assert self.told(desk, other_box) == []
        assert self.told(desk, desk.mailbox) == [(True, "none")]
        assert self.told(desk, other_box, desk.colleague) == [(True, "none")]
        assert form(client)[f"helpdesk_notices-box{other_box.pk}_how"] == "silent"

    def test_differently(self, desk, other_box, login, form):
        client = login(desk.agent)
        self.choose(client, form, other_box, "own", team_by_mail="on")
        assert self.told(desk, other_box) == [(True, "waiting")]
        assert self.told(desk, desk.mailbox) == [(True, "none")]
        assert form(client)[f"helpdesk_notices-box{other_box.pk}_how"] == "own"

    def test_as_for_all_again(self, desk, other_box, login, form):
        client = login(desk.agent)
        self.choose(client, form, other_box, "silent")
        self.choose(client, form, other_box, "general")
        assert NoticePreference.objects.get(user=desk.agent).mailboxes == {}
        assert self.told(desk, other_box) == [(True, "none")]

    def test_what_was_chosen_for_a_mailbox_out_of_sight_stays(self, desk, other_box, login, form):
        client = login(desk.agent)
        self.choose(client, form, other_box, "silent")
        type(other_box).objects.filter(pk=other_box.pk).update(team=desk.other_team)
        client.post(reverse("wagtailadmin_account"), form(client))
        assert list(NoticePreference.objects.get(user=desk.agent).mailboxes) == [str(other_box.pk)]

    def test_ending_all_mails_ends_these_too(self, desk, other_box, login, form):
        self.choose(login(desk.agent), form, other_box, "own", team_by_mail="on")
        user = type(desk.agent).objects.get(pk=desk.agent.pk)
        assert gets_mails(user)
        stop_mails(user)
        user = type(desk.agent).objects.get(pk=desk.agent.pk)
        assert not gets_mails(user)
        assert self.told(desk, other_box) == [(True, "none")]
