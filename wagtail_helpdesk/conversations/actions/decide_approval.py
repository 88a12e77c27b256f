"""What can become of a reply that waits for approval: it leaves, or it is a draft again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import conf, events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.addressing import Addressed
from wagtail_helpdesk.conversations.actions.publish_message import publish_now
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.actions.send_guard import NewerMessages
from wagtail_helpdesk.conversations.approving import may_decide
from wagtail_helpdesk.conversations.choices import Direction, MessageState, Verdict
from wagtail_helpdesk.conversations.draft_moves import return_message
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.models import Approval, Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind


class _Decision(TicketAction):
    """Decide on ``message``. Of several who do so at once one wins; the others get ActionRefused."""

    verb = "reply"
    verdict: ClassVar[Verdict]

    def __init__(self, *, message: Message, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message = message

    def check(self) -> None:
        """As the base; PermissionDenied for who was not asked, ActionRefused for what does not wait any more."""
        super().check()
        waiting = Message.objects.select_related("approval", "author_user")
        message = waiting.filter(pk=self.message.pk, ticket=self.ticket, approval__isnull=False).first()
        if message is None:
            raise ActionRefused(_("This reply does not wait for approval."))
        self.message, self.approval = message, message.approval
        self._check_person()
        if message.state != MessageState.WAITING:
            raise self._too_late()

    def _check_person(self) -> None:
        if not may_decide(self.user, self.approval, author_id=self.message.author_user_id):
            raise PermissionDenied

    def _too_late(self) -> ActionRefused:
        decided = Approval.objects.select_related("decided_by").get(pk=self.approval.pk)
        name = Actor.of_user(decided.decided_by).name if decided.decided_by else _("Somebody")
        return ActionRefused(
            _("%(name)s was quicker: %(verdict)s.") % {"name": name, "verdict": decided.get_verdict_display()}
        )

    def _decide(self, state: str, **values: Any) -> None:
        """Let one of those who decide at once win."""
        waiting = Message.objects.filter(pk=self.message.pk, state=MessageState.WAITING)
        if not waiting.update(state=state, **values):
            raise self._too_late()
        for name, value in {"state": state, **values}.items():
            setattr(self.message, name, value)
        Approval.objects.filter(pk=self.approval.pk).update(
            verdict=self.verdict, decided_by=self.user, decided_at=timezone.now()
        )
        self.record(EventKind.APPROVAL, message=self.message.pk, what=self.verdict, name=self.message.author_name)
        author = self.message.author_user_id
        if author is not None and author != self.actor.id:
            self.publish(events.ApprovalGiven, ticket_id=self.ticket.pk, user_id=author, verdict=self.verdict)

    def _back_to(self, user: Any) -> None:
        """Make it the draft of ``user``."""
        self._decide(MessageState.CANCELLED, external_key=None)
        if user is not None:
            return_message(self.message, user)


class ApproveReply(_Decision):
    """Send it in its author's name: at its planned time, else after ``delay`` seconds (default UNDO_SECONDS).

    Raises NewerMessages where somebody wrote since it was written, or since ``last_seen`` (the key of a message).
    """

    verdict = Verdict.APPROVED

    def __init__(self, *, delay: int | None = None, last_seen: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.delay, self.last_seen = conf.get("UNDO_SECONDS") if delay is None else delay, last_seen

    def execute(self) -> Message:
        """Return the message, scheduled or published."""
        message, now = self.message, timezone.now()
        seen = max(self.last_seen or 0, message.pk)
        published = self.ticket.messages.filter(pk__gt=seen, state=MessageState.PUBLISHED)
        if newer := list(published.exclude(direction=Direction.INTERNAL).order_by("pk")):
            raise NewerMessages(newer)
        is_planned = message.publish_at is not None and message.publish_at > now
        kept = {} if is_planned else {"later": False, "regardless": False}
        self._decide(
            MessageState.SCHEDULED,
            publish_at=message.publish_at if is_planned else now + timedelta(seconds=max(self.delay, 0)),
            recipients=self._recipients(),
            mailing={name: value for name, value in (message.mailing | kept).items() if value},
        )
        if not is_planned and self.delay <= 0:
            author = message.author_user
            actor = Actor.of_user(author) if author else Actor("user", None, message.author_name)
            publish_now(message, actor=actor, depth=self.depth)
        return message

    def _recipients(self) -> dict[str, Any]:
        """Return who gets it as things are now: somebody may have left, been blocked, or changed the address."""
        chosen = self.message.recipients
        copies = [Addressed(row["address"], row["name"]) for row in chosen["cc"] if row["participant"] is None]
        known = [row["participant"] for row in chosen["cc"] if row["participant"] is not None]
        reply = Reply(ticket=self.ticket, html="", cc=known, copies=copies, actor=self.actor)
        return {**reply.recipients_now(), "bcc": chosen.get("bcc", [])}


class ReturnReply(_Decision):
    """Give it back: it is its author's draft again. ``note``: why, as a note on the ticket."""

    verdict = Verdict.RETURNED

    def __init__(self, *, note: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.note = note.strip()

    def execute(self) -> Message:
        """Return the message, cancelled."""
        self._back_to(self.message.author_user)
        if self.note:
            AddNote(ticket=self.ticket, html=text_to_html(self.note), actor=self.actor, depth=self.depth).as_part()
        return self.message


class ChangeReply(_Decision):
    """Go on with it oneself: it is the draft of who was asked."""

    verdict = Verdict.CHANGED

    def execute(self) -> Message:
        """Return the message, cancelled."""
        self._back_to(self.user)
        return self.message


class WithdrawReply(_Decision):
    """Its author takes it back before anybody has decided."""

    verb = "note"
    verdict = Verdict.WITHDRAWN

    def _check_person(self) -> None:
        if self.user is None or self.message.author_user_id != self.user.pk:
            raise PermissionDenied

    def execute(self) -> Message:
        """Return the message, cancelled."""
        self._back_to(self.user)
        return self.message
