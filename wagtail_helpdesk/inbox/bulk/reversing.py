"""Takes back what the actions on many tickets did, beside the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.actions import set_star
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.inbox.undoing import REVERSERS
from wagtail_helpdesk.tickets.models import Ticket


def _put_star_back(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    set_star(ticket, actor, step["starred"])


def _mention_again(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    Mention.objects.get_or_create(ticket=ticket, user=actor.instance)


def install() -> None:
    """Register them. Called once, from ``pipeline``."""
    REVERSERS.update({"star": _put_star_back, "mention": _mention_again})
