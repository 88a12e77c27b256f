"""Send one reply to all parts of a ticket: to each its own requester, with its own values for what the text names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.variables import fill_html, missing_in, values_for
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN, Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.actions import UNDO_REPLIES
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, Step, Target, register_action
from wagtail_helpdesk.inbox.children import is_child
from wagtail_helpdesk.inbox.part_files import copies_of


def _reply(target: Target, data: Mapping[str, Any], actor: Actor) -> Sequence[Step]:
    """``data``: "html" (with variables), "resolve", "parent", "last_seen", "once", "files" (keys)."""
    child = target.ticket
    if not is_child(child, data["parent"]):
        raise ActionRefused(_("It is no part of that ticket any more."))
    if child.category in (*FINISHED, *HIDDEN):
        raise ActionRefused(_("It was closed meanwhile."))
    html = fill_html(data["html"], values_for(user=actor.instance, ticket=child, language=child.language))
    missing = missing_in(html)
    if missing:
        names = ", ".join(f"[[{name}]]" for name in missing)
        raise ActionRefused(_("Nobody knows %(names)s of this ticket.") % {"names": names})
    files, html = copies_of(data.get("files") or [], user=actor.instance, parent=data["parent"], html=html)
    message = Reply(
        ticket=child,
        html=html,
        files=files,
        # To the one who asked: those who are copied in know nothing of the other parts.
        cc=(),
        status=default_status(Category.RESOLVED) if data["resolve"] else None,
        delay=UNDO_REPLIES,
        last_seen=data["last_seen"],
        once=data["once"],
        actor=actor,
    )()
    return [{"kind": "message", "ticket": child.pk, "message": message.pk}]


REPLY_TO_CHILDREN = BulkAction(
    "reply_children",
    gettext_lazy("Reply to all parts"),
    "mail",
    "reply",
    _reply,
    offered=lambda place: False,
    has_own_screen=True,
)


def install() -> None:
    """Register it. Called once, from ``pipeline``."""
    register_action(REPLY_TO_CHILDREN)
