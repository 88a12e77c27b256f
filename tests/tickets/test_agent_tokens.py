"""The tokens by which agents answer by mail."""

from __future__ import annotations

from django.utils import timezone

from tests.personas import Desk
from wagtail_helpdesk.tickets.actions.participants import agent_token_for
from wagtail_helpdesk.tickets.choices import TokenPurpose
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.tokens import unsign


def test_one_token_for_each_agent_and_visibility(desk: Desk, ticket: Ticket) -> None:
    token = agent_token_for(ticket, desk.agent, "public")
    assert unsign(TokenPurpose.AGENT, token.signed) == token.public_id
    assert agent_token_for(ticket, desk.agent, "public") == token
    others = {agent_token_for(ticket, desk.agent, "internal"), agent_token_for(ticket, desk.colleague, "public")}
    assert len(others | {token}) == 3


def test_a_revoked_token_is_replaced(desk: Desk, ticket: Ticket) -> None:
    token = agent_token_for(ticket, desk.agent, "public")
    ticket.tokens.filter(pk=token.pk).update(revoked_at=timezone.now())
    assert agent_token_for(ticket, desk.agent, "public") != token
