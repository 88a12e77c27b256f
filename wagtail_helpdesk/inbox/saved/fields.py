"""What the inbox itself can ask of a ticket: what it is to the agent who asks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.tickets.conditions.fields import Field, register_field
from wagtail_helpdesk.tickets.conditions.ticket_fields import own_tickets


def install() -> None:
    """Register the fields. Called once, from ``apps.ready()``."""
    register_field(Field("mentioned", _("Mentions me"), own_tickets(lambda user: Mention.objects.filter(user=user))))
    drafts = own_tickets(lambda user: Draft.objects.filter(user=user, ticket__isnull=False))
    register_field(Field("drafted", _("Has a draft of mine"), drafts))
