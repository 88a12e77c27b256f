"""Asking for approval in the composer, and deciding in the conversation."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import rich_text

from wagtail_helpdesk.conversations.actions.ask_approval import AskApproval
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.models import SendPreference
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.testing import factories

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def url(name, *args):
    return reverse(f"helpdesk_tickets:{name}", args=args)


def page_of(client, ticket):
    return client.get(url("ticket", ticket.pk)).content.decode()


@pytest.fixture
def ask(ticket, login):
    def post(user, **data):
        data = {
            "mode": "reply",
            "body": rich_text("<p>You get your money back.</p>", features=FEATURES),
            "last_seen": ticket.messages.order_by("-pk").first().pk,
            "once": "1",
            "approval": "1",
            "approver": "team",
            **data,
        }
        return login(user).post(url("write", ticket.pk), data, **FETCHED)

    return post


@pytest.fixture
def waiting(desk, ticket):
    return AskApproval(
        ticket=ticket, html="<p>You get your money back.</p>", approver=desk.colleague, actor=Actor.of_user(desk.light)
    )()


class TestAsking:
    def test_a_light_agent_answers_in_this_way_only(self, desk, ticket, ask):
        assert ask(desk.light, approval="").status_code == 403
        assert ask(desk.light, approver=desk.colleague.pk).status_code == 200
        message = ticket.messages.latest("pk")
        assert (message.state, message.approval.asked_user) == ("waiting", desk.colleague)

    def test_the_draft_becomes_it(self, desk, ticket, ask, login):
        data = {"mode": "reply", "body": rich_text("<p>x</p>", features=FEATURES), "version": 0}
        assert login(desk.light).post(url("draft", ticket.pk), data, **FETCHED).status_code == 200
        assert Draft.objects.get().mode == "reply"
        ask(desk.light, version=1)
        assert not Draft.objects.exists()

    def test_with_a_status_and_a_note(self, desk, ticket, ask):
        ask(desk.agent, approval_then="resolve", approval_note="Is this too much?")
        message = ticket.messages.latest("pk")
        assert (message.on_publish.category, message.approval.note) == ("resolved", "Is this too much?")
        assert message.approval.asked_team == desk.team

    @pytest.mark.parametrize(
        "wrong", [{"approver": "0"}, {"approver": "x"}, {"mode": "forward", "to": "eva@example.net"}]
    )
    def test_what_makes_no_sense_is_refused(self, desk, ticket, ask, wrong):
        assert ask(desk.agent, **wrong).status_code == 422
        assert ticket.messages.count() == 1

    def test_a_chosen_colleague_does_not_stand_in_the_way_of_sending(self, desk, ticket, ask):
        assert ask(desk.agent, approval="", approver=desk.colleague.pk).status_code == 200
        assert ticket.messages.latest("pk").state == "scheduled"

    def test_the_composer_offers_it(self, desk, ticket, login):
        page = page_of(login(desk.light), ticket)
        assert 'value="reply"' in page and 'name="approval"' in page
        assert 'name="mode" value="forward"' not in page and 'id="composer-send"' not in page
        assert 'name="approval"' in page_of(login(desk.agent), ticket)

    def test_a_team_without_anybody_else_is_not_offered(self, desk, ticket, ask, login):
        desk.team.members.remove(desk.colleague)
        page = page_of(login(desk.agent), ticket)
        assert "Anybody in Billing" not in page and "Manager" in page
        assert ask(desk.agent).status_code == 422
        assert "Anybody in Billing" in page_of(login(desk.light), ticket)

    def test_a_way_to_send_like_others(self, desk, ticket, ask, login):
        client = login(desk.agent)
        page = client.get(url("ticket", ticket.pk))
        assert [way.name for way in page.context["other_sends"]][-1] == "approval"
        assert page.content.decode().count('name="approval" value="1"') == 2
        assert "<small data-helpdesk-asked>Anybody in Billing</small>" in page.content.decode()
        ask(desk.agent, approver=desk.colleague.pk)
        page = client.get(url("ticket", ticket.pk))
        assert page.context["default_send"].name == "approval" and page.context["forward_send"].value == ""
        assert page.context["asked"] == "Clara"
        ask(desk.agent, approval="", then="pending", once="2")
        page = client.get(url("ticket", ticket.pk))
        assert (page.context["default_send"].value, page.context["forward_send"]) == ("pending", None)
        assert page.context["asked"] == "Clara", "who was asked stays chosen"

    def test_whoever_was_asked_last_may_not_be_there_any_more(self, desk, ticket, ask, login):
        ask(desk.light, approver=desk.colleague.pk)
        assert SendPreference.objects.get().approver == str(desk.colleague.pk)
        desk.team.members.remove(desk.colleague)
        assert login(desk.light).get(url("ticket", ticket.pk)).context["asked"] == "Anybody in Billing"

    def test_nobody_to_ask(self, desk, ticket, login):
        for user in (desk.agent, desk.colleague, desk.manager, desk.administrator, desk.superuser):
            user.is_active = False
            user.save()
        page = page_of(login(desk.light), ticket)
        assert 'name="approval"' not in page and "Nobody else may approve a reply here" in page


class TestDeciding:
    @pytest.mark.parametrize(
        ("name", "decides"),
        [("colleague", True), ("manager", True), ("agent", False), ("light", False)],
    )
    def test_who_is_offered_it(self, desk, ticket, waiting, login, name, decides):
        page = page_of(login(getattr(desk, name)), ticket)
        assert "Reply, waiting for approval by Clara" in page
        assert ("Approve and send" in page) == decides
        assert ("Take back and edit" in page) == (name == "light")

    @pytest.mark.parametrize(
        ("name", "status"), [("agent", 302), ("light", 302), ("other_agent", 404), ("editor", 404), (None, 302)]
    )
    def test_who_may_not(self, desk, ticket, waiting, login, name, status):
        client = login(getattr(desk, name) if name else None)
        for decision in ("approve", "change", "return"):
            assert client.post(url("approval", ticket.pk, waiting.pk, decision)).status_code == status
        waiting.refresh_from_db()
        assert waiting.state == "waiting"

    def test_approve(self, desk, ticket, waiting, login):
        response = login(desk.colleague).post(url("approval", ticket.pk, waiting.pk, "approve"), **FETCHED)
        body = response.json()
        assert body["toast"]["text"] == "Approved: it leaves in the name of Lea."
        assert "helpdesk-message--scheduled" in body["parts"][f"message-{waiting.pk}"]
        assert login(desk.colleague).post(body["toast"]["undo"]).status_code == 302
        assert Draft.objects.get().user == desk.light

    def test_told_of_a_newer_message_once(self, desk, ticket, waiting, login):
        factories.add_customer_message(ticket, "Forget it")
        client = login(desk.colleague)
        body = client.post(url("approval", ticket.pk, waiting.pk, "approve"), **FETCHED).json()
        assert body["toast"]["text"] == "Ana Souza wrote since then. Read it, then approve once more."
        client.post(url("approval", ticket.pk, waiting.pk, "approve"))
        waiting.refresh_from_db()
        assert waiting.state == "scheduled"

    def test_the_rest(self, desk, ticket, waiting, login):
        client = login(desk.colleague)
        assert client.post(url("approval", ticket.pk, waiting.pk, "nothing")).status_code == 302
        client.post(url("approval", ticket.pk, waiting.pk, "return"), {"note": "Kinder"})
        assert Draft.objects.get().user == desk.light
        assert ticket.messages.latest("pk").text.strip() == "Kinder"
        body = client.post(url("approval", ticket.pk, waiting.pk, "change"), **FETCHED).json()
        assert "quicker" in body["toast"]["text"]

    def test_withdrawn(self, desk, ticket, waiting, login):
        client = login(desk.light)
        body = client.post(url("approval", ticket.pk, waiting.pk, "withdraw"), **FETCHED).json()
        assert body["toast"]["text"] == "It is your draft again, and nobody is asked any more."
        assert "money back" in page_of(client, ticket)

    def test_stands_among_the_mentions_of_who_was_asked(self, desk, ticket, waiting, login):
        mentions = reverse("helpdesk_inbox:view", args=["mentions"])
        assert ticket.reference in login(desk.colleague).get(mentions).content.decode()
        assert ticket.reference not in login(desk.agent).get(mentions).content.decode()
        login(desk.colleague).post(url("approval", ticket.pk, waiting.pk, "approve"))
        assert ticket.reference not in login(desk.colleague).get(mentions).content.decode()

    def test_says_who_approved(self, desk, ticket, waiting, login):
        login(desk.colleague).post(url("approval", ticket.pk, waiting.pk, "approve"))
        assert "approved by Clara" in page_of(login(desk.agent), ticket)
        assert "Clara approved the reply of Lea" in page_of(login(desk.agent), ticket)
